import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeMaps, readFits, readHealpixMap } from '#shared/fits/index.ts'
import { ring2nest } from '#shared/healpix/index.ts'
import { directionFromPixel, uniformSphereSight } from '#shared/physics/index.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

const columns = z.array(z.array(z.number()))
const sightlinesDocument = z.looseObject({
  frequencies_ghz: z.array(z.number()),
  unit: z.literal('K_RJ'),
  columns: z.object({
    I: columns.optional(),
    Q: columns.optional(),
    U: columns.optional(),
    polarised_intensity: columns.optional(),
    polarisation_angle_deg: columns.optional(),
    faraday_depth: z.array(z.number()),
    dispersion_measure: z.array(z.number()),
  }),
})

function runFile(text: string): string {
  const path = join(temporaryFolder(), 'run.yaml')
  writeFileSync(path, text)
  return path
}

const spiral = `
magnetic_field: { model: lsa }
thermal_electrons: { model: cordes91 }
`
const fixedScheme = `
integrator: { rule: midpoint, samples: 512 }
faraday: { phase: half-cell }
`
const sphere = `
magnetic_field: { model: uniform, B_microgauss: [6, 0, 0], radius_kpc: 4 }
thermal_electrons: { model: uniform, n_e_cm3: 0.01, radius_kpc: 4 }
cosmic_ray_electrons: { model: uniform, C_m3: 40.13285414950239, radius_kpc: 4 }
`

async function simulateJson(text: string) {
  const { code, out, err } = await larmor(['simulate', runFile(text), '--json'])
  expect(err).toBe('')
  expect(code).toBe(0)
  return sightlinesDocument.parse(JSON.parse(out))
}

describe('larmor simulate, sightlines', () => {
  it('prints the values of V6 for pixels', async () => {
    const document = await simulateJson(
      `sky: { pixels: [0, 12345], frequencies_ghz: [2.4, 0.408] }${spiral}${fixedScheme}`,
    )
    expect(document).toMatchObject({ pixels: [0, 12345], frequencies_ghz: [2.4, 0.408] })
    const { I, Q, U, faraday_depth } = document.columns
    // V6 C (2.4 GHz) and E (0.408 GHz); relative 1e-9 as there.
    expect(I?.[0][0]).toBeCloseTo(2.489942471174e-3, 11)
    expect(Q?.[0][1]).toBeCloseTo(-3.217852246593e-4, 12)
    expect(U?.[1][0]).toBeCloseTo(2.01675447017e-1, 9)
    expect(faraday_depth[1]).toBeCloseTo(-37.40400055708, 7)
  })

  it('prints only the Stokes parameters asked for, a flipped U under COSMO, and zero depth without electrons', async () => {
    const sky =
      'sky: { pixels: [100], stokes: [U] }\nmagnetic_field: { model: lsa }\nthermal_electrons: { model: none }\n'
    const iau = await simulateJson(sky)
    const cosmo = await simulateJson(`${sky}output: { polarisation: COSMO }\n`)
    expect(Object.keys(iau.columns)).toEqual(['U', 'faraday_depth', 'dispersion_measure'])
    expect(cosmo.columns.U?.[0][0]).toBe(-(iau.columns.U?.[0][0] ?? NaN))
    expect(iau.columns.faraday_depth).toEqual([0])
    expect(iau.columns.dispersion_measure).toEqual([0])
  })

  it('takes NESTED pixels', async () => {
    const ring = await simulateJson(`sky: { nside: 16, pixels: [777] }${spiral}`)
    const nested = await simulateJson(
      `sky: { nside: 16, ordering: NESTED, pixels: [${ring2nest(16, 777)}] }${spiral}`,
    )
    expect(nested.columns).toEqual(ring.columns)
  })

  it('ends rays at a distance, also beyond the box', async () => {
    const dm = async (sky: string) => {
      const document = await simulateJson(
        `sky: ${sky}\nmagnetic_field: { model: lsa }\nthermal_electrons: { model: uniform, n_e_cm3: 0.02 }\n`,
      )
      return document.columns.dispersion_measure
    }
    // n_e = 0.02 cm^-3: 20 pc cm^-3 per kpc.
    const [near, far, face] = await dm('{ directions: [[30, 0, 2], [0, 90, 40], [0, 90]] }')
    expect(near).toBeCloseTo(40, 10)
    expect(far).toBeCloseTo(800, 9)
    expect(face).toBeCloseTo(20 * 4.994, 9)
    expect((await dm('{ distance_kpc: 7, directions: [[0, 90]] }'))[0]).toBeCloseTo(140, 9)
  })

  it('writes a table where no JSON is asked for', async () => {
    const path = runFile(`sky: { directions: [[10, -5], [200, 30, 3]], stokes: [I] }${spiral}`)
    const { out } = await larmor(['simulate', path])
    const [header, first, second] = out.split('\n')
    expect(header).toBe(
      'l_deg,b_deg,distance_kpc,I_K_0.408GHz,faraday_depth_rad_m2,dispersion_measure_pc_cm3',
    )
    expect(first).toMatch(/^10,-5,,\d/)
    expect(second).toMatch(/^200,30,3,\d/)
    const folder = temporaryFolder()
    const written = await larmor(['simulate', path, '--out', folder])
    expect(written.out).toBe('')
    expect(readFileSync(join(folder, 'sightlines.csv'), 'utf8')).toBe(out)
  })
})

describe('larmor simulate, free-free emission', () => {
  it('adds T (1 - exp(-tau)) to the intensity, and gives the polarised intensity', async () => {
    const document = await simulateJson(`
sky: { directions: [[30, 10]], frequencies_ghz: [0.408, 0.03], stokes: [I, Q, U] }
magnetic_field: { model: uniform, B_microgauss: [0, 0, 0] }
thermal_electrons: { model: uniform, n_e_cm3: 2, radius_kpc: 1, free_free: { electron_temperature_k: 6000 } }
`)
    const { columns } = document
    ;[0.408, 0.03].forEach((ghz, f) => {
      const tau = 3.28e-7 * 0.6 ** -1.35 * ghz ** -2.1 * 4 * 1000
      // The slab has no other emission, so that rounding alone is left.
      expect(columns.I?.[f][0]).toBeCloseTo(-6000 * Math.expm1(-tau), 8)
    })
    expect(columns).toMatchObject({
      polarised_intensity: [[0], [0]],
      polarisation_angle_deg: [[0], [0]],
    })
  })
})

describe('larmor simulate, maps', () => {
  it('writes maps of the uniform sphere that read back to the closed form', async () => {
    const folder = join(temporaryFolder(), 'new', 'folder')
    const path = runFile(`sky: { nside: 8, frequencies_ghz: [2.4, 1.4] }${sphere}`)
    const { code, out } = await larmor(['simulate', path, '--out', folder, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ nside: 8, ordering: 'RING', unit: 'K_RJ' })
    expect(readdirSync(folder).sort()).toEqual([
      'dispersion_measure.fits',
      'faraday_depth.fits',
      'stokes_1.4GHz.fits',
      'stokes_2.4GHz.fits',
    ])
    const file = readFits(readFileSync(join(folder, 'stokes_2.4GHz.fits')))
    const [described] = describeMaps(file)
    expect(described).toMatchObject({ nside: 8, frequencyGhz: 2.4, frame: 'galactic' })
    const [I, Q, U, P, angle] = [0, 1, 2, 'POLARISED_INTENSITY', 'POLARISATION_ANGLE'].map(
      (column) => readHealpixMap(file, { column }).values,
    )
    const depthFile = readFits(readFileSync(join(folder, 'faraday_depth.fits')))
    const depth = readHealpixMap(depthFile, {}).values
    for (let pixel = 0; pixel < 768; pixel++) {
      const expected = uniformSphereSight(
        {
          fieldMicrogauss: [6, 0, 0],
          thermalElectronsCm3: 0.01,
          cosmicRayElectronsM3: 40.13285414950239,
          radiusKpc: 4,
          spectralIndex: 3,
        },
        directionFromPixel(8, 'RING', pixel),
        2.4,
      )
      // The rule ends a panel at the sphere, so that only the tolerance of the halving is left.
      expect(Math.abs(I[pixel] - expected.I)).toBeLessThan(1e-9 * 0.27)
      expect(Math.abs(Q[pixel] - expected.Q)).toBeLessThan(1e-9 * 0.2)
      expect(Math.abs(U[pixel] - expected.U)).toBeLessThan(1e-9 * 0.2)
      // Derived from the rows above, to rounding.
      expect(P[pixel] * Math.cos((angle[pixel] * Math.PI) / 90)).toBeCloseTo(Q[pixel], 12)
      expect(P[pixel] * Math.sin((angle[pixel] * Math.PI) / 90)).toBeCloseTo(U[pixel], 12)
      expect(Math.abs(depth[pixel] - expected.faradayDepth)).toBeLessThan(1e-9 * 195)
    }
  })

  it('integrates a gridded field through its cells, starting from the model that the run file names', async () => {
    const grid = `sky: { pixels: [24576, 100], frequencies_ghz: [2.4] }
magnetic_field: { model: grid, grid: { shape: [96, 96, 48], initial: { model: lsa } } }
`
    const gridded = await simulateJson(grid)
    const parametric = await simulateJson(
      grid.replace(/magnetic_field.*/, 'magnetic_field: { model: lsa }'),
    )
    const [first, second] = gridded.columns.I?.[0] ?? []
    const [firstExact, secondExact] = parametric.columns.I?.[0] ?? []
    // The spiral in cells of 0.4 kpc, whose edge at r = 20 kpc is smeared over one cell.
    expect(Math.abs(first / firstExact - 1)).toBeLessThan(5e-3)
    expect(Math.abs(second / secondExact - 1)).toBeLessThan(5e-3)
    expect(first).not.toBe(firstExact)
  })

  it('stops without writing when it is interrupted', async () => {
    const folder = temporaryFolder()
    const controller = new AbortController()
    controller.abort()
    const path = runFile(`sky: { nside: 64 }${spiral}`)
    const { code, err } = await larmor(['simulate', path, '--out', folder], controller.signal)
    expect(code).toBe(130)
    expect(err).toMatch(/stopped/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('reports progress as JSON lines', async () => {
    const path = runFile(`sky: { nside: 4 }${spiral}`)
    const { err } = await larmor(['simulate', path, '--out', temporaryFolder(), '--progress=json'])
    const lines = err.split('\n').filter((line) => line.startsWith('{'))
    expect(JSON.parse(lines[lines.length - 1])).toMatchObject({ done: 192, total: 192 })
  })
})

describe('larmor simulate, edges', () => {
  it('sees nothing along a ray of no length, from an observer on a face of the box', async () => {
    const { columns } = await simulateJson(`
box: { observer_kpc: [-20, 0, 0] }
sky: { directions: [[180, 0], [0, 0]], stokes: [I] }
integrator: { rule: midpoint, step_pc: 500 }
magnetic_field: { model: uniform, B_microgauss: [0, 3, 0] }
thermal_electrons: { model: uniform, n_e_cm3: 0.01 }`)
    expect(columns.I?.[0][0]).toBe(0)
    expect(columns.I?.[0][1]).toBeGreaterThan(0)
    // 40 kpc of 0.01 cm^-3; the sum of 80 equal steps is good to rounding.
    expect(columns.dispersion_measure[0]).toBe(0)
    expect(columns.dispersion_measure[1]).toBeCloseTo(400, 9)
  })

  it('writes the distance at which every ray ends, its own or the common one', async () => {
    const sky = 'sky: { directions: [[0, 90], [12, -90, 3]], distance_kpc: 1, stokes: [] }'
    const path = runFile(`${sky}
magnetic_field: { model: lsa }
thermal_electrons: { model: uniform, n_e_cm3: 0.01 }`)
    const { out } = await larmor(['simulate', path])
    const [header, ...rows] = out.trim().split('\n')
    const name = header.split(',')
    const cells = rows.map((row) => row.split(',').map(Number))
    expect(cells.map((row) => row[name.indexOf('distance_kpc')])).toEqual([1, 3])
    // n_e times distance: 10 and 30 pc cm^-3, to rounding.
    const dm = name.indexOf('dispersion_measure_pc_cm3')
    expect(cells[0][dm]).toBeCloseTo(10, 10)
    expect(cells[1][dm]).toBeCloseTo(30, 10)
  })
})

describe('larmor simulate, errors', () => {
  it('asks for a folder where --out names a file', async () => {
    const path = runFile(`sky: { nside: 1 }${spiral}`)
    const { code, err } = await larmor(['simulate', path, '--out', path])
    expect(code).toBe(3)
    expect(err).toContain(`${path}: this is a file, not a folder`)
  })

  it.each([
    ['maps without --out', 'sky: { nside: 4 }', 2, /--out DIR is missing/],
    ['a pixel too many', 'sky: { nside: 1, pixels: [12] }', 3, /sky\.pixels\[0\]: pixel 12/],
    ['a latitude', 'sky: { directions: [[0, 91]] }', 3, /sky\.directions\[0\]: the latitude/],
    ['both', 'sky: { pixels: [1], directions: [[0, 0]] }', 3, /either pixels or directions/],
    [
      'a phase that needs samples',
      'sky: { pixels: [1] }\nfaraday: { phase: half-cell }',
      3,
      /faraday\.phase: "half-cell" belongs to midpoint/,
    ],
    [
      'a model',
      'sky: { pixels: [1] }\nthermal_electrons: { model: cordes }',
      3,
      /thermal_electrons\.model: .*Did you mean "cordes91"/,
    ],
    [
      'a parameter',
      'sky: { pixels: [1] }\nmagnetic_field: { model: lsa, parameters: { b_microgauss: 1 } }',
      3,
      /magnetic_field\.parameters\.b_microgauss/,
    ],
    [
      'a key of another model',
      'sky: { pixels: [1] }\nmagnetic_field: { model: lsa, radius_kpc: 1 }',
      3,
      /magnetic_field\.radius_kpc: Model "lsa" has no parameter/,
    ],
    [
      'electrons on a grid that starts from nothing',
      'sky: { pixels: [1] }\nmagnetic_field: { model: lsa }\nthermal_electrons: { model: grid }',
      3,
      /thermal_electrons\.grid\.initial: say which model the grid starts from\./,
    ],
    [
      'a field from no file',
      'sky: { pixels: [1] }\nmagnetic_field: { model: file }',
      3,
      /magnetic_field\.file is missing: name the file with the table/,
    ],
    [
      'free-free emission of nothing',
      'sky: { pixels: [1] }\nmagnetic_field: { model: lsa }\nthermal_electrons: { model: none, free_free: {} }',
      3,
      /thermal_electrons\.free_free: there are no thermal electrons/,
    ],
    [
      'a grid that starts from a grid',
      'sky: { pixels: [1] }\nmagnetic_field: { grid: { initial: { model: grid } } }',
      3,
      /magnetic_field\.grid\.initial\.model: "grid" is not possible here/,
    ],
    [
      'parameters beside a grid',
      'sky: { pixels: [1] }\nmagnetic_field: { model: grid, parameters: { b0_microgauss: 2 } }',
      3,
      /magnetic_field\.parameters: a grid takes its first values from magnetic_field\.grid\.initial/,
    ],
    [
      'a variant beside a grid',
      'sky: { pixels: [1] }\nmagnetic_field: { model: grid, variant: wmap }',
      3,
      /magnetic_field\.variant: a grid takes its first values/,
    ],
    [
      'a frequency given twice',
      'sky: { pixels: [1], frequencies_ghz: [1, 1.0] }',
      3,
      /sky\.frequencies_ghz: each frequency may be given only once/,
    ],
    [
      'a Stokes parameter given twice',
      'sky: { pixels: [1], stokes: [I, I] }',
      3,
      /sky\.stokes: each of I, Q, U may be given only once/,
    ],
    [
      'a parameter freed twice',
      'magnetic_field: { model: lsa, free: [psi0_deg, psi0_deg] }',
      3,
      /magnetic_field\.free: each parameter may be named only once/,
    ],
    [
      'a frequency of zero',
      'sky: { pixels: [1], frequencies_ghz: [0] }',
      3,
      /sky\.frequencies_ghz\[0\]: must be greater than 0\./,
    ],
    [
      'a latitude limit',
      'data: [{ name: a, file: b, mask: { galactic_latitude_above_deg: 90 } }]',
      3,
      /galactic_latitude_above_deg: must be at most 89\./,
    ],
    [
      'no frequency',
      'sky: { pixels: [1], frequencies_ghz: [] }',
      3,
      /sky\.frequencies_ghz: must have at least 1 items\./,
    ],
    [
      'steps without end',
      'sky: { pixels: [1] }\nintegrator: { rule: midpoint, step_pc: 1e-7 }',
      3,
      /integrator\.step_pc: must be at least 0\.01\./,
    ],
    [
      'an observer outside',
      'sky: { pixels: [1] }\nbox: { observer_kpc: [-30, 0, 0] }\nmagnetic_field: { model: lsa }',
      3,
      /box\.observer_kpc: the observer/,
    ],
  ])('names what is wrong: %s', async (_, text, code, message) => {
    const path = runFile(text)
    const result = await larmor(['simulate', path])
    expect(result.code).toBe(code)
    expect(result.err).toMatch(message)
    if (code === 3) expect(result.err).toContain(path)
    expect(result.out).toBe('')
  })
})
