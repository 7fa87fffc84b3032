/**
 * The rings of the RING scheme (Gorski et al. 2005, ApJ 622, 759, section 4). Rings are numbered
 * from 1 at the north pole to 4 NSIDE - 1 at the south pole; the caps hold rings below NSIDE and
 * above 3 NSIDE, the belt the rest. All products stay whole numbers below 2^53 in float64, so no
 * step can overflow 32 bits at NSIDE 8192.
 */

/** One ring: its pixels lie at phi = (index + offset) * step, index 0 to `count` - 1. */
export interface Ring {
  readonly firstPixel: number
  readonly count: number
  /** Offset of the first pixel centre in units of `stepRad`: 0 or 0.5. */
  readonly offset: number
  readonly stepRad: number
  readonly z: number
  readonly sinTheta: number
}

/** Geometry of ring `ring` (1 to 4 nside - 1), equations 4 to 9 of Gorski et al. 2005. */
export function ringGeometry(nside: number, ring: number): Ring {
  const northRing = ring > 2 * nside ? 4 * nside - ring : ring
  const isSouth = northRing !== ring
  if (northRing < nside) {
    // 1 - |z| is kept on its own: near the poles z alone has lost the small angle.
    const oneMinusZ = (northRing * northRing) / (3 * nside * nside)
    return {
      firstPixel: firstPixelOfRing(nside, ring),
      count: 4 * northRing,
      offset: 0.5,
      stepRad: Math.PI / 2 / northRing,
      z: isSouth ? oneMinusZ - 1 : 1 - oneMinusZ,
      sinTheta: Math.sqrt(oneMinusZ * (2 - oneMinusZ)),
    }
  }
  const z = ((2 * nside - ring) * 2) / (3 * nside)
  return {
    firstPixel: firstPixelOfRing(nside, ring),
    count: 4 * nside,
    offset: (ring - nside) % 2 === 0 ? 0.5 : 0,
    stepRad: Math.PI / 2 / nside,
    z,
    sinTheta: Math.sqrt((1 - z) * (1 + z)),
  }
}

/** RING number of the first pixel of a ring. */
export function firstPixelOfRing(nside: number, ring: number): number {
  if (ring < nside) return 2 * ring * (ring - 1)
  if (ring <= 3 * nside) return 2 * nside * (nside - 1) + (ring - nside) * 4 * nside
  const fromPole = 4 * nside - ring
  return 12 * nside * nside - 2 * fromPole * (fromPole + 1)
}

/** Ring that holds RING pixel `pix`. */
export function ringOfPixel(nside: number, pix: number): number {
  const capPixels = 2 * nside * (nside - 1)
  const npix = 12 * nside * nside
  if (pix < capPixels) return capRing(pix)
  if (pix < npix - capPixels) return Math.floor((pix - capPixels) / (4 * nside)) + nside
  return 4 * nside - capRing(npix - 1 - pix)
}

/** Ring of the pixel that is `fromPole` pixels after the first one of its cap. */
function capRing(fromPole: number): number {
  // Rings before ring i hold 2 i (i - 1) pixels. The square root of a whole number below 2^52 never
  // rounds up to the next whole number, so the floor is exact.
  return Math.floor((1 + Math.floor(Math.sqrt(1 + 2 * fromPole))) / 2)
}

/** The last ring whose centre line is at or north of `z` = cos(theta); 0 north of ring 1. */
export function ringAbove(nside: number, z: number): number {
  const absZ = Math.abs(z)
  if (absZ > 2 / 3) {
    const fromPole = Math.floor(nside * Math.sqrt(3 * (1 - absZ)))
    return z > 0 ? fromPole : 4 * nside - fromPole - 1
  }
  return Math.floor(nside * (2 - 1.5 * z))
}
