import { basename } from 'node:path'
import type { GridName, RunSummary } from '#shared/contract/methods.ts'
import {
  cosmicRaysAreFree,
  freeNames,
  thermalElectronsAreFree,
} from '#shared/session/free-names.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { unconstrained } from '#shared/session/unconstrained.ts'
import type { ParameterFigures, RunRecord } from '../storage/records.ts'

/** What the contract says about a stored run. */
export function summaryOf(record: RunRecord): RunSummary {
  return {
    run: record.id,
    name: record.name,
    state: record.state,
    iteration: record.iteration,
    iterations: record.iterations,
    grids: gridsOf(record.configuration),
    chi2_n_fitted: record.figures?.chi2_n_fitted ?? null,
    chi2_n_held_out: record.figures?.chi2_n_held_out ?? null,
    ...parametersOf(record.figures?.parameters),
    started: record.createdMs,
    seconds: record.seconds,
    ...(record.error === null ? {} : { error: record.error }),
    ...(record.failure === null ? {} : { failure: record.failure }),
    notes: record.notes,
    tags: [...record.tags],
    ...startOf(record.configuration),
    unconstrained: unconstrained(record.configuration),
  }
}

function startOf({ start_from: start }: RunFile): Pick<RunSummary, 'start_from'> {
  if (start === undefined) return {}
  const { file, run } = start
  return { start_from: { ...(run ? { run } : {}), ...(file ? { file: basename(file) } : {}) } }
}

/** What the contract says of fitted parameters; nothing where there are none. */
export function parametersOf(
  figures: Pick<ParameterFigures, 'numbers' | 'weights'> | undefined,
): Pick<RunSummary, 'parameters'> {
  if (figures === undefined) return {}
  const { numbers, weights = [] } = figures
  return {
    parameters: [
      ...numbers.map(({ name, unit, value, sigma }) => ({ name, unit, value, sigma })),
      ...weights.map((weight) => ({ ...weight, unit: 'dimensionless' })),
    ],
  }
}

/** The magnetic field always is a grid; a density or the spectral index is one when the run moves it. */
function gridsOf({
  thermal_electrons: thermal,
  cosmic_ray_electrons: cosmic,
}: RunFile): GridName[] {
  const grids: GridName[] = ['magnetic_field']
  if (thermalElectronsAreFree(thermal)) grids.push('thermal_electrons')
  if (cosmicRaysAreFree(cosmic)) grids.push('cosmic_ray_electrons')
  if (freeNames(cosmic.free).includes('spectral_index_grid')) grids.push('spectral_index')
  return grids
}
