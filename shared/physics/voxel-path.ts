/** How much of a line of sight depends on one voxel of a trilinear grid. */
import type { GridGeometry } from './grid.ts'
import { cellCentre } from './grid.ts'
import type { Vector3 } from './vector.ts'

/** Two Gauss-Legendre nodes on (0, 1): exact for the cubic that three linear weights make. */
const NODES = [0.5 - 0.5 / Math.sqrt(3), 0.5 + 0.5 / Math.sqrt(3)]

/** The voxel whose centre is nearest to a position; positions beyond the box take the outermost. */
export function nearestVoxel(grid: GridGeometry, positionKpc: Vector3): Vector3 {
  const at = (axis: 0 | 1 | 2) => {
    const [n, half] = [grid.shape[axis], grid.halfSizeKpc[axis]]
    const cell = Math.floor(((positionKpc[axis] + half) * n) / (2 * half))
    return Math.min(n - 1, Math.max(0, cell))
  }
  return [at(0), at(1), at(2)]
}

/** Along one axis: where a voxel has weight, and the planes within at which that weight has a kink. */
interface AxisSupport {
  readonly low: number
  readonly high: number
  readonly planes: readonly number[]
}

export type VoxelSupport = readonly [AxisSupport, AxisSupport, AxisSupport]

/** Where a voxel has weight. The field goes on linearly beyond the last centres, so that the two outermost voxels reach to the face. */
export function voxelSupport(grid: GridGeometry, voxel: Vector3): VoxelSupport {
  const along = (axis: 0 | 1 | 2): AxisSupport => {
    const [n, half, i] = [grid.shape[axis], grid.halfSizeKpc[axis], voxel[axis]]
    return {
      low: i <= 1 ? -half : cellCentre(grid, axis, i - 1),
      high: i >= n - 2 ? half : cellCentre(grid, axis, i + 1),
      planes: [i - 1, i, i + 1]
        .filter((plane) => plane >= 1 && plane <= n - 2)
        .map((plane) => cellCentre(grid, axis, plane)),
    }
  }
  return [along(0), along(1), along(2)]
}

/**
 * The integral of a voxel's trilinear weight along a ray, kpc: what the ray's integral of a field changes by for a unit change
 * of the voxel. Zero for rays that do not come near.
 *
 * @param support `voxelSupport(grid, voxel)`
 * @param direction unit vector from the observer outward
 */
export function voxelPath(
  grid: GridGeometry,
  voxel: Vector3,
  support: VoxelSupport,
  observerKpc: Vector3,
  direction: Vector3,
  lengthKpc: number,
): number {
  let enter = 0
  let exit = lengthKpc
  for (let axis = 0; axis < 3; axis++) {
    const { low, high } = support[axis]
    const slope = direction[axis]
    const from = observerKpc[axis]
    if (slope === 0) {
      if (from < low || from > high) return 0
      continue
    }
    const a = (low - from) / slope
    const b = (high - from) / slope
    enter = Math.max(enter, Math.min(a, b))
    exit = Math.min(exit, Math.max(a, b))
  }
  if (!(exit > enter)) return 0
  const edges = [enter, exit]
  for (let axis = 0; axis < 3; axis++) {
    if (direction[axis] === 0) continue
    for (const plane of support[axis].planes) {
      const distance = (plane - observerKpc[axis]) / direction[axis]
      if (distance > enter && distance < exit) edges.push(distance)
    }
  }
  edges.sort((a, b) => a - b)
  let sum = 0
  for (let k = 0; k + 1 < edges.length; k++) {
    const length = edges[k + 1] - edges[k]
    for (const node of NODES) {
      const distance = edges[k] + node * length
      let weight = 0.5 * length
      for (let axis = 0; axis < 3; axis++) {
        weight *= axisWeight(
          grid,
          axis,
          voxel[axis],
          observerKpc[axis] + distance * direction[axis],
        )
      }
      sum += weight
    }
  }
  return sum
}

/** One of the three factors of a trilinear weight, continued linearly beyond the last centres. */
function axisWeight(grid: GridGeometry, axis: number, i: number, position: number): number {
  const n = grid.shape[axis]
  const half = grid.halfSizeKpc[axis]
  const u = ((position + half) * n) / (2 * half) - 0.5
  const lower = Math.min(Math.max(Math.floor(u), 0), n - 2)
  if (i === lower) return 1 - (u - lower)
  return i === lower + 1 ? u - lower : 0
}
