import { limitsFromPercentile, symmetricLimits } from '#shared/sky/index.ts'
import type { SkyNorm } from '../sky/types.ts'

type Pair = readonly [number, number]

/** Enough values for percentiles that do not visibly move. */
const sampleSize = 32_768

function sample(values: Float32Array): Float32Array {
  if (values.length <= sampleSize) return values
  // An odd stride, so that the selection does not follow the rings.
  const stride = Math.ceil(values.length / sampleSize) | 1
  return Float32Array.from(
    { length: Math.floor(values.length / stride) },
    (_, i) => values[i * stride],
  )
}

/** Limits that two maps share: the central `percent` of the first one's values. */
export function sharedLimits(values: Float32Array, percent: number, norm: SkyNorm): Pair | null {
  const chosen = sample(values)
  const usable = norm === 'log' ? chosen.filter((value) => value > 0) : chosen
  const cut = (100 - percent) / 2
  const limits = limitsFromPercentile(usable, cut, 100 - cut)
  return limits ? [limits.min, limits.max] : null
}

export function balancedLimits(values: Float32Array, percent: number): Pair | null {
  const limits = symmetricLimits(sample(values), percent)
  return limits ? [limits.min, limits.max] : null
}
