import type { FittedNumbers } from './representation.ts'
import type { ParameterPenalty } from './terms.ts'

/**
 * Gaussian priors of a block of numbers, each by itself: 1/2 sum ((value - mean) / sigma)^2; undefined where none has one. The
 * second derivative of a value with respect to its coordinate is left out of the curvature, as that of the data is.
 */
export function gaussianPriors(fitted: FittedNumbers): ParameterPenalty | undefined {
  const { numbers } = fitted
  if (numbers.every(({ prior }) => prior === undefined)) return undefined
  return {
    weight: 1,
    add: (parameters, gradient) => {
      const values = fitted.valuesAt(parameters)
      const slopes = fitted.slopesAt(parameters)
      return numbers.reduce((sum, { prior, transform }, k) => {
        if (prior === undefined) return sum
        const away = transform === 'wrap' ? turned(values[k] - prior.mean) : values[k] - prior.mean
        gradient[k] += (away * slopes[k]) / prior.sigma ** 2
        return sum + (away / prior.sigma) ** 2 / 2
      }, 0)
    },
    addCurvature: (parameters, tangent, into) => {
      const slopes = fitted.slopesAt(parameters)
      numbers.forEach(({ prior }, k) => {
        if (prior !== undefined) into[k] += (slopes[k] / prior.sigma) ** 2 * tangent[k]
      })
    },
  }
}

/** An angle in degrees within half a turn of zero. */
function turned(angle: number): number {
  return angle - 360 * Math.round(angle / 360)
}
