/**
 * Cell-centred grids: x_i = -L + (i + 1/2) 2L/n, C order with x slowest, vectors as [nx, ny, nz, 3].
 * Values between the centres are trilinear. Beyond the last centres a vector field continues linearly,
 * a density is held constant (continued linearly it could turn negative).
 */
import type { Vector3 } from './vector.ts'

/** Shape and extent of a grid that fills the box |x_i| <= halfSizeKpc[i]. */
export interface GridGeometry {
  shape: readonly [number, number, number]
  halfSizeKpc: readonly [number, number, number]
}

/** How a grid is read between its outermost centres and the face of the box. */
export type GridEdge = 'continued' | 'held'

/** Number of voxels. */
export function voxelCount(grid: GridGeometry): number {
  return grid.shape[0] * grid.shape[1] * grid.shape[2]
}

/** Spacing of the centres in kpc along each axis. */
export function gridSpacing(grid: GridGeometry): Vector3 {
  const { shape, halfSizeKpc } = grid
  return [
    (2 * halfSizeKpc[0]) / shape[0],
    (2 * halfSizeKpc[1]) / shape[1],
    (2 * halfSizeKpc[2]) / shape[2],
  ]
}

/** Coordinate in kpc of the centres with index i along one axis (0 = x). */
export function cellCentre(grid: GridGeometry, axis: number, i: number): number {
  const half = grid.halfSizeKpc[axis]
  return -half + ((i + 0.5) * 2 * half) / grid.shape[axis]
}

/** Position of voxel (i, j, k) in a scalar array; a vector array has its x component at three times this. */
export function voxelIndex(grid: GridGeometry, i: number, j: number, k: number): number {
  return (i * grid.shape[1] + j) * grid.shape[2] + k
}

/** Throws unless every axis has at least two cells and a positive extent. */
export function requireGrid(grid: GridGeometry): void {
  for (let axis = 0; axis < 3; axis++) {
    const n = grid.shape[axis]
    const half = grid.halfSizeKpc[axis]
    if (!Number.isInteger(n) || n < 2) {
      throw new RangeError(
        `A grid needs at least 2 cells along each axis, not ${grid.shape.join('x')}.`,
      )
    }
    if (!(half > 0) || !Number.isFinite(half)) {
      throw new RangeError(`The half size of a grid must be positive, not ${half} kpc.`)
    }
  }
}

/** The eight voxels around a point and their weights; the weights sum to 1. */
export interface TrilinearStencil {
  voxels: Int32Array
  weights: Float64Array
}

export function createStencil(): TrilinearStencil {
  return { voxels: new Int32Array(8), weights: new Float64Array(8) }
}

/** Fills `stencil` for a position in kpc. With `continued` the weights extrapolate beyond the last centres. */
export function locate(
  grid: GridGeometry,
  position: Vector3,
  edge: GridEdge,
  stencil: TrilinearStencil,
): void {
  const [nx, ny, nz] = grid.shape
  const x = latticeCoordinate(grid, 0, position[0], edge)
  const y = latticeCoordinate(grid, 1, position[1], edge)
  const z = latticeCoordinate(grid, 2, position[2], edge)
  const i = lowerVertex(x, nx)
  const j = lowerVertex(y, ny)
  const k = lowerVertex(z, nz)
  const fx = x - i
  const fy = y - j
  const fz = z - k
  for (let corner = 0; corner < 8; corner++) {
    const di = corner >> 2
    const dj = (corner >> 1) & 1
    const dk = corner & 1
    stencil.voxels[corner] = voxelIndex(grid, i + di, j + dj, k + dk)
    stencil.weights[corner] = (di ? fx : 1 - fx) * (dj ? fy : 1 - fy) * (dk ? fz : 1 - fz)
  }
}

/** Coordinate in units of the lattice whose vertices are the centres: 0 at the first, n - 1 at the last. */
function latticeCoordinate(
  grid: GridGeometry,
  axis: number,
  position: number,
  edge: GridEdge,
): number {
  const n = grid.shape[axis]
  const half = grid.halfSizeKpc[axis]
  const u = ((position + half) * n) / (2 * half) - 0.5
  return edge === 'held' ? Math.min(Math.max(u, 0), n - 1) : u
}

function lowerVertex(u: number, n: number): number {
  return Math.min(Math.max(Math.floor(u), 0), n - 2)
}

/** Trilinear value of a vector grid ([nx, ny, nz, 3]) at a position in kpc, continued linearly beyond the last centres. */
export function interpolateVector(
  grid: GridGeometry,
  values: Float64Array | Float32Array,
  position: Vector3,
  stencil: TrilinearStencil = createStencil(),
): Vector3 {
  locate(grid, position, 'continued', stencil)
  let x = 0
  let y = 0
  let z = 0
  for (let corner = 0; corner < 8; corner++) {
    const weight = stencil.weights[corner]
    const at = 3 * stencil.voxels[corner]
    x += weight * values[at]
    y += weight * values[at + 1]
    z += weight * values[at + 2]
  }
  return [x, y, z]
}

/** Trilinear value of a scalar grid ([nx, ny, nz]) at a position in kpc, held constant beyond the last centres. */
export function interpolateScalar(
  grid: GridGeometry,
  values: Float64Array | Float32Array,
  position: Vector3,
  stencil: TrilinearStencil = createStencil(),
): number {
  locate(grid, position, 'held', stencil)
  let sum = 0
  for (let corner = 0; corner < 8; corner++) {
    sum += stencil.weights[corner] * values[stencil.voxels[corner]]
  }
  return sum
}

/** Which voxels are free: those whose centres have r_kpc[0] < r < r_kpc[1], r the cylindrical radius about the Galactic axis. */
export interface Region {
  r_kpc: readonly [number, number]
}

/** One byte per voxel: 1 inside the region (all, if none is given), 0 outside. */
export function regionMask(grid: GridGeometry, region?: Region): Uint8Array {
  const mask = new Uint8Array(voxelCount(grid))
  if (!region) return mask.fill(1)
  const [inner, outer] = region.r_kpc
  const [nx, ny, nz] = grid.shape
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      const r = Math.hypot(cellCentre(grid, 0, i), cellCentre(grid, 1, j))
      if (r > inner && r < outer) {
        const first = voxelIndex(grid, i, j, 0)
        mask.fill(1, first, first + nz)
      }
    }
  }
  return mask
}
