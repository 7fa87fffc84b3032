import type { GridGeometry } from '#shared/physics/grid.ts'
import { voxelIndex } from '#shared/physics/grid.ts'
import type { GridValues, RegularisationTerm } from '../../interface.ts'
import { TOTAL_VARIATION_EPSILON, regularisationFactors } from '../../regularisation.ts'

/** Calls `visit` for every voxel of the region with its indices. */
function visitRegion(
  { shape: [nx, ny, nz] }: GridGeometry,
  region: Uint8Array,
  visit: (voxel: number, index: readonly [number, number, number]) => void,
): void {
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++) {
        const voxel = (i * ny + j) * nz + k
        if (region[voxel] !== 0) visit(voxel, [i, j, k])
      }
    }
  }
}

/**
 * Value of one regularisation term in float64; its gradient [nx, ny, nz, 3] is added to `gradient`. Definitions:
 * ../../regularisation.ts. Written to be read: the oracle of the fast ones.
 *
 * @param field [nx, ny, nz, 3] microgauss
 * @param region [nx, ny, nz], non-zero inside
 */
export function addRegularisation(
  grid: GridGeometry,
  { term, weight, reference }: RegularisationTerm,
  region: Uint8Array,
  field: GridValues,
  gradient: Float64Array,
): number {
  const { axes, scale } = regularisationFactors(term, weight, grid)

  /** The voxel `step` cells along an axis, or -1 beyond the grid. */
  const voxelAt = (index: readonly number[], axis: number, step: number): number => {
    const [i, j, k] = index.map((n, a) => (a === axis ? n + step : n))
    const [nx, ny, nz] = grid.shape
    if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) return -1
    return voxelIndex(grid, i, j, k)
  }
  /** The same, or -1 where it is outside the region. */
  const neighbour = (index: readonly number[], axis: number, step: number): number => {
    const voxel = voxelAt(index, axis, step)
    return voxel !== -1 && region[voxel] !== 0 ? voxel : -1
  }

  let value = 0
  visitRegion(grid, region, (voxel, index) => {
    switch (term) {
      case 'smoothness':
        for (let axis = 0; axis < 3; axis++) {
          for (const step of [-1, 1]) {
            const other = voxelAt(index, axis, step)
            if (other === -1) continue
            // a pair inside the region is met from both of its voxels
            const share = region[other] !== 0 ? 0.5 : 1
            for (let c = 0; c < 3; c++) {
              const difference = field[3 * voxel + c] - field[3 * other + c]
              value += share * 0.5 * axes[axis] * difference ** 2
              gradient[3 * voxel + c] += axes[axis] * difference
            }
          }
        }
        break
      case 'total-variation': {
        const nexts = [0, 1, 2].map((axis) => neighbour(index, axis, 1))
        let squares = TOTAL_VARIATION_EPSILON ** 2
        nexts.forEach((next, axis) => {
          for (let c = 0; c < 3 && next !== -1; c++) {
            squares += axes[axis] * (field[3 * next + c] - field[3 * voxel + c]) ** 2
          }
        })
        const norm = Math.sqrt(squares)
        value += scale * norm
        nexts.forEach((next, axis) => {
          for (let c = 0; c < 3 && next !== -1; c++) {
            const slope = (scale * axes[axis] * (field[3 * next + c] - field[3 * voxel + c])) / norm
            gradient[3 * next + c] += slope
            gradient[3 * voxel + c] -= slope
          }
        })
        break
      }
      case 'divergence': {
        const next = [0, 1, 2].map((axis) => neighbour(index, axis, 1))
        const previous = [0, 1, 2].map((axis) => neighbour(index, axis, -1))
        if ([...next, ...previous].includes(-1)) break
        let divergence = 0
        for (let axis = 0; axis < 3; axis++) {
          divergence +=
            axes[axis] * (field[3 * next[axis] + axis] - field[3 * previous[axis] + axis])
        }
        value += 0.5 * scale * divergence ** 2
        for (let axis = 0; axis < 3; axis++) {
          gradient[3 * next[axis] + axis] += scale * divergence * axes[axis]
          gradient[3 * previous[axis] + axis] -= scale * divergence * axes[axis]
        }
        break
      }
      case 'amplitude':
        for (let c = 0; c < 3; c++) {
          const difference = field[3 * voxel + c] - (reference?.[3 * voxel + c] ?? 0)
          value += 0.5 * scale * difference ** 2
          gradient[3 * voxel + c] += scale * difference
        }
    }
  })
  return value
}
