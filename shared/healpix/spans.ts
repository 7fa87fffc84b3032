import { ringGeometry } from './rings.ts'
import type { Ring } from './rings.ts'
import type { Vector3 } from './nside.ts'

/** RING pixels from the first to before the last number: what regions of the sky are made of, in few pieces. */
export type Span = readonly [from: number, to: number]

/** Pixels whose centres lie within `radiusRad` of the unit vector `centre`, ascending. */
export function* discSpans(nside: number, centre: Vector3, radiusRad: number): Generator<Span> {
  const theta = Math.atan2(Math.hypot(centre[0], centre[1]), centre[2])
  const phi = Math.atan2(centre[1], centre[0])
  for (let number = 1; number < 4 * nside; number++) {
    const ring = ringGeometry(nside, number)
    const ringTheta = Math.atan2(ring.sinTheta, ring.z)
    if (ringTheta < theta - radiusRad) continue
    if (ringTheta > theta + radiusRad) break
    const halfWidth = halfWidthOnRing(ringTheta, theta, radiusRad)
    if (halfWidth >= Math.PI) yield wholeRing(ring)
    else yield* arc(ring, phi - halfWidth, phi + halfWidth)
  }
}

/** Pixels whose centres have latitudes from `lowRad` to `highRad`, ascending. */
export function* latitudeSpans(nside: number, lowRad: number, highRad: number): Generator<Span> {
  for (let number = 1; number < 4 * nside; number++) {
    const ring = ringGeometry(nside, number)
    const latitude = Math.atan2(ring.z, ring.sinTheta)
    if (latitude >= lowRad && latitude <= highRad) yield wholeRing(ring)
  }
}

/**
 * Pixels whose centres lie inside a polygon of great circles, ascending; where its sides cross, by the even-odd rule. Of the
 * two parts of the sphere the smaller one is inside. `corners` are unit vectors; sides are shorter than half a circle.
 * Throws RangeError for fewer than three corners.
 */
export function polygonSpans(nside: number, corners: readonly Vector3[]): Span[] {
  if (corners.length < 3) {
    throw new RangeError(`A polygon has at least three corners, not ${corners.length}.`)
  }
  const sides = corners.flatMap((from, i) =>
    monotonicParts(from, corners[(i + 1) % corners.length]),
  )
  const spans: Span[] = []
  let inside = 0
  for (let number = 1; number < 4 * nside; number++) {
    const ring = ringGeometry(nside, number)
    const crossings = sides
      .filter((side) => side.fromZ > ring.z !== side.toZ > ring.z)
      .map((side) => longitudeAt(side, ring.z))
      .sort((a, b) => a - b)
    // Longitude 0 of this parallel, seen from the north pole, which is taken to be outside for now.
    const north = sides.filter((side) => side.meridianZ !== undefined && side.meridianZ > ring.z)
    let isInside = north.length % 2 === 1
    let from = 0
    for (const longitude of [...crossings, 2 * Math.PI]) {
      const to = Math.min(ring.count, Math.ceil(longitude / ring.stepRad - ring.offset))
      if (isInside && to > from) {
        spans.push([ring.firstPixel + from, ring.firstPixel + to])
        inside += to - from
      }
      isInside = !isInside
      from = Math.max(from, to)
    }
  }
  return inside > 6 * nside * nside ? complement(nside, spans) : spans
}

/** All pixels that are in none of the spans, which are ascending. */
export function complement(nside: number, spans: readonly Span[]): Span[] {
  const rest: Span[] = []
  let from = 0
  for (const span of [...spans, [12 * nside * nside, 0] as const]) {
    if (span[0] > from) rest.push([from, span[0]])
    from = span[1]
  }
  return rest
}

const wholeRing = ({ firstPixel, count }: Ring): Span => [firstPixel, firstPixel + count]

/** Pixels of a ring with longitudes from `low` to `high`, less than a turn apart: the part past longitude 0 comes first. */
function* arc(ring: Ring, low: number, high: number): Generator<Span> {
  const first = Math.ceil(low / ring.stepRad - ring.offset)
  const last = Math.floor(high / ring.stepRad - ring.offset)
  const count = Math.min(last - first + 1, ring.count)
  if (count <= 0) return
  const start = first - ring.count * Math.floor(first / ring.count)
  const past = start + count - ring.count
  if (past > 0) yield [ring.firstPixel, ring.firstPixel + past]
  yield [ring.firstPixel + start, ring.firstPixel + Math.min(start + count, ring.count)]
}

/**
 * Half the longitude range in which a circle of colatitude `ringTheta` lies within `radius` of a
 * point at colatitude `theta`, by the half-angle form of the spherical law of cosines (exact for
 * small discs, where the plain form cancels).
 */
function halfWidthOnRing(ringTheta: number, theta: number, radius: number): number {
  const above = Math.sin((radius + theta - ringTheta) / 2)
  const below = Math.sin((radius - theta + ringTheta) / 2)
  const product = Math.sin(theta) * Math.sin(ringTheta)
  const squaredSine = product > 0 ? (above * below) / product : Infinity
  if (radius >= Math.PI || squaredSine >= 1) return Math.PI
  return 2 * Math.asin(Math.sqrt(Math.max(squaredSine, 0)))
}

/** A part of a great circle along which z only rises or only falls: start cos(t) + ahead sin(t), t from 0 to `length`. */
interface Side {
  readonly start: Vector3
  readonly ahead: Vector3
  readonly length: number
  readonly fromZ: number
  readonly toZ: number
  /** z where it crosses the half circle of longitude 0. */
  readonly meridianZ: number | undefined
}

function monotonicParts(from: Vector3, to: Vector3): Side[] {
  const cosine = dot(from, to)
  const across: Vector3 = [
    to[0] - cosine * from[0],
    to[1] - cosine * from[1],
    to[2] - cosine * from[2],
  ]
  const sine = Math.hypot(...across)
  if (sine === 0) return []
  const ahead: Vector3 = [across[0] / sine, across[1] / sine, across[2] / sine]
  const angle = Math.atan2(sine, cosine)
  // z = amplitude cos(t - top): it turns at `top` and half a circle from there.
  const top = Math.atan2(ahead[2], from[2])
  const turns = [top, top + Math.PI, top - Math.PI].filter((t) => t > 0 && t < angle)
  if (turns.length === 0) return [part(from, ahead, angle, to)]
  const [turn] = turns
  const middle = along(from, ahead, turn)
  const beyond = along(from, ahead, turn + Math.PI / 2)
  return [part(from, ahead, turn, middle), part(middle, beyond, angle - turn, to)]
}

function part(start: Vector3, ahead: Vector3, length: number, end: Vector3): Side {
  return {
    start,
    ahead,
    length,
    fromZ: start[2],
    toZ: end[2],
    meridianZ: meridianCrossing(start, end),
  }
}

function meridianCrossing(from: Vector3, to: Vector3): number | undefined {
  if (from[1] >= 0 === to[1] >= 0) return undefined
  const [a, b] = [Math.abs(to[1]), Math.abs(from[1])]
  const [x, z] = [a * from[0] + b * to[0], a * from[2] + b * to[2]]
  return x > 0 ? z / Math.hypot(x, z) : undefined
}

/** Longitude, 0 to 2 pi, at which a side has this z, which lies between its ends. */
function longitudeAt({ start, ahead, length, fromZ, toZ }: Side, z: number): number {
  const amplitude = Math.hypot(start[2], ahead[2])
  const top = Math.atan2(ahead[2], start[2])
  const away = Math.acos(Math.min(1, Math.max(-1, z / amplitude)))
  // Falling parts are those after the top.
  const t = fromZ > toZ ? top + away : top - away
  const turns = Math.round((t - length / 2) / (2 * Math.PI))
  const [x, y] = along(start, ahead, Math.min(length, Math.max(0, t - 2 * Math.PI * turns)))
  const longitude = Math.atan2(y, x)
  return longitude < 0 ? longitude + 2 * Math.PI : longitude
}

function along(start: Vector3, ahead: Vector3, t: number): Vector3 {
  const [c, s] = [Math.cos(t), Math.sin(t)]
  return [c * start[0] + s * ahead[0], c * start[1] + s * ahead[1], c * start[2] + s * ahead[2]]
}

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
