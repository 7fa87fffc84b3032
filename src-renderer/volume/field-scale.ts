import { formatNumber, formatQuantity, limitsFromPercentile } from '#shared/sky/index.ts'
import { buildScale, divergingMap, valueStatistics } from '../sky/colour-scale.ts'
import { quantityInfo } from './scalar.ts'
import type { ColourScale, ValueStatistics } from '../sky/colour-scale.ts'
import type { ScalarGrid } from './scalar.ts'
import type { FieldProps, FieldQuantity } from './types.ts'

/** Part of the voxels within automatic limits, percent. */
const percentile = 99.5

/** Values of the region only: zeros outside it would hide the field in the percentiles. */
export function regionStatistics(grid: ScalarGrid): ValueStatistics {
  let count = 0
  const values = new Float32Array(grid.values.length)
  for (let voxel = 0; voxel < values.length; voxel++) {
    if (grid.inside[voxel]) values[count++] = grid.values[voxel]
  }
  return valueStatistics(values.subarray(0, count))
}

/** A logarithmic scale shows at most this range by itself: what is fainter does not matter on the sky. */
const mostDecades = 4

/** Strength from 0, the spectral index between its extremes, signed quantities symmetric about 0, densities logarithmic. */
export function fieldScale(
  quantity: FieldQuantity,
  limits: FieldProps['limits'],
  statistics: ValueStatistics,
): ColourScale {
  const { signed, norm } = quantityInfo[quantity]
  const high = limitsFromPercentile(statistics.sample, 0, percentile)?.max ?? 1
  const positive = statistics.sample.filter((value) => value > 0)
  const least = limitsFromPercentile(positive, 0, 100)?.min ?? 0
  const low =
    norm === 'log' ? Math.max(least, high / 10 ** mostDecades) : quantity === 'p' ? least : 0
  const strength = limits ?? (high > 0 ? ([low, high] as const) : ([0, 1] as const))
  const scale = buildScale(
    { norm, limits: signed ? limits : strength, percentile, symmetric: signed },
    statistics,
  )
  return {
    ...scale,
    clippedAbove: scale.clippedAbove && isAbove(scale, statistics.maximum),
    clippedBelow: scale.clippedBelow && isBelow(scale, statistics.minimum),
  }
}

/** A value this little beyond a limit, relative, is at it: fields are float32, limits are not. */
const atLimit = 1e-5
const isAbove = ({ limits: [, high] }: ColourScale, value: number) =>
  value > high + atLimit * Math.abs(high)
const isBelow = ({ limits: [low] }: ColourScale, value: number) =>
  value < low - atLimit * Math.abs(low)

export function fieldColourMap(
  { quantity, colourMap }: Pick<FieldProps, 'quantity' | 'colourMap'>,
  theme: FieldProps['theme'],
): string {
  if (colourMap !== null) return colourMap
  if (!quantityInfo[quantity].signed) return 'viridis'
  return divergingMap(theme)
}

/** Words under the colour bar, with the part of the region that the limits cut off: short, since slices may be narrow. */
export function scaleWords(
  quantity: FieldQuantity,
  scale: ColourScale,
  { sample }: ValueStatistics,
): string {
  const { name, symbol, unit, signed } = quantityInfo[quantity]
  const [low, high] = scale.limits
  const part = (counts: (value: number) => boolean) =>
    (100 * sample.filter(counts).length) / sample.length
  const above = part((value) => isAbove(scale, value))
  const below = part((value) => isBelow(scale, value))
  const percent = (share: number) => `${formatNumber(share, { digits: 1 })}\u00a0%`
  const end = (limit: number) => formatQuantity(limit, unit, { digits: 2 })
  if (!(above + below > 0)) return `${name} ${symbol}`
  if (signed && low === -high) return `${symbol}, ${percent(above + below)} beyond ±${end(high)}`
  return [
    symbol,
    ...(above > 0 ? [`${percent(above)} > ${end(high)}`] : []),
    ...(below > 0 ? [`${percent(below)} < ${end(low)}`] : []),
  ].join(', ')
}
