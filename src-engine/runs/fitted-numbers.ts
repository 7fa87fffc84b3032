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
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
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
  return {
    numbers: figures.numbers.map((number, k) => {
      const sigma = sigmas[k]
      return { ...number, sigma: sigma === undefined ? null : sigma * Math.abs(slopes[k]) }
    }),
    correlations: correlations.map((row, i) => row.map((value, j) => signs[i] * signs[j] * value)),
    conditional: stage.free.some(({ representation }) => representation.numbers === undefined),
  }
}
