import {
  LIST,
  RAY_DIRECTION_X,
  RAY_DIRECTION_Y,
  RAY_DIRECTION_Z,
  SET_COSMIC_RAY,
  SET_EAST,
  SET_INDEX,
  SET_NEAR,
  SET_NORTH,
  SET_THERMAL,
  VOXEL_BYTES,
  WORK_CROSSING_COSMIC_RAY,
  WORK_CROSSING_THERMAL,
  WORK_FRAME,
  WORK_STATE,
  WORK_WEIGHT,
} from './layout'

// The medium at the nodes of the general kernel, read from the grids and its transpose, in plain float64.

/** Stores the ray's frame: north, east (toward larger longitude), toward the observer. */
export function storeFrame(ray: usize, work: usize): void {
  const x = <f64>load<f32>(ray, RAY_DIRECTION_X)
  const y = <f64>load<f32>(ray, RAY_DIRECTION_Y)
  const z = <f64>load<f32>(ray, RAY_DIRECTION_Z)
  const rho = sqrt(x * x + y * y)
  const cosL = rho > 0 ? x / rho : 1
  const sinL = rho > 0 ? y / rho : 0
  const frame = work + WORK_FRAME
  store<f64>(frame, -z * cosL, 0)
  store<f64>(frame, -z * sinL, 8)
  store<f64>(frame, rho, 16)
  store<f64>(frame, -sinL, 24)
  store<f64>(frame, cosL, 32)
  store<f64>(frame, 0, 40)
  store<f64>(frame, -x, 48)
  store<f64>(frame, -y, 56)
  store<f64>(frame, -z, 64)
}

@inline
function held(x: f64): f64 {
  return min(max(x, 0), 1)
}

@inline
function weight(corner: u32, x: f64, y: f64, z: f64): f64 {
  return (corner & 4 ? x : 1 - x) * (corner & 2 ? y : 1 - y) * (corner & 1 ? z : 1 - z)
}

@inline
function cornerOffset(corner: u32, strideX: usize, strideY: usize): usize {
  return (corner & 4 ? strideX : 0) + (corner & 2 ? strideY : 0) + (corner & 1 ? VOXEL_BYTES : 0)
}

/**
 * Reads the grids at (x, y, z) in the cell at `cell` (a byte offset in the field) into entry `node` of a set of lists:
 * the field continued beyond the outermost centres, the others held there. Quantities without a grid stay as they are.
 */
export function gatherNode(
  field: usize,
  cell: usize,
  strideX: usize,
  strideY: usize,
  x: f64,
  y: f64,
  z: f64,
  hasThermal: bool,
  cosmicRays: usize,
  indices: usize,
  work: usize,
  set: usize,
  node: u32,
): void {
  const hx = held(x)
  const hy = held(y)
  const hz = held(z)
  let bx: f64 = 0
  let by: f64 = 0
  let bz: f64 = 0
  let thermal: f64 = 0
  let cosmicRay: f64 = 0
  let index: f64 = 0
  for (let corner: u32 = 0; corner < 8; corner++) {
    const at = cell + cornerOffset(corner, strideX, strideY)
    const w = weight(corner, x, y, z)
    const h = weight(corner, hx, hy, hz)
    bx += w * <f64>load<f32>(field + at, 0)
    by += w * <f64>load<f32>(field + at, 4)
    bz += w * <f64>load<f32>(field + at, 8)
    thermal += h * <f64>load<f32>(field + at, 12)
    if (cosmicRays != 0) cosmicRay += h * <f64>load<f32>(cosmicRays + (at >> 2))
    if (indices != 0) index += h * <f64>load<f32>(indices + (at >> 2))
  }
  const frame = work + WORK_FRAME
  const to = work + set + ((<usize>node) << 3)
  store<f64>(
    to,
    bx * load<f64>(frame, 0) + by * load<f64>(frame, 8) + bz * load<f64>(frame, 16),
    SET_NORTH,
  )
  store<f64>(to, bx * load<f64>(frame, 24) + by * load<f64>(frame, 32), SET_EAST)
  store<f64>(
    to,
    bx * load<f64>(frame, 48) + by * load<f64>(frame, 56) + bz * load<f64>(frame, 64),
    SET_NEAR,
  )
  if (hasThermal) store<f64>(to, thermal, SET_THERMAL)
  if (cosmicRays != 0) store<f64>(to, cosmicRay, SET_COSMIC_RAY)
  if (indices != 0) store<f64>(to, index, SET_INDEX)
}

@inline
function accumulate(at: usize, value: f64): void {
  store<f32>(at, load<f32>(at) + <f32>value)
}

/** Transpose of gatherNode: adds a node's derivatives to the gradients of the grids. */
export function scatterNode(
  gradient: usize,
  cell: usize,
  strideX: usize,
  strideY: usize,
  x: f64,
  y: f64,
  z: f64,
  hasThermal: bool,
  cosmicRays: usize,
  indices: usize,
  work: usize,
  set: usize,
  node: u32,
): void {
  const hx = held(x)
  const hy = held(y)
  const hz = held(z)
  const frame = work + WORK_FRAME
  const from = work + set + ((<usize>node) << 3)
  const north = load<f64>(from, SET_NORTH)
  const east = load<f64>(from, SET_EAST)
  const near = load<f64>(from, SET_NEAR)
  const gx = north * load<f64>(frame, 0) + east * load<f64>(frame, 24) + near * load<f64>(frame, 48)
  const gy = north * load<f64>(frame, 8) + east * load<f64>(frame, 32) + near * load<f64>(frame, 56)
  const gz = north * load<f64>(frame, 16) + near * load<f64>(frame, 64)
  const thermal = load<f64>(from, SET_THERMAL)
  const cosmicRay = load<f64>(from, SET_COSMIC_RAY)
  const index = load<f64>(from, SET_INDEX)
  for (let corner: u32 = 0; corner < 8; corner++) {
    const at = cell + cornerOffset(corner, strideX, strideY)
    const w = weight(corner, x, y, z)
    const h = weight(corner, hx, hy, hz)
    accumulate(gradient + at, w * gx)
    accumulate(gradient + at + 4, w * gy)
    accumulate(gradient + at + 8, w * gz)
    if (hasThermal) accumulate(gradient + at + 12, h * thermal)
    if (cosmicRays != 0) accumulate(cosmicRays + (at >> 2), h * cosmicRay)
    if (indices != 0) accumulate(indices + (at >> 2), h * index)
  }
}

/** Keeps the functions' values at the nodes of a whole crossing, for interpolation between them. */
export function keepCrossing(depth: usize, nodes: u32, length: f64, work: usize): void {
  for (let j: u32 = 0; j < nodes; j++) {
    const at = work + ((<usize>j) << 3)
    const gaussWeight = load<f64>(depth + ((<usize>(nodes + j)) << 3))
    store<f64>(at, load<f64>(at, WORK_WEIGHT) / (gaussWeight * length), WORK_CROSSING_COSMIC_RAY)
    store<f64>(at, load<f64>(at, WORK_STATE + SET_THERMAL), WORK_CROSSING_THERMAL)
  }
}

/** The polynomials through those values at xi, as weight (for a part of `length`) and n_e of entry `node`. */
export function interpolateCrossing(
  depth: usize,
  nodes: u32,
  length: f64,
  xi: f64,
  work: usize,
  node: u32,
): void {
  let cosmicRay: f64 = 0
  let thermal: f64 = 0
  for (let j: u32 = 0; j < nodes; j++) {
    const own = load<f64>(depth + ((<usize>j) << 3))
    let basis: f64 = 1
    for (let k: u32 = 0; k < nodes; k++) {
      const other = load<f64>(depth + ((<usize>k) << 3))
      if (k != j) basis *= (xi - other) / (own - other)
    }
    const at = work + ((<usize>j) << 3)
    cosmicRay += basis * load<f64>(at, WORK_CROSSING_COSMIC_RAY)
    thermal += basis * load<f64>(at, WORK_CROSSING_THERMAL)
  }
  const gaussWeight = load<f64>(depth + ((<usize>(nodes + node)) << 3))
  const to = work + ((<usize>node) << 3)
  store<f64>(to, gaussWeight * length * cosmicRay, WORK_WEIGHT)
  store<f64>(to, thermal, WORK_STATE + SET_THERMAL)
}

/** Sum over the nodes of row `i` of A times a list: its integral from the entry to node i, per length. */
@inline
export function integrateTo(depth: usize, nodes: u32, i: u32, list: usize): f64 {
  const row = depth + ((<usize>(2 * nodes + i * nodes)) << 3)
  let sum: f64 = 0
  for (let j: u32 = 0; j < nodes; j++) {
    sum += load<f64>(row + ((<usize>j) << 3)) * load<f64>(list + ((<usize>j) << 3))
  }
  return sum
}

/** Sum over the nodes of column `j` of A times a list. */
@inline
export function integrateFrom(depth: usize, nodes: u32, j: u32, list: usize): f64 {
  const column = depth + ((<usize>(2 * nodes + j)) << 3)
  let sum: f64 = 0
  for (let i: u32 = 0; i < nodes; i++) {
    sum += load<f64>(column + ((<usize>(i * nodes)) << 3)) * load<f64>(list + ((<usize>i) << 3))
  }
  return sum
}

/** Zeroes a set of lists. */
export function clearSet(set: usize): void {
  memory.fill(set, 0, 6 * LIST)
}
