import type { GridValues } from '../../interface.ts'
import { VOXEL_BYTES } from './memory-plan.ts'

/** Whether worker threads see the array's memory. */
export function isShared(values: GridValues): boolean {
  return values.buffer instanceof SharedArrayBuffer
}

/** Copies the voxels [first, last) of a packed vector grid [voxel][3] to the kernels' [voxel][4] at `target`. */
export function loadField(
  buffer: ArrayBufferLike,
  source: GridValues,
  target: number,
  first: number,
  last: number,
): void {
  const out = new Float32Array(buffer, target + first * VOXEL_BYTES, 4 * (last - first))
  let from = 3 * first
  for (let at = 0; at < out.length; at += 4) {
    out[at] = source[from]
    out[at + 1] = source[from + 1]
    out[at + 2] = source[from + 2]
    from += 3
  }
}

/** Copies the voxels [first, last) of the packed gradient at `packed` to `into`. */
export function copyPacked(
  buffer: ArrayBufferLike,
  packed: number,
  into: GridValues,
  first: number,
  last: number,
): void {
  into.set(new Float32Array(buffer, packed + 12 * first, 3 * (last - first)), 3 * first)
}
