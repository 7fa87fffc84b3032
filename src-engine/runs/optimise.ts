import {
  cotangent,
  fitWeights,
  mapStatistics,
  pooledChi2,
  residuals,
} from '#shared/inference/likelihood.ts'
import type { MapStatistics, SetStatistics } from '#shared/inference/likelihood.ts'
import { solveNuisance } from '#shared/inference/nuisance.ts'
import type { Nuisance } from '#shared/inference/nuisance.ts'
import { publishedOptions } from '#shared/inference/optimisers.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { KernelError } from '../kernels/interface.ts'
import type {
  GridValues,
  LineOfSightOperator,
  Observables,
  RegularisationValue,
} from '../kernels/interface.ts'
import type { MapFigures, RunFigures } from '../storage/records.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { Measurement } from './measurement/measurement.ts'

/** What one iteration leaves: the field and the optimiser's moments, each [nx, ny, nz, 3] in the kernel's memory. */
export interface OptimiserState {
  readonly field: GridValues
  readonly firstMoment: GridValues
  readonly secondMoment: GridValues
  /** Steps done. */
  iteration: number
}

/** The arrays that an optimisation works in, each [nx, ny, nz, 3] in the kernel's memory. */
export interface Workspace extends Omit<OptimiserState, 'iteration'> {
  readonly gradient: GridValues
}

export function createWorkspace(operator: LineOfSightOperator): Workspace {
  return {
    field: operator.createGrid(3),
    firstMoment: operator.createGrid(3),
    secondMoment: operator.createGrid(3),
    gradient: operator.createGrid(3),
  }
}

/** Everything known about the field before a step. */
export interface Evaluation {
  readonly iteration: number
  readonly loss: number
  readonly maps: readonly MapStatistics[]
  readonly nuisance: readonly Nuisance[]
  /** One per data vector: the model without offset and gain, in the unit of the data. */
  readonly models: readonly Float64Array[]
  readonly regularisation: readonly RegularisationValue[]
  /** Euclidean norm of the gradient of the loss; null after the last step, where none is computed. */
  readonly gradientNorm: number | null
}

/** The run has become meaningless: a number is no longer finite. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError'
}

/**
 * The iteration of a run: forward model, nuisance terms in closed form, residuals, gradient of likelihood and
 * regularisation, optimiser step. Sums over pixels are float64 in a fixed order, so the same operator gives the same
 * bits whenever and however often the run was paused.
 */
export class Optimisation {
  readonly state: OptimiserState
  readonly #operator: LineOfSightOperator
  readonly #data: readonly DataVector[]
  readonly #measurement: Measurement
  readonly #weights: readonly Float64Array[]
  readonly #gradient: GridValues
  readonly #optimiser: RunFile['optimiser']

  /** `workspace` may hold what an earlier optimisation with this operator left in it; it is overwritten. */
  constructor(
    operator: LineOfSightOperator,
    data: readonly DataVector[],
    measurement: Measurement,
    optimiser: RunFile['optimiser'],
    initialField: ArrayLike<number>,
    workspace = createWorkspace(operator),
  ) {
    this.#operator = operator
    this.#data = data
    this.#measurement = measurement
    this.#weights = data.map(({ sigma, set }) => fitWeights(sigma, set))
    this.#optimiser = optimiser
    const { gradient, ...arrays } = workspace
    this.#gradient = gradient
    this.state = { ...arrays, iteration: 0 }
    arrays.field.set(initialField)
    arrays.firstMoment.fill(0)
    arrays.secondMoment.fill(0)
  }

  /** One step: the evaluation before it. @throws DivergenceError, leaving the state as it was */
  async step(): Promise<Evaluation> {
    const { field, firstMoment, secondMoment } = this.state
    const likelihood = await this.#likelihood()
    const { regularisation, gradientNorm } = await this.#operator.lossGradient(
      { magneticField: field },
      this.#cotangent(likelihood),
      { magneticField: this.#gradient },
    )
    const evaluation = this.#evaluation(likelihood, regularisation, gradientNorm)
    this.#requireFinite(evaluation)
    const step = this.state.iteration + 1
    await this.#operator.update({
      method: this.#optimiser.method,
      parameters: field,
      gradient: this.#gradient,
      firstMoment,
      secondMoment,
      step,
      options: publishedOptions(this.#optimiser.method, this.#optimiser.learning_rate),
    })
    this.state.iteration = step
    return evaluation
  }

  /** The field as it is, without a step. @throws DivergenceError */
  async evaluate(): Promise<Evaluation> {
    const likelihood = await this.#likelihood()
    const regularisation = await this.#operator.regularisation({ magneticField: this.state.field })
    const evaluation = this.#evaluation(likelihood, regularisation, null)
    this.#requireFinite(evaluation)
    return evaluation
  }

  async #likelihood(): Promise<Pick<Evaluation, 'maps' | 'nuisance' | 'models'> & Residuals> {
    const observables = await this.#forward()
    const models = this.#measurement.apply(observables)
    const nuisance = this.#data.map((vector, i) =>
      solveNuisance(vector.values, models[i], this.#weights[i], vector),
    )
    const residual = this.#data.map((vector, i) => residuals(vector.values, models[i], nuisance[i]))
    const maps = this.#data.map(({ sigma, set }, i) => mapStatistics(residual[i], sigma, set))
    return { maps, nuisance, models, residual }
  }

  async #forward(): Promise<Observables> {
    try {
      return await this.#operator.forward({ magneticField: this.state.field })
    } catch (error) {
      // The kernels refuse to answer with a number that is not finite.
      if (error instanceof KernelError) throw this.#divergence(error.message)
      throw error
    }
  }

  #cotangent({ residual, nuisance }: Residuals & Pick<Evaluation, 'nuisance'>): Observables {
    return this.#measurement.transpose(
      residual.map((values, i) => cotangent(values, this.#weights[i], nuisance[i].gain)),
    )
  }

  #evaluation(
    likelihood: Pick<Evaluation, 'maps' | 'nuisance' | 'models'>,
    regularisation: readonly RegularisationValue[],
    gradientNorm: number | null,
  ): Evaluation {
    const chi2 = likelihood.maps.reduce((sum, { fitted }) => sum + fitted.chi2, 0)
    const penalty = regularisation.reduce((sum, { value }) => sum + value, 0)
    return {
      iteration: this.state.iteration,
      loss: chi2 / 2 + penalty,
      maps: likelihood.maps,
      nuisance: likelihood.nuisance,
      models: likelihood.models,
      regularisation,
      gradientNorm,
    }
  }

  /** A number that is not finite stops the run before it can spread into the field. */
  #requireFinite({ loss, regularisation, maps, gradientNorm }: Evaluation): void {
    if (Number.isFinite(loss) && (gradientNorm === null || Number.isFinite(gradientNorm))) return
    const term = regularisation.find(({ value }) => !Number.isFinite(value))
    const map = maps.findIndex(({ fitted }) => !Number.isFinite(fitted.chi2))
    let culprit = 'the gradient'
    if (term) culprit = `the regularisation term ${term.term}`
    else if (map >= 0) culprit = `the model of "${this.#data[map].name}"`
    throw this.#divergence(`${culprit} is no longer a finite number.`)
  }

  #divergence(what: string): DivergenceError {
    return new DivergenceError(
      `At iteration ${this.state.iteration} the run became meaningless: ${what} The session keeps its last checkpoint, which is sound. Try a smaller optimiser.learning_rate (it is ${this.#optimiser.learning_rate}).`,
    )
  }
}

interface Residuals {
  readonly residual: readonly Float64Array[]
}

const perMap = ['chi2_n_fitted', 'chi2_n_held_out', 'residual_std_fitted', 'residual_std_held_out']
const nuisanceColumns = ['offset', 'gain'] as const

/**
 * Names of the curve columns: `iteration`, `loss`, `chi2` (fitted), `chi2_n_fitted` and `chi2_n_held_out` (over all maps),
 * `gradient_norm`, one per regularisation term, and per map NAME `NAME:chi2_n_fitted`, `NAME:chi2_n_held_out`,
 * `NAME:residual_std_fitted`, `NAME:residual_std_held_out`, `NAME:offset`, `NAME:gain`. What does not exist is NaN.
 */
export function curveColumns(
  data: readonly { name: string }[],
  regularisation: readonly { term: string }[],
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
  ]
}

/** One row of the curves. */
export function curveRow(evaluation: Evaluation): Float64Array {
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
export function figuresOf(evaluation: Evaluation, data: readonly DataVector[]): RunFigures {
  const { maps, nuisance } = evaluation
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
  }
}
