// Moving float32 lanes about, and folding them into float64 sums.

/** (a0, b0, a1, b1) */
@inline
export function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5)
}

/** (a2, b2, a3, b3) */
@inline
export function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7)
}

/** (a0, a1, b0, b1) */
@inline
export function lowHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5)
}

/** (a2, a3, b2, b3) */
@inline
export function highHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7)
}

/** Lane by lane, the product of two vectors with components x, y, z. */
@inline
export function dot(ax: v128, ay: v128, az: v128, bx: v128, by: v128, bz: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(ax, bx), f32x4.mul(ay, by)), f32x4.mul(az, bz))
}

/** The float64 pair (sum of the lanes of a, sum of the lanes of b), added in float32. */
@inline
export function sumLanes(a: v128, b: v128): v128 {
  const halves = f32x4.add(interleaveLow(a, b), interleaveHigh(a, b))
  return f64x2.promote_low_f32x4(f32x4.add(halves, highHalves(halves, halves)))
}
