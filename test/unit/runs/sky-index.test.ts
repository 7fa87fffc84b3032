import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadBackend } from '#engine/kernels/index.ts'
import { loadRunFile } from '#engine/runs/load-run-file.ts'
import { Optimisation } from '#engine/runs/optimise.ts'
import { prepareData } from '#engine/runs/prepare-data.ts'
import { prepareProblem } from '#engine/runs/prepare-problem.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import { readFits, readHealpixMap, writeHealpixMap } from '#shared/fits/index.ts'
import { pix2vec } from '#shared/healpix/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { sampleFolder } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { larmor } from '../cli/fake-io.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder()
})
afterEach(() => folder.remove())

const nside = 8

/** Writes a map of one column, one value per pixel by its direction. */
function writeMap(name: string, valueAt: (z: number, x: number) => number, coordsys = 'G'): void {
  const values = Float64Array.from({ length: 12 * nside ** 2 }, (_, pixel) => {
    const [x, , z] = pix2vec(nside, 'RING', pixel)
    return valueAt(z, x)
  })
  const map = writeHealpixMap({
    nside,
    ordering: 'RING',
    coordsys: coordsys === 'C' ? 'C' : 'G',
    columns: [{ name: 'VALUE', unit: '', values }],
  })
  writeFileSync(folder.file(name), map)
}

/** Regions -3 in the north, 12 in the south, and 7 toward the Galactic centre. */
const regionOf = (z: number, x: number) => (x > 0.8 ? 7 : z > 0 ? -3 : 12)
const truth = new Map([
  [-3, 2.6],
  [7, 3.05],
  [12, 3.3],
])

function write(text: string): string {
  const path = folder.file('run.yaml')
  writeFileSync(path, text)
  return path
}

const gridded =
  'magnetic_field: { model: grid, grid: { shape: [10, 10, 6], free: false } }\nthermal_electrons: { model: none }\n'
const cosmicRays = (keys: string) => `cosmic_ray_electrons: { ${keys} }\n`
const sky = `sky: { nside: ${nside}, stokes: [I] }\n`

/** The map of I that `larmor simulate` gives. */
async function simulate(text: string, backend: string): Promise<Float64Array> {
  const out = folder.file(`out-${backend}`)
  const { code, err } = await larmor(['simulate', write(text), '--out', out, '--backend', backend])
  if (code !== 0) throw new Error(err)
  const map = readHealpixMap(readFits(readFileSync(join(out, 'stokes_0.408GHz.fits'))), {})
  rmSync(out, { recursive: true })
  return Float64Array.from(map.values)
}

function worst(found: Float64Array, expected: Float64Array): number {
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value / expected[i] - 1)), 0)
}

describe('a map of spectral indices', () => {
  it('gives each pixel the sky of its own p, with models and on grids', async () => {
    writeMap('p.fits', (z) => (z > 0 ? 2.7 : 3.2))
    const model = 'magnetic_field: { model: lsa }\nthermal_electrons: { model: none }\n'
    for (const [field, backend] of [
      [model, 'reference'],
      [gridded, 'reference'],
      [gridded, 'wasm'],
      [gridded, 'tensorflow'],
    ] as const) {
      const [mapped, north, south] = [
        await simulate(
          `${sky}${field}${cosmicRays('spectral_index_map: { file: p.fits }')}`,
          backend,
        ),
        await simulate(`${sky}${field}${cosmicRays('spectral_index: 2.7')}`, backend),
        await simulate(`${sky}${field}${cosmicRays('spectral_index: 3.2')}`, backend),
      ]
      const expected = north.map((value, pixel) =>
        pix2vec(nside, 'RING', pixel)[2] > 0 ? value : south[pixel],
      )
      // float32: tables of the emissivity over p, and a kernel of its own.
      const tolerance = backend === 'reference' ? 1e-12 : 3e-6
      expect(worst(mapped, expected), `${backend}`).toBeLessThan(tolerance)
    }
  })

  it.each([
    [
      'p.fits',
      'spectral_index_map',
      () => 6.5,
      /p\.fits: RING pixel 0 of NSIDE 8 \(cosmic_ray_electrons\.spectral_index_map\) is 6\.5: the spectral index must lie between 1 and 6/,
    ],
    [
      'p.fits',
      'spectral_index_map',
      (z: number) => (z > -0.9 ? 3 : NaN),
      /RING pixel \d+ .* has no value, and a line of sight lies in it/,
    ],
    [
      'r.fits',
      'spectral_index_regions',
      () => 1.5,
      /r\.fits: RING pixel 0 .* is 1\.5: regions are numbered by whole numbers/,
    ],
  ] as const)(
    'refuses values that are impossible: %s of %s',
    async (file, key, valueAt, message) => {
      writeMap(file, valueAt)
      const text = `sky: { nside: ${nside}, directions: [[0, 90], [0, -90]] }\n${gridded}${cosmicRays(`${key}: { file: ${file} }`)}`
      const { code, err } = await larmor(['simulate', write(text), '--backend', 'wasm'])
      expect(code).toBe(3)
      expect(err).toMatch(message)
    },
  )

  it.each([
    ['spectral_index_map: { file: run.yaml }', /run\.yaml/],
    ['spectral_index_map: { file: none.fits }', /none\.fits: no such file/],
    [
      'spectral_index_map: { file: r.fits }, spectral_index_regions: { file: r.fits }',
      /spectral_index_map does not go with spectral_index_regions/,
    ],
    [
      'spectral_index_regions: { file: r.fits }, free: [spectral_index]',
      /spectral_index_regions does not go with free/,
    ],
    ['spectral_index_regions: { file: equatorial.fits }', /numbers of regions cannot be rotated/],
    [
      'spectral_index_regions: { file: r.fits, initial: { 5: 3 } }',
      /initial\.5: the map has no region 5/,
    ],
    [
      'spectral_index_regions: { file: r.fits, initial: { 7: 6 } }',
      /initial\.7: must be less than 6/,
    ],
    ['spectral_index_regions: { file: r.fits, initial: { north: 3 } }', /initial/],
  ])('refuses %s', async (keys, message) => {
    writeMap('r.fits', regionOf)
    writeMap('equatorial.fits', regionOf, 'C')
    const text = `sky: { directions: [[0, 90]] }\n${gridded}${cosmicRays(keys)}`
    const { code, err } = await larmor(['simulate', write(text), '--backend', 'wasm'])
    expect(code).toBe(3)
    expect(err).toMatch(message)
  })

  it('counts in the likelihood of models and in its derivatives', async () => {
    writeMap('p.fits', (z) => (z > 0 ? 2.7 : 3.2))
    const values = Float64Array.from({ length: 12 * nside ** 2 }, (_, pixel) => 10 + (pixel % 7))
    writeFileSync(
      folder.file('sky.fits'),
      writeHealpixMap({
        nside,
        ordering: 'RING',
        coordsys: 'G',
        columns: [{ name: 'I', unit: 'K', values }],
      }),
    )
    const evaluate = async (b0: number, index: string) => {
      const path = write(`${sky}data: [{ name: sky, file: sky.fits, frequency_ghz: 0.408 }]
magnetic_field: { model: lsa, parameters: { b0_microgauss: ${b0} }, free: [b0_microgauss] }
thermal_electrons: { model: none }
${cosmicRays(index)}`)
      const { code, out, err } = await larmor(['evaluate', path, '--gradient', '--json'])
      if (code !== 0) throw new Error(err)
      return z
        .looseObject({ loss: z.number(), gradient: z.record(z.string(), z.number()) })
        .parse(JSON.parse(out))
    }
    const map = 'spectral_index_map: { file: p.fits }'
    const { loss, gradient } = await evaluate(3, map)
    const difference =
      ((await evaluate(3.001, map)).loss - (await evaluate(2.999, map)).loss) / 0.002
    // Truncation of the central difference: 1e-3 squared against b0 = 3, times a few.
    expect(Math.abs(gradient['magnetic_field.b0_microgauss'] / difference - 1)).toBeLessThan(1e-5)
    expect(loss).not.toBeCloseTo((await evaluate(3, 'spectral_index: 2.7')).loss, 3)
  })

  it('can be checked before its file is read', () => {
    const section = { spectral_index_regions: { file: 'r.fits' } }
    const runFile = runFileSchema.parse({ cosmic_ray_electrons: section })
    expect(prepareProblem(runFile, []).problem.unknowns).toContain('raySpectralIndex')
  })
})

describe('regions with one free spectral index each', () => {
  const initial = [...truth].map(([region, p]) => `"${region}": ${p}`).join(', ')
  const run = (start: string, optimiser: string) =>
    `${sky}data: [{ name: sky, file: mock.fits, frequency_ghz: 0.408, sigma: 0.1, nuisance: { offset: none } }]
held_out: { fraction: 0 }
${gridded}${cosmicRays(`spectral_index_regions: { file: r.fits, initial: { ${start} } }`)}optimiser: ${optimiser}
`

  /** The map of regions, and the sky that they have at the true indices. */
  async function mock(): Promise<void> {
    writeMap('r.fits', regionOf)
    const fixed = `spectral_index_regions: { file: r.fits, initial: { ${initial} }, free: false }`
    const values = await simulate(`${sky}${gridded}${cosmicRays(fixed)}`, 'reference')
    const column = { name: 'I', unit: 'K_RJ', values }
    writeFileSync(
      folder.file('mock.fits'),
      writeHealpixMap({ nside, ordering: 'RING', coordsys: 'G', columns: [column] }),
    )
  }

  it('are recovered from a mock sky, and printed', async () => {
    await mock()
    const path = write(run('"7": 2.9', '{ method: lbfgs, iterations: 40, learning_rate: 0.1 }'))
    const out = folder.file('fit.larmor')
    const {
      code,
      out: text,
      err,
    } = await larmor(['run', path, '--out', out, '--backend', 'wasm', '--progress=none', '--json'])
    expect(err).toBe('')
    expect(code).toBe(0)
    const { spectral_index: found } = z
      .looseObject({
        spectral_index: z.array(z.object({ region: z.int(), value: z.number() })),
      })
      .parse(JSON.parse(text))
    expect(found.map(({ region }) => region)).toEqual([...truth.keys()])
    // The mock has no noise, and float32 kernels give its brightness to 1e-6: L-BFGS ends at its tolerance before.
    for (const { region, value } of found) expect(value).toBeCloseTo(truth.get(region) ?? NaN, 3)
  })

  it('have derivatives that finite differences of the loss confirm', async () => {
    await mock()
    const runFile = await loadRunFile(write(run('"-3": 2.8, "12": 3.1', '{ method: lbfgs }')))
    const { data, cosmicRays: inputs } = await prepareData(runFile)
    const prepared = prepareProblem(runFile, data, inputs)
    const backend = await loadBackend('reference')
    const operator = await backend.prepare(prepared.problem, { region: prepared.region })
    try {
      const { optimiser } = runFile
      const { objective } = new Optimisation({ operator, data, prepared, optimiser })
      await objective.stage.start()
      await objective.evaluate()
      const [index] = objective.parameters
      expect([...index]).toEqual([2.8, 3, 3.1])
      const gradient = [...objective.gradient[0]]
      const step = 3e-5
      for (const [region, derivative] of gradient.entries()) {
        const at = async (shift: number) => {
          index[region] += shift
          const { loss } = await objective.evaluateValue()
          index[region] -= shift
          return loss
        }
        const difference = ((await at(step)) - (await at(-step))) / (2 * step)
        // Truncation of the central difference: step^2 times the third derivative, (ln(nu / nu_c) / 2)^2 = 50 times the first.
        expect(Math.abs(derivative / difference - 1)).toBeLessThan(1e-6)
      }
    } finally {
      await operator.dispose()
    }
  })

  it('give the same bits when the run is paused and resumed without its files', async () => {
    await mock()
    const text = run('"7": 2.9', '{ iterations: 8 }')
    const runFile = await loadRunFile(
      write(`${text}backend: wasm\ncheckpoint: { every_s: 1e-6 }\n`),
    )
    const manager = new RunManager()
    const sessions = ['straight.larmor', 'broken.larmor'].map((name) =>
      Session.create(folder.file(name), '', runFile),
    )
    const [straight, broken] = sessions
    try {
      manager.start(straight, { threads: 1 })
      expect(await manager.settled(straight, 1)).toMatchObject({ state: 'done' })
      pauseAfter(manager, broken, 3)
      manager.start(broken, { threads: 1 })
      expect(await manager.settled(broken, 1)).toMatchObject({ state: 'paused' })
      rmSync(folder.file('r.fits'))
      rmSync(folder.file('mock.fits'))
      manager.resume(broken, 1)
      expect(await manager.settled(broken, 1)).toMatchObject({ state: 'done', iteration: 8 })
      expect(runBits(broken, 1)).toBe(runBits(straight, 1))
      expect(broken.inputs.map(({ name }) => name)).toEqual(['sky', 'spectral_index'])
      expect(broken.runs.get(1).figures?.spectral_index?.map(({ region }) => region)).toEqual([
        -3, 7, 12,
      ])
    } finally {
      await manager.shutdown()
      for (const session of sessions) session.close()
    }
  })
})
