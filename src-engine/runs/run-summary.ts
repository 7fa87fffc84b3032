import type { GridName, RunSummary } from '#shared/contract/methods.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import type { RunRecord } from '../storage/records.ts'

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
    started: record.createdMs,
    seconds: record.seconds,
    ...(record.error === null ? {} : { error: record.error }),
  }
}

/** The magnetic field always is a grid; a density or the spectral index is one when the run moves it. */
function gridsOf({
  thermal_electrons: thermal,
  cosmic_ray_electrons: cosmic,
}: RunFile): GridName[] {
  const grids: GridName[] = ['magnetic_field']
  if (thermal.model === 'grid') grids.push('thermal_electrons')
  if (cosmic.model === 'grid' || cosmic.free.includes('scale')) grids.push('cosmic_ray_electrons')
  if (cosmic.free.includes('spectral_index_grid')) grids.push('spectral_index')
  return grids
}
