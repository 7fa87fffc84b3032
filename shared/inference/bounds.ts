/** Limits of a block of parameters: each one number for all of them, or one for every one; infinite where there is none. */
export type BlockBounds = readonly [lower: Limit, upper: Limit]
type Limit = number | ArrayLike<number>

/** The limits of the parameter at `index`. */
function boundsAt([lower, upper]: BlockBounds, index: number): readonly [number, number] {
  return [
    typeof lower === 'number' ? lower : lower[index],
    typeof upper === 'number' ? upper : upper[index],
  ]
}

/** Puts every parameter within its limits; returns whether any was beyond them. */
export function project(
  bounds: BlockBounds | undefined,
  values: Float32Array | Float64Array,
): boolean {
  if (bounds === undefined) return false
  let moved = false
  for (let i = 0; i < values.length; i++) {
    const [lower, upper] = boundsAt(bounds, i)
    const inside = Math.min(Math.max(values[i], lower), upper)
    if (inside === values[i]) continue
    values[i] = inside
    moved = true
  }
  return moved
}

/** Whether a limit holds the parameter at `index` against the way down the slope. */
export function isHeld(
  bounds: BlockBounds | undefined,
  index: number,
  value: number,
  slope: number,
): boolean {
  if (bounds === undefined) return false
  const [lower, upper] = boundsAt(bounds, index)
  return (value <= lower && slope > 0) || (value >= upper && slope < 0)
}
