import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { larmor, temporaryFolder } from './fake-io.ts'
import { griddedSky, simulated, thermalElectrons, worstDifference } from './gridded-sky.ts'

describe.each(thermalElectrons)('larmor simulate --backend, thermal electrons: %s', (thermal) => {
  it('gives the same sky by wasm and tensorflow as by the reference', async () => {
    const reference = await simulated(griddedSky(thermal), 'reference')
    expect(reference.backend).toBe('reference')
    for (const backend of ['wasm', 'tensorflow']) {
      const found = await simulated(griddedSky(thermal), backend)
      expect(found.backend).toBe(backend)
      const worst = worstDifference(found.maps, reference.maps)
      // The field is float32: 6e-8 of B, p = 3 doubles it in the emission. At 0.408 GHz the angle turns by up to 2 lambda^2
      // |FD| = 150 rad, each crossing's part with an error of 6e-8, which partly cancel: 9e-7 was found.
      expect(worst.relative, worst.name).toBeLessThan(5e-6)
    }
  })
})

describe('larmor simulate --backend', () => {
  async function run(text: string, ...args: string[]) {
    const path = join(temporaryFolder(), 'run.yaml')
    writeFileSync(path, text)
    return larmor(['simulate', path, ...args])
  }

  it('computes models by the reference, grids by kernels, and says which', async () => {
    const model = await run('sky: { pixels: [1] }\nmagnetic_field: { model: lsa }', '--json')
    expect(JSON.parse(model.out)).toMatchObject({ backend: 'reference' })
    const folder = temporaryFolder()
    const small = 'magnetic_field: { grid: { shape: [8, 8, 4] } }\nbackend: wasm'
    const map = await run(`sky: { nside: 16, stokes: [I] }\n${small}`, '--out', folder)
    expect(map.err).toMatch(/^3072 sightlines in .* s \(wasm\)/)
  })

  it('integrates a grid by midpoints on the reference', async () => {
    const { out } = await run(
      `integrator: { rule: midpoint, samples: 64 }\n${griddedSky('none')}`,
      '--json',
    )
    expect(JSON.parse(out)).toMatchObject({ backend: 'reference' })
  })

  it('leaves Q and U as emitted where Faraday rotation is off', async () => {
    const off = await simulated(`faraday: { phase: off }\n${griddedSky('cordes91')}`, 'wasm')
    const without = await simulated(griddedSky('none'), 'wasm')
    // Another kernel computes them, in float32.
    const worst = worstDifference({ ...off.maps, ...depths(without.maps) }, without.maps)
    expect(worst.relative, worst.name).toBeLessThan(1e-6)
  })

  it('ends rays at a distance', async () => {
    const text = `sky: { directions: [[0, 90, 1], [0, 90]], stokes: [] }
magnetic_field: { grid: { shape: [8, 8, 4] } }
thermal_electrons: { model: uniform, n_e_cm3: 0.01 }`
    const { out } = await run(text, '--backend', 'wasm', '--json')
    const { columns }: { columns: { dispersion_measure: number[] } } = JSON.parse(out)
    // n_e times distance, float32.
    expect(columns.dispersion_measure[0]).toBeCloseTo(10, 5)
    expect(columns.dispersion_measure[1]).toBeCloseTo(10 * 4.994, 4)
  })

  it('stops when it is interrupted', async () => {
    const path = join(temporaryFolder(), 'run.yaml')
    writeFileSync(path, griddedSky('none'))
    const { code, out } = await larmor(['simulate', path], AbortSignal.abort())
    expect(code).toBe(130)
    expect(out).toBe('')
  })

  it.each([
    [
      'a model',
      'magnetic_field: { model: lsa }',
      'wasm',
      /magnetic_field\.model: The backend wasm computes fields on a grid, not the model "lsa": use "model: grid"/,
    ],
    [
      'midpoints',
      'integrator: { rule: midpoint }\nmagnetic_field: { grid: { shape: [8, 8, 4] } }',
      'tensorflow',
      /integrator\.rule: The backend tensorflow integrates through the cells of a grid: use "rule: cells"/,
    ],
    ['nothing', '', 'fast', /--backend .*fast/],
  ])('says why a backend cannot compute %s', async (_, text, backend, message) => {
    const { code, err } = await run(`sky: { pixels: [1] }\n${text}`, '--backend', backend)
    expect(code).toBe(backend === 'fast' ? 2 : 3)
    expect(err).toMatch(message)
  })

  it('takes the backend of the run file', async () => {
    const { err } = await run(
      'sky: { pixels: [1] }\nbackend: webgpu\nmagnetic_field: { model: lsa }',
    )
    expect(err).toMatch(/The backend webgpu computes fields on a grid/)
  })
})

function depths({ faraday_depth, dispersion_measure }: Record<string, number[]>) {
  return { faraday_depth, dispersion_measure }
}
