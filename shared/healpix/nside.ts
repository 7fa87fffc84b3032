/** How the pixels of a map are numbered: along rings of constant latitude, or hierarchically. */
export type Ordering = 'RING' | 'NESTED'

/** Unit (or any non-zero) vector: x toward (90 deg, 0), z toward the north pole. */
export type Vector3 = readonly [number, number, number]

/** Largest supported NSIDE: 805,306,368 pixels of 0.43 arcmin. */
export const MAX_NSIDE = 8192

/**
 * Is this a usable NSIDE? RING maps may have any whole number from 1 to 8192, NESTED maps only
 * powers of two.
 */
export function isValidNside(nside: number, ordering: Ordering = 'RING'): boolean {
  if (!Number.isInteger(nside) || nside < 1 || nside > MAX_NSIDE) return false
  return ordering === 'RING' || (nside & (nside - 1)) === 0
}

/** Throws a RangeError that says which NSIDE values are allowed. */
export function checkNside(nside: number, ordering: Ordering = 'RING'): void {
  if (isValidNside(nside, ordering)) return
  const allowed =
    ordering === 'RING'
      ? `a whole number from 1 to ${MAX_NSIDE}`
      : `a power of two from 1 to ${MAX_NSIDE} in NESTED ordering`
  throw new RangeError(`NSIDE ${nside} is not valid: it must be ${allowed}.`)
}

/** Throws a RangeError unless `pix` is a pixel number of a map of this NSIDE. */
export function checkPixel(nside: number, pix: number): void {
  const npix = 12 * nside * nside
  if (Number.isInteger(pix) && pix >= 0 && pix < npix) return
  throw new RangeError(
    `Pixel ${pix} does not exist: NSIDE ${nside} has the pixels 0 to ${npix - 1}.`,
  )
}

/** Throws a RangeError unless theta is a colatitude in [0, pi] and phi is finite (radians). */
export function checkAngles(theta: number, phi: number): void {
  if (!(theta >= 0 && theta <= Math.PI)) {
    throw new RangeError(
      `Colatitude theta = ${theta} rad is outside 0 to pi: it is the angle from the north pole in radians.`,
    )
  }
  if (!Number.isFinite(phi)) {
    throw new RangeError(`Longitude phi = ${phi} rad is not a finite number.`)
  }
}

/** Number of pixels, 12 NSIDE^2 (Gorski et al. 2005, ApJ 622, 759). */
export function nsideToNpix(nside: number): number {
  checkNside(nside)
  return 12 * nside * nside
}

/** The numbers of all pixels. */
export function allPixels(nside: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: nsideToNpix(nside) }, (_, pixel) => pixel)
}

/** NSIDE of a full-sky map of `npix` pixels; a RangeError where no NSIDE has that many. */
export function npixToNside(npix: number): number {
  const nside = Math.round(Math.sqrt(npix / 12))
  if (12 * nside * nside !== npix || !isValidNside(nside)) {
    throw new RangeError(
      `${npix} pixels are not a full-sky HEALPix map: the number must be 12 NSIDE^2 with NSIDE from 1 to ${MAX_NSIDE}` +
        ' (12, 48, 192, ..., 49152 for NSIDE 64).',
    )
  }
  return nside
}
