import { faceToPixel, pixelToFace } from './faces.ts'
import { checkNside, checkPixel } from './nside.ts'
import type { FacePixel } from './faces.ts'
import type { Ordering } from './nside.ts'

/** Steps to SW, W, NW, N, NE, E, SE, S in face coordinates. */
const STEPS: readonly (readonly [number, number])[] = [
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
]

/**
 * The eight neighbours of a pixel in the order SW, W, NW, N, NE, E, SE, S; -1 where there is none
 * (at the eight points where only three faces meet). Throws RangeError for a pixel that does not
 * exist.
 */
export function neighbours(nside: number, ordering: Ordering, pix: number): Int32Array {
  checkNside(nside, ordering)
  checkPixel(nside, pix)
  const { x, y, face } = pixelToFace(nside, ordering, pix)
  return Int32Array.from(STEPS, ([dx, dy]) => {
    const neighbour = acrossEdges(nside, { x: x + dx, y: y + dy, face })
    return neighbour === undefined ? -1 : faceToPixel(nside, ordering, neighbour)
  })
}

/** The same point on the face that it lies on, for a point at most one face beyond the edges. */
function acrossEdges(nside: number, point: FacePixel): FacePixel | undefined {
  const eastward = beyond(nside, point.x)
  const westward = beyond(nside, point.y)
  if (eastward === 0 && westward === 0) return point
  const quadrant = point.face & 3
  if (point.face < 4) return fromNorth(nside, point, quadrant, eastward, westward)
  if (point.face < 8) return fromEquator(nside, point, quadrant, eastward, westward)
  return fromSouth(nside, point, quadrant, eastward, westward)
}

function beyond(nside: number, coordinate: number): -1 | 0 | 1 {
  if (coordinate < 0) return -1
  return coordinate >= nside ? 1 : 0
}

// Faces that touch on the HEALPix plane share its axes: crossing shifts x or y by nside. The upper
// edges of north faces and the lower edges of south faces meet across the gaps of the plane, where
// x and y change places.

function fromNorth(n: number, { x, y }: FacePixel, k: number, east: number, west: number) {
  if (east > 0 && west > 0) return north(k + 2, 2 * n - 1 - x, 2 * n - 1 - y)
  if (east > 0 && west === 0) return north(k + 1, y, 2 * n - 1 - x)
  if (west > 0 && east === 0) return north(k + 3, 2 * n - 1 - y, x)
  if (east < 0 && west < 0) return south(k, x + n, y + n)
  if (east < 0 && west === 0) return equator(k, x + n, y)
  if (west < 0 && east === 0) return equator(k + 1, x, y + n)
  return undefined
}

function fromEquator(n: number, { x, y }: FacePixel, k: number, east: number, west: number) {
  if (east > 0 && west < 0) return equator(k + 1, x - n, y + n)
  if (east < 0 && west > 0) return equator(k + 3, x + n, y - n)
  if (east > 0 && west === 0) return north(k, x - n, y)
  if (west > 0 && east === 0) return north(k + 3, x, y - n)
  if (east < 0 && west === 0) return south(k + 3, x + n, y)
  if (west < 0 && east === 0) return south(k, x, y + n)
  return undefined
}

function fromSouth(n: number, { x, y }: FacePixel, k: number, east: number, west: number) {
  if (east < 0 && west < 0) return south(k + 2, -1 - x, -1 - y)
  if (east < 0 && west === 0) return south(k + 3, y, -1 - x)
  if (west < 0 && east === 0) return south(k + 1, -1 - y, x)
  if (east > 0 && west > 0) return north(k, x - n, y - n)
  if (east > 0 && west === 0) return equator(k + 1, x - n, y)
  if (west > 0 && east === 0) return equator(k, x, y - n)
  return undefined
}

function north(quadrant: number, x: number, y: number): FacePixel {
  return { x, y, face: quadrant & 3 }
}

function equator(quadrant: number, x: number, y: number): FacePixel {
  return { x, y, face: 4 + (quadrant & 3) }
}

function south(quadrant: number, x: number, y: number): FacePixel {
  return { x, y, face: 8 + (quadrant & 3) }
}
