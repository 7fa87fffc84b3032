/** What a user may type as a number: comma or point, true minus, powers of ten written out. */
export function parseNumber(text: string): number | null {
  const plain = text
    .trim()
    .replace(/[\s\u202f]/g, '')
    .replace(/\u2212/g, '-')
    .replace(/^(-?\d+),(\d+)$/, '$1.$2')
  if (plain === '') return null
  const value = Number(plain)
  return Number.isFinite(value) ? value : null
}

/** A number as a field shows it, with a true minus: all digits that a user gave, none that come from binary rounding. */
export function printNumber(value: unknown): string {
  return typeof value === 'number' && Number.isFinite(value)
    ? String(Number(value.toPrecision(12))).replace(/-/g, '\u2212')
    : ''
}

/**
 * One press of an arrow key: whole steps for integers, else one unit of the second significant digit; Shift makes it
 * ten times larger, Alt ten times smaller.
 */
export function stepSize(value: number, integer: boolean, shift: boolean, alt: boolean): number {
  const base =
    integer || value === 0
      ? integer
        ? 1
        : 0.1
      : 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  const step = base * (shift ? 10 : 1) * (alt ? 0.1 : 1)
  return integer ? Math.max(1, Math.round(step)) : step
}
