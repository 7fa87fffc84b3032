import type { Freedom } from '#shared/session/run-file.ts'

export type Transform = Freedom['transform']

/** What an optimiser moves in place of one parameter: a number that is of the order of one where the parameter matters. */
export interface Coordinate {
  /** Where a fit starts. */
  readonly start: number
  /** Limits of the coordinate; infinite where the map itself keeps the parameter within its bounds. */
  readonly bounds: readonly [number, number]
  valueAt(coordinate: number): number
  /** A coordinate of a value; of one beyond the bounds, that of the bound. */
  coordinateAt(value: number): number
  /** Derivative of the value. */
  slopeAt(coordinate: number): number
}

export interface CoordinateRequest {
  readonly transform: Transform
  readonly initial: number
  /** Of the parameter, in its unit. */
  readonly bounds: readonly [number, number]
  /** A change of the parameter that matters. */
  readonly scale: number
}

/** A coordinate of 1 changes a logarithm, or the phase of a smooth map, by this. */
const RELATIVE_SCALE = 0.2

export function coordinateOf(request: CoordinateRequest): Coordinate {
  switch (request.transform) {
    case 'linear':
      return linear(request)
    case 'log':
      return logarithmic(request)
    case 'wrap':
      return wrapped(request)
    case 'smooth':
      return smooth(request)
  }
}

function linear({ initial, bounds: [lower, upper], scale }: CoordinateRequest): Coordinate {
  return {
    start: 0,
    bounds: [(lower - initial) / scale, (upper - initial) / scale],
    // Rounding must not carry a parameter over a bound that its model insists on.
    valueAt: (u) => Math.min(Math.max(initial + scale * u, lower), upper),
    coordinateAt: (value) => (Math.min(Math.max(value, lower), upper) - initial) / scale,
    slopeAt: () => scale,
  }
}

/** value = initial exp(c u) */
function logarithmic({ initial, bounds: [lower, upper] }: CoordinateRequest): Coordinate {
  const c = RELATIVE_SCALE
  const least = Math.max(lower, Number.MIN_VALUE)
  return {
    start: 0,
    bounds: [lower > 0 ? Math.log(lower / initial) / c : -Infinity, Math.log(upper / initial) / c],
    valueAt: (u) => Math.min(Math.max(initial * Math.exp(c * u), least), upper),
    coordinateAt: (value) => Math.log(Math.min(Math.max(value, least), upper) / initial) / c,
    slopeAt: (u) => c * initial * Math.exp(c * u),
  }
}

/** Without limits; the value is taken back into [lower, upper), which is a full turn. */
function wrapped({ initial, bounds: [lower, upper], scale }: CoordinateRequest): Coordinate {
  const turn = upper - lower
  return {
    start: 0,
    bounds: [-Infinity, Infinity],
    valueAt: (u) => {
      const value = initial + scale * u
      return value - turn * Math.floor((value - lower) / turn)
    },
    coordinateAt: (value) => (value - initial) / scale,
    slopeAt: () => scale,
  }
}

/** value = middle + half sin(c u): within the bounds whatever u is, and flat at them. */
function smooth({ initial, bounds: [lower, upper] }: CoordinateRequest): Coordinate {
  const c = RELATIVE_SCALE
  const middle = (lower + upper) / 2
  const half = (upper - lower) / 2
  const coordinateAt = (value: number) =>
    Math.asin(Math.min(Math.max((value - middle) / half, -1), 1)) / c
  return {
    start: coordinateAt(initial),
    bounds: [-Infinity, Infinity],
    coordinateAt,
    valueAt: (u) => middle + half * Math.sin(c * u),
    slopeAt: (u) => half * c * Math.cos(c * u),
  }
}
