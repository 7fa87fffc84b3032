import { isUnseen } from '#shared/healpix/index.ts'
import {
  colourTable,
  isColourMapName,
  limitsFromPercentile,
  makeNorm,
  symmetricLimits,
  ticksOf,
} from '#shared/sky/index.ts'
import type { Norm, Tick } from '#shared/sky/index.ts'
import type { ColourLimits, SkyNorm, SkyTheme } from './types.ts'

/** What scales need to know of many values, kept so that limits and norms change without another pass. */
export interface ValueStatistics {
  readonly minimum: number
  readonly maximum: number
  /** Good values: all of them, or an even selection of a large map. */
  readonly sample: Float32Array
}

export interface ScaleRequest {
  readonly norm: SkyNorm
  /** null: from `percentile`. */
  readonly limits: ColourLimits | null
  readonly percentile: number
  readonly symmetric: boolean
}

export interface ColourScale {
  readonly kind: SkyNorm
  readonly norm: Norm
  readonly limits: ColourLimits
  /** Whether values lie beyond the limits: the colour bar gets a pointed end there. */
  readonly clippedBelow: boolean
  readonly clippedAbove: boolean
  /** equalised: the 256 lower edges of the colours; otherwise null. */
  readonly edges: Float32Array | null
}

/** Percentiles of this many values take about 3 ms and scatter by 0.03 % in rank. */
const sampleSize = 32768

const extremes = new WeakMap<Float32Array, ColourLimits>()
const known = new WeakMap<Float32Array, ValueStatistics>()

/** What the engine says of a map that it has sent: saves a pass over its values, which may be 50 million. */
export function noteExtremes(values: Float32Array, minimum: number, maximum: number): void {
  extremes.set(values, [minimum, maximum])
}

/** The extremes, and a selection for percentiles; worked out once for an array. */
export function valueStatistics(values: Float32Array): ValueStatistics {
  const found = known.get(values)
  if (found) return found
  // An odd stride, so that the selection does not follow the rings or rows.
  const stride = values.length > sampleSize ? Math.ceil(values.length / sampleSize) | 1 : 1
  const sample = new Float32Array(Math.ceil(values.length / stride))
  let count = 0
  for (let i = 0; i < values.length; i += stride)
    if (!isUnseen(values[i])) sample[count++] = values[i]
  const [minimum, maximum] = extremes.get(values) ?? extremesOf(values)
  const statistics = { minimum, maximum, sample: sample.subarray(0, count) }
  known.set(values, statistics)
  return statistics
}

function extremesOf(values: Float32Array): ColourLimits {
  let [minimum, maximum] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (isUnseen(value)) continue
    if (value < minimum) minimum = value
    if (value > maximum) maximum = value
  }
  return [minimum, maximum]
}

/** The statistics of no values: what a panel without data shows. */
export const noStatistics: ValueStatistics = valueStatistics(new Float32Array(0))

function automaticLimits(request: ScaleRequest, sample: Float32Array): ColourLimits {
  // A logarithmic scale is about the positive values.
  const values = request.norm === 'log' ? sample.filter((value) => value > 0) : sample
  const cut = (100 - request.percentile) / 2
  const limits = request.symmetric
    ? symmetricLimits(values, request.percentile)
    : limitsFromPercentile(values, cut, 100 - cut)
  return limits ? [limits.min, limits.max] : [0, 1]
}

/** Limits that the norm can use: rising, symmetric where asked, positive for log. */
function usableLimits(request: ScaleRequest, { sample }: ValueStatistics): ColourLimits {
  let [low, high] = request.limits ?? automaticLimits(request, sample)
  if (request.symmetric && request.norm !== 'log') {
    high = Math.max(Math.abs(low), Math.abs(high)) || 1
    low = -high
  }
  if (request.norm === 'log' && !(low > 0)) {
    const positive = sample.filter((value) => value > 0)
    low = limitsFromPercentile(positive, 0, 100)?.min ?? (high > 0 ? high / 1000 : 1)
  }
  if (!(high > low)) {
    // One value everywhere: a scale around it, in steps that float32 can tell apart.
    const room = Math.abs(low) > 0 ? 0.5 * Math.abs(low) : 1
    high = low + room
    low = low > 0 ? low - room : low
  }
  return [low, high]
}

/** The scale of a map. Never throws: limits that cannot be used are mended. */
export function buildScale(asked: ScaleRequest, statistics: ValueStatistics): ColourScale {
  // A logarithmic scale has no place for any value of a map of zeros.
  const { maximum, sample } = statistics
  const nothingPositive = sample.length > 0 && maximum <= 0 && asked.limits === null
  const request: ScaleRequest =
    asked.norm === 'log' && nothingPositive ? { ...asked, norm: 'linear' } : asked
  const limits = usableLimits(request, statistics)
  const [min, max] = limits
  const norm =
    request.norm === 'equalised'
      ? makeNorm({ kind: 'histogram', min, max, values: statistics.sample })
      : makeNorm({ kind: request.norm, min, max })
  return {
    kind: request.norm,
    norm,
    limits,
    clippedBelow: statistics.minimum < min,
    clippedAbove: statistics.maximum > max,
    edges:
      request.norm === 'equalised'
        ? Float32Array.from({ length: 256 }, (_, k) => norm.fromUnit(k / 256))
        : null,
  }
}

/** Value at a place on the colour bar; beyond its ends the scale is mirrored, so that limits can be dragged out. */
export function valueBeyond({ norm }: ColourScale, place: number): number {
  if (place >= 0 && place <= 1) return norm.fromUnit(place)
  const end = place < 0 ? norm.min : norm.max
  const inside = norm.fromUnit(place < 0 ? -place : 2 - place)
  return norm.kind === 'log' ? (end * end) / inside : 2 * end - inside
}

/** Ticks for a bar of this width, CSS pixels. */
export function ticksFor(scale: ColourScale, widthPx: number): Tick[] {
  return ticksOf(scale.norm, Math.min(8, Math.max(2, Math.round(widthPx / 48))))
}

/** Of quantities of both signs: black in the middle on dark panels, white on light ones. */
export function divergingMap(theme: SkyTheme): 'berlin' | 'vik' {
  return theme === 'dark' ? 'berlin' : 'vik'
}

/** The 256 colours of a map by name, RGB bytes; grey for a name that does not exist. */
export function tableOf(colourMap: string): Uint8Array {
  return colourTable(isColourMapName(colourMap) ? colourMap : 'greys')
}
