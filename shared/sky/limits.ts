import { isUnseen } from '../healpix/index.ts'

/** Lower and upper end of a colour scale. */
export interface Limits {
  readonly min: number
  readonly max: number
}

/**
 * Percentiles (0 to 100) of the good values, interpolated linearly as numpy does; undefined when there is
 * no good value. NaN, infinite and UNSEEN are never good.
 */
export function limitsFromPercentile(
  values: ArrayLike<number>,
  lowPercent: number,
  highPercent: number,
): Limits | undefined {
  const good = goodValues(values)
  if (good.length === 0) return undefined
  return { min: percentile(good, lowPercent), max: percentile(good, highPercent) }
}

/** Limits -m to m about 0, m the percentile of |value|; for signed quantities. */
export function symmetricLimits(values: ArrayLike<number>, percent: number): Limits | undefined {
  const good = goodValues(values).map(Math.abs)
  if (good.length === 0) return undefined
  const max = percentile(good, percent)
  return { min: -max, max }
}

/** How many good values a logarithmic scale cannot show. */
export function countNonPositive(values: ArrayLike<number>): number {
  let count = 0
  for (let i = 0; i < values.length; i++) {
    if (values[i] <= 0 && !isUnseen(values[i])) count++
  }
  return count
}

/** A copy of the values that are neither NaN, infinite nor UNSEEN. */
export function goodValues(values: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const good = new Float64Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    if (!isUnseen(values[i])) good[count++] = values[i]
  }
  return good.slice(0, count)
}

/** Percentile of an array that may be reordered. */
function percentile(values: Float64Array, percent: number): number {
  if (!(percent >= 0 && percent <= 100)) {
    throw new RangeError(`Percentile ${percent} is outside 0 to 100.`)
  }
  const rank = ((values.length - 1) * percent) / 100
  const below = Math.floor(rank)
  const low = orderStatistic(values, below)
  if (rank === below) return low
  // After the selection everything behind `below` is larger: the next value is its minimum.
  let high = Infinity
  for (let i = below + 1; i < values.length; i++) high = Math.min(high, values[i])
  return low + (rank - below) * (high - low)
}

/** The value of the given rank, by Hoare's selection in place: linear time, so 10^7 pixels take 0.1 s. */
function orderStatistic(values: Float64Array, rank: number): number {
  let left = 0
  let right = values.length - 1
  while (left < right) {
    const pivot = medianOfThree(values[left], values[(left + right) >> 1], values[right])
    let i = left
    let j = right
    while (i <= j) {
      while (values[i] < pivot) i++
      while (values[j] > pivot) j--
      if (i <= j) {
        const swap = values[i]
        values[i++] = values[j]
        values[j--] = swap
      }
    }
    if (rank <= j) right = j
    else if (rank >= i) left = i
    else break
  }
  return values[rank]
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}
