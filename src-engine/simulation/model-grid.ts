import { sampleDensity } from '#shared/fields/index.ts'
import type { ModelGridName } from '#shared/contract/methods.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import type { CosmicRayInputs } from './cosmic-ray-inputs.ts'
import { fieldOnGrid } from './magnetic-field.ts'
import { cosmicRayElectronsOf, gridSettingsOf, modelsOf, thermalElectronsOf } from './medium.ts'

export interface ModelGrid {
  readonly shape: readonly [number, number, number]
  readonly components: 1 | 3
  readonly unit: string
  /** [nx, ny, nz, components] */
  readonly values: Float32Array<ArrayBuffer>
}

/** Units of the models of each section. */
export const modelUnits = {
  magnetic_field: 'microgauss',
  thermal_electrons: 'cm^-3',
  cosmic_ray_electrons: 'm^-3',
} as const satisfies Record<ModelGridName, string>

/**
 * A model of a run file at the centres of the voxels of its grid; of a magnetic field that is a grid, what it starts from, zero
 * outside its region.
 *
 * @throws InputError that names the key
 */
export function modelOnGrid(
  runFile: RunFile,
  name: ModelGridName,
  cosmicRays: CosmicRayInputs = {},
): ModelGrid {
  const models = modelsOf(runFile, cosmicRays)
  const { shape } = gridSettingsOf(runFile)
  const grid = { shape, halfSizeKpc: runFile.box.half_size_kpc }
  if (name === 'magnetic_field') {
    const values = Float32Array.from(fieldOnGrid(models, grid))
    return { shape, components: 3, unit: modelUnits[name], values }
  }
  const density =
    name === 'thermal_electrons' ? thermalElectronsOf(models) : cosmicRayElectronsOf(models)
  const values = Float32Array.from(sampleDensity(grid, density))
  return { shape, components: 1, unit: modelUnits[name], values }
}
