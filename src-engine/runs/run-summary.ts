import type { RunSummary } from '#shared/contract/methods.ts'
import type { RunRecord } from '../storage/records.ts'

/** What the contract says about a stored run. */
export function summaryOf(record: RunRecord): RunSummary {
  return {
    run: record.id,
    name: record.name,
    state: record.state,
    iteration: record.iteration,
    iterations: record.iterations,
    chi2_n_fitted: record.figures?.chi2_n_fitted ?? null,
    chi2_n_held_out: record.figures?.chi2_n_held_out ?? null,
    started: record.createdMs,
    seconds: record.seconds,
    ...(record.error === null ? {} : { error: record.error }),
  }
}
