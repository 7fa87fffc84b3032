import { addCubicAdjoint, storeCubic } from './cubic'
import {
  GEOMETRY_BYTES,
  PROBLEM_GEOMETRY,
  PROBLEM_MARGIN,
  PROBLEM_NX,
  PROBLEM_NY,
  PROBLEM_NZ,
  PROBLEM_ORIGIN_X,
  PROBLEM_ORIGIN_Y,
  PROBLEM_ORIGIN_Z,
  RAY_FIRST,
  SCRATCH_GEOMETRY,
} from './layout'
import { walkRay } from './walk'

/** The geometry records of a ray: the cached ones, or walked anew into the scratch. */
@inline
export function geometryOf(problem: usize, ray: usize, scratch: usize): usize {
  const resident = <usize>load<u32>(problem, PROBLEM_GEOMETRY)
  if (resident != 0) return resident + <usize>load<u32>(ray, RAY_FIRST) * GEOMETRY_BYTES
  const out = scratch + SCRATCH_GEOMETRY
  walkRay(
    ray,
    load<f64>(problem, PROBLEM_ORIGIN_X),
    load<f64>(problem, PROBLEM_ORIGIN_Y),
    load<f64>(problem, PROBLEM_ORIGIN_Z),
    load<i32>(problem, PROBLEM_NX),
    load<i32>(problem, PROBLEM_NY),
    load<i32>(problem, PROBLEM_NZ),
    load<i32>(problem, PROBLEM_MARGIN),
    out,
    0,
    0,
  )
  return out
}

// The fourth lane may hold a density, which is held constant beyond the outermost centres while the field goes on
// linearly. Rays are cut at the outermost planes then (PROBLEM_MARGIN), so that a crossing lies on one side: beyond,
// lane 3 has its entry on the plane and does not move.

/** Whether a crossing whose middle (lanes x, y, z) is this lies beyond the outermost centres along some axis. */
@inline
export function isBeyond(middle: v128): bool {
  const below = f32x4.lt(middle, f32x4.splat(0))
  const above = f32x4.gt(middle, f32x4.splat(1))
  return (i32x4.bitmask(v128.or(below, above)) & 7) != 0
}

/** The middle of a crossing in its cell, lanes x, y, z; lane 3 is of no use. */
@inline
export function middleOf(geometry: usize, length: v128, steps: v128): v128 {
  return f32x4.add(v128.load(geometry), f32x4.mul(f32x4.mul(f32x4.splat(0.5), length), steps))
}

/** Entry point e along one axis with lane 3 held. */
@inline
export function heldEntry(e: v128, d: v128): v128 {
  const middle = f32x4.add(e, f32x4.mul(f32x4.splat(0.5), d))
  const held = f32x4.min(f32x4.max(middle, f32x4.splat(0)), f32x4.splat(1))
  return v128.bitselect(held, e, v128.and(f32x4.ne(held, middle), i32x4(0, 0, 0, -1)))
}

/** Displacement d along one axis with lane 3 held. */
@inline
export function heldStep(e: v128, d: v128): v128 {
  const middle = f32x4.add(e, f32x4.mul(f32x4.splat(0.5), d))
  const held = f32x4.min(f32x4.max(middle, f32x4.splat(0)), f32x4.splat(1))
  return v128.andnot(d, v128.and(f32x4.ne(held, middle), i32x4(0, 0, 0, -1)))
}

/** Stores the cubic of one crossing (see storeCubic); with `held` lane 3 is a density. */
@inline
export function storeCubicOf(
  held: bool,
  grid: usize,
  geometry: usize,
  lengthAt: usize,
  strideX: usize,
  strideY: usize,
  stepX: v128,
  stepY: v128,
  stepZ: v128,
  steps: v128,
  out: usize,
): void {
  const corner = grid + <usize>load<u32>(geometry, 12)
  const length = v128.load32_splat(lengthAt)
  let ex = v128.load32_splat(geometry, 0)
  let ey = v128.load32_splat(geometry, 4)
  let ez = v128.load32_splat(geometry, 8)
  let dx = f32x4.mul(length, stepX)
  let dy = f32x4.mul(length, stepY)
  let dz = f32x4.mul(length, stepZ)
  if (held && isBeyond(middleOf(geometry, length, steps))) {
    const px = ex
    const py = ey
    const pz = ez
    ex = heldEntry(px, dx)
    ey = heldEntry(py, dy)
    ez = heldEntry(pz, dz)
    dx = heldStep(px, dx)
    dy = heldStep(py, dy)
    dz = heldStep(pz, dz)
  }
  storeCubic(corner, strideX, strideY, ex, ey, ez, dx, dy, dz, out)
}

/** Adjoint of storeCubicOf, for derivatives (a, b, c, d) of the coefficients. */
@inline
export function addCubicAdjointOf(
  held: bool,
  gradient: usize,
  geometry: usize,
  lengthAt: usize,
  strideX: usize,
  strideY: usize,
  stepX: v128,
  stepY: v128,
  stepZ: v128,
  steps: v128,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
): void {
  const corner = gradient + <usize>load<u32>(geometry, 12)
  const length = v128.load32_splat(lengthAt)
  let ex = v128.load32_splat(geometry, 0)
  let ey = v128.load32_splat(geometry, 4)
  let ez = v128.load32_splat(geometry, 8)
  let dx = f32x4.mul(length, stepX)
  let dy = f32x4.mul(length, stepY)
  let dz = f32x4.mul(length, stepZ)
  if (held && isBeyond(middleOf(geometry, length, steps))) {
    const px = ex
    const py = ey
    const pz = ez
    ex = heldEntry(px, dx)
    ey = heldEntry(py, dy)
    ez = heldEntry(pz, dz)
    dx = heldStep(px, dx)
    dy = heldStep(py, dy)
    dz = heldStep(pz, dz)
  }
  addCubicAdjoint(corner, strideX, strideY, ex, ey, ez, dx, dy, dz, a, b, c, d)
}
