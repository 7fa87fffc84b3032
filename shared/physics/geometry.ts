/** Directions, the box, and the polarisation basis on the sky. */
import type { Ordering } from '../healpix/index.ts'
import { pix2ang } from '../healpix/index.ts'
import type { Vector3 } from './vector.ts'

/** The box |x_i| <= halfSizeKpc[i], centred on the Galactic centre, and the observer inside it. */
export interface Box {
  halfSizeKpc: Vector3
  observerKpc: Vector3
}

export const DEFAULT_BOX: Box = { halfSizeKpc: [20, 20, 5], observerKpc: [-8.3, 0, 0.006] }

/** A straight line of sight: points origin + s direction, 0 <= s <= lengthKpc. */
export interface Ray {
  origin: Vector3
  /** Unit vector, from the observer outward. */
  direction: Vector3
  lengthKpc: number
}

/**
 * Distance in kpc from the observer to the face of the box along a unit direction:
 * 1/s = max_i |n_i / (L_i - o_i sign n_i)|.
 *
 * @throws RangeError when the observer is outside the box or a number is not finite
 */
export function boxExit(observer: Vector3, direction: Vector3, halfSize: Vector3): number {
  let inverse = 0
  for (let i = 0; i < 3; i++) {
    if (!(Math.abs(observer[i]) <= halfSize[i])) {
      throw new RangeError(
        `The observer (${observer.join(', ')}) kpc lies outside the box of half size (${halfSize.join(', ')}) kpc: enlarge box.half_size_kpc or move box.observer_kpc.`,
      )
    }
    if (direction[i] !== 0) {
      const room = halfSize[i] - observer[i] * Math.sign(direction[i])
      inverse = Math.max(inverse, Math.abs(direction[i]) / room)
    }
  }
  if (!(inverse > 0)) {
    throw new RangeError(`(${direction.join(', ')}) is not a direction: give a unit vector.`)
  }
  return 1 / inverse
}

/** Unit vector of Galactic longitude and latitude in degrees. */
export function directionFromGalactic(lDeg: number, bDeg: number): Vector3 {
  const l = (lDeg * Math.PI) / 180
  const b = (bDeg * Math.PI) / 180
  return [Math.cos(b) * Math.cos(l), Math.cos(b) * Math.sin(l), Math.sin(b)]
}

/** Unit vector of colatitude theta and longitude phi in radians. */
export function directionFromAngles(theta: number, phi: number): Vector3 {
  const sinTheta = Math.sin(theta)
  return [sinTheta * Math.cos(phi), sinTheta * Math.sin(phi), Math.cos(theta)]
}

/** Unit vector of the centre of a HEALPix pixel. */
export function directionFromPixel(nside: number, ordering: Ordering, pixel: number): Vector3 {
  const { theta, phi } = pix2ang(nside, ordering, pixel)
  return directionFromAngles(theta, phi)
}

/** Local basis of the sky at a direction: north (toward b = 90 deg), east (toward larger l). */
export interface SkyBasis {
  north: Vector3
  east: Vector3
}

/**
 * The unit vectors e_N = -theta-hat and e_E = phi-hat at a unit direction. At the poles, where they are not
 * defined, the limit along l = 0 is taken.
 */
export function lineOfSightBasis(direction: Vector3): SkyBasis {
  const [x, y, z] = direction
  const rho = Math.hypot(x, y)
  const cosL = rho > 0 ? x / rho : 1
  const sinL = rho > 0 ? y / rho : 0
  return { north: [-z * cosL, -z * sinL, rho], east: [-sinL, cosL, 0] }
}
