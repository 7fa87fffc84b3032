import { describe, expect, it } from 'vitest'
import { prepareProblem } from '#engine/runs/prepare-problem.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'

const grid = { shape: [4, 4, 2] as [number, number, number] }

function prepared(changes: RunFileInput) {
  return prepareProblem(
    runFileSchema.parse({ magnetic_field: { model: 'grid', grid }, ...changes }),
    [],
  )
}

describe('what a run is prepared from', () => {
  it('takes the values of uniform models from beside the model or from its parameters', () => {
    const beside = prepared({
      cosmic_ray_electrons: { model: 'uniform', C_m3: 7, radius_kpc: 2, spectral_index: 2.5 },
      thermal_electrons: { model: 'uniform', n_e_cm3: 0.03 },
    }).problem
    const inside = prepared({
      cosmic_ray_electrons: { model: 'uniform', parameters: { C_m3: 7, radius_kpc: 2 } },
      thermal_electrons: { model: 'none' },
    }).problem
    expect(beside.spectralIndex).toBe(2.5)
    expect(beside.thermalElectronDensity?.(0, 0, 0)).toBe(0.03)
    expect(inside.thermalElectronDensity).toBeUndefined()
    for (const { cosmicRayDensity } of [beside, inside]) {
      // The sphere is about the observer at x = -8.3 kpc.
      expect(cosmicRayDensity(-7, 0, 0)).toBe(7)
      expect(cosmicRayDensity(0, 0, 0)).toBe(0)
    }
  })

  it('starts from the initial model inside the region, and from zero outside', () => {
    const initial = {
      model: 'uniform',
      parameters: { B_microgauss: [1, 2, 3] as [number, number, number] },
    }
    // Centres of 4 x 4 cells of 10 kpc: r = 7.07, 15.8 and 21.2 kpc.
    const { unknowns, region } = prepared({
      magnetic_field: { model: 'grid', grid: { ...grid, initial, region: { r_kpc: [10, 20] } } },
    })
    expect(Array.from(region).reduce((a, b) => a + b)).toBe(8 * 2)
    for (let voxel = 0; voxel < region.length; voxel++) {
      const expected = region[voxel] === 1 ? [1, 2, 3] : [0, 0, 0]
      expect(Array.from(unknowns.initialField.subarray(3 * voxel, 3 * voxel + 3))).toEqual(expected)
    }
  })

  it.each([
    [
      'a value given twice',
      { cosmic_ray_electrons: { model: 'uniform', C_m3: 7, parameters: { C_m3: 8 } } },
      /cosmic_ray_electrons\.C_m3 is given twice/,
    ],
    [
      'a value of another model',
      { cosmic_ray_electrons: { model: 'wmap', C_m3: 7 } },
      /cosmic_ray_electrons\.C_m3: Model "wmap" has no parameter "C_m3"/,
    ],
    [
      'cosmic rays from no file',
      { cosmic_ray_electrons: { model: 'file' } },
      /cosmic_ray_electrons\.file is missing: name the file with the table/,
    ],
    [
      'a model without free parameters',
      { magnetic_field: { model: 'lsa' }, thermal_electrons: { model: 'none' } },
      /magnetic_field\.free: nothing is free: name parameters of the model/,
    ],
    [
      'parameters that a grid does not have',
      { magnetic_field: { model: 'grid', grid, B_microgauss: [1, 0, 0] } },
      /magnetic_field\.B_microgauss: a grid takes its first values from magnetic_field\.grid\.initial/,
    ],
  ] satisfies [string, RunFileInput, RegExp][])('refuses %s', (_, changes, message) => {
    expect(() => prepared(changes)).toThrow(message)
  })
})
