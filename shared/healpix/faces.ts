import { checkNside, checkPixel } from './nside.ts'
import { firstPixelOfRing, ringGeometry, ringOfPixel } from './rings.ts'
import type { Ordering } from './nside.ts'

/**
 * The twelve base pixels ("faces": 0 to 3 north, 4 to 7 equatorial, 8 to 11 south) and the position
 * of a pixel inside one: x counts toward the north-east edge, y toward the north-west edge, both
 * from 0 to nside - 1.
 *
 * On the HEALPix plane (Calabretta & Roukema 2007, MNRAS 381, 865) a face is a square standing on
 * its corner. With `column` = longitude in units of 45 deg / nside (0 to 8 nside) and `ring` the
 * ring number, the two numbers (column - ring) and (-column - ring) run along the edges, and the
 * whole multiples of 2 nside in them say which face it is.
 */
export interface FacePixel {
  readonly x: number
  readonly y: number
  readonly face: number
}

/** Face and position of a pixel. Arguments must be valid (checked by the public functions). */
export function pixelToFace(nside: number, ordering: Ordering, pix: number): FacePixel {
  return ordering === 'RING' ? ringToFace(nside, pix) : nestedToFace(nside, pix)
}

/** Pixel number of a face position. */
export function faceToPixel(nside: number, ordering: Ordering, pixel: FacePixel): number {
  return ordering === 'RING'
    ? faceToRing(nside, pixel.x, pixel.y, pixel.face)
    : faceToNested(nside, pixel.x, pixel.y, pixel.face)
}

/** Pixel numbers of a whole row of a face, x from 0 to nside - 1, into `row`: to go over all pixels of a map in no time. */
export function fillFaceRow(
  nside: number,
  ordering: Ordering,
  face: number,
  y: number,
  row: Int32Array,
): void {
  if (ordering === 'RING') for (let x = 0; x < nside; x++) row[x] = faceToRing(nside, x, y, face)
  else for (let x = 0; x < nside; x++) row[x] = faceToNested(nside, x, y, face)
}

/** RING number of the pixel with NESTED number `pix`; `nside` must be a power of two. */
export function nest2ring(nside: number, pix: number): number {
  checkNside(nside, 'NESTED')
  checkPixel(nside, pix)
  const { x, y, face } = nestedToFace(nside, pix)
  return faceToRing(nside, x, y, face)
}

/** NESTED number of the pixel with RING number `pix`; `nside` must be a power of two. */
export function ring2nest(nside: number, pix: number): number {
  checkNside(nside, 'NESTED')
  checkPixel(nside, pix)
  const { x, y, face } = ringToFace(nside, pix)
  return faceToNested(nside, x, y, face)
}

function ringToFace(nside: number, pix: number): FacePixel {
  const ring = ringOfPixel(nside, pix)
  const { firstPixel, offset } = ringGeometry(nside, ring)
  const index = pix - firstPixel
  const fromPole = Math.min(ring, 4 * nside - ring)
  let column: number
  if (fromPole < nside) {
    // A cap ring is spread over four facets, each centred on its own quadrant.
    const quadrant = Math.floor(index / fromPole)
    column = (2 * quadrant + 1) * nside + 2 * (index - quadrant * fromPole) + 1 - fromPole
  } else {
    column = 2 * index + 2 * offset
  }
  const along = column - ring - 1 + nside
  const across = -column - ring - 1 + nside
  const a = Math.floor(along / (2 * nside))
  const b = Math.floor(across / (2 * nside))
  const row = -b - a - 1
  return {
    x: (along - 2 * nside * a) / 2,
    y: (across - 2 * nside * b) / 2,
    face: 4 * row + ((row === 0 ? a : a + 1) & 3),
  }
}

function faceToRing(nside: number, x: number, y: number, face: number): number {
  const row = face >> 2
  const quadrant = face & 3
  const ring = (row + 2) * nside - x - y - 1
  const fromPole = Math.min(ring, 4 * nside - ring)
  const first = firstPixelOfRing(nside, ring)
  if (fromPole < nside) return first + quadrant * fromPole + (x - y + fromPole - 1) / 2
  const column = (2 * quadrant + (row === 1 ? 0 : 1)) * nside + x - y
  return first + Math.floor((column < 0 ? column + 8 * nside : column) / 2)
}

function nestedToFace(nside: number, pix: number): FacePixel {
  const perFace = nside * nside
  const face = Math.floor(pix / perFace)
  const inFace = pix - face * perFace
  return { x: evenBits(inFace), y: evenBits(inFace >> 1), face }
}

function faceToNested(nside: number, x: number, y: number, face: number): number {
  return face * nside * nside + spreadBits(x) + 2 * spreadBits(y)
}

/** Bits 0, 1, 2, ... of `value` (at most 13 of them) moved to the bits 0, 2, 4, ... */
function spreadBits(value: number): number {
  let v = value
  v = (v | (v << 8)) & 0x00ff00ff
  v = (v | (v << 4)) & 0x0f0f0f0f
  v = (v | (v << 2)) & 0x33333333
  return (v | (v << 1)) & 0x55555555
}

/** The bits 0, 2, 4, ... of `value` gathered into the bits 0, 1, 2, ... */
function evenBits(value: number): number {
  let v = value & 0x55555555
  v = (v | (v >> 1)) & 0x33333333
  v = (v | (v >> 2)) & 0x0f0f0f0f
  v = (v | (v >> 4)) & 0x00ff00ff
  return (v | (v >> 8)) & 0x0000ffff
}
