import { ring2nest } from './faces.ts'
import { checkAngles, checkNside } from './nside.ts'
import { ringAbove, ringGeometry } from './rings.ts'
import type { Ordering } from './nside.ts'

/** Four pixels and their weights (sum 1): the value at a point is sum(weight x map[pixel]). */
export interface InterpolationWeights {
  readonly pixels: Int32Array
  readonly weights: Float64Array
}

/**
 * Bilinear interpolation at a direction (radians) between the two nearest pixels of the ring above
 * and of the ring below, linear in longitude within a ring and in colatitude between rings. Beyond
 * the first or last ring the pole takes the mean of that ring's four pixels. Same pixels, order and
 * weights as healpy's `get_interp_weights`.
 */
export function interpolationWeights(
  nside: number,
  ordering: Ordering,
  theta: number,
  phi: number,
): InterpolationWeights {
  checkNside(nside, ordering)
  checkAngles(theta, phi)
  const longitude = phi - 2 * Math.PI * Math.floor(phi / (2 * Math.PI))
  const lastRing = 4 * nside - 1
  const upper = ringAbove(nside, Math.cos(theta))
  const pixels = new Int32Array(4)
  const weights = new Float64Array(4)
  const thetaUpper = upper > 0 ? fillRing(nside, upper, longitude, pixels, weights, 0) : 0
  const thetaLower =
    upper < lastRing ? fillRing(nside, upper + 1, longitude, pixels, weights, 2) : Math.PI
  const down = (theta - thetaUpper) / (thetaLower - thetaUpper)
  weights[0] *= 1 - down
  weights[1] *= 1 - down
  weights[2] *= down
  weights[3] *= down
  if (upper === 0) {
    pixels[0] = (pixels[2] + 2) & 3
    pixels[1] = (pixels[3] + 2) & 3
    for (let i = 0; i < 4; i++) weights[i] += (1 - down) / 4
  } else if (upper === lastRing) {
    const first = 12 * nside * nside - 4
    pixels[2] = ((pixels[0] - first + 2) & 3) + first
    pixels[3] = ((pixels[1] - first + 2) & 3) + first
    for (let i = 0; i < 4; i++) weights[i] += down / 4
  }
  if (ordering === 'NESTED') {
    for (let i = 0; i < 4; i++) pixels[i] = ring2nest(nside, pixels[i])
  }
  return { pixels, weights }
}

/** Writes the two pixels of a ring around a longitude, and their shares; returns the ring's theta. */
function fillRing(
  nside: number,
  ringNumber: number,
  longitude: number,
  pixels: Int32Array,
  weights: Float64Array,
  at: number,
): number {
  const ring = ringGeometry(nside, ringNumber)
  const position = longitude / ring.stepRad - ring.offset
  const left = Math.floor(position)
  const share = position - left
  pixels[at] = ring.firstPixel + (left < 0 ? left + ring.count : left % ring.count)
  pixels[at + 1] = ring.firstPixel + ((left + 1) % ring.count)
  weights[at] = 1 - share
  weights[at + 1] = share
  return Math.atan2(ring.sinTheta, ring.z)
}
