import type { Norm } from './norms.ts'

/** A mark on a colour bar or axis. */
export interface Tick {
  readonly value: number
  /** Position along the bar, 0 to 1. */
  readonly position: number
  /** Minor ticks carry no label. */
  readonly major: boolean
}

/**
 * Round values inside the norm's limits, rising, with their positions: multiples of 1, 2 or 5 for linear and
 * sqrt, decades for log (with minor ticks), 0 and decades of both signs for symlog and asinh, equal steps of
 * rank for histogram. About `count` major ones, never fewer than two.
 */
export function ticksOf(norm: Norm, count = 5): Tick[] {
  const wanted = Math.max(Math.round(count), 2)
  const ticks = candidates(norm, wanted)
    .filter(({ value }) => value >= norm.min && value <= norm.max)
    .map(({ value, major }) => ({ value, major, position: norm.toUnit(value) }))
  return ticks.sort((a, b) => a.value - b.value)
}

interface Candidate {
  readonly value: number
  readonly major: boolean
}

function candidates(norm: Norm, count: number): Candidate[] {
  switch (norm.kind) {
    case 'linear':
    case 'sqrt':
      return roundValues(norm.min, norm.max, count)
    case 'log':
      return decades(norm.min, norm.max, count)
    case 'symlog':
    case 'asinh':
      return bothSigns(norm, count)
    case 'histogram':
      return Array.from({ length: count }, (_, i) => ({
        value: norm.fromUnit(i / (count - 1)),
        major: true,
      }))
  }
}

/** Multiples of 1, 2 or 5 times a power of ten that give at most `count` + 1 and at least two values. */
function roundValues(min: number, max: number, count: number): Candidate[] {
  const rough = (max - min) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const steps = [10, 5, 2, 1, 0.5, 0.2].map((factor) => factor * power)
  const chosen = steps.filter((step) => step >= rough * (1 - 1e-9)).at(-1) ?? steps[0]
  for (const step of [chosen, ...steps.filter((smaller) => smaller < chosen)]) {
    const values = multiples(min, max, step)
    if (values.length >= 2) return values.map((value) => ({ value, major: true }))
  }
  return [min, max].map((value) => ({ value, major: true }))
}

function multiples(min: number, max: number, step: number): number[] {
  // Limits written in decimal are often one rounding away from a multiple.
  const slack = 1e-9
  const first = Math.ceil(min / step - slack)
  const last = Math.floor(max / step + slack)
  const values: number[] = []
  for (let n = first; n <= last; n++) values.push(Math.min(Math.max(tidy(n * step), min), max))
  return values
}

/** Drops the rounding of a product such as 3 x 0.1. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}

function decades(min: number, max: number, count: number): Candidate[] {
  const first = Math.ceil(Math.log10(min) - 1e-12)
  const last = Math.floor(Math.log10(max) + 1e-12)
  const span = Math.log10(max / min)
  // Less than two decades inside: 1, 2, 5 as majors, or plain round values within one decade.
  if (span < 1) return roundValues(min, max, count)
  const stride = Math.max(1, Math.ceil((last - first) / count))
  const result: Candidate[] = []
  for (let exponent = first - 1; exponent <= last; exponent++) {
    for (let digit = 1; digit <= 9; digit++) {
      const isDecade = digit === 1
      const major = isDecade
        ? (exponent - first) % stride === 0
        : span < 2 && (digit === 2 || digit === 5)
      // Minor marks between decades only while they can be told apart.
      if (isDecade || major || span <= 4) {
        result.push({ value: tidy(digit * 10 ** exponent), major })
      }
    }
  }
  return result
}

function bothSigns(norm: Norm, count: number): Candidate[] {
  const width = norm.linearWidth ?? 0
  const size = Math.max(Math.abs(norm.min), Math.abs(norm.max))
  const first = Math.ceil(Math.log10(width) - 1e-12)
  const last = Math.floor(Math.log10(size) + 1e-12)
  // Hardly any decade beyond the linear part, or limits far from 0: the norm is nearly linear there.
  const crossesZero = norm.min <= 0 && norm.max >= 0
  if (last < first || !crossesZero) return roundValues(norm.min, norm.max, count)
  const sides = norm.min < 0 && norm.max > 0 ? 2 : 1
  const stride = Math.max(1, Math.ceil(((last - first + 1) * sides) / count))
  const result: Candidate[] = [{ value: 0, major: true }]
  for (let exponent = last; exponent >= first; exponent--) {
    const major = (last - exponent) % stride === 0
    const value = tidy(10 ** exponent)
    result.push({ value, major }, { value: -value, major })
  }
  return result
}
