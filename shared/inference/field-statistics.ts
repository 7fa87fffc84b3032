/** Figures of a reconstructed field: how strong it is, and how streaky along the lines of sight. */
import type { GridGeometry } from '../physics/grid.ts'
import { cellCentre, gridSpacing, voxelCount, voxelIndex } from '../physics/grid.ts'

export interface FieldStatistics {
  /** Of |B| over the voxels of the region, microgauss. */
  readonly mean: number
  readonly p99: number
  readonly max: number
  /**
   * Tangential over radial variation of |B|: sqrt(mean(|grad|B||^2 - (n.grad|B|)^2) / 2) / sqrt(mean((n.grad|B|)^2)), n the
   * direction from the observer, over voxels more than 1 kpc from the observer and two cells inside the region.
   * 1 for an isotropic field, larger for streaks along the rays; null when no voxel qualifies or |B| is constant.
   */
  readonly streakRatio: number | null
}

/**
 * @param field [nx, ny, nz, 3] in microgauss
 * @param region [nx, ny, nz], non-zero inside
 */
export function fieldStatistics(
  grid: GridGeometry,
  field: ArrayLike<number>,
  region: Uint8Array,
  observerKpc: readonly [number, number, number],
): FieldStatistics {
  const voxels = voxelCount(grid)
  const strength = new Float64Array(voxels)
  for (let i = 0; i < voxels; i++) {
    strength[i] = Math.hypot(field[3 * i], field[3 * i + 1], field[3 * i + 2])
  }
  const inside = strength.filter((_, i) => region[i] !== 0).sort()
  const sum = inside.reduce((total, value) => total + value, 0)
  const count = inside.length
  return {
    mean: count > 0 ? sum / count : 0,
    p99: count > 0 ? percentile(inside, 0.99) : 0,
    max: count > 0 ? inside[count - 1] : 0,
    streakRatio: streakRatio(grid, strength, region, observerKpc),
  }
}

/** Linear interpolation between the order statistics, as NumPy's default. */
function percentile(sorted: Float64Array, fraction: number): number {
  const at = fraction * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low] + (at - low) * (sorted[high] - sorted[low])
}

function streakRatio(
  grid: GridGeometry,
  strength: Float64Array,
  region: Uint8Array,
  observer: readonly [number, number, number],
): number | null {
  const [nx, ny, nz] = grid.shape
  const spacing = gridSpacing(grid)
  const stride = [ny * nz, nz, 1]
  const core = erode(grid, erode(grid, region))
  let radialSum = 0
  let tangentialSum = 0
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++) {
        const voxel = voxelIndex(grid, i, j, k)
        if (core[voxel] === 0) continue
        const index = [i, j, k]
        let square = 0
        let along = 0
        let distance = 0
        for (let axis = 0; axis < 3; axis++) {
          const slope =
            (strength[voxel + stride[axis]] - strength[voxel - stride[axis]]) / (2 * spacing[axis])
          const offset = cellCentre(grid, axis, index[axis]) - observer[axis]
          square += slope * slope
          along += slope * offset
          distance += offset * offset
        }
        if (distance <= 1) continue
        const radial = (along * along) / distance
        radialSum += radial
        tangentialSum += square - radial
      }
    }
  }
  return radialSum > 0 ? Math.sqrt(tangentialSum / 2 / radialSum) : null
}

/** Voxels whose six neighbours are all inside too; the edge of the grid counts as outside. */
function erode(grid: GridGeometry, mask: Uint8Array): Uint8Array {
  const [nx, ny, nz] = grid.shape
  const result = new Uint8Array(mask.length)
  for (let i = 1; i < nx - 1; i++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let k = 1; k < nz - 1; k++) {
        const at = voxelIndex(grid, i, j, k)
        const all =
          mask[at] &&
          mask[at - 1] &&
          mask[at + 1] &&
          mask[at - nz] &&
          mask[at + nz] &&
          mask[at - ny * nz] &&
          mask[at + ny * nz]
        result[at] = all ? 1 : 0
      }
    }
  }
  return result
}
