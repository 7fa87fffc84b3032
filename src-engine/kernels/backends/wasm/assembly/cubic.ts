import { mulAdd } from './lanes'

/**
 * The trilinear field along a ray inside one lattice cell is a cubic of the position xi in 0..1 along the crossing.
 * With entry point e and displacement d (both in cells) each interpolation step turns polynomials of the lower and
 * upper side into  low + (e + d xi) (high - low).
 */

@inline
function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b)
}

/** Writes the cubic's four vector coefficients (lanes Bx, By, Bz, 0) for the cell at `corner` to `out`. */
@inline
export function storeCubic(
  corner: usize,
  strideX: usize,
  strideY: usize,
  ex: v128,
  ey: v128,
  ez: v128,
  dx: v128,
  dy: v128,
  dz: v128,
  out: usize,
): void {
  const cornerY = corner + strideY
  const cornerX = corner + strideX
  const cornerXY = cornerX + strideY
  // along z: constant (p) and linear (q) parts of the four columns
  const low00 = v128.load(corner)
  const low01 = v128.load(cornerY)
  const low10 = v128.load(cornerX)
  const low11 = v128.load(cornerXY)
  const rise00 = sub(v128.load(corner, 16), low00)
  const rise01 = sub(v128.load(cornerY, 16), low01)
  const rise10 = sub(v128.load(cornerX, 16), low10)
  const rise11 = sub(v128.load(cornerXY, 16), low11)
  const p00 = mulAdd(low00, ez, rise00)
  const p01 = mulAdd(low01, ez, rise01)
  const p10 = mulAdd(low10, ez, rise10)
  const p11 = mulAdd(low11, ez, rise11)
  const q00 = f32x4.mul(dz, rise00)
  const q01 = f32x4.mul(dz, rise01)
  const q10 = f32x4.mul(dz, rise10)
  const q11 = f32x4.mul(dz, rise11)
  // along y: parabolas (a, b, c) of the two sides
  const dp0 = sub(p01, p00)
  const dq0 = sub(q01, q00)
  const a0 = mulAdd(p00, ey, dp0)
  const b0 = mulAdd(mulAdd(q00, ey, dq0), dy, dp0)
  const c0 = f32x4.mul(dy, dq0)
  const dp1 = sub(p11, p10)
  const dq1 = sub(q11, q10)
  const a1 = mulAdd(p10, ey, dp1)
  const b1 = mulAdd(mulAdd(q10, ey, dq1), dy, dp1)
  const c1 = f32x4.mul(dy, dq1)
  // along x
  const da = sub(a1, a0)
  const db = sub(b1, b0)
  const dc = sub(c1, c0)
  v128.store(out, mulAdd(a0, ex, da), 0)
  v128.store(out, mulAdd(mulAdd(b0, ex, db), dx, da), 16)
  v128.store(out, mulAdd(mulAdd(c0, ex, dc), dx, db), 32)
  v128.store(out, f32x4.mul(dx, dc), 48)
}

/** Value of the cubic stored at `coefficients`. */
@inline
export function evaluateCubic(a: v128, b: v128, c: v128, d: v128, xi: v128): v128 {
  return mulAdd(a, xi, mulAdd(b, xi, mulAdd(c, xi, d)))
}

/** Adds to the column at `corner` what the adjoint of its z step gives for derivatives p (constant) and q (linear). */
@inline
function addColumn(corner: usize, p: v128, q: v128, ez: v128, dz: v128): void {
  const rise = mulAdd(f32x4.mul(ez, p), dz, q)
  v128.store(corner, f32x4.add(v128.load(corner), sub(p, rise)))
  v128.store(corner, f32x4.add(v128.load(corner, 16), rise), 16)
}

/** Adjoint of the two y steps on one side of the cell, for derivatives (a, b, c) of its parabola. */
@inline
function addSide(
  corner: usize,
  strideY: usize,
  a: v128,
  b: v128,
  c: v128,
  ey: v128,
  ez: v128,
  dy: v128,
  dz: v128,
): void {
  const dp = mulAdd(f32x4.mul(ey, a), dy, b)
  const dq = mulAdd(f32x4.mul(ey, b), dy, c)
  addColumn(corner, sub(a, dp), sub(b, dq), ez, dz)
  addColumn(corner + strideY, dp, dq, ez, dz)
}

/** Adjoint of storeCubic: adds to the eight corners at `corner` for derivatives (a, b, c, d) of the coefficients. */
@inline
export function addCubicAdjoint(
  corner: usize,
  strideX: usize,
  strideY: usize,
  ex: v128,
  ey: v128,
  ez: v128,
  dx: v128,
  dy: v128,
  dz: v128,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
): void {
  const da = mulAdd(f32x4.mul(ex, a), dx, b)
  const db = mulAdd(f32x4.mul(ex, b), dx, c)
  const dc = mulAdd(f32x4.mul(ex, c), dx, d)
  addSide(corner, strideY, sub(a, da), sub(b, db), sub(c, dc), ey, ez, dy, dz)
  addSide(corner + strideX, strideY, da, db, dc, ey, ez, dy, dz)
}
