import type { LinePart, PathPart } from './marks.ts'

/**
 * Part of an ellipse, from one angle to another, as cubic curves of a quarter at most, right to 0.03 % of the radius.
 * The path is at its beginning already.
 */
export function curves(
  [x, y]: readonly [number, number],
  [a, b]: readonly [number, number],
  from: number,
  to: number,
): LinePart[] {
  const pieces = Math.max(1, Math.ceil(Math.abs(to - from) / (Math.PI / 2) - 1e-9))
  const step = (to - from) / pieces
  const reach = (4 / 3) * Math.tan(step / 4)
  return Array.from({ length: pieces }, (_, i) => {
    const [s, e] = [from + i * step, from + (i + 1) * step]
    return [
      'C',
      x + a * (Math.cos(s) - reach * Math.sin(s)),
      y + b * (Math.sin(s) + reach * Math.cos(s)),
      x + a * (Math.cos(e) + reach * Math.sin(e)),
      y + b * (Math.sin(e) - reach * Math.cos(e)),
      x + a * Math.cos(e),
      y + b * Math.sin(e),
    ]
  })
}

/** The same path without circles, which not every format has. */
export function withoutCircles(path: readonly PathPart[]): LinePart[] {
  return path.flatMap((part): LinePart[] => {
    if (part[0] !== 'O') return [part]
    const [, x, y, radius] = part
    return [['M', x + radius, y], ...curves([x, y], [radius, radius], 0, 2 * Math.PI), ['Z']]
  })
}
