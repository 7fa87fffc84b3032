import type { GridValues } from '../../interface.ts'
import { VOXEL_BYTES } from './memory-plan.ts'

/** Whether worker threads see the array's memory. */
export function isShared(values: GridValues): boolean {
  return values.buffer instanceof SharedArrayBuffer
}

/**
 * Copies the voxels [first, last) of a packed vector grid [voxel][3], and of a scalar grid [voxel] to the fourth lane, to the
 * kernels' [voxel][4] at `target`.
 *
 * @returns whether that changed anything there
 */
export function loadField(
  buffer: ArrayBufferLike,
  source: GridValues,
  electrons: GridValues | undefined,
  target: number,
  first: number,
  last: number,
): boolean {
  const out = new Float32Array(buffer, target + first * VOXEL_BYTES, 4 * (last - first))
  let changed = false
  let from = 3 * first
  for (let at = 0; at < out.length; at += 4) {
    const x = Math.fround(source[from])
    const y = Math.fround(source[from + 1])
    const z = Math.fround(source[from + 2])
    if (out[at] !== x || out[at + 1] !== y || out[at + 2] !== z) {
      changed = true
      out[at] = x
      out[at + 1] = y
      out[at + 2] = z
    }
    from += 3
  }
  if (!electrons) return changed
  for (let voxel = first; voxel < last; voxel++) {
    const at = 4 * (voxel - first) + 3
    const density = Math.fround(electrons[voxel])
    if (out[at] !== density) {
      changed = true
      out[at] = density
    }
  }
  return changed
}

/** Copies the voxels [first, last) of the packed gradient at `packed` to the grids of the same shapes. */
export function copyPacked(
  buffer: ArrayBufferLike,
  packed: number,
  voxels: number,
  { field, electrons }: PackedGrids,
  first: number,
  last: number,
): void {
  field.set(new Float32Array(buffer, packed + 12 * first, 3 * (last - first)), 3 * first)
  electrons?.set(new Float32Array(buffer, packed + 12 * voxels + 4 * first, last - first), first)
}

/** The grids of the magnetic field and, where it is unknown, of n_e. */
export interface PackedGrids {
  readonly field: GridValues
  readonly electrons?: GridValues
}
