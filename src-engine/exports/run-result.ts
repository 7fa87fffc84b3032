import { gridNames } from '#shared/contract/methods.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { withNuisance } from '#shared/inference/likelihood.ts'
import { InputError } from '../errors.ts'
import { gridOf } from '../runs/prepare-problem.ts'
import type { StoredArray } from '../storage/arrays.ts'
import type { CheckpointRecord, RunRecord } from '../storage/records.ts'
import type { Curves, DataVector } from '../storage/run-store.ts'
import type { Session } from '../storage/session.ts'

/** What a run has reached, at its latest checkpoint. */
export interface RunResult {
  readonly run: RunRecord
  readonly iteration: number
  readonly grid: GridGeometry
  readonly observerKpc: readonly [number, number, number]
  /** [nx, ny, nz, 3] microgauss */
  readonly field: Float32Array | Float64Array
  /** [nx, ny, nz] each: densities and spectral indices that the run moved too. */
  readonly scalars: readonly StoredArray[]
  readonly data: readonly DataVector[]
  /** One per data vector: gain x model + offset, in its unit. */
  readonly models: readonly Float64Array[]
  readonly curves: Curves
}

/** @throws InputError when the run has no checkpoint yet */
export function loadRunResult(session: Session, id: number): RunResult {
  const run = session.runs.get(id)
  const [checkpoint] = session.runs.checkpoints(id)
  if (!checkpoint) {
    throw new InputError(
      `${session.path}: ${run.name} has no checkpoint yet, so there is nothing to export. Resume it first.`,
      { file: session.path },
    )
  }
  const data = session.runs.data(id)
  const { shape, halfSizeKpc } = gridOf(run.configuration)
  const field = session.runs.checkpointArray(checkpoint, 'magnetic_field').values
  return {
    run,
    iteration: checkpoint.iteration,
    grid: { shape, halfSizeKpc },
    observerKpc: run.configuration.box.observer_kpc,
    field: field instanceof Float64Array ? field : Float32Array.from(field),
    scalars: scalarsOf(session, checkpoint),
    data,
    models: data.map(({ name }, i) => {
      const { values } = session.runs.checkpointArray(checkpoint, `model/${name}`)
      return withNuisance(Float64Array.from(values), checkpoint.details.nuisance[i])
    }),
    curves: session.runs.curves(id),
  }
}

function scalarsOf(session: Session, checkpoint: CheckpointRecord): StoredArray[] {
  const stored = session.runs.arrayNames(checkpoint).map(({ name }) => name)
  return gridNames
    .filter((name) => name !== 'magnetic_field' && stored.includes(name))
    .map((name) => session.runs.checkpointArray(checkpoint, name))
}
