import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareProblem } from '#engine/runs/prepare-problem.ts'
import { prepareData } from '#engine/runs/prepare-data.ts'
import { loadBackend } from '#engine/kernels/index.ts'
import { OperatorCache } from '#engine/runs/operators.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { mediumOf, modelsOf } from '#engine/simulation/medium.ts'
import { decodeNpy, encodeNpy } from '#engine/storage/npy.ts'
import { Session } from '#engine/storage/session.ts'
import { bindDensity, resolveModel, sampleDensity } from '#shared/fields/index.ts'
import { directionFromGalactic, simulateSightline } from '#shared/physics/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile, RunFileInput } from '#shared/session/run-file.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { imageFile } from '../fits/build.ts'

let folder: SampleFolder
beforeEach(() => {
  folder = sampleFolder(1)
})
afterEach(() => folder.remove())

/** Sightlines to sources of the published table of dispersion measures (V11): l, b, distance in kpc. */
const pulsars: readonly [number, number, number][] = [
  [0, 0, 4],
  [15, 0, 25],
  [90, 0, 25],
  [270, 0, 25],
  [300, -45, 25],
  [330, 20, 0.5],
  [204, -6.5, 6.4487],
]

const cordes = bindDensity(resolveModel('thermal-electrons', { model: 'cordes91' }))

type Shape = [number, number, number]

/** The model at the centres of a grid, as a run file names it. */
function tabulated(shape: Shape, changes: RunFileInput = {}): RunFile {
  const values = sampleDensity({ shape, halfSizeKpc: [20, 20, 5] }, cordes)
  writeFileSync(folder.file('ne.npy'), encodeNpy(shape, values))
  return runFileSchema.parse({
    thermal_electrons: { model: 'file', file: folder.file('ne.npy') },
    ...changes,
  })
}

function dispersionMeasures(runFile: RunFile): number[] {
  const medium = mediumOf(modelsOf(runFile))
  const options = {
    frequenciesGhz: [1],
    integrator: { rule: 'cells' as const, nodes: 3 },
    phase: 'off' as const,
  }
  return pulsars.map(([l, b, distance]) => {
    const direction = directionFromGalactic(l, b)
    const face = 5 / Math.max(Math.abs(direction[2]), 1e-9)
    const ray = {
      origin: runFile.box.observer_kpc,
      direction,
      lengthKpc: Math.min(distance, face, 11),
    }
    return simulateSightline(medium, ray, options).dispersionMeasure[0]
  })
}

/** Largest error of the tabulated dispersion measures, relative to the model's own integral. */
function largestError(shape: Shape): number {
  const model = runFileSchema.parse({ thermal_electrons: { model: 'cordes91' } })
  const exact = dispersionMeasures(model)
  const found = dispersionMeasures(tabulated(shape))
  return Math.max(...found.map((value, i) => Math.abs(value / exact[i] - 1)))
}

describe('a table of thermal electrons', () => {
  it('gives the dispersion measures to pulsars of the model that it was made from', () => {
    // Odd numbers of cells in z: the density has a kink in the plane, where centres then lie.
    const coarse = largestError([64, 64, 65])
    const fine = largestError([128, 128, 129])
    // Trilinear between centres: of second order in the spacing; cells of 300 x 300 x 78 pc.
    expect(fine).toBeLessThan(0.01)
    expect(coarse / fine).toBeGreaterThan(3)
  })

  // Printed to 0.01. Cells of 5 to 10 pc along the rays, of 10 to 50 pc across them, where clouds near the Sun have edges.
  it.each([
    [
      'towards the centre',
      [-6.3, 0, 0],
      [2.2, 0.1, 0.1],
      [881, 5, 9],
      [
        [0, 0, 0.1, 1.18],
        [0, 0, 4, 438.04],
      ],
    ],
    [
      'to the side',
      [-8.3, 0, 0],
      [0.1, 25, 0.1],
      [5, 5001, 5],
      [
        [90, 0, 25, 419.27],
        [270, 0, 25, 473.54],
      ],
    ],
    ['to the pole', [-8.3, 0, 12.5], [0.1, 0.1, 12.6], [5, 5, 2521], [[0, 90, 25, 19.56]]],
    ['near the Sun', [-8.05, -0.12, 0.1], [0.3, 0.2, 0.15], [61, 41, 31], [[330, 20, 0.5, 8.58]]],
  ] as const)(
    'gives the published dispersion measures of YMW16 %s',
    (_, centre, half, shape, rows) => {
      const model = resolveModel('thermal-electrons', { model: 'ymw16' })
      const ymw16 = bindDensity(model, { observerKpc: [-8.3, 0, 0.006] })
      const grid = { shape: [...shape] as Shape, halfSizeKpc: [...half] as Shape }
      const values = sampleDensity(grid, {
        ...ymw16,
        evaluate: ([x, y, z]) => ymw16.evaluate([x + centre[0], y + centre[1], z + centre[2]]),
      })
      writeFileSync(folder.file('ymw16.npy'), encodeNpy(grid.shape, values))
      const runFile = runFileSchema.parse({
        magnetic_field: { model: 'uniform', B_microgauss: [0, 0, 0] },
        thermal_electrons: {
          model: 'file',
          file: folder.file('ymw16.npy'),
          half_size_kpc: half,
          centre_kpc: centre,
        },
      })
      const medium = mediumOf(modelsOf(runFile))
      for (const [l, b, distance, published] of rows) {
        const ray = {
          origin: runFile.box.observer_kpc,
          direction: directionFromGalactic(l, b),
          lengthKpc: distance,
        }
        const { dispersionMeasure } = simulateSightline(medium, ray, {
          frequenciesGhz: [1],
          integrator: { rule: 'cells', nodes: 3 },
          phase: 'off',
        })
        expect(Math.abs(dispersionMeasure[0] / published - 1)).toBeLessThan(0.015)
      }
    },
  )

  it('is followed by the kernels to the distances of a catalogue', async () => {
    const rows = pulsars.map(([l, b, d]) => `${l},${b},${Math.min(d, 6)},50,1`)
    writeFileSync(folder.file('psr.csv'), `l,b,d,dm,e\n${rows.join('\n')}\n`)
    const runFile = tabulated([16, 16, 8], {
      magnetic_field: { model: 'grid', grid: { shape: [16, 16, 8] } },
      held_out: { fraction: 0 },
      data: [
        {
          name: 'pulsars',
          file: folder.file('psr.csv'),
          quantity: 'dispersion_measure',
          unit: 'pc/cm^3',
          catalogue: { value: 'dm', sigma: 'e', distance: 'd' },
        },
      ],
    })
    const { data, inputs } = await prepareData(runFile)
    expect(inputs.map(({ name }) => name)).toEqual(['pulsars', 'thermal_electrons'])
    const { problem, measurement } = prepareProblem(runFile, data)
    const backend = await loadBackend('reference')
    const operator = await backend.prepare(problem)
    const seen = await operator.forward({ magneticField: operator.createGrid(3) })
    const [model] = measurement.apply(seen)
    await operator.dispose()
    const medium = mediumOf(modelsOf(runFile))
    pulsars.forEach(([l, b, d], i) => {
      const direction = directionFromGalactic(l, b)
      const face = 5 / Math.max(Math.abs(direction[2]), 1e-9)
      const ray = {
        origin: runFile.box.observer_kpc,
        direction,
        lengthKpc: Math.min(d, 6, face),
      }
      const expected = simulateSightline(medium, ray, {
        frequenciesGhz: [1],
        integrator: { rule: 'cells', nodes: 3 },
        phase: 'off',
      }).dispersionMeasure[0]
      // Both are exact between the planes of this table; the last ray leaves by the same face.
      expect(model[i] / expected).toBeCloseTo(1, 6)
    })
  })

  it('makes another operator when its file holds something else', async () => {
    const section = { model: 'file', file: folder.file('ne.npy') }
    const runFile = sampleRun(folder, { thermal_electrons: section })
    const write = (density: number) =>
      writeFileSync(section.file, encodeNpy([2, 2, 2], new Float64Array(8).fill(density)))
    write(0.01)
    const { data } = await prepareData(runFile)
    const cache = new OperatorCache(loadBackend)
    const { signal } = new AbortController()
    const request = { runFile, data, backend: 'reference', signal, onProgress: () => {} } as const
    const { operator } = await cache.get(request)
    expect((await cache.get(request)).operator).toBe(operator)
    write(0.02)
    expect((await cache.get(request)).operator).not.toBe(operator)
    await cache.dispose()
  })

  it('makes another operator where it is the field that a correction is measured from', async () => {
    const file = folder.file('b.npy')
    const write = (strength: number) =>
      writeFileSync(file, encodeNpy([2, 2, 2, 3], new Float64Array(24).fill(strength)))
    write(1)
    const initial = { model: 'file', file }
    const runFile = sampleRun(folder, {
      magnetic_field: { grid: { shape: [6, 6, 4], representation: 'correction', initial } },
      regularisation: [{ term: 'amplitude', weight: 1 }],
    })
    const { data } = await prepareData(runFile)
    const cache = new OperatorCache(loadBackend)
    const { signal } = new AbortController()
    const request = { runFile, data, backend: 'reference', signal, onProgress: () => {} } as const
    const { operator } = await cache.get(request)
    write(2)
    expect((await cache.get(request)).operator).not.toBe(operator)
    await cache.dispose()
  })

  it('is the one that a run began with, or the run does not go on', async () => {
    const section = { model: 'file', file: folder.file('ne.npy') }
    const write = (density: number) =>
      writeFileSync(section.file, encodeNpy([2, 2, 2], new Float64Array(8).fill(density)))
    write(0.01)
    const optimiser = { iterations: 1 }
    const configuration = sampleRun(folder, {
      backend: 'reference',
      optimiser,
      thermal_electrons: section,
    })
    const session = Session.create(folder.file('fit.larmor'), '', configuration)
    const manager = new RunManager()
    const { run } = manager.start(session)
    await manager.settled(session, run)
    write(0.02)
    manager.resume(session, run, { iterations: 2 })
    expect(await manager.settled(session, run)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/ne\.npy has changed since the run began/),
    })
    write(0.01)
    manager.resume(session, run, { iterations: 2 })
    expect(await manager.settled(session, run)).toMatchObject({ state: 'done', iteration: 2 })
    await manager.shutdown()
    session.close()
  })

  it('is read from NumPy files of both precisions and byte orders, and from FITS images', () => {
    const values = Float64Array.from({ length: 24 }, (_, i) => i / 8)
    writeFileSync(folder.file('a.npy'), encodeNpy([2, 3, 4], Float32Array.from(values)))
    const big = encodeNpy([2, 3, 4], values)
    const view = new DataView(big.buffer)
    const data = big.length - 8 * 24
    values.forEach((value, i) => view.setFloat64(data + 8 * i, value, false))
    big.set(new TextEncoder().encode('>'), new TextDecoder('latin1').decode(big).indexOf('<f8'))
    writeFileSync(folder.file('b.npy'), big)
    const image = new Uint8Array(4 * 24)
    values.forEach((value, i) => new DataView(image.buffer).setFloat32(4 * i, value, false))
    writeFileSync(
      folder.file('c.fits'),
      imageFile({ BITPIX: -32, NAXIS: 3, NAXIS1: 4, NAXIS2: 3, NAXIS3: 2 }, image),
    )
    for (const name of ['a.npy', 'b.npy', 'c.fits']) {
      const runFile = runFileSchema.parse({
        thermal_electrons: { model: 'file', file: folder.file(name), half_size_kpc: [1, 2, 3] },
      })
      expect(modelsOf(runFile).electronTable).toEqual({
        grid: { shape: [2, 3, 4], halfSizeKpc: [1, 2, 3] },
        values,
        centreKpc: [0, 0, 0],
      })
    }
  })

  it.each([
    ['no file', { model: 'file' }, /thermal_electrons\.file is missing/],
    [
      'a file beside a model',
      { model: 'cordes91', file: 'x.npy' },
      /thermal_electrons\.file: the density is the model "cordes91"/,
    ],
    [
      'a value beside a file',
      { model: 'file', file: 'ne.npy', n_e_cm3: 1 },
      /thermal_electrons\.n_e_cm3 does not go with a table/,
    ],
    [
      'a file that is not there',
      { model: 'file', file: 'none.npy' },
      /none\.npy.*not exist|none\.npy/,
    ],
    ['a flat array', { model: 'file', file: 'flat.npy' }, /shape \[nx, ny, nz\].*not \[2, 2\]/],
    ['a hole', { model: 'file', file: 'hole.npy' }, /density at \[1, 0, 1\] is NaN/],
    ['something else', { model: 'file', file: 'text.npy' }, /not a NumPy file/],
  ])('refuses %s', (_, section, message) => {
    writeFileSync(folder.file('flat.npy'), encodeNpy([2, 2], new Float64Array(4)))
    const hole = new Float64Array(8)
    hole[5] = NaN
    writeFileSync(folder.file('hole.npy'), encodeNpy([2, 2, 2], hole))
    writeFileSync(folder.file('text.npy'), 'a text of some length')
    const file = 'file' in section ? { file: folder.file(section.file ?? '') } : {}
    const runFile = runFileSchema.parse({ thermal_electrons: { ...section, ...file } })
    expect(() => modelsOf(runFile)).toThrow(message)
  })

  it('refuses arrays that are damaged or not in C order', () => {
    const bytes = encodeNpy([2, 2], new Float64Array(4))
    expect(() => decodeNpy(bytes.subarray(0, bytes.length - 1), 'x.npy')).toThrow(/ends before/)
    const text = new TextDecoder('latin1').decode(bytes).replace("False, 'shape", "True, 'shape ")
    const fortran = Uint8Array.from(text, (character) => character.charCodeAt(0))
    expect(() => decodeNpy(fortran, 'x.npy')).toThrow(/Fortran order/)
  })
})
