import { goodValues } from './limits.ts'
import type { Limits } from './limits.ts'

/** How values are spread over the colours. */
export type NormKind = 'linear' | 'log' | 'symlog' | 'asinh' | 'sqrt' | 'histogram'

export const NORM_KINDS: readonly NormKind[] = [
  'linear',
  'log',
  'symlog',
  'asinh',
  'sqrt',
  'histogram',
]

/** A map between values and positions on the colour bar, rising, from 0 at `min` to 1 at `max`. */
export interface Norm extends Limits {
  readonly kind: NormKind
  /** Half width of the linear part around 0 (symlog, asinh), in the unit of the values. */
  readonly linearWidth?: number
  /** Position in [0, 1], clipped at the ends; NaN for NaN. */
  toUnit(value: number): number
  /** Value at a position in [0, 1]. */
  fromUnit(position: number): number
}

export interface NormOptions extends Limits {
  readonly kind: NormKind
  /** For symlog and asinh; default one hundredth of the larger limit. */
  readonly linearWidth?: number
  /** For histogram: the values to equalise. */
  readonly values?: ArrayLike<number>
}

/**
 * Builds a norm. Throws RangeError for limits that do not rise, and for a log norm whose minimum is not
 * positive (values at or below 0 then sit at the lower end: count them with `countNonPositive`).
 */
export function makeNorm(options: NormOptions): Norm {
  const { kind, min, max } = options
  if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) {
    throw new RangeError(
      `Colour limits ${min} to ${max} are not valid: minimum < maximum is needed.`,
    )
  }
  switch (kind) {
    case 'linear':
      return fromTransform(
        { kind, min, max },
        (value) => value,
        (scaled) => scaled,
      )
    case 'log':
      if (min <= 0) {
        throw new RangeError(
          `A logarithmic colour scale cannot start at ${min}: the minimum must be greater than 0. Use symlog or asinh for values of both signs.`,
        )
      }
      return fromTransform(
        { kind, min, max },
        (value) => Math.log10(Math.max(value, 0)),
        (scaled) => 10 ** scaled,
      )
    case 'sqrt':
      return fromTransform(
        { kind, min, max },
        (value) => Math.sqrt(Math.max(value - min, 0)),
        (scaled) => scaled ** 2 + min,
      )
    case 'symlog':
    case 'asinh': {
      const linearWidth = options.linearWidth ?? Math.max(Math.abs(min), Math.abs(max)) / 100
      if (!(linearWidth > 0 && Number.isFinite(linearWidth))) {
        throw new RangeError(`The linear width ${linearWidth} must be greater than 0.`)
      }
      const { forward, inverse } = kind === 'symlog' ? symlog(linearWidth) : asinh(linearWidth)
      return { ...fromTransform({ kind, min, max }, forward, inverse), linearWidth }
    }
    case 'histogram':
      return histogramNorm(min, max, options.values ?? [])
  }
}

function fromTransform(
  ends: Limits & { readonly kind: NormKind },
  forward: (value: number) => number,
  inverse: (scaled: number) => number,
): Norm {
  const low = forward(ends.min)
  const span = forward(ends.max) - low
  return {
    ...ends,
    toUnit: (value) => clip((forward(value) - low) / span),
    fromUnit: (position) => inverse(low + clip(position) * span),
  }
}

function clip(position: number): number {
  return Math.min(Math.max(position, 0), 1)
}

/** Logarithmic beyond the linear width, linear within it, one decade wide there (as matplotlib). */
function symlog(width: number) {
  // Makes value and slope of the linear part meet the first decade.
  const linear = 1 / (1 - 1 / 10)
  return {
    forward: (value: number) => {
      const size = Math.abs(value)
      if (size <= width || Number.isNaN(value)) return (value / width) * linear
      return Math.sign(value) * (linear + Math.log10(size / width))
    },
    inverse: (scaled: number) => {
      const size = Math.abs(scaled)
      if (size <= linear) return (scaled / linear) * width
      return Math.sign(scaled) * width * 10 ** (size - linear)
    },
  }
}

function asinh(width: number) {
  return {
    forward: (value: number) => Math.asinh(value / width),
    inverse: (scaled: number) => width * Math.sinh(scaled),
  }
}

const QUANTILES = 1024

/** Every colour gets the same number of pixels between the limits: the position is the rank. */
function histogramNorm(min: number, max: number, values: ArrayLike<number>): Norm {
  const { edges, positions } = quantiles(min, max, values)
  return {
    kind: 'histogram',
    min,
    max,
    toUnit: (value) => {
      if (Number.isNaN(value)) return NaN
      return interpolate(edges, positions, Math.min(Math.max(value, min), max))
    },
    fromUnit: (position) => interpolate(positions, edges, clip(position)),
  }
}

/** Values and their ranks (0 to 1), both strictly rising; equal values share their middle rank. */
function quantiles(min: number, max: number, values: ArrayLike<number>) {
  const sorted = goodValues(values)
    .filter((value) => value > min && value < max)
    .sort()
  const edges = [min]
  const positions = [0]
  const steps = Math.min(QUANTILES, sorted.length + 1)
  let firstOfEqual = 0
  for (let i = 1; i < steps; i++) {
    const value = sorted[Math.round((i / steps) * (sorted.length + 1)) - 1]
    const last = edges.length - 1
    if (value > edges[last]) {
      edges.push(value)
      positions.push(i / steps)
      firstOfEqual = i
    } else {
      positions[last] = (firstOfEqual + i) / (2 * steps)
    }
  }
  edges.push(max)
  positions.push(1)
  return { edges, positions }
}

/** Value of the line through (xs, ys), both rising, at an x between the ends. */
function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  const above = firstAbove(xs, x)
  const fraction = (x - xs[above - 1]) / (xs[above] - xs[above - 1])
  return ys[above - 1] + fraction * (ys[above] - ys[above - 1])
}

/** Index of the first edge greater than the value, by bisection; the last one if none is. */
function firstAbove(edges: readonly number[], value: number): number {
  let low = 0
  let high = edges.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (edges[middle] > value) high = middle
    else low = middle
  }
  return high
}
