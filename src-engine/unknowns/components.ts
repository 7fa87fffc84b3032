import type { GridGeometry } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { Representation } from './representation.ts'

/** The components of B in every voxel, microgauss: nothing is copied or converted. */
export function components(grid: GridGeometry, initial: Float64Array): Representation {
  const nothing = (): void => {}
  return {
    block: { name: 'magnetic_field', unit: 'microgauss', shape: [...grid.shape, 3] },
    identity: true,
    start: (parameters) => {
      parameters.set(initial)
    },
    toGrid: nothing,
    push: nothing,
    pullBack: nothing,
  }
}

/**
 * B = model + correction, both at the centres of the voxels; the correction starts at zero.
 *
 * @param region [voxel], non-zero inside: there is no correction outside. Default: everywhere
 */
export function correction(
  grid: GridGeometry,
  model: Float64Array,
  region?: Uint8Array,
): Representation {
  const clear = (values: GridValues): void => {
    region?.forEach((inside, voxel) => {
      if (inside === 0) values.fill(0, 3 * voxel, 3 * voxel + 3)
    })
  }
  return {
    block: { name: 'correction', unit: 'microgauss', shape: [...grid.shape, 3] },
    identity: false,
    start: (parameters) => {
      parameters.fill(0)
    },
    toGrid: (parameters, field) => {
      for (let i = 0; i < field.length; i++) field[i] = model[i] + parameters[i]
    },
    push: (_, tangent, gridTangent) => gridTangent.set(tangent),
    pullBack: (_, gridGradient, gradient) => {
      gradient.set(gridGradient)
      clear(gradient)
    },
  }
}
