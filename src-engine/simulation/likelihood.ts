import { fitWeights, mapStatistics, residuals } from '#shared/inference/likelihood.ts'
import type { MapStatistics } from '#shared/inference/likelihood.ts'
import { solveNuisance } from '#shared/inference/nuisance.ts'
import type { Nuisance } from '#shared/inference/nuisance.ts'
import type { Observables, Ray, SightlineOptions } from '#shared/physics/index.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import type { Measurement } from '../runs/measurement/measurement.ts'
import { createMeasurement } from '../runs/measurement/measurement.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { RunModels } from './medium.ts'
import { mediumOf } from './medium.ts'
import { rayIndices } from './ray-index.ts'
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

/** The values of every data vector under the models; undefined when it was stopped. */
export async function predict(
  runFile: RunFile,
  models: RunModels,
  data: readonly DataVector[],
  control: SimulationControl,
): Promise<Float64Array[] | undefined> {
  const { measurement, count, rayAt, options } = sightlinesOf(runFile, data)
  const indices = indicesOf(runFile, models, measurement)
  const seen = await simulateRays(mediumOf(models), count, rayAt, options, control, indices)
  return seen && measurement.apply(asMeasured(seen))
}

/** The rays that data see, and how they are integrated. */
export interface DataSightlines {
  measurement: Measurement
  count: number
  rayAt: (index: number) => Ray
  options: SightlineOptions
}

export function sightlinesOf(runFile: RunFile, data: readonly DataVector[]): DataSightlines {
  const measurement = createMeasurement(data, runFile.sky.distance_kpc)
  const { directions, maxDistanceKpc, frequenciesGhz } = measurement
  const rayAlong = rayBuilder(runFile, maxDistanceKpc?.every(Number.isFinite) ?? false)
  const rayAt = (ray: number): Ray =>
    rayAlong(
      [directions[3 * ray], directions[3 * ray + 1], directions[3 * ray + 2]],
      maxDistanceKpc?.[ray],
    )
  const options = sightlineOptionsOf(runFile, frequenciesGhz)
  return { measurement, count: directions.length / 3, rayAt, options }
}

/** [ray] p, where it differs between the rays of a measurement. */
export function indicesOf(
  { cosmic_ray_electrons: cosmic }: RunFile,
  { skyIndex }: RunModels,
  { directions }: Pick<Measurement, 'directions'>,
): Float64Array | undefined {
  return rayIndices(cosmic, skyIndex, directions)?.values
}

/** Observables as a measurement takes them: [frequency][ray] in one array. */
export function asMeasured(seen: Observables): Parameters<Measurement['apply']>[0] {
  return {
    I: concatenate(seen.I),
    Q: concatenate(seen.Q),
    U: concatenate(seen.U),
    faraday_depth: seen.faradayDepth,
    dispersion_measure: seen.dispersionMeasure,
  }
}

export function concatenate(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
