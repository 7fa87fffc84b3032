import { writeHealpixMap } from '#shared/fits/index.ts'
import { version } from '../version.ts'

/** A mask as one HEALPix table (RING, Galactic) with the column MASK: 1 where a map may be used, 0 where it is masked. */
export function maskFits(used: ArrayLike<number>, nside: number): Uint8Array {
  return writeHealpixMap({
    nside,
    ordering: 'RING',
    coordsys: 'G',
    extname: 'MASK',
    columns: [{ name: 'MASK', values: Float32Array.from(used) }],
    history: [`Larmor ${version}`, 'MASK: 1 used, 0 masked'],
  })
}
