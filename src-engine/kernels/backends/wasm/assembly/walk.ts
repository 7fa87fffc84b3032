import {
  GEOMETRY_BYTES,
  RAY_BYTES,
  RAY_CROSSINGS,
  RAY_LENGTH,
  RAY_STEP_X,
  RAY_STEP_Y,
  RAY_STEP_Z,
  VOXEL_BYTES,
} from './layout'

/** Distance at which a ray that started at u reaches the lattice plane `plane`; never for a ray along the plane. */
@inline
function distanceTo(plane: i32, u: f64, inverseStep: f64): f64 {
  return (<f64>plane - u) * inverseStep
}

@inline
function earlier(a: f64, b: f64): f64 {
  return a < b ? a : b
}

/** The cell a ray starts in. On a plane it is the cell the ray moves into. */
@inline
function startCell(u: f64, step: f64, n: i32, margin: i32): i32 {
  let i = <i32>Math.floor(u)
  if (step < 0 && <f64>i == u) i--
  return max(-margin, min(n - 2 + margin, i))
}

/** The cell whose polynomial holds in cell i of the walk, which may lie beyond the first or last centre. */
@inline
function realCell(i: i32, n: i32): i32 {
  return max(0, min(n - 2, i))
}

/**
 * Walks one ray through the interpolation lattice, whose planes are the cell centres 1 .. n-2 (before the first and
 * beyond the last centre the polynomial of the outermost cell goes on, so those planes do not split a ray). With
 * `margin` 1 the outermost planes split it too, for densities that are held constant beyond them.
 * Stepping is float64 and every plane's distance is computed afresh, so nothing accumulates.
 *
 * With `geometry` not 0 it writes one geometry record per crossing; with `lengths` not 0 the crossing's length in kpc
 * (f32) every `lengthStride` bytes. Returns the number of crossings; crossings of length zero are left out.
 */
export function walkRay(
  ray: usize,
  ux: f64,
  uy: f64,
  uz: f64,
  nx: i32,
  ny: i32,
  nz: i32,
  margin: i32,
  geometry: usize,
  lengths: usize,
  lengthStride: usize,
): u32 {
  const stepX = load<f64>(ray, RAY_STEP_X)
  const stepY = load<f64>(ray, RAY_STEP_Y)
  const stepZ = load<f64>(ray, RAY_STEP_Z)
  const end = load<f64>(ray, RAY_LENGTH)
  const inverseX = stepX != 0 ? 1 / stepX : Infinity
  const inverseY = stepY != 0 ? 1 / stepY : Infinity
  const inverseZ = stepZ != 0 ? 1 / stepZ : Infinity
  let i = startCell(ux, stepX, nx, margin)
  let j = startCell(uy, stepY, ny, margin)
  let k = startCell(uz, stepZ, nz, margin)
  const di = stepX > 0 ? 1 : -1
  const dj = stepY > 0 ? 1 : -1
  const dk = stepZ > 0 ? 1 : -1
  const aheadX = stepX > 0 ? 1 : 0
  const aheadY = stepY > 0 ? 1 : 0
  const aheadZ = stepZ > 0 ? 1 : 0
  const lastX = stepX > 0 ? nx - 2 + margin : -margin
  const lastY = stepY > 0 ? ny - 2 + margin : -margin
  const lastZ = stepZ > 0 ? nz - 2 + margin : -margin
  let nextX = stepX != 0 && i != lastX ? distanceTo(i + aheadX, ux, inverseX) : Infinity
  let nextY = stepY != 0 && j != lastY ? distanceTo(j + aheadY, uy, inverseY) : Infinity
  let nextZ = stepZ != 0 && k != lastZ ? distanceTo(k + aheadZ, uz, inverseZ) : Infinity
  let from: f64 = 0
  let crossings: u32 = 0
  while (from < end) {
    const to = earlier(earlier(nextX, nextY), earlier(nextZ, end))
    if (to > from) {
      if (geometry != 0) {
        const ci = realCell(i, nx)
        const cj = realCell(j, ny)
        const ck = realCell(k, nz)
        store<f32>(geometry, <f32>(ux + from * stepX - <f64>ci), 0)
        store<f32>(geometry, <f32>(uy + from * stepY - <f64>cj), 4)
        store<f32>(geometry, <f32>(uz + from * stepZ - <f64>ck), 8)
        store<u32>(geometry, <u32>(((ci * ny + cj) * nz + ck) * <i32>VOXEL_BYTES), 12)
        geometry += GEOMETRY_BYTES
      }
      if (lengths != 0) {
        store<f32>(lengths, <f32>(to - from))
        lengths += lengthStride
      }
      crossings++
      from = to
    }
    if (to == end) break
    if (nextX == to) {
      i += di
      nextX = i != lastX ? distanceTo(i + aheadX, ux, inverseX) : Infinity
    }
    if (nextY == to) {
      j += dj
      nextY = j != lastY ? distanceTo(j + aheadY, uy, inverseY) : Infinity
    }
    if (nextZ == to) {
      k += dk
      nextZ = k != lastZ ? distanceTo(k + aheadZ, uz, inverseZ) : Infinity
    }
  }
  return crossings
}

/** Counts the crossings of the rays [firstRay, lastRay) into their records and returns the sum. */
export function countCrossings(
  rays: usize,
  firstRay: u32,
  lastRay: u32,
  ux: f64,
  uy: f64,
  uz: f64,
  nx: i32,
  ny: i32,
  nz: i32,
  margin: i32,
): u32 {
  let sum: u32 = 0
  for (let r = firstRay; r < lastRay; r++) {
    const ray = rays + <usize>r * RAY_BYTES
    const crossings = walkRay(ray, ux, uy, uz, nx, ny, nz, margin, 0, 0, 0)
    store<u32>(ray, crossings, RAY_CROSSINGS)
    sum += crossings
  }
  return sum
}
