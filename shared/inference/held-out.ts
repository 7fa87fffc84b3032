/**
 * Held-out pixels: blocks of sky kept from the fit to measure prediction. A block is a pixel of a coarser HEALPix map,
 * named by its RING number.
 */
import { nest2ring, ring2nest } from '#shared/healpix/index.ts'
import { randomStreams, uniform } from './random.ts'

export type HeldOut =
  | { readonly fold: number; readonly of: number; readonly block_nside: number }
  | { readonly fraction: number; readonly seed: number; readonly block_nside: number }

/** RING numbers of the held-out blocks, ascending. */
export function heldOutBlocks(heldOut: HeldOut): Int32Array {
  const count = 12 * heldOut.block_nside ** 2
  const blocks = Array.from({ length: count }, (_, block) => block)
  if ('fold' in heldOut) {
    return Int32Array.from(blocks.filter((block) => block % heldOut.of === heldOut.fold))
  }
  const rank = blocks.map((block) => uniform(heldOut.seed, randomStreams.heldOutBlocks, block))
  const chosen = blocks.sort((a, b) => rank[a] - rank[b] || a - b)
  return Int32Array.from(chosen.slice(0, Math.round(heldOut.fraction * count))).sort()
}

/**
 * RING number of the block that holds each pixel. A map coarser than the blocks has one block per pixel: the first of
 * the blocks inside it in NESTED order.
 */
export function blockOfPixel(nside: number, blockNside: number, pixel: number): number {
  const nested = ring2nest(nside, pixel)
  const ratio = nside / blockNside
  return nest2ring(blockNside, Math.floor(nested / (ratio * ratio)))
}
