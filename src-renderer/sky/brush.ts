import { directionVector, vectorDirection } from '#shared/sky/index.ts'
import type { SkyDirection } from './types.ts'

/** Places of the brush from one place of the pointer to the next, near enough that its discs leave no gaps worth seeing. */
export function strokeDiscs(
  from: SkyDirection,
  to: SkyDirection,
  radiusDeg: number,
): SkyDirection[] {
  const a = directionVector(from.lonDeg, from.latDeg)
  const b = directionVector(to.lonDeg, to.latDeg)
  const chord = Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2])
  const steps = Math.max(1, Math.ceil((chord * 180) / Math.PI / (radiusDeg / 3)))
  // A jump across the sky is no stroke: the pointer came back elsewhere.
  if (chord > 1) return [to]
  return Array.from({ length: steps }, (_, i) => {
    const s = (i + 1) / steps
    return vectorDirection([
      a[0] + s * (b[0] - a[0]),
      a[1] + s * (b[1] - a[1]),
      a[2] + s * (b[2] - a[2]),
    ])
  })
}
