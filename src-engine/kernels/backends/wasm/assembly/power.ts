import { mulAdd } from './lanes'

// Below this B_perp^2 (microgauss^2) a power other than 1 counts as zero, and so does its derivative.
export const SMALLEST_SQUARE: f32 = 1e-18
export const LARGEST_SQUARE: f32 = 1e18

/**
 * x^exponent for four positive float32 lanes between 2^-100 and 2^100; relative error below 3e-7 (tested) for
 * |exponent| < 2. log2 of the mantissa by the atanh series, 2^r by its Taylor series; the exponent is split in a
 * 12 bit head and a tail, good to 1e-10 together, so that head * k is exact for the integer part k of log2 x.
 */
@inline
export function power4(x: v128, exponent: v128, head: v128, tail: v128): v128 {
  // x = m 2^k with m in [sqrt(1/2), sqrt(2))
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3))
  const kInteger = i32x4.shr_s(shifted, 23)
  const m = i32x4.sub(x, i32x4.shl(kInteger, 23))
  const k = f32x4.convert_i32x4_s(kInteger)
  const one = f32x4.splat(1)
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one))
  const s2 = f32x4.mul(s, s)
  // 2 / ln 2 * (1, 1/3, 1/5, 1/7, 1/9)
  let series = mulAdd(f32x4.splat(0.412198583), s2, f32x4.splat(0.320598898))
  series = mulAdd(f32x4.splat(0.577078016), s2, series)
  series = mulAdd(f32x4.splat(0.961796694), s2, series)
  series = mulAdd(f32x4.splat(2.885390082), s2, series)
  const logMantissa = f32x4.mul(s, series)
  const whole = f32x4.mul(head, k)
  const rest = mulAdd(f32x4.mul(tail, k), exponent, logMantissa)
  const n = f32x4.nearest(f32x4.add(whole, rest))
  const r = f32x4.mul(f32x4.add(f32x4.sub(whole, n), rest), f32x4.splat(0.6931471806))
  let value = mulAdd(f32x4.splat(0.00138888889), r, f32x4.splat(0.000198412698))
  value = mulAdd(f32x4.splat(0.00833333333), r, value)
  value = mulAdd(f32x4.splat(0.0416666667), r, value)
  value = mulAdd(f32x4.splat(0.166666667), r, value)
  value = mulAdd(f32x4.splat(0.5), r, value)
  value = mulAdd(one, r, value)
  value = mulAdd(one, r, value)
  return i32x4.add(value, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23))
}
