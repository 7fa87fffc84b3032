import { parseNumber, printNumber } from '../components/number-input.ts'
import type { ParameterSpec } from '#shared/fields/index.ts'

/** What a slider needs to know of a parameter. */
export interface SliderSubject {
  readonly spec: Pick<ParameterSpec, 'unit' | 'bounds'>
  /** Of the variant. */
  readonly published: number
  /** Published 1-sigma uncertainty. */
  readonly sigma: number | undefined
  /** Of a fit, where it has its own. */
  readonly bounds?: readonly [number, number]
  readonly value: number
}

/** A first reach for parameters that are published as zero. */
const zeroReach: Readonly<Record<string, number>> = { microgauss: 5, deg: 45, kpc: 5, pc: 1000 }
const turn = 360

/**
 * The stretch of values that a slider covers, wide enough to see what the parameter does: the bounds of a fit, a turn of an angle,
 * else the published value plus and minus itself or five sigma, within the model's bounds. The value is always in it.
 */
export function sliderRange(subject: SliderSubject): readonly [number, number] {
  const { spec, published, sigma = 0, bounds, value } = subject
  const [least, most] = bounds ?? spec.bounds
  let [low, high] = [least, most]
  if (bounds === undefined && spec.unit === 'deg') {
    // Half a turn to either side says everything.
    if (most - least > turn) [low, high] = [published - turn / 2, published + turn / 2]
  } else if (bounds === undefined) {
    const reach = Math.max(5 * sigma, Math.abs(published)) || (zeroReach[spec.unit] ?? 1)
    // Of something that is positive by nature the lower end is the bound, not a value near it.
    low = least >= 0 ? least : published - 2 * reach
    high = published + (least >= 0 ? 1.5 : 2) * reach
    if (least < 0) [low, high] = symmetric(low, high)
  }
  low = Math.max(least, Math.min(low, value))
  high = Math.min(most, Math.max(high, value))
  return [rounded(low, high - low), rounded(high, high - low)]
}

/** Of both signs: as far to one side as to the other, so that a change of sign is one drag. */
function symmetric(low: number, high: number): [number, number] {
  const reach = Math.max(-low, high)
  return [-reach, reach]
}

/** Two significant digits of the width, so that the ends can be read. */
function rounded(end: number, width: number): number {
  if (!Number.isFinite(end) || !(width > 0)) return end
  const step = 10 ** (Math.floor(Math.log10(width)) - 1)
  return parseNumber(printNumber(Math.round(end / step) * step)) ?? end
}

/** A dragged value with no more digits than the drag has: a thousandth of the range. */
export function draggedValue(value: number, [low, high]: readonly [number, number]): number {
  const step = 10 ** Math.floor(Math.log10((high - low) / 500))
  const round = Math.round(value / step) * step
  return parseNumber(printNumber(Math.min(high, Math.max(low, round)))) ?? value
}
