/**
 * Sine and cosine of pi r for |r| <= 1/2: minimax polynomials in r^2, absolute errors below 4e-9 and 5e-8 before
 * rounding. With r = t - nearest(t) they are those of half the angle of t turns.
 */
@inline
export function sinHalfTurn(r: v128, r2: v128): v128 {
  let series = f32x4.add(f32x4.splat(-0.598046211), f32x4.mul(r2, f32x4.splat(0.0772217704)))
  series = f32x4.add(f32x4.splat(2.5500316), f32x4.mul(r2, series))
  series = f32x4.add(f32x4.splat(-5.1677069), f32x4.mul(r2, series))
  series = f32x4.add(f32x4.splat(3.14159258), f32x4.mul(r2, series))
  return f32x4.mul(r, series)
}

@inline
export function cosHalfTurn(r2: v128): v128 {
  let series = f32x4.add(f32x4.splat(-1.3318795), f32x4.mul(r2, f32x4.splat(0.219695283)))
  series = f32x4.add(f32x4.splat(4.05841183), f32x4.mul(r2, series))
  series = f32x4.add(f32x4.splat(-4.93479285), f32x4.mul(r2, series))
  return f32x4.add(f32x4.splat(0.99999995), f32x4.mul(r2, series))
}
