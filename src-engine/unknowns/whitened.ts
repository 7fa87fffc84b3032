import { RandomFieldRoot } from '#shared/inference/random-field.ts'
import type { RandomFieldModel } from '#shared/inference/random-field.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { Representation } from './representation.ts'

/**
 * B = mean + S w in the region, S the root of a Gaussian random field's covariance: the prior of B is then 1/2 |w|^2. w lives on
 * a padded, periodic box (../../shared/inference/random-field.ts) and starts at zero.
 *
 * @param region [voxel], non-zero inside
 * @param mean [voxel][3] microgauss
 */
export function whitened(
  grid: GridGeometry,
  region: Uint8Array,
  mean: Float64Array,
  model: RandomFieldModel,
): Representation {
  const root = new RandomFieldRoot(grid, model)
  const masked = new Float64Array(mean.length)
  const filter = (white: GridValues, field: GridValues): void => {
    root.apply(white, field)
    clearOutside(region, field)
  }
  return {
    block: { name: 'whitened', unit: '', shape: [...root.shape, 3] },
    identity: false,
    start: (parameters) => {
      parameters.fill(0)
    },
    toGrid: (parameters, field) => {
      filter(parameters, field)
      for (let i = 0; i < field.length; i++) field[i] += mean[i]
    },
    push: (_, tangent, gridTangent) => {
      filter(tangent, gridTangent)
    },
    pullBack: (_, gridGradient, gradient) => {
      masked.set(gridGradient)
      clearOutside(region, masked)
      root.applyAdjoint(masked, gradient)
    },
  }
}

function clearOutside(region: Uint8Array, field: GridValues): void {
  for (let voxel = 0; voxel < region.length; voxel++) {
    if (region[voxel] === 0) field.fill(0, 3 * voxel, 3 * voxel + 3)
  }
}
