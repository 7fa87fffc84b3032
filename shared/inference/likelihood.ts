/**
 * The Gaussian likelihood of one map: weighted residuals, chi-square of fitted and held-out pixels, and the cotangent
 * that the kernels turn into a gradient. Sums are float64, in the order of the pixels.
 */
import type { Nuisance } from './nuisance.ts'

/** Which use a pixel has. */
export const pixelSets = { fitted: 1, heldOut: 2 } as const

/** Chi-square and residuals of one map and set of pixels. */
export interface SetStatistics {
  readonly pixels: number
  /** sum ((d - gain m - offset) / sigma)^2 */
  readonly chi2: number
  /** Standard deviation of the unweighted residuals about their mean, in the unit of the data; 0 without pixels. */
  readonly residualStd: number
}

export interface MapStatistics {
  readonly fitted: SetStatistics
  readonly heldOut: SetStatistics
}

/** 1 / sigma^2 of fitted pixels, 0 of held-out ones. */
export function fitWeights(sigma: Float64Array, set: Uint8Array): Float64Array {
  return sigma.map((value, i) => (set[i] === pixelSets.fitted ? 1 / (value * value) : 0))
}

/** The model as the data have it: gain m + offset. */
export function withNuisance(model: Float64Array, { gain, offset }: Nuisance): Float64Array {
  return model.map((value) => gain * value + offset)
}

/** Residuals d - gain m - offset. */
export function residuals(
  data: Float64Array,
  model: Float64Array,
  nuisance: Nuisance,
): Float64Array {
  return data.map((value, i) => value - nuisance.gain * model[i] - nuisance.offset)
}

/**
 * Derivative of 1/2 chi-square with respect to the model values: -gain r / sigma^2 on fitted pixels, 0 elsewhere. The
 * nuisance terms are at their optimum, so their own dependence on the model drops out.
 */
export function cotangent(
  residual: Float64Array,
  weight: Float64Array,
  gain: number,
): Float64Array {
  return residual.map((value, i) => -gain * weight[i] * value)
}

/** Chi-square, number of pixels and residual standard deviation of both sets, in two passes over all pixels. */
export function mapStatistics(
  residual: Float64Array,
  sigma: Float64Array,
  set: Uint8Array,
): MapStatistics {
  // By the number of the set, in one loop for both: as a function called once per set this was seen, on a busy machine, to give the held-out figures
  // for the fitted ones in one iteration of 200, which nothing in the source allows (a compiled loop entered midway is suspected).
  const pixels = new Float64Array(3)
  const chi2 = new Float64Array(3)
  const sum = new Float64Array(3)
  for (let i = 0; i < residual.length; i++) {
    const use = set[i]
    pixels[use]++
    sum[use] += residual[i]
    chi2[use] += (residual[i] / sigma[i]) ** 2
  }
  const mean = sum.map((value, use) => (pixels[use] > 0 ? value / pixels[use] : 0))
  const squares = new Float64Array(3)
  for (let i = 0; i < residual.length; i++) {
    const use = set[i]
    squares[use] += (residual[i] - mean[use]) ** 2
  }
  const statisticsOf = (use: number): SetStatistics => ({
    pixels: pixels[use],
    chi2: chi2[use],
    residualStd: pixels[use] > 0 ? Math.sqrt(squares[use] / pixels[use]) : 0,
  })
  return { fitted: statisticsOf(pixelSets.fitted), heldOut: statisticsOf(pixelSets.heldOut) }
}

/** Chi-square per pixel, pooled over maps; null without pixels. */
export function pooledChi2(sets: readonly SetStatistics[]): number | null {
  const pixels = sets.reduce((sum, set) => sum + set.pixels, 0)
  return pixels > 0 ? sets.reduce((sum, set) => sum + set.chi2, 0) / pixels : null
}
