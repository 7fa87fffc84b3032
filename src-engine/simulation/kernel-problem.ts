import type { GridGeometry } from '#shared/physics/grid.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { DensityChoice, DensityChoices, LineOfSightProblem } from '../kernels/interface.ts'
import { cosmicRayElectronsOf, thermalElectronsOf } from './medium.ts'
import type { RunModels } from './medium.ts'
import { freeFreeOf, requirePhase } from './simulate.ts'

/** What a run file says to the kernels, whatever the lines of sight are and what is asked of them. */
export type RunProblem = Pick<
  LineOfSightProblem,
  | 'grid'
  | 'observerKpc'
  | 'nodesPerCrossing'
  | 'spectralIndex'
  | 'cosmicRaySpectrum'
  | 'faradayRotation'
  | 'freeFree'
  | 'cosmicRayDensity'
  | 'thermalElectronDensity'
  | 'cosmicRayDensities'
  | 'thermalElectronDensities'
>

/** Densities are the models' functions of position. @throws InputError for what the kernels do not compute */
export function kernelProblemOf(
  runFile: RunFile,
  models: RunModels,
  { shape, halfSizeKpc }: GridGeometry,
): RunProblem {
  requirePhase(runFile)
  const { observerKpc, spectralIndex, spectrum } = models
  const cosmicRays = cosmicRayElectronsOf(models)
  const electrons = thermalElectronsOf(models)
  return {
    grid: { shape, halfSizeKpc },
    observerKpc,
    nodesPerCrossing: nodesPerCrossing(runFile),
    spectralIndex,
    ...(spectrum ? { cosmicRaySpectrum: spectrum } : {}),
    faradayRotation: runFile.faraday.phase !== 'off',
    ...freeFreeOf(runFile),
    cosmicRayDensity: (x, y, z) => cosmicRays.evaluate([x, y, z]),
    cosmicRayDensities: cosmicRays.evaluateMany,
    ...(hasThermalElectrons(models)
      ? {
          thermalElectronDensity: (x: number, y: number, z: number) =>
            electrons.evaluate([x, y, z]),
          thermalElectronDensities: electrons.evaluateMany,
        }
      : {}),
  }
}

/** What the densities are called; undefined where one is a table, which has no name. */
export function densityChoicesOf(models: RunModels): DensityChoices | undefined {
  if (models.electronTable || models.cosmicRayTable) return undefined
  const choice = ({ model, variant, parameters }: RunDensity): DensityChoice => ({
    model: model.name,
    ...(variant === undefined ? {} : { variant }),
    parameters,
    ...model.definition,
  })
  return {
    cosmicRays: choice(models.cosmicRayElectrons),
    ...(hasThermalElectrons(models) ? { thermalElectrons: choice(models.thermalElectrons) } : {}),
  }
}

type RunDensity = RunModels['cosmicRayElectrons'] | RunModels['thermalElectrons']

/** Whether anything depends on n_e: the kernels leave out what is zero everywhere. */
export function hasThermalElectrons({ thermalElectrons, electronTable }: RunModels): boolean {
  return thermalElectrons.model.name !== 'none' || electronTable !== undefined
}

function nodesPerCrossing({ integrator }: RunFile): number {
  if (integrator.rule === 'cells') return integrator.nodes
  throw new InputError(
    'integrator.rule: the kernels integrate exactly through the cells of the grid; use "rule: cells". The midpoint rule is for `larmor simulate` on the reference.',
    { field: 'integrator.rule' },
  )
}
