// Arithmetic on float32 lanes, moving them about, and folding them into float64 sums.

/** a + b c: in one rounding in the build with relaxed SIMD (see ../module.ts), else in two. */
@inline
export function mulAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(b, c, a) : f32x4.add(a, f32x4.mul(b, c))
}

/** a - b c, likewise. */
@inline
export function mulSub(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(b, c, a) : f32x4.sub(a, f32x4.mul(b, c))
}

/** mulAdd, to find out whether it rounds once. */
export function probeMulAdd(a: f32, b: f32, c: f32): f32 {
  return f32x4.extract_lane(mulAdd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c)), 0)
}

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
  return mulAdd(mulAdd(f32x4.mul(ax, bx), ay, by), az, bz)
}

/** The float64 pair (sum of the lanes of a, sum of the lanes of b), added in float32. */
@inline
export function sumLanes(a: v128, b: v128): v128 {
  const halves = f32x4.add(interleaveLow(a, b), interleaveHigh(a, b))
  return f64x2.promote_low_f32x4(f32x4.add(halves, highHalves(halves, halves)))
}
