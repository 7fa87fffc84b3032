import { mulAdd } from './lanes'

// Minimax polynomials in r^2. The coefficients are read from memory: as constants in the code each would be put together
// anew, in four instructions, wherever it is used.
const COEFFICIENTS = memory.data<f32>(
  [
    // sin(pi r) / r
    3.14159258, 3.14159258, 3.14159258, 3.14159258, -5.1677069, -5.1677069, -5.1677069, -5.1677069,
    2.5500316, 2.5500316, 2.5500316, 2.5500316, -0.598046211, -0.598046211, -0.598046211,
    -0.598046211, 0.0772217704, 0.0772217704, 0.0772217704, 0.0772217704,
    // cos(pi r)
    0.99999995, 0.99999995, 0.99999995, 0.99999995, -4.93479285, -4.93479285, -4.93479285,
    -4.93479285, 4.05841183, 4.05841183, 4.05841183, 4.05841183, -1.3318795, -1.3318795, -1.3318795,
    -1.3318795, 0.219695283, 0.219695283, 0.219695283, 0.219695283,
  ],
  16,
)

@inline
function step(series: v128, r2: v128, coefficient: usize): v128 {
  return mulAdd(v128.load(COEFFICIENTS + coefficient), r2, series)
}

/**
 * Sine and cosine of pi r for |r| <= 1/2, with absolute errors below 4e-9 and 5e-8 before rounding. With
 * r = t - nearest(t) they are those of half the angle of t turns.
 */
@inline
export function sinHalfTurn(r: v128, r2: v128): v128 {
  const highest = v128.load(COEFFICIENTS + 64)
  return f32x4.mul(r, step(step(step(step(highest, r2, 48), r2, 32), r2, 16), r2, 0))
}

@inline
export function cosHalfTurn(r2: v128): v128 {
  const highest = v128.load(COEFFICIENTS + 144)
  return step(step(step(step(highest, r2, 128), r2, 112), r2, 96), r2, 80)
}
