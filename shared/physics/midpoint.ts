/** The classic rule: N equal steps, one sample at the middle of each. */
import type { PhaseScheme } from './faraday.ts'
import {
  RM_CONSTANT_MICROGAUSS,
  RM_CONSTANT_SYNAX_MICROGAUSS,
  slabDepolarisation,
} from './faraday.ts'
import type { Ray } from './geometry.ts'
import { lineOfSightBasis } from './geometry.ts'
import type { LineSums, Propagation } from './line-sums.ts'
import { emptyLineSums } from './line-sums.ts'
import type { Medium } from './medium.ts'
import { createLocalEmission, evaluateLocalEmission } from './medium.ts'
import { along } from './vector.ts'

/**
 * Sums along a ray with `samples` steps.
 *
 * Depth by which a sample is rotated, the step k adding d_k: `half-cell` and `exact` sum_{i<k} d_i + d_k/2, `exact`
 * also times the depolarisation inside the step; `first-order` sum_{i<=k} d_i with the published constant of
 * synax; `off` none. The depth reported is the full sum, except with `half-cell`: there it is the depth at
 * the middle of the last step, as published comparison values have it. The optical depth is that to the middle of a step.
 */
export function integrateMidpoint(
  medium: Medium,
  ray: Ray,
  samples: number,
  phase: PhaseScheme,
  { wavelengthsSquared, opacities }: Propagation,
): LineSums {
  if (!Number.isInteger(samples) || samples < 1) {
    throw new RangeError(
      `The midpoint rule needs a whole number of samples, at least 1, not ${samples}.`,
    )
  }
  const sums = emptyLineSums(wavelengthsSquared.length)
  const { north, east } = lineOfSightBasis(ray.direction)
  const local = createLocalEmission()
  const step = ray.lengthKpc / samples
  const constant = phase === 'first-order' ? RM_CONSTANT_SYNAX_MICROGAUSS : RM_CONSTANT_MICROGAUSS
  let depth = 0
  let sampleDepth = 0
  for (let k = 0; k < samples; k++) {
    const position = along(ray.origin, ray.direction, step * (k + 0.5))
    evaluateLocalEmission(medium, ray.direction, north, east, position, local)
    sums.column += local.thermal
    const squared = local.thermal * local.thermal * step
    const measure = sums.emissionMeasure + 0.5 * squared
    sums.emissionMeasure += squared
    const depthStep = constant * local.faraday * step
    sampleDepth = depth + (phase === 'first-order' ? depthStep : 0.5 * depthStep)
    depth += depthStep
    sums.faradayVariation += Math.abs(depthStep)
    for (let f = 0; f < wavelengthsSquared.length; f++) {
      const lambdaSquared = wavelengthsSquared[f]
      const angle = phase === 'off' ? 0 : 2 * lambdaSquared * sampleDepth
      const amplitude = phase === 'exact' ? slabDepolarisation(lambdaSquared, depthStep) : 1
      const left = Math.exp(-opacities[f] * measure)
      const cos = left * amplitude * Math.cos(angle)
      const sin = left * amplitude * Math.sin(angle)
      sums.emission[f] += left * local.emission
      sums.polarisedCos[f] += cos * local.emissionCos - sin * local.emissionSin
      sums.polarisedSin[f] += sin * local.emissionCos + cos * local.emissionSin
    }
  }
  sums.column *= step
  sums.faradayDepth = phase === 'half-cell' ? sampleDepth : depth
  for (let f = 0; f < wavelengthsSquared.length; f++) {
    sums.emission[f] *= step
    sums.polarisedCos[f] *= step
    sums.polarisedSin[f] *= step
  }
  return sums
}
