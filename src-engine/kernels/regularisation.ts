import type { GridGeometry } from '#shared/physics/grid.ts'
import { gridSpacing } from '#shared/physics/grid.ts'
import type { RegularisationName } from './interface.ts'

// The regularisation terms, in microgauss and kpc; h is the spacing, dV the volume of a cell, so that a weight means the
// same on every grid. Smoothness counts every pair of neighbours with a voxel in the region: the field is fixed at 0 outside it,
// and a term that ignored the step at the region's edge would leave the far field, which the data hardly hold, free to
// drift (measured: ARCHITECTURE.md). The other terms count voxels of the region and differences between two of them.
//   smoothness       w/2 sum over neighbour pairs of |dB/h|^2 dV
//   total-variation  w   sum over voxels of sqrt(|grad B|^2 + eps^2) dV, forward differences
//   divergence       w/2 sum of (div B)^2 dV, central differences; voxels with all six neighbours in the region
//   amplitude        w/2 sum of |B - B_ref|^2 dV

/** eps of the total variation, microgauss / kpc: keeps it differentiable where the field is uniform. */
export const TOTAL_VARIATION_EPSILON = 0.01

/** The factors of a term on a grid. */
export interface RegularisationFactors {
  /** w dV / h^2 (smoothness), 1 / h^2 (total variation), 1 / (2 h) (divergence) of each axis. */
  readonly axes: readonly [number, number, number]
  /** w dV */
  readonly scale: number
}

export function regularisationFactors(
  term: RegularisationName,
  weight: number,
  grid: GridGeometry,
): RegularisationFactors {
  const [hx, hy, hz] = gridSpacing(grid)
  const scale = weight * hx * hy * hz
  switch (term) {
    case 'smoothness':
      return { axes: [scale / hx ** 2, scale / hy ** 2, scale / hz ** 2], scale }
    case 'total-variation':
      return { axes: [1 / hx ** 2, 1 / hy ** 2, 1 / hz ** 2], scale }
    case 'divergence':
      return { axes: [0.5 / hx, 0.5 / hy, 0.5 / hz], scale }
    case 'amplitude':
      return { axes: [0, 0, 0], scale }
  }
}
