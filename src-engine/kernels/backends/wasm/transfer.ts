import type { GridValues } from '../../interface.ts'
import { VOXEL_BYTES } from './memory-plan.ts'

/** Whether worker threads see the array's memory. */
export function isShared(values: GridValues): boolean {
  return values.buffer instanceof SharedArrayBuffer
}

/** The grids of the magnetic field and of the scalar unknowns: n_e, and those with grids of their own. */
export interface PackedGrids {
  readonly field: GridValues
  readonly electrons?: GridValues
  readonly planes: readonly GridValues[]
}

/** Where grids of `voxels` voxels lie in the kernels' memory. */
export interface GridPlaces {
  readonly voxels: number
  readonly field: number
  readonly planes: number
}

/**
 * Copies the voxels [first, last) of packed grids to the kernels' [voxel][4], whose fourth lane is n_e, and
 * [plane][voxel].
 *
 * @returns whether that changed anything there
 */
export function loadGrids(
  buffer: ArrayBufferLike,
  { field, electrons, planes }: PackedGrids,
  to: GridPlaces,
  first: number,
  last: number,
): boolean {
  const out = new Float32Array(buffer, to.field + first * VOXEL_BYTES, 4 * (last - first))
  let changed = false
  let from = 3 * first
  for (let at = 0; at < out.length; at += 4) {
    const x = Math.fround(field[from])
    const y = Math.fround(field[from + 1])
    const z = Math.fround(field[from + 2])
    if (out[at] !== x || out[at + 1] !== y || out[at + 2] !== z) {
      changed = true
      out[at] = x
      out[at + 1] = y
      out[at + 2] = z
    }
    from += 3
  }
  if (electrons && loadScalar(electrons, out, 4, 3, first, last)) changed = true
  planes.forEach((values, plane) => {
    const at = to.planes + 4 * (plane * to.voxels + first)
    const grid = new Float32Array(buffer, at, last - first)
    if (loadScalar(values, grid, 1, 0, first, last)) changed = true
  })
  return changed
}

function loadScalar(
  values: GridValues,
  out: Float32Array,
  stride: number,
  offset: number,
  first: number,
  last: number,
): boolean {
  let changed = false
  let at = offset
  for (let voxel = first; voxel < last; voxel++) {
    const value = Math.fround(values[voxel])
    if (out[at] !== value) {
      changed = true
      out[at] = value
    }
    at += stride
  }
  return changed
}

/**
 * Copies the voxels [first, last) of the packed gradient to grids of the same shapes: [voxel][3] and [voxel] (n_e) at
 * `from.field`, [plane][voxel] at `from.planes`.
 */
export function copyPacked(
  buffer: ArrayBufferLike,
  from: GridPlaces,
  { field, electrons, planes }: PackedGrids,
  first: number,
  last: number,
): void {
  const count = last - first
  const scalar = (at: number): Float32Array => new Float32Array(buffer, at + 4 * first, count)
  field.set(new Float32Array(buffer, from.field + 12 * first, 3 * count), 3 * first)
  electrons?.set(scalar(from.field + 12 * from.voxels), first)
  planes.forEach((values, plane) =>
    values.set(scalar(from.planes + 4 * plane * from.voxels), first),
  )
}
