import { weightsFrom } from '#shared/fields/index.ts'
import { covarianceOf } from '#shared/inference/laplace.ts'
import type { FieldStage } from '../unknowns/field-stage.ts'
import type { FreeNumber } from '../unknowns/free-numbers.ts'
import type { ParameterFigures } from '../storage/records.ts'
import type { RunObjective } from './objective.ts'

/** The parameters of models that a run fits, in the order of its blocks. */
export function fittedNumbers({ free }: FieldStage): FreeNumber[] {
  return free.flatMap(({ representation }) => representation.numbers?.numbers ?? [])
}

/** Their values, in their units. */
export function fittedValues({ free }: FieldStage): number[] {
  return free.flatMap(
    ({ representation, parameters }) => representation.numbers?.valuesAt(parameters) ?? [],
  )
}

/** A value this near to a bound, as a share of the range (or of the value), is at it. */
const AT_BOUND = 1e-9

function boundReached(
  { bounds: [lower, upper], transform }: FreeNumber,
  value: number,
): 'lower' | 'upper' | null {
  if (transform === 'wrap') return null
  const near = AT_BOUND * (upper - lower < Infinity ? upper - lower : Math.abs(value))
  if (value - lower <= near) return 'lower'
  return upper - value <= near ? 'upper' : null
}

/** Values alone, while a run goes on; undefined where no parameters of models are fitted. */
export function parameterFigures(
  numbers: readonly FreeNumber[],
  values: readonly number[],
): ParameterFigures | undefined {
  if (numbers.length === 0) return undefined
  return {
    numbers: numbers.map((number, k) => ({
      name: number.name,
      unit: number.unit,
      value: values[k],
      sigma: null,
      initial: number.initial,
      bounds: [finiteOrNull(number.bounds[0]), finiteOrNull(number.bounds[1])],
      prior: number.prior ?? null,
      transform: number.transform,
      at_bound: boundReached(number, values[k]),
      moves_surface: number.movesSurface,
    })),
    correlations: null,
    conditional: false,
    ...weightFigures(numbers, values),
  }
}

/**
 * Weights of the mixtures among the numbers, which are positive and sum to 1.
 *
 * @param covariance of two numbers by their places; without it there are no uncertainties. NaN where there is none
 */
function weightFigures(
  numbers: readonly FreeNumber[],
  values: readonly number[],
  covariance?: (i: number, j: number) => number,
): Pick<ParameterFigures, 'weights'> {
  const mixtures = new Map(
    numbers.flatMap(({ mixture }) => (mixture ? [[mixture.weights[0], mixture] as const] : [])),
  )
  if (mixtures.size === 0) return {}
  const weights = [...mixtures.values()].flatMap(({ weights: names, logarithms }) => {
    const places = logarithms.map(({ name }) => numbers.findIndex((one) => one.name === name))
    const found = weightsFrom(
      logarithms.map(({ held }, i) => (places[i] < 0 ? held : values[places[i]])),
    )
    return names.map((name, i) => {
      // d weight_i / d logarithm_k = weight_i (delta_ik - weight_k); the first weight has no logarithm.
      const slopes = places.map((_, k) => found[i] * ((i === k + 1 ? 1 : 0) - found[k + 1]))
      const variance = covariance ? quadraticForm(slopes, places, covariance) : NaN
      return { name, value: found[i], sigma: variance >= 0 ? Math.sqrt(variance) : null }
    })
  })
  return { weights }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** s' C s over the numbers that are not held, whose places are -1. */
function quadraticForm(
  slopes: readonly number[],
  places: readonly number[],
  covariance: (i: number, j: number) => number,
): number {
  let sum = 0
  places.forEach((a, k) => {
    places.forEach((b, l) => {
      if (a >= 0 && b >= 0) sum += slopes[k] * slopes[l] * covariance(a, b)
    })
  })
  return sum
}

/**
 * Values with their uncertainties in the Laplace approximation: the inverse of J'WJ with offset and gain eliminated, plus what
 * priors add, at the parameters of the objective's last evaluation. A number at a bound has none, and others have theirs with
 * it held there. Where grids or numbers of the cosmic-ray electrons are free too, these are held (`conditional`).
 */
export async function determinedParameters(
  objective: RunObjective,
): Promise<ParameterFigures | undefined> {
  const { stage } = objective
  const figures = parameterFigures(fittedNumbers(stage), fittedValues(stage))
  if (figures === undefined) return undefined
  const slopes = stage.free.flatMap(
    ({ representation, parameters }) => representation.numbers?.slopesAt(parameters) ?? [],
  )
  const curvature = await objective.preciseCurvature()
  const free = figures.numbers.map(({ at_bound: bound }) => bound === null)
  const { sigmas, correlations } = covarianceOf(curvature, free)
  const signs = slopes.map(Math.sign)
  const numbers = figures.numbers.map((number, k) => {
    const sigma = sigmas[k]
    return { ...number, sigma: sigma === undefined ? null : sigma * Math.abs(slopes[k]) }
  })
  const signed = correlations.map((row, i) => row.map((value, j) => signs[i] * signs[j] * value))
  // What is held at a bound does not vary.
  const covariance = (i: number, j: number): number =>
    free[i] && free[j] ? (numbers[i].sigma ?? NaN) * (numbers[j].sigma ?? NaN) * signed[i][j] : 0
  return {
    numbers,
    correlations: signed,
    ...weightFigures(fittedNumbers(stage), fittedValues(stage), covariance),
    conditional: stage.free.some(({ representation }) => representation.numbers === undefined),
  }
}
