import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  bindDensity,
  bindMagneticField,
  resolveModel,
  sampleDensity,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import { writeImage } from '#shared/fits/index.ts'
import type { GridGeometry, Vector3 } from '#shared/physics/index.ts'
import { cellCentre, directionFromPixel, voxelIndex } from '#shared/physics/index.ts'
import { mapFiles, tableFiles } from '#shared/session/run-file-paths.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { loadBackend } from '#engine/kernels/index.ts'
import { fieldOnGrid, magneticFieldOf } from '#engine/simulation/magnetic-field.ts'
import { kernelProblemOf, densityChoicesOf } from '#engine/simulation/kernel-problem.ts'
import { mediumOf, modelsOf } from '#engine/simulation/medium.ts'
import { encodeNpy } from '#engine/storage/npy.ts'
import { temporaryFolder } from '../cli/fake-io.ts'

const grid: GridGeometry = { shape: [10, 8, 6], halfSizeKpc: [10, 8, 3] }
const box = { half_size_kpc: [10, 8, 3] as [number, number, number] }

/** B of LSA as a NumPy file, C of WMAP as a FITS image. */
function tables() {
  const folder = temporaryFolder()
  const [field, density] = [`${folder}/b.npy`, `${folder}/c.fits`]
  const lsa = bindMagneticField(resolveModel('magnetic', { model: 'lsa' }))
  const wmap = bindDensity(resolveModel('cosmic-ray-electrons', { model: 'wmap' }))
  writeFileSync(field, encodeNpy([...grid.shape, 3], sampleMagneticField(grid, lsa)))
  writeFileSync(density, writeImage({ shape: [...grid.shape], values: sampleDensity(grid, wmap) }))
  return { folder, field, density, lsa, wmap }
}

const models = (input: RunFileInput) => modelsOf(runFileSchema.parse({ box, ...input }))

function centre(i: number, j: number, k: number): Vector3 {
  return [cellCentre(grid, 0, i), cellCentre(grid, 1, j), cellCentre(grid, 2, k)]
}

describe('tables of fields and densities', () => {
  it('are the field and the density at the centres, and no field beyond the box', () => {
    const { field, density, lsa, wmap } = tables()
    const { magneticField, cosmicRayElectrons } = mediumOf(
      models({
        magnetic_field: { model: 'file', file: field },
        cosmic_ray_electrons: { model: 'file', file: density },
      }),
    )
    for (const [i, j, k] of [
      [0, 7, 5],
      [2, 3, 1],
    ]) {
      const at = centre(i, j, k)
      magneticField
        .evaluate(at)
        .forEach((value, axis) => expect(value).toBeCloseTo(lsa.evaluate(at)[axis], 13))
      expect(cosmicRayElectrons.evaluate(at)).toBeCloseTo(wmap.evaluate(at), 11)
    }
    expect(magneticField.evaluate([10.1, 0, 0])).toEqual([0, 0, 0])
    const edges = magneticField.panelEdges({
      origin: [-8, 0, 0],
      direction: [-1, 0, 0],
      lengthKpc: 5,
    })
    expect(edges).toContain(2)
  })

  it('lie where they are put', () => {
    const { field } = tables()
    const moved = { half_size_kpc: [5, 4, 1.5], centre_kpc: [1, -2, 0.5] } as const
    const { evaluate } = magneticFieldOf(
      models({
        magnetic_field: {
          model: 'file',
          file: field,
          half_size_kpc: [...moved.half_size_kpc],
          centre_kpc: [...moved.centre_kpc],
        },
      }),
    )
    const here = magneticFieldOf(models({ magnetic_field: { model: 'file', file: field } }))
    const [x, y, z] = centre(1, 2, 3)
    const place: Vector3 = [x / 2 + 1, y / 2 - 2, z / 2 + 0.5]
    evaluate(place).forEach((value, axis) =>
      expect(value).toBeCloseTo(here.evaluate([x, y, z])[axis], 12),
    )
  })

  it('are what a grid starts from, and what the kernels take', () => {
    const { field, density } = tables()
    const runFile = runFileSchema.parse({
      box,
      magnetic_field: {
        model: 'grid',
        grid: {
          shape: [...grid.shape],
          region: { r_kpc: [0, 100] },
          initial: { model: 'file', file: field },
        },
      },
      cosmic_ray_electrons: { model: 'file', file: density, free: ['scale'] },
      thermal_electrons: { model: 'none' },
    })
    const found = modelsOf(runFile)
    const at = voxelIndex(grid, 2, 3, 1)
    const initial = fieldOnGrid(found, grid)
    found.magneticTable?.values
      .slice(3 * at, 3 * at + 3)
      .forEach((value, axis) => expect(initial[3 * at + axis]).toBeCloseTo(value, 13))
    const { cosmicRayDensity } = kernelProblemOf(runFile, found, grid)
    expect(cosmicRayDensity(...centre(2, 3, 1))).toBeCloseTo(
      found.cosmicRayTable?.values[at] ?? NaN,
      11,
    )
    // A table has no name that threads could make it anew from.
    expect(densityChoicesOf(found)).toBeUndefined()
    expect(tableFiles(runFile)).toEqual([
      { section: 'magnetic_field', file: field, key: 'magnetic_field.grid.initial.file' },
      { section: 'cosmic_ray_electrons', file: density, key: 'cosmic_ray_electrons.file' },
    ])
    const keys: string[] = []
    mapFiles(runFile, (file, key) => {
      keys.push(key)
      return file
    })
    expect(keys).toEqual(['magnetic_field.grid.initial.file', 'cosmic_ray_electrons.file'])
  })

  it.each<[string, (file: { field: string; density: string }) => RunFileInput, RegExp]>([
    [
      'a density as a field',
      ({ density }) => ({ magnetic_field: { model: 'file', file: density } }),
      /shape \[nx, ny, nz, 3\] with at least 2 cells each, not \[10, 8, 6\]/,
    ],
    [
      'a field as a density',
      ({ field }) => ({ cosmic_ray_electrons: { model: 'file', file: field } }),
      /shape \[nx, ny, nz\].*not \[10, 8, 6, 3\]/,
    ],
    [
      'a model beside a table',
      ({ field }) => ({ magnetic_field: { model: 'lsa', file: field } }),
      /magnetic_field\.file: the field is the model "lsa": set "model: file"/,
    ],
    [
      'a value beside a table',
      ({ field }) => ({ magnetic_field: { model: 'file', file: field, B_microgauss: [1, 0, 0] } }),
      /magnetic_field\.B_microgauss does not go with a table/,
    ],
    [
      'free parameters of a table',
      ({ field }) => ({ magnetic_field: { model: 'file', file: field, free: ['b0_microgauss'] } }),
      /magnetic_field\.free does not go with a table/,
    ],
    [
      'no file',
      () => ({ cosmic_ray_electrons: { model: 'file' } }),
      /cosmic_ray_electrons\.file is missing/,
    ],
    [
      'electrons that start from a table',
      ({ density }) => ({
        cosmic_ray_electrons: {
          model: 'grid',
          grid: { initial: { model: 'file', parameters: {} } },
        },
        thermal_electrons: { model: 'file', file: density },
      }),
      /cosmic_ray_electrons\.grid\.initial\.model: "file" is not possible here/,
    ],
  ])('refuse %s', (_, input, message) => {
    expect(() => models(input(tables()))).toThrow(message)
  })

  it('refuse a field with holes', () => {
    const { folder } = tables()
    const values = new Float64Array(24)
    values[13] = NaN
    writeFileSync(`${folder}/hole.npy`, encodeNpy([2, 2, 2, 3], values))
    expect(() => models({ magnetic_field: { model: 'file', file: `${folder}/hole.npy` } })).toThrow(
      /the value at \[1, 0, 0, 1\] is NaN: a field is finite everywhere/,
    )
  })
})

describe('a random field of a run file', () => {
  const random = { rms_microgauss: 2, outer_scale_kpc: 5 }
  const zero = { model: 'uniform', B_microgauss: [0, 0, 0] as [number, number, number] }

  it('is the same beside a model and in what a grid starts from, which it fills inside the region', () => {
    const beside = models({
      magnetic_field: { ...zero, random: { ...random, shape: [10, 8, 6] } },
    })
    const start = models({
      magnetic_field: {
        model: 'grid',
        grid: {
          shape: [10, 8, 6],
          region: { r_kpc: [3, 8] },
          initial: { model: 'uniform', parameters: { B_microgauss: [0, 0, 0] }, random },
        },
      },
    })
    const { evaluate } = magneticFieldOf(beside)
    const initial = fieldOnGrid(start, grid)
    const inside = 3 * voxelIndex(grid, 2, 3, 1)
    evaluate(centre(2, 3, 1)).forEach((value, axis) =>
      expect(initial[inside + axis]).toBeCloseTo(value, 12),
    )
    expect(Math.hypot(...evaluate(centre(2, 3, 1)))).toBeGreaterThan(0.01)
    const outside = 3 * voxelIndex(grid, 0, 0, 0)
    expect(Array.from(initial.slice(outside, outside + 3))).toEqual([0, 0, 0])
    expect(evaluate([11, 0, 0])).toEqual([0, 0, 0])
  })

  it.each<[string, RunFileInput['magnetic_field'], RegExp]>([
    ['no strength', { ...zero, random: { seed: 2 } }, /random\.rms_microgauss: say how strong/],
    [
      'two strengths',
      { ...zero, random: { ...random, strength: { model: 'jf12' } } },
      /random\.rms_microgauss: the strength is given twice/,
    ],
    [
      'an unknown strength',
      { ...zero, random: { strength: { model: 'jf21' } } },
      /magnetic_field\.random\.strength\.model: .*Did you mean "jf12"/,
    ],
    [
      'waves that the grid does not hold',
      { ...zero, random: { ...random, inner_scale_kpc: 1, shape: [10, 8, 6] } },
      /random\.inner_scale_kpc: the grid of 10 x 8 x 6 cells holds no waves shorter than 4 kpc/,
    ],
    [
      'scales the wrong way round',
      { ...zero, random: { ...random, inner_scale_kpc: 6, shape: [10, 8, 6] } },
      /random\.outer_scale_kpc: the longest wavelength \(5 kpc\) must be longer/,
    ],
    [
      'one beside a grid',
      { model: 'grid', random },
      /magnetic_field\.random: a grid takes its first values from magnetic_field\.grid\.initial/,
    ],
  ])('is refused with %s', (_, magnetic_field, message) => {
    expect(() => magneticFieldOf(models({ magnetic_field }))).toThrow(message)
  })
})

describe('a sky through a random field', () => {
  it('has the same bits with one and two threads', async () => {
    const runFile = runFileSchema.parse({
      box,
      sky: { nside: 4, frequencies_ghz: [1.4] },
      thermal_electrons: { model: 'cordes91' },
      magnetic_field: {
        model: 'grid',
        grid: {
          shape: [...grid.shape],
          initial: {
            model: 'lsa',
            random: { strength: { model: 'jf12' }, striation: 1.36, outer_scale_kpc: 6 },
          },
        },
      },
    })
    const seen = await Promise.all(
      [1, 2].map(async (threads) => {
        const found = modelsOf(runFile)
        const directions = Float64Array.from(
          Array.from({ length: 192 }, (_, pixel) => directionFromPixel(4, 'RING', pixel)).flat(),
        )
        const backend = await loadBackend('wasm')
        const operator = await backend.prepare(
          {
            ...kernelProblemOf(runFile, found, grid),
            directions,
            frequenciesGhz: [1.4],
            observables: ['I', 'Q', 'faraday_depth'],
          },
          { threads, densities: densityChoicesOf(found) },
        )
        const magneticField = operator.createGrid(3)
        magneticField.set(fieldOnGrid(found, grid))
        const { I, Q, faraday_depth: depth } = await operator.forward({ magneticField })
        await operator.dispose()
        return { I: I?.slice(), Q: Q?.slice(), depth: depth?.slice() }
      }),
    )
    expect(seen[1]).toEqual(seen[0])
    expect(seen[0].I?.every((value) => value > 0)).toBe(true)
  })
})

describe('cosmic-ray electrons with a measured flux', () => {
  const at = (section: RunFileInput['cosmic_ray_electrons']) =>
    mediumOf(models({ cosmic_ray_electrons: section })).cosmicRayElectrons.evaluate([
      -8.3, 0, 0.006,
    ])

  it('take the spectral index of the run file to other energies, unless told another', () => {
    const gamma = 20.6 / 0.51099895e-3
    const ratio = at({ model: 'flux', spectral_index: 2.9 }) / at({ model: 'flux' })
    expect(ratio).toBeCloseTo(gamma ** -0.1, 7)
    const given = { normalisation_index: 3 }
    expect(at({ model: 'flux', spectral_index: 2.9, parameters: given })).toBe(
      at({ model: 'flux' }),
    )
  })
})
