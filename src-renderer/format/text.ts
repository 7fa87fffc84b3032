import { formatNumber, formatUnit, UNIT_SPACE } from '#shared/sky/index.ts'
import type { NumberFormat } from '#shared/sky/index.ts'

/** Times, sizes and angles as the workbench prints them; plain numbers and units come from shared/sky. */
const minus = '\u2212'

export const notKnown = '\u2013'

/** A number that may not be there yet. */
export function formatKnown(value: number | null | undefined, format?: NumberFormat): string {
  return value === null || value === undefined ? notKnown : formatNumber(value, format)
}

/** How many digits say the value: 0 for zero, 1 for 200, 2 for 0.25; at most 4, for values that are not round. */
export function significantDigits(value: number): number {
  if (value === 0) return 0
  return (
    [1, 2, 3].find((digits) => Math.abs(Number(value.toPrecision(digits)) / value - 1) < 1e-9) ?? 4
  )
}

/** A round number, as on axes, without the zeros that significant digits would add: 5, not 5.000. */
export function formatRound(value: number, signed = false): string {
  return formatNumber(value, { digits: Math.max(1, significantDigits(value)), signed })
}

/** The nearest number of so many significant digits, for a field to show. */
export function roundedTo(value: number, digits: number): number {
  return Number(value.toPrecision(digits))
}

/** A value with its standard deviation, where it has one, to two digits of that: 1.1999 ± 0.0023 µG. */
export function formatMeasured(value: number, sigma: number | null, unit: string): string {
  const shownUnit = formatUnit(unit)
  const end = shownUnit === '' ? '' : UNIT_SPACE + shownUnit
  if (sigma === null || !(sigma > 0)) return formatNumber(value, { digits: 5 }) + end
  const exponent = (x: number) => Math.floor(Math.log10(Math.abs(x) || sigma))
  const digits = Math.min(Math.max(exponent(value) - exponent(sigma) + 2, 1), 12)
  return `${formatNumber(value, { digits })} ± ${formatNumber(sigma, { digits: 2 })}${end}`
}

/** Seconds as m:ss or h:mm:ss. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return notKnown
  const whole = Math.floor(seconds)
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** A time that is only estimated, as a range of seconds or minutes without false digits: 25–29 s. */
export function formatTimeLeft(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return notKnown
  const [value, unit] =
    seconds < 120 ? [seconds, 's'] : seconds < 7200 ? [seconds / 60, 'min'] : [seconds / 3600, 'h']
  const low = Math.floor(value * 0.93)
  const high = Math.ceil(value * 1.07)
  return low === high ? `${low} ${unit}` : `${low}–${high} ${unit}`
}

/** From which to which time, roughly, to two digits: 20–55 s, 3–8 min. */
export function formatTimeRange(lowSeconds: number, highSeconds: number): string {
  const [factor, unit] =
    highSeconds < 120 ? [1, 's'] : highSeconds < 7200 ? [60, 'min'] : [3600, 'h']
  const round = (seconds: number) => {
    const value = seconds / factor
    return value < 1 ? value.toPrecision(1) : String(Math.round(Number(value.toPrecision(2))))
  }
  if (highSeconds < 1) return 'less than 1 s'
  const [low, high] = [round(lowSeconds), round(highSeconds)]
  return low === high ? `${low} ${unit}` : `${low}–${high} ${unit}`
}

/** Bytes with the decimal prefixes that file managers use. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let index = 0
  while (value >= 999.5 && index < names.length - 1) {
    value /= 1000
    index++
  }
  return `${index === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)}${UNIT_SPACE}${names[index]}`
}

/** A date near today in words: "today 08:47", "yesterday 18:30", "18 Nov". */
export function formatWhen(milliseconds: number, now = Date.now()): string {
  const date = new Date(milliseconds)
  const time = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`
  const day = (value: Date) => new Date(value.getFullYear(), value.getMonth(), value.getDate())
  const days = Math.round((day(new Date(now)).getTime() - day(date).getTime()) / 86_400_000)
  if (days === 0) return `today ${time}`
  if (days === 1) return `yesterday ${time}`
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
  const text = `${date.getDate()} ${months[date.getMonth()]}`
  return date.getFullYear() === new Date(now).getFullYear() ? text : `${text} ${date.getFullYear()}`
}

/** "3 s ago", "12 min ago". */
export function formatAgo(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s ago`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`
  return `${Math.round(seconds / 3600)} h ago`
}

/** A number with fixed decimals and a true minus, as for coordinates that change under the pointer. Zero has no sign. */
export function formatFixed(value: number, decimals: number, signed = false): string {
  const text = Math.abs(value).toFixed(decimals)
  if (Number(text) === 0) return text
  return (value < 0 ? minus : signed ? '+' : '') + text
}

/** An angle in degrees with fixed decimals and a sign where asked. */
export function formatAngle(degrees: number, decimals = 3, signed = false): string {
  return `${formatFixed(degrees, decimals, signed)}°`
}

/** Right ascension and declination in degrees as 19h34m08s and +27°16′52″. */
export function formatEquatorial(raDeg: number, decDeg: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const seconds = Math.round(raDeg * 240) % 86_400
  const ra = `${two(Math.floor(seconds / 3600))}h${two(Math.floor((seconds % 3600) / 60))}m${two(seconds % 60)}s`
  const arcseconds = Math.round(Math.abs(decDeg) * 3600)
  const dec = `${two(Math.floor(arcseconds / 3600))}°${two(Math.floor((arcseconds % 3600) / 60))}′${two(arcseconds % 60)}″`
  return `${ra}  ${decDeg < 0 ? minus : '+'}${dec}`
}
