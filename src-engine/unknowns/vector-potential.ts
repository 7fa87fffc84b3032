import { conjugateGradients } from '#shared/inference/conjugate-gradients.ts'
import { zerosLike } from '#shared/inference/vectors.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { gridSpacing } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { Representation } from './representation.ts'

/** How well the initial field is approximated by a curl: residual of the normal equations, and most iterations. */
const START = { tolerance: 1e-3, iterations: 100 }

/**
 * B = curl A by central differences over two voxels, with A = 0 beyond the grid and in voxels with a neighbour outside the
 * region, so that B is zero outside it. Differences along different axes commute, so the divergence by the same
 * differences vanishes to rounding everywhere. The matrix of a central difference with zeros beyond is
 * antisymmetric; hence the curl is its own adjoint.
 *
 * Fixed parameters are zero; a gradient is zero there, so they stay so.
 *
 * A run starts at the least-squares potential of the initial field: what of that is no curl is lost.
 *
 * @param region [voxel], non-zero inside
 */
export function vectorPotential(
  grid: GridGeometry,
  region: Uint8Array,
  initial: Float64Array,
): Representation {
  const free = innerVoxels(grid, region)
  const differences = halfInverseSpacing(grid)
  const curlOf = (source: GridValues, into: GridValues): void => {
    curl(grid.shape, differences, source, into)
  }
  const pullBack = (gridGradient: GridValues, gradient: GridValues): void => {
    curlOf(gridGradient, gradient)
    clearFixed(free, gradient)
  }
  return {
    block: { name: 'vector_potential', unit: 'microgauss kpc', shape: [...grid.shape, 3] },
    identity: false,
    async start(parameters) {
      const zeros = () => zerosLike([parameters])
      const [right] = zeros()
      const [field] = zeros()
      field.set(initial)
      pullBack(field, right)
      await conjugateGradients(
        {
          apply: ([vector], [into]) => {
            curlOf(vector, field)
            pullBack(field, into)
          },
          right: [right],
          ...START,
        },
        {
          solution: [parameters],
          residual: zeros(),
          conjugate: zeros(),
          product: zeros(),
          scaled: zeros(),
        },
      )
    },
    toGrid: curlOf,
    push: (_, tangent, gridTangent) => {
      curlOf(tangent, gridTangent)
    },
    pullBack: (_, gridGradient, gradient) => {
      pullBack(gridGradient, gradient)
    },
  }
}

function halfInverseSpacing(grid: GridGeometry): readonly [number, number, number] {
  const [hx, hy, hz] = gridSpacing(grid)
  return [0.5 / hx, 0.5 / hy, 0.5 / hz]
}

/** 1 for voxels of the region whose neighbours (those there are) belong to it too. */
function innerVoxels({ shape: [nx, ny, nz] }: GridGeometry, region: Uint8Array): Uint8Array {
  const inner = region.slice()
  const steps = [ny * nz, nz, 1]
  let voxel = 0
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++, voxel++) {
        const open = [i > 0, j > 0, k > 0, i < nx - 1, j < ny - 1, k < nz - 1]
        for (let side = 0; side < 6; side++) {
          const step = side < 3 ? -steps[side] : steps[side - 3]
          if (open[side] && region[voxel + step] === 0) inner[voxel] = 0
        }
      }
    }
  }
  return inner
}

function clearFixed(free: Uint8Array, values: GridValues): void {
  for (let voxel = 0; voxel < free.length; voxel++) {
    if (free[voxel] === 0) values.fill(0, 3 * voxel, 3 * voxel + 3)
  }
}

function curl(
  [nx, ny, nz]: readonly [number, number, number],
  [dx, dy, dz]: readonly [number, number, number],
  a: GridValues,
  b: GridValues,
): void {
  const stepX = 3 * ny * nz
  const stepY = 3 * nz
  let at = 0
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++, at += 3) {
        // Components that do not exist beyond the grid count as zero.
        const ayx = (i < nx - 1 ? a[at + stepX + 1] : 0) - (i > 0 ? a[at - stepX + 1] : 0)
        const azx = (i < nx - 1 ? a[at + stepX + 2] : 0) - (i > 0 ? a[at - stepX + 2] : 0)
        const axy = (j < ny - 1 ? a[at + stepY] : 0) - (j > 0 ? a[at - stepY] : 0)
        const azy = (j < ny - 1 ? a[at + stepY + 2] : 0) - (j > 0 ? a[at - stepY + 2] : 0)
        const axz = (k < nz - 1 ? a[at + 3] : 0) - (k > 0 ? a[at - 3] : 0)
        const ayz = (k < nz - 1 ? a[at + 4] : 0) - (k > 0 ? a[at - 2] : 0)
        b[at] = azy * dy - ayz * dz
        b[at + 1] = axz * dz - azx * dx
        b[at + 2] = ayx * dx - axy * dy
      }
    }
  }
}
