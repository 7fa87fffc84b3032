import { superscript } from '#shared/sky/index.ts'
import { formatRound } from '../format/text.ts'

/** A vertical axis: limits and ticks in drawn coordinates (log10 of the value on a logarithmic one). */
export interface ValueAxis {
  readonly log: boolean
  readonly minimum: number
  readonly maximum: number
  readonly ticks: readonly number[]
  readonly minorTicks: readonly number[]
}

/** Where a value is drawn; NaN for one that a logarithmic axis cannot show. */
export function toAxis(value: number, log: boolean): number {
  if (!log) return value
  return value > 0 ? Math.log10(value) : Number.NaN
}

const isDecade = (position: number) => Math.abs(position - Math.round(position)) < 1e-9

/** The label of a tick: powers of ten where an axis has only decades, else numbers. */
export function tickLabel(position: number, axis: ValueAxis): string {
  if (!axis.log) return formatRound(position)
  return axis.ticks.every(isDecade)
    ? `10${superscript(Math.round(position))}`
    : formatRound(10 ** position)
}

/**
 * Limits that hold the values with a little room. Logarithmic axes tick at decades, and at 2 and 5 between them when
 * fewer than two decades are shown, so that a narrow range keeps its own limits.
 */
export function valueAxis(values: Iterable<number>, log: boolean): ValueAxis {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    const at = toAxis(value, log)
    if (!Number.isFinite(at)) continue
    if (at < low) low = at
    if (at > high) high = at
  }
  if (low > high) [low, high] = log ? [-1, 1] : [0, 1]
  const room = Math.max((high - low) * 0.06, log ? 0.04 : Math.abs(high) * 1e-3 || 1e-3)
  return log ? logAxis(low - room, high + room) : linearAxis(low - room, high + room)
}

function logAxis(minimum: number, maximum: number): ValueAxis {
  const decades: number[] = []
  const between: number[] = []
  for (let exponent = Math.floor(minimum); exponent <= Math.ceil(maximum); exponent++)
    for (let digit = 1; digit < 10; digit++) {
      const at = exponent + Math.log10(digit)
      if (at >= minimum && at <= maximum) (digit === 1 ? decades : between).push(at)
    }
  const coarse = between.filter((at) => {
    const digit = Math.round(10 ** (at - Math.floor(at)))
    return digit === 2 || digit === 5
  })
  const span = maximum - minimum
  const ticks =
    span > 2 ? thin(decades) : span > 0.6 ? [...decades, ...coarse] : [...decades, ...between]
  if (ticks.length < 2) return { ...linearTicksOfLog(minimum, maximum), minorTicks: between }
  return { log: true, minimum, maximum, ticks: sorted(ticks), minorTicks: between }
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)

/** At most seven decades get a label. */
function thin(decades: readonly number[]): number[] {
  const every = Math.ceil(decades.length / 7)
  return decades.filter((at) => Math.round(at) % every === 0)
}

/** So narrow a range that no 1, 2, 5 lies in it: ticks at round values. */
function linearTicksOfLog(minimum: number, maximum: number): Omit<ValueAxis, 'minorTicks'> {
  const { ticks } = linearAxis(10 ** minimum, 10 ** maximum)
  return { log: true, minimum, maximum, ticks: ticks.map((value) => Math.log10(value)) }
}

function linearAxis(minimum: number, maximum: number): ValueAxis {
  const step = niceStep((maximum - minimum) / 4)
  const ticks: number[] = []
  for (let tick = Math.ceil(minimum / step); tick * step <= maximum; tick++) ticks.push(tick * step)
  return { log: false, minimum, maximum, ticks, minorTicks: [] }
}

/** The nearest of 1, 2, 5 times a power of ten above. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const digit = least / power
  return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10)
}
