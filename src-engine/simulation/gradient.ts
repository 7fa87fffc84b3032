/** Derivatives of the likelihood of parametric models with respect to their free parameters. */
import type { FieldKind, ResolvedModel } from '#shared/fields/index.ts'
import { bindDerivatives, movesSurface } from '#shared/fields/index.ts'
import { cotangent, fitWeights, residuals } from '#shared/inference/likelihood.ts'
import type { MediumDerivatives } from '#shared/physics/index.ts'
import { differencePoints, extrapolateDifferences } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { FreeParameter, ModelKey } from './free-parameters.ts'
import type { ParametricEvaluation } from './likelihood.ts'
import { asMeasured, concatenate, indicesOf, predict, sightlinesOf } from './likelihood.ts'
import type { RunModels } from './medium.ts'
import { mediumOf } from './medium.ts'
import type { SimulationControl } from './simulate.ts'
import { differentiateRays } from './simulate.ts'

export interface ParameterDerivative {
  /** Derivative of 1/2 chi-square of the fitted pixels, per unit of the parameter. */
  value: number
  /** Estimate of its numerical error; 0 where it is exact. */
  error: number
  /** From the expression of the model; otherwise by differences. */
  exact: boolean
}

/**
 * Derivatives of 1/2 chi-square with respect to free parameters, in their order; undefined when it was stopped.
 *
 * They are exact, from the expressions of the models, but for parameters that move a surface on which a model jumps: those are
 * differences.
 */
export async function gradientOf(
  runFile: RunFile,
  models: RunModels,
  data: readonly DataVector[],
  evaluation: ParametricEvaluation,
  free: readonly FreeParameter[],
  control: SimulationControl = {},
): Promise<ParameterDerivative[] | undefined> {
  requireConstantRandomField(models, free)
  const smooth = free.filter((parameter) => !movesSurfaceOf(models, parameter))
  const exact = await exactly(runFile, models, data, evaluation, smooth, control)
  if (!exact) return undefined
  const derivatives: ParameterDerivative[] = []
  for (const parameter of free) {
    const value = exact.get(parameter)
    const derivative =
      value === undefined
        ? await byDifferences(runFile, data, evaluation, parameter, control)
        : { value, error: 0, exact: true }
    if (!derivative) return undefined
    derivatives.push(derivative)
  }
  return derivatives
}

/** A random field along the regular one changes with that field's parameters, which derivatives do not know of. */
function requireConstantRandomField({ random }: RunModels, free: readonly FreeParameter[]): void {
  if (!random || !free.some(({ of }) => of === 'magnetic')) return
  const { anisotropy, striation } = random.choice
  if (anisotropy === 1 && striation === 0) return
  const field = `${random.key}.${striation === 0 ? 'anisotropy' : 'striation'}`
  throw new InputError(
    `${field}: this random field changes with the parameters of the magnetic field, whose derivatives do not count that: leave it out, or free none of them.`,
    { field },
  )
}

/** Whether a free parameter moves a surface on which its model jumps. */
export function movesSurfaceOf(models: RunModels, { of, parameter }: FreeParameter): boolean {
  return movesSurface(models[of], parameter)
}

/** Derivatives of the likelihood with respect to the model values, per data vector. */
function cotangentsOf(
  data: readonly DataVector[],
  evaluation: ParametricEvaluation,
): Float64Array[] {
  return data.map(({ values, sigma, set }, i) => {
    const nuisance = evaluation.nuisance[i]
    const residual = residuals(values, evaluation.models[i], nuisance)
    return cotangent(residual, fitWeights(sigma, set), nuisance.gain)
  })
}

async function exactly(
  runFile: RunFile,
  models: RunModels,
  data: readonly DataVector[],
  evaluation: ParametricEvaluation,
  free: readonly FreeParameter[],
  control: SimulationControl,
): Promise<Map<FreeParameter, number> | undefined> {
  const gradient = new Map<FreeParameter, number>()
  if (free.length === 0) return gradient
  const { measurement, count, rayAt, options } = sightlinesOf(runFile, data)
  const medium = mediumOf(models)
  const derivatives = derivativesOf(models, free)
  const indices = indicesOf(runFile, models, measurement)
  const seen = await differentiateRays(medium, derivatives, count, rayAt, options, control, indices)
  if (!seen) return undefined
  // A measurement is linear: the derivative of what is measured is the measurement of the derivative.
  const weights = concatenate(cotangentsOf(data, evaluation))
  free.forEach((parameter, k) => {
    const values = concatenate(measurement.apply(asMeasured(seen[k])))
    gradient.set(parameter, weightedSum(weights, values))
  })
  return gradient
}

/** Where each kind of field has its derivatives among the five of a parameter, and how many. */
const places = {
  magnetic: { offset: 0, width: 3 },
  thermalElectrons: { offset: 3, width: 1 },
  cosmicRayElectrons: { offset: 4, width: 1 },
} as const satisfies Readonly<Record<ModelKey, { offset: number; width: number }>>

function derivativesOf(models: RunModels, free: readonly FreeParameter[]): MediumDerivatives {
  const context = { observerKpc: models.observerKpc }
  const parts = (['magnetic', 'thermalElectrons', 'cosmicRayElectrons'] as const).flatMap((of) => {
    const own = free.flatMap((parameter, k) => (parameter.of === of ? [{ parameter, k }] : []))
    if (own.length === 0) return []
    const model: ResolvedModel<FieldKind> = models[of]
    const parameters = own.map(({ parameter }) => parameter.parameter)
    const { offset, width } = places[of]
    return [
      {
        at: bindDerivatives(model, parameters, context),
        values: new Float64Array(width * own.length),
        width,
        targets: own.map(({ k }) => 5 * k + offset),
      },
    ]
  })
  return {
    count: free.length,
    evaluate: ([x, y, z], out) => {
      for (const { at, values, width, targets } of parts) {
        at(x, y, z, values, 0)
        targets.forEach((target, own) => {
          for (let i = 0; i < width; i++) out[target + i] = values[width * own + i]
        })
      }
    },
  }
}

/** Error, relative to the derivative, at which the steps are small enough. */
const ENOUGH = 1e-8
/** How often the steps are made smaller, each time by `SMALLER`: where Faraday rotation is strong, little changes much. */
const ATTEMPTS = 4
const SMALLER = 5

/**
 * Derivative of 1/2 chi-square with respect to one parameter: the derivative of every model value by extrapolated
 * central differences, contracted with the residuals at `evaluation`. Nuisance terms are at their optimum, so their
 * own dependence on the parameter drops out. Steps become smaller until the error estimate is small or grows again.
 */
async function byDifferences(
  runFile: RunFile,
  data: readonly DataVector[],
  evaluation: ParametricEvaluation,
  parameter: FreeParameter,
  control: SimulationControl = {},
): Promise<ParameterDerivative | undefined> {
  const weights = concatenate(cotangentsOf(data, evaluation))
  let best: ParameterDerivative | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const points = differencePoints(parameter.value, parameter.step / SMALLER ** attempt)
    const samples: Float64Array[] = []
    for (const point of points) {
      const predicted = await predict(runFile, parameter.at(point), data, control)
      if (!predicted) return undefined
      samples.push(concatenate(predicted))
    }
    // Differences of the weighted sum keep what cancels between pixels out of the error.
    const sums = samples.map((sample) => [weightedSum(weights, sample)])
    const { values, errors } = extrapolateDifferences(points, sums)
    if (best && errors[0] >= best.error) return best
    best = { value: values[0], error: errors[0], exact: false }
    if (best.error <= ENOUGH * Math.abs(best.value)) return best
  }
  return best
}

function weightedSum(weights: Float64Array, values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += weights[i] * values[i]
  return sum
}
