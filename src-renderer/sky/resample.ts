import { changeResolution } from '#shared/healpix/index.ts'

export type PixelArray = Float32Array | Uint8Array

/** A RING map at another NSIDE: means of values, or of a mask (bytes) what half of the pixels or more are. */
export function resample(values: PixelArray, from: number, to: number): PixelArray {
  const changed = changeResolution(values, from, to, 'RING')
  return values instanceof Uint8Array
    ? Uint8Array.from(changed, (share) => (share >= 0.5 ? 1 : 0))
    : Float32Array.from(changed)
}
