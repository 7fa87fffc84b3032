import type { GridGeometry } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { RegularisationName } from '../kernels/interface.ts'
import { regularisationFactors } from '../kernels/regularisation.ts'

export type QuadraticName = Exclude<RegularisationName, 'total-variation'>

/** A quadratic form of the values of a grid. */
export interface QuadraticTerm {
  readonly weight: number
  /** The value at `values`; its gradient is added to `gradient`. At a tangent, that is the Hessian's product with it. */
  add(values: GridValues, gradient: GridValues): number
}

/**
 * A regularisation term that is a quadratic form, of a grid with one or three numbers per voxel. Definitions:
 * ../kernels/regularisation.ts; values outside the region are constants.
 *
 * @param region [voxel], non-zero inside
 */
export function quadraticTerm(
  term: QuadraticName,
  weight: number,
  grid: GridGeometry,
  region: Uint8Array,
  components: 1 | 3,
): QuadraticTerm {
  const { axes, scale } = regularisationFactors(term, weight, grid)
  const { shape } = grid
  return {
    weight,
    add: (values, gradient) => {
      switch (term) {
        case 'amplitude':
          return addAmplitude(scale, region, components, values, gradient)
        case 'smoothness':
          return addSmoothness(axes, shape, region, components, values, gradient)
        case 'divergence':
          return addDivergence(axes, scale, shape, region, values, gradient)
      }
    },
  }
}

type Triple = readonly [number, number, number]

function addAmplitude(
  scale: number,
  region: Uint8Array,
  components: number,
  values: GridValues,
  gradient: GridValues,
): number {
  let squares = 0
  for (let voxel = 0; voxel < region.length; voxel++) {
    if (region[voxel] === 0) continue
    for (let i = components * voxel; i < components * (voxel + 1); i++) {
      squares += values[i] * values[i]
      gradient[i] += scale * values[i]
    }
  }
  return (scale * squares) / 2
}

function addSmoothness(
  axes: Triple,
  shape: Triple,
  region: Uint8Array,
  components: number,
  values: GridValues,
  gradient: GridValues,
): number {
  let value = 0
  const steps = [shape[1] * shape[2], shape[2], 1]
  for (let axis = 0; axis < 3; axis++) {
    const factor = axes[axis]
    const step = steps[axis]
    for (let voxel = 0; voxel < region.length; voxel++) {
      // Coordinate along the axis; the last voxel has no next.
      if (Math.floor(voxel / step) % shape[axis] === shape[axis] - 1) continue
      const next = voxel + step
      const here = region[voxel] !== 0
      const there = region[next] !== 0
      if (!here && !there) continue
      for (let c = 0; c < components; c++) {
        const difference = values[components * next + c] - values[components * voxel + c]
        value += (factor * difference * difference) / 2
        if (here) gradient[components * voxel + c] -= factor * difference
        if (there) gradient[components * next + c] += factor * difference
      }
    }
  }
  return value
}

function addDivergence(
  axes: Triple,
  scale: number,
  [nx, ny, nz]: Triple,
  region: Uint8Array,
  values: GridValues,
  gradient: GridValues,
): number {
  let squares = 0
  const steps = [ny * nz, nz, 1]
  for (let i = 1; i < nx - 1; i++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let k = 1; k < nz - 1; k++) {
        const voxel = (i * ny + j) * nz + k
        if (region[voxel] === 0) continue
        if (steps.some((step) => region[voxel + step] === 0 || region[voxel - step] === 0)) continue
        let divergence = 0
        for (let axis = 0; axis < 3; axis++) {
          const after = 3 * (voxel + steps[axis]) + axis
          const before = 3 * (voxel - steps[axis]) + axis
          divergence += axes[axis] * (values[after] - values[before])
        }
        squares += divergence * divergence
        for (let axis = 0; axis < 3; axis++) {
          gradient[3 * (voxel + steps[axis]) + axis] += scale * divergence * axes[axis]
          gradient[3 * (voxel - steps[axis]) + axis] -= scale * divergence * axes[axis]
        }
      }
    }
  }
  return (scale * squares) / 2
}
