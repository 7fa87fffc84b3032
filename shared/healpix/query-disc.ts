import { faceLocation } from './angles.ts'
import { faceToPixel, pixelToFace } from './faces.ts'
import { checkNside } from './nside.ts'
import { discSpans } from './spans.ts'
import type { Ordering, Vector3 } from './nside.ts'

/** A pixel that touches the disc in one point must not be lost to rounding. */
const ROUNDING_RAD = 1e-12

export interface DiscOptions {
  /** Also pixels that only overlap the disc (never too few; a few may just miss it). */
  readonly inclusive?: boolean
  /** The overlap test is made on pixels `fact` times finer (NSIDE x fact); default 4. */
  readonly fact?: number
}

/**
 * Pixels of the disc of angular radius `radiusRad` about the direction `vec`, ascending.
 * By default those whose centre lies in the disc; `inclusive` as healpy's `query_disc`.
 * Throws RangeError for a negative or non-finite radius or a vector without direction.
 */
export function queryDisc(
  nside: number,
  ordering: Ordering,
  vec: Vector3,
  radiusRad: number,
  options: DiscOptions = {},
): Int32Array {
  checkNside(nside, ordering)
  const { inclusive = false, fact = 4 } = options
  const length = Math.hypot(...vec)
  if (!(length > 0 && Number.isFinite(length))) {
    throw new RangeError(`The vector (${vec.join(', ')}) has no direction.`)
  }
  if (!(radiusRad >= 0 && Number.isFinite(radiusRad))) {
    throw new RangeError(
      `Disc radius ${radiusRad} rad is not an angle: give 0 or more, in radians.`,
    )
  }
  if (!Number.isInteger(fact) || fact < 1) {
    throw new RangeError(`Disc fact ${fact} is not valid: it must be a whole number from 1.`)
  }
  const centre: Vector3 = [vec[0] / length, vec[1] / length, vec[2] / length]
  const found: number[] = []
  if (inclusive) {
    const reach = radiusRad + pixelRadius(nside) + ROUNDING_RAD
    forCentresWithin(nside, centre, reach, (pix) => {
      if (overlaps(nside, centre, radiusRad, pix, fact)) found.push(pix)
    })
  } else {
    forCentresWithin(nside, centre, radiusRad, (pix) => found.push(pix))
  }
  if (ordering === 'RING') return Int32Array.from(found)
  return Int32Array.from(found, (pix) =>
    faceToPixel(nside, 'NESTED', pixelToFace(nside, 'RING', pix)),
  ).sort()
}

/** Calls `visit` with every RING pixel whose centre is within `radius` of `centre`, ascending. */
function forCentresWithin(
  nside: number,
  centre: Vector3,
  radius: number,
  visit: (pix: number) => void,
): void {
  for (const [from, to] of discSpans(nside, centre, radius))
    for (let pix = from; pix < to; pix++) visit(pix)
}

/** Does the pixel reach into the disc? Decided on fact x fact parts, each taken as a small disc. */
function overlaps(
  nside: number,
  centre: Vector3,
  radius: number,
  pix: number,
  fact: number,
): boolean {
  const { x, y, face } = pixelToFace(nside, 'RING', pix)
  if (distance(nside, centre, x, y, face) <= radius) return true
  const fine = nside * fact
  const reach = radius + pixelRadius(fine) + ROUNDING_RAD
  for (let i = 0; i < fact; i++) {
    for (let j = 0; j < fact; j++) {
      if (distance(fine, centre, x * fact + i, y * fact + j, face) <= reach) return true
    }
  }
  return false
}

function distance(nside: number, centre: Vector3, x: number, y: number, face: number): number {
  const { z, sinTheta, phi } = faceLocation(nside, { x, y, face })
  const chord = Math.hypot(
    sinTheta * Math.cos(phi) - centre[0],
    sinTheta * Math.sin(phi) - centre[1],
    z - centre[2],
  )
  return 2 * Math.asin(Math.min(chord / 2, 1))
}

/**
 * Largest angular distance between a pixel's centre and its corners: the distance, in the pixel
 * where belt and cap meet, from (z = 2/3, phi = pi / 4 nside) to the corner on the ring above.
 */
export function pixelRadius(nside: number): number {
  const zCentre = 2 / 3
  const oneMinusZ = (1 - 1 / nside) ** 2 / 3
  const sinCentre = Math.sqrt(1 - zCentre * zCentre)
  const sinCorner = Math.sqrt(oneMinusZ * (2 - oneMinusZ))
  const chord = Math.hypot(
    sinCentre * Math.cos(Math.PI / (4 * nside)) - sinCorner,
    sinCentre * Math.sin(Math.PI / (4 * nside)),
    zCentre - (1 - oneMinusZ),
  )
  return 2 * Math.asin(chord / 2)
}
