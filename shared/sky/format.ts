/** Printing numbers the same way everywhere. */

/** Narrow no-break space: between thousands and within units. */
const NARROW_SPACE = '\u202f'
/** No-break space, before units: a narrow one is lost at 11 pixels, where 1.5 pixels remain of it. */
export const UNIT_SPACE = '\u00a0'
const MINUS = '\u2212'
const SUPERSCRIPTS = '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'

export interface NumberFormat {
  /** Significant digits; default 4. Digits before the decimal point are never dropped below 100 000. */
  readonly digits?: number
  /** Write + in front of positive numbers, for signed quantities. */
  readonly signed?: boolean
}

/**
 * A number with a true minus, narrow spaces between thousands, and 4.10\u00d710\u2075 beyond 100 000 and below
 * 0.001. NaN and infinities are spelled out.
 */
export function formatNumber(value: number, format: NumberFormat = {}): string {
  const { digits = 4, signed = false } = format
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 ? MINUS : signed && value > 0 ? '+' : ''
  const size = Math.abs(value)
  if (size === Infinity) return `${sign}\u221e`
  if (size === 0) return '0'
  const [mantissa, exponentText] = size.toExponential(digits - 1).split('e')
  const exponent = Number(exponentText)
  if (exponent >= 5 || exponent < -3) return `${sign}${mantissa}\u00d710${superscript(exponent)}`
  const decimals = Math.max(digits - 1 - exponent, 0)
  return sign + groupThousands(size.toFixed(decimals))
}

/** A whole number in full, as for counts: 196\u202f608. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return formatNumber(count)
  const whole = Math.round(Math.abs(count)).toFixed(0)
  return (count <= -0.5 ? MINUS : '') + groupThousands(whole)
}

/** Number and unit. */
export function formatQuantity(value: number, unit: string, format: NumberFormat = {}): string {
  const shown = formatUnit(unit)
  const number = formatNumber(value, format)
  return shown === '' ? number : number + UNIT_SPACE + shown
}

/** Two ends of an uncertain value: 25\u201329 s. */
export function formatRange(
  low: number,
  high: number,
  unit: string,
  format?: NumberFormat,
): string {
  const number = formatNumber(low, format)
  return number + '\u2013' + formatQuantity(high, unit, format)
}

/** A unit for the eye: 'uK_CMB' as \u00b5K_CMB; 'rad/m^2', as FITS files also 'rad/m2' or 'rad m**-2', as rad m\u207b\u00b2; 'microgauss' as \u00b5G. */
export function formatUnit(unit: string): string {
  if (unit === 'dimensionless') return ''
  if (/^u[A-Z]/.test(unit)) return `\u00b5${unit.slice(1)}`
  const [above, ...below] = unit
    .replace(/\bmicrogauss\b/g, '\u00b5G')
    .replace(/([A-Za-z])(?:\*\*)?(-?\d+)(?!\w)/g, '$1^$2')
    .replaceAll(' ', NARROW_SPACE)
    .split('/')
  const divisors = below.map((factor) => {
    const [base, power = '1'] = factor.split('^')
    return base + superscript(-Number(power))
  })
  return [above.replace(/\^(-?\d+)/g, (_, power) => superscript(Number(power))), ...divisors].join(
    NARROW_SPACE,
  )
}

/** An integer in superscript digits. */
export function superscript(integer: number): string {
  const digits = String(Math.abs(integer)).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)])
  return (integer < 0 ? '\u207b' : '') + digits
}

/** 12345.678 as 12\u202f345.678; four digits stay together. */
function groupThousands(decimal: string): string {
  const [whole, fraction] = decimal.split('.')
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, NARROW_SPACE) : whole
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
