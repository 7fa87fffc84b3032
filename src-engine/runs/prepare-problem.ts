import type { GridGeometry } from '#shared/physics/grid.ts'
import { regionMask } from '#shared/physics/grid.ts'
import { isDepth } from '#shared/physics/observables.ts'
import { freeNames } from '#shared/session/free-names.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type {
  DensityChoices,
  LineOfSightProblem,
  RegularisationTerm,
} from '../kernels/interface.ts'
import {
  densityChoicesOf,
  hasThermalElectrons,
  kernelProblemOf,
} from '../simulation/kernel-problem.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import { gridSettingsOf, modelsOf } from '../simulation/medium.ts'
import { rayIndices } from '../simulation/ray-index.ts'
import type { RunModels } from '../simulation/medium.ts'
import type { DataVector } from '../storage/run-store.ts'
import { runUnknowns } from '../unknowns/settings.ts'
import type { RunUnknowns } from '../unknowns/settings.ts'
import { createMeasurement } from './measurement/measurement.ts'
import type { Measurement } from './measurement/measurement.ts'

/** A run, translated for the kernels. */
export interface PreparedProblem {
  readonly problem: LineOfSightProblem
  readonly densities: DensityChoices | undefined
  readonly measurement: Measurement
  /** [nx, ny, nz], 1 = free. */
  readonly region: Uint8Array
  /** Where the kernels differentiate: everywhere, where parameters of a model are fitted. */
  readonly kernelRegion: Uint8Array
  readonly unknowns: RunUnknowns
  /** [nx, ny, nz] cm^-3, where the thermal electrons come from a file. */
  readonly electronTable: Float64Array | undefined
  /** [nx, ny, nz] m^-3, where the cosmic-ray electrons do. */
  readonly cosmicRayTable: Float64Array | undefined
  /** Of the regularisation, what the kernels compute. */
  readonly kernelTerms: readonly RegularisationTerm[]
}

/** The grid that a run computes on, with its defaults. @throws InputError for settings that go unused */
export function gridOf(runFile: RunFile): GridGeometry & { region: [number, number] } {
  const { model, free } = runFile.magnetic_field
  const { shape, region } = gridSettingsOf(runFile)
  const [first] = freeNames(free)
  if (model === 'grid' && first !== undefined) {
    throw new InputError(
      `magnetic_field.free: every voxel is free already, and the parameters of the model that the grid starts from are not: leave out ${first}; or set "model" to that model.`,
      { field: 'magnetic_field.free' },
    )
  }
  return { shape, halfSizeKpc: runFile.box.half_size_kpc, region: region.r_kpc }
}

/** @throws InputError when the run file asks for what a run cannot do */
export function prepareProblem(
  runFile: RunFile,
  data: readonly DataVector[],
  cosmicRays: CosmicRayInputs = {},
): PreparedProblem {
  const grid = gridOf(runFile)
  const models = modelsOf(runFile, cosmicRays)
  requireElectrons(models, data)
  const region = regionMask(grid, { r_kpc: grid.region })
  if (!region.includes(1)) {
    throw new InputError(
      `magnetic_field.grid.region: no voxel has its centre between ${grid.region.join(' and ')} kpc from the Galactic axis: widen it, or take a finer grid.`,
      { field: 'magnetic_field.grid.region' },
    )
  }
  const geometry = { shape: grid.shape, halfSizeKpc: grid.halfSizeKpc }
  const measurement = createMeasurement(data, runFile.sky.distance_kpc)
  const { directions, maxDistanceKpc, frequenciesGhz, observables } = measurement
  const indices = rayIndices(runFile.cosmic_ray_electrons, models.skyIndex, directions)
  const unknowns = runUnknowns(runFile, models, geometry, region, indices)
  const kernelRegion = unknowns.numbers.length > 0 ? regionMask(geometry) : region
  return {
    problem: {
      ...kernelProblemOf(runFile, models, geometry),
      directions,
      ...(maxDistanceKpc ? { maxDistanceKpc } : {}),
      frequenciesGhz,
      observables,
      unknowns: unknowns.settings.map(({ name }) => name),
    },
    densities: densityChoicesOf(models),
    measurement,
    region,
    kernelRegion,
    unknowns,
    electronTable: models.electronTable?.values,
    cosmicRayTable: models.cosmicRayTable?.values,
    kernelTerms: unknowns.terms.flatMap((term) => (term.by === 'kernels' ? [term.kernelTerm] : [])),
  }
}

/** Faraday depths and dispersion measures are zero without thermal electrons, and nothing would fit. @throws InputError */
function requireElectrons(models: RunModels, data: readonly DataVector[]): void {
  const seen = data.find(({ quantity }) => isDepth(quantity))
  if (seen === undefined || hasThermalElectrons(models)) return
  throw new InputError(
    `thermal_electrons.model: without thermal electrons the ${seen.quantity} of "${seen.name}" is zero everywhere: choose a model for them.`,
    { field: 'thermal_electrons.model' },
  )
}
