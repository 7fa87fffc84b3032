/** How long lines of sight are in the voxels of a trilinear grid. */
import type { GridGeometry } from './grid.ts'
import { gridSpacing } from './grid.ts'
import type { Vector3 } from './vector.ts'

/** Two Gauss-Legendre nodes on (0, 1): exact for the cubic that three linear weights make. */
const NODES = [0.5 - 0.5 / Math.sqrt(3), 0.5 + 0.5 / Math.sqrt(3)] as const

/**
 * Adds to each voxel the integral of its trilinear weight along a ray, in kpc, times `times`: what `voxelPath` gives for one voxel,
 * for all of them in one walk through the lattice of cell centres. Beyond the last centres weights go on linearly, as those of a
 * vector field do.
 *
 * @param direction unit vector from the origin outward
 * @param into [nx, ny, nz]
 */
export function addRayCoverage(
  grid: GridGeometry,
  origin: Vector3,
  direction: Vector3,
  lengthKpc: number,
  into: Float64Array,
  times = 1,
): void {
  const { shape, halfSizeKpc } = grid
  const spacing = gridSpacing(grid)
  const strides = [shape[1] * shape[2], shape[2], 1]
  // Along each axis in units of the lattice: u = start + slope s, in cell number `cell`, until the distance `next`.
  const start = [0, 0, 0]
  const slope = [0, 0, 0]
  const cell = [0, 0, 0]
  const next = [Infinity, Infinity, Infinity]
  for (let axis = 0; axis < 3; axis++) {
    start[axis] = (origin[axis] + halfSizeKpc[axis]) / spacing[axis] - 0.5
    slope[axis] = direction[axis] / spacing[axis]
    const last = shape[axis] - 2
    cell[axis] = Math.min(Math.max(Math.floor(start[axis]), 0), last)
    next[axis] = crossing(start[axis], slope[axis], cell[axis], last)
  }
  let from = 0
  while (from < lengthKpc) {
    const axis = next[0] <= next[1] ? (next[0] <= next[2] ? 0 : 2) : next[1] <= next[2] ? 1 : 2
    const to = Math.min(next[axis], lengthKpc)
    if (to > from) {
      const first = cell[0] * strides[0] + cell[1] * strides[1] + cell[2]
      for (const node of NODES) {
        const distance = from + node * (to - from)
        const half = 0.5 * times * (to - from)
        const x = start[0] + slope[0] * distance - cell[0]
        const y = start[1] + slope[1] * distance - cell[1]
        const z = start[2] + slope[2] * distance - cell[2]
        for (let corner = 0; corner < 8; corner++) {
          const [i, j, k] = [corner >> 2, (corner >> 1) & 1, corner & 1]
          into[first + i * strides[0] + j * strides[1] + k] +=
            half * (i ? x : 1 - x) * (j ? y : 1 - y) * (k ? z : 1 - z)
        }
      }
      from = to
    }
    if (!(next[axis] < lengthKpc)) return
    cell[axis] += slope[axis] > 0 ? 1 : -1
    next[axis] = crossing(start[axis], slope[axis], cell[axis], shape[axis] - 2)
  }
}

/** Where the ray leaves a cell along one axis; the outermost cells go on for ever. */
function crossing(start: number, slope: number, cell: number, last: number): number {
  if (slope > 0) return cell < last ? (cell + 1 - start) / slope : Infinity
  if (slope < 0) return cell > 0 ? (cell - start) / slope : Infinity
  return Infinity
}
