import type { GridGeometry } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'

/**
 * Values at the vertices of a grid from those of a smooth function there, in place, such that what is trilinear between them has the
 * function's averages to fourth order of the spacing: along each axis a twelfth of the second difference is taken away, by which
 * linear interpolation lies above a convex function on average. Mirrored at the faces of the box, so that it is its own adjoint.
 *
 * @param components numbers per vertex
 */
export function sharpen({ shape }: GridGeometry, values: GridValues, components: number): void {
  const steps = [shape[1] * shape[2] * components, shape[2] * components, components]
  shape.forEach((count, axis) => {
    const step = steps[axis]
    for (let block = 0; block < values.length; block += count * step) {
      for (let first = block; first < block + step; first++) {
        let before = values[first]
        for (let at = first, i = 0; i < count; i++, at += step) {
          const here = values[at]
          const after = i < count - 1 ? values[at + step] : here
          values[at] = here - (before - 2 * here + after) / 12
          before = here
        }
      }
    }
  })
}
