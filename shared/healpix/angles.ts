import { faceToPixel, pixelToFace, ring2nest } from './faces.ts'
import { checkAngles, checkNside, checkPixel, nsideToNpix } from './nside.ts'
import { ringGeometry, ringOfPixel } from './rings.ts'
import type { FacePixel } from './faces.ts'
import type { Ordering, Vector3 } from './nside.ts'

/** Direction on the sphere: colatitude from the north pole and longitude, radians. */
export interface Angles {
  readonly theta: number
  readonly phi: number
}

interface Location {
  readonly z: number
  readonly sinTheta: number
  readonly phi: number
}

/** Centre of a RING pixel. */
function ringLocation(nside: number, pix: number): Location {
  const ring = ringGeometry(nside, ringOfPixel(nside, pix))
  return {
    z: ring.z,
    sinTheta: ring.sinTheta,
    phi: (pix - ring.firstPixel + ring.offset) * ring.stepRad,
  }
}

/** Centre of the pixel at a face position, for any nside (also beyond the largest map). */
export function faceLocation(nside: number, pixel: FacePixel): Location {
  return ringLocation(nside, faceToPixel(nside, 'RING', pixel))
}

function location(nside: number, ordering: Ordering, pix: number): Location {
  checkNside(nside, ordering)
  checkPixel(nside, pix)
  return ordering === 'RING'
    ? ringLocation(nside, pix)
    : faceLocation(nside, pixelToFace(nside, ordering, pix))
}

/**
 * Centre of a pixel: colatitude in [0, pi] and longitude in [0, 2 pi), radians.
 * Throws RangeError for an NSIDE or pixel number that does not exist.
 */
export function pix2ang(nside: number, ordering: Ordering, pix: number): Angles {
  const { z, sinTheta, phi } = location(nside, ordering, pix)
  return { theta: Math.atan2(sinTheta, z), phi }
}

/** Centre of a pixel as a unit vector. Throws as `pix2ang`. */
export function pix2vec(nside: number, ordering: Ordering, pix: number): Vector3 {
  const { z, sinTheta, phi } = location(nside, ordering, pix)
  return [sinTheta * Math.cos(phi), sinTheta * Math.sin(phi), z]
}

/**
 * Pixel that holds the direction (colatitude, longitude; radians, any finite longitude).
 * Throws RangeError for a theta outside [0, pi].
 */
export function ang2pix(nside: number, ordering: Ordering, theta: number, phi: number): number {
  checkNside(nside, ordering)
  checkAngles(theta, phi)
  const ring = locationToRing(nside, Math.cos(theta), Math.sin(theta), phi)
  return ordering === 'RING' ? ring : ring2nest(nside, ring)
}

/** Pixel that holds the direction of a vector of any non-zero length. */
export function vec2pix(nside: number, ordering: Ordering, vec: Vector3): number {
  checkNside(nside, ordering)
  const [x, y, z] = vec
  const rho = Math.hypot(x, y)
  const length = Math.hypot(rho, z)
  if (!(length > 0 && Number.isFinite(length))) {
    throw new RangeError(`The vector (${x}, ${y}, ${z}) has no direction.`)
  }
  const ring = locationToRing(nside, z / length, rho / length, Math.atan2(y, x))
  return ordering === 'RING' ? ring : ring2nest(nside, ring)
}

/** Pixel edges of Gorski et al. 2005, equations 19 to 22: lines of rising and falling phi. */
function locationToRing(nside: number, z: number, sinTheta: number, phi: number): number {
  const absZ = Math.abs(z)
  const quarters = phi / (Math.PI / 2)
  const wrapped = quarters - 4 * Math.floor(quarters / 4)
  // A tiny negative longitude can round up to a full turn.
  const longitude = wrapped >= 4 ? 0 : wrapped
  if (absZ <= 2 / 3) {
    const level = nside * (0.5 + longitude)
    const slope = nside * z * 0.75
    const rising = Math.floor(level - slope)
    const falling = Math.floor(level + slope)
    const beltRing = nside + 1 + rising - falling
    const shift = beltRing % 2 === 0 ? 1 : 0
    const index = Math.floor((rising + falling - nside + shift + 1) / 2)
    return 2 * nside * (nside - 1) + (beltRing - 1) * 4 * nside + modulo(index, 4 * nside)
  }
  const inQuadrant = longitude - Math.floor(longitude)
  // nside sqrt(3 (1 - |z|)), written with the sine because 1 - |z| loses digits near the poles.
  const height = nside * sinTheta * Math.sqrt(3 / (1 + absZ))
  const rising = Math.floor(inQuadrant * height)
  const falling = Math.floor((1 - inQuadrant) * height)
  // At a face boundary rounding may point one ring outside the cap.
  const ring = Math.min(rising + falling + 1, nside)
  const index = Math.min(Math.floor(longitude * ring), 4 * ring - 1)
  return z > 0 ? 2 * ring * (ring - 1) + index : 12 * nside * nside - 2 * ring * (ring + 1) + index
}

function modulo(value: number, period: number): number {
  return value - period * Math.floor(value / period)
}

/** Unit vectors of all pixel centres: Float64Array of 3 npix, [pixel][x, y, z]. */
export function pixelVectors(nside: number, ordering: Ordering): Float64Array<ArrayBuffer> {
  checkNside(nside, ordering)
  const npix = nsideToNpix(nside)
  const vectors = new Float64Array(3 * npix)
  for (let ringNumber = 1; ringNumber < 4 * nside; ringNumber++) {
    const ring = ringGeometry(nside, ringNumber)
    for (let index = 0; index < ring.count; index++) {
      const phi = (index + ring.offset) * ring.stepRad
      const pix = ring.firstPixel + index
      const at = 3 * (ordering === 'RING' ? pix : ring2nest(nside, pix))
      vectors[at] = ring.sinTheta * Math.cos(phi)
      vectors[at + 1] = ring.sinTheta * Math.sin(phi)
      vectors[at + 2] = ring.z
    }
  }
  return vectors
}
