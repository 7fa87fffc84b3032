import { cotangent, fitWeights, mapStatistics, residuals } from '#shared/inference/likelihood.ts'
import type { MapStatistics } from '#shared/inference/likelihood.ts'
import { solveNuisance } from '#shared/inference/nuisance.ts'
import type { Nuisance } from '#shared/inference/nuisance.ts'
import type { Ray } from '#shared/physics/index.ts'
import { differencePoints, extrapolateDifferences } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { createMeasurement } from '../runs/measurement/measurement.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { FreeParameter } from './free-parameters.ts'
import type { RunModels } from './medium.ts'
import { mediumOf } from './medium.ts'
import { rayBuilder } from './rays.ts'
import type { SimulationControl } from './simulate.ts'
import { simulateRays, sightlineOptionsOf } from './simulate.ts'

/** The fit of parametric models to data, without any optimisation. */
export interface ParametricEvaluation {
  maps: readonly MapStatistics[]
  nuisance: readonly Nuisance[]
  /** One per data vector: the model without offset and gain, in the unit of the data. */
  models: readonly Float64Array[]
}

/** Compares models with data; undefined when it was stopped. */
export async function evaluateModels(
  runFile: RunFile,
  models: RunModels,
  data: readonly DataVector[],
  control: SimulationControl = {},
): Promise<ParametricEvaluation | undefined> {
  const predicted = await predict(runFile, models, data, control)
  if (!predicted) return undefined
  const nuisance = data.map((vector, i) =>
    solveNuisance(vector.values, predicted[i], fitWeights(vector.sigma, vector.set), vector),
  )
  const maps = data.map(({ values, sigma, set }, i) =>
    mapStatistics(residuals(values, predicted[i], nuisance[i]), sigma, set),
  )
  return { maps, nuisance, models: predicted }
}

export interface ParameterDerivative {
  /** Derivative of 1/2 chi-square of the fitted pixels, per unit of the parameter. */
  value: number
  /** Estimate of its numerical error. */
  error: number
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
export async function differentiate(
  runFile: RunFile,
  data: readonly DataVector[],
  evaluation: ParametricEvaluation,
  parameter: FreeParameter,
  control: SimulationControl = {},
): Promise<ParameterDerivative | undefined> {
  const weights = concatenate(
    data.map(({ values, sigma, set }, i) => {
      const nuisance = evaluation.nuisance[i]
      const residual = residuals(values, evaluation.models[i], nuisance)
      return cotangent(residual, fitWeights(sigma, set), nuisance.gain)
    }),
  )
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
    best = { value: values[0], error: errors[0] }
    if (best.error <= ENOUGH * Math.abs(best.value)) return best
  }
  return best
}

function weightedSum(weights: Float64Array, values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < weights.length; i++) sum += weights[i] * values[i]
  return sum
}

/** The values of every data vector under the models. */
async function predict(
  runFile: RunFile,
  models: RunModels,
  data: readonly DataVector[],
  control: SimulationControl,
): Promise<Float64Array[] | undefined> {
  const { directions, maxDistanceKpc, frequenciesGhz, ...measurement } = createMeasurement(
    data,
    runFile.sky.distance_kpc,
  )
  const rayAlong = rayBuilder(runFile, maxDistanceKpc?.every(Number.isFinite) ?? false)
  const rays = directions.length / 3
  const rayAt = (ray: number): Ray =>
    rayAlong(
      [directions[3 * ray], directions[3 * ray + 1], directions[3 * ray + 2]],
      maxDistanceKpc?.[ray],
    )
  const options = sightlineOptionsOf(runFile, frequenciesGhz)
  const seen = await simulateRays(mediumOf(models), rays, rayAt, options, control)
  if (!seen) return undefined
  return measurement.apply({
    I: concatenate(seen.I),
    Q: concatenate(seen.Q),
    U: concatenate(seen.U),
    faraday_depth: seen.faradayDepth,
    dispersion_measure: seen.dispersionMeasure,
  })
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
