import { buildScale } from './colour-scale.ts'
import type { ColourScale, ValueStatistics } from './colour-scale.ts'

/** How many of the values lie in each of equal parts of an axis that shows all of them, stretched as the colours are. */
export interface Histogram {
  readonly axis: ColourScale
  readonly counts: Uint32Array
  readonly most: number
}

const bins = 96

export function histogramOf(
  statistics: ValueStatistics,
  scale: ColourScale,
  symmetric: boolean,
): Histogram {
  const { minimum, maximum, sample } = statistics
  const norm = scale.kind === 'equalised' ? 'linear' : scale.kind
  // Wide enough for the limits too, which may have been dragged beyond the values.
  const limits = [Math.min(minimum, scale.limits[0]), Math.max(maximum, scale.limits[1])] as const
  const axis = buildScale(
    { norm, limits: sample.length > 0 ? limits : scale.limits, percentile: 100, symmetric },
    statistics,
  )
  const counts = new Uint32Array(bins)
  let most = 0
  for (const value of sample) {
    const at = axis.norm.toUnit(value)
    if (Number.isNaN(at)) continue
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(at * bins)))
    counts[bin]++
    most = Math.max(most, counts[bin])
  }
  return { axis, counts, most }
}
