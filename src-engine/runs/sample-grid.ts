import { cellCentre, createStencil, locate, voxelCount } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'

/** Whether two grids have the same voxels. */
export function sameGrid(a: GridGeometry, b: GridGeometry): boolean {
  const numbers = ({ shape, halfSizeKpc }: GridGeometry) => [...shape, ...halfSizeKpc].join()
  return numbers(a) === numbers(b)
}

/**
 * Values of a grid at the centres of another one's voxels, both about the same centre: trilinear between the centres, held from
 * the outermost of them to the faces, NaN beyond. The same grid gives the same values, exactly.
 *
 * @param values [nx, ny, nz, components]
 */
export function sampleGrid(
  from: GridGeometry,
  values: GridValues,
  components: number,
  to: GridGeometry,
): Float64Array {
  if (sameGrid(from, to)) return Float64Array.from(values)
  const sampled = new Float64Array(voxelCount(to) * components)
  const stencil = createStencil()
  const [nx, ny, nz] = to.shape
  let out = 0
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++, out += components) {
        const position = [cellCentre(to, 0, i), cellCentre(to, 1, j), cellCentre(to, 2, k)] as const
        if (position.some((x, axis) => Math.abs(x) > from.halfSizeKpc[axis])) {
          sampled.fill(NaN, out, out + components)
          continue
        }
        locate(from, [...position], 'held', stencil)
        for (let corner = 0; corner < 8; corner++) {
          const weight = stencil.weights[corner]
          const at = components * stencil.voxels[corner]
          for (let c = 0; c < components; c++) sampled[out + c] += weight * values[at + c]
        }
      }
    }
  }
  return sampled
}
