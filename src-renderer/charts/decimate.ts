/**
 * Thinning of a curve for drawing: each bucket of points keeps its first, last, smallest and largest, so that no peak
 * is lost and the drawn line has at most `limit` points. NaN is kept as the end of a piece, never bridged.
 *
 * @param x ascending abscissae
 * @param y values of the same length
 * @returns indices to draw, ascending
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, limit: number): number[] {
  const count = Math.min(x.length, y.length)
  if (count <= limit) return Array.from({ length: count }, (_, index) => index)
  const buckets = Math.max(1, Math.floor(limit / 4))
  const kept: number[] = []
  for (let bucket = 0; bucket < buckets; bucket++) {
    const first = Math.floor((bucket * count) / buckets)
    const last = Math.floor(((bucket + 1) * count) / buckets) - 1
    let low = first
    let high = first
    for (let index = first; index <= last; index++) {
      if (!Number.isFinite(y[low]) || y[index] < y[low]) low = index
      if (!Number.isFinite(y[high]) || y[index] > y[high]) high = index
    }
    for (const index of [first, Math.min(low, high), Math.max(low, high), last])
      if (kept.length === 0 || index > kept[kept.length - 1]) kept.push(index)
  }
  return kept
}
