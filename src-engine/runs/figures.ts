import { pooledChi2 } from '#shared/inference/likelihood.ts'
import type { SetStatistics } from '#shared/inference/likelihood.ts'
import type { MapFigures, RunFigures } from '../storage/records.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { FreeNumber } from '../unknowns/free-numbers.ts'
import { parameterFigures } from './fitted-numbers.ts'
import type { RunEvaluation } from './optimise.ts'

const perMap = ['chi2_n_fitted', 'chi2_n_held_out', 'residual_std_fitted', 'residual_std_held_out']
const nuisanceColumns = ['offset', 'gain'] as const

/**
 * Names of the curve columns: `iteration`, `loss`, `chi2` (fitted), `chi2_n_fitted` and `chi2_n_held_out` (over all maps),
 * `gradient_norm`, one per regularisation term, and per map NAME `NAME:chi2_n_fitted`, `NAME:chi2_n_held_out`,
 * `NAME:residual_std_fitted`, `NAME:residual_std_held_out`, `NAME:offset`, `NAME:gain`, one per fitted parameter of a model, and
 * `step_size`, `seconds` (spent optimising, over all sittings) and `unix_s` (when the row was made). What does not exist is NaN.
 */
export function curveColumns(
  data: readonly { name: string }[],
  regularisation: readonly { term: string }[],
  parameters: readonly { name: string }[] = [],
): string[] {
  return [
    'iteration',
    'loss',
    'chi2',
    'chi2_n_fitted',
    'chi2_n_held_out',
    'gradient_norm',
    ...regularisation.map(({ term }, i) =>
      regularisation.findIndex((other) => other.term === term) === i ? term : `${term}_${i}`,
    ),
    ...data.flatMap(({ name }) => [...perMap, ...nuisanceColumns].map((c) => `${name}:${c}`)),
    ...parameters.map(({ name }) => name),
    'step_size',
    ...clockColumns,
  ]
}

/** Columns that two runs to the same bits do not have in common. */
export const clockColumns = ['seconds', 'unix_s'] as const

/** One row of the curves. */
export function curveRow(evaluation: RunEvaluation, seconds: number, unixS: number): Float64Array {
  const { maps, nuisance, regularisation } = evaluation
  return Float64Array.of(
    evaluation.iteration,
    evaluation.loss,
    maps.reduce((sum, { fitted }) => sum + fitted.chi2, 0),
    pooledChi2(maps.map(({ fitted }) => fitted)) ?? NaN,
    pooledChi2(maps.map(({ heldOut }) => heldOut)) ?? NaN,
    evaluation.gradientNorm ?? NaN,
    ...regularisation.map(({ value }) => value),
    ...maps.flatMap(({ fitted, heldOut }, i) => [
      pooledChi2([fitted]) ?? NaN,
      pooledChi2([heldOut]) ?? NaN,
      fitted.pixels > 0 ? fitted.residualStd : NaN,
      heldOut.pixels > 0 ? heldOut.residualStd : NaN,
      nuisance[i].offset,
      nuisance[i].gain,
    ]),
    ...evaluation.parameters,
    evaluation.stepSize,
    seconds,
    unixS,
  )
}

function setFigures(set: SetStatistics): MapFigures['fitted'] {
  return {
    pixels: set.pixels,
    chi2: set.chi2,
    chi2_n: pooledChi2([set]),
    residual_std: set.pixels > 0 ? set.residualStd : null,
  }
}

/** The figures that a session stores and `larmor run` prints. */
export function figuresOf(
  evaluation: RunEvaluation,
  data: readonly DataVector[],
  numbers: readonly FreeNumber[] = [],
): RunFigures {
  const { maps, nuisance } = evaluation
  const parameters = parameterFigures(numbers, evaluation.parameters)
  return {
    iteration: evaluation.iteration,
    loss: evaluation.loss,
    chi2_n_fitted: pooledChi2(maps.map(({ fitted }) => fitted)),
    chi2_n_held_out: pooledChi2(maps.map(({ heldOut }) => heldOut)),
    maps: maps.map(({ fitted, heldOut }, i) => ({
      name: data[i].name,
      unit: data[i].unit,
      fitted: setFigures(fitted),
      held_out: setFigures(heldOut),
      ...nuisance[i],
    })),
    regularisation: evaluation.regularisation.map(({ term, weight, value }) => ({
      term,
      weight,
      value,
    })),
    ...(parameters ? { parameters } : {}),
  }
}
