/** Distances at which a ray meets the surfaces on which models jump. Only those at positive distance are meaningful. */
import type { Ray } from '../physics/geometry.ts'
import type { Vector3 } from '../physics/vector.ts'
import { dot } from '../physics/vector.ts'
import type { PointFunction } from './graph/index.ts'

/** The cylinder x^2 + y^2 = radius^2 about the Galactic axis. */
export function cylinderCrossings({ origin, direction }: Ray, radiusKpc: number): number[] {
  const a = direction[0] ** 2 + direction[1] ** 2
  const b = origin[0] * direction[0] + origin[1] * direction[1]
  const c = origin[0] ** 2 + origin[1] ** 2 - radiusKpc ** 2
  return quadraticRoots(a, b, c)
}

/** The sphere of a radius about a centre. */
export function sphereCrossings(
  { origin, direction }: Ray,
  centre: Vector3,
  radiusKpc: number,
): number[] {
  const offset: Vector3 = [origin[0] - centre[0], origin[1] - centre[1], origin[2] - centre[2]]
  const c = dot(offset, offset) - radiusKpc ** 2
  return quadraticRoots(dot(direction, direction), dot(offset, direction), c)
}

/** The plane at a height z. */
export function planeCrossing({ origin, direction }: Ray, zKpc: number): number[] {
  return direction[2] === 0 ? [] : [(zKpc - origin[2]) / direction[2]]
}

/** The point nearest to the Galactic axis: a function of r has a cusp there when the ray meets the axis. */
export function axisApproach({ origin, direction }: Ray): number[] {
  const a = direction[0] ** 2 + direction[1] ** 2
  return a === 0 ? [] : [-(origin[0] * direction[0] + origin[1] * direction[1]) / a]
}

/** Real roots of a s^2 + 2 b s + c, in the form that does not cancel. */
function quadraticRoots(a: number, b: number, c: number): number[] {
  const discriminant = b * b - a * c
  if (a === 0 || !(discriminant >= 0)) return []
  const q = -(b + (b < 0 ? -1 : 1) * Math.sqrt(discriminant))
  return q === 0 ? [0] : [q / a, c / q]
}

/** Points at which a ray is searched for crossings: half of them evenly, half closer together toward its start. */
const SEARCH_POINTS = 192
/** A crossing is found to 2^-44 of the distance between two such points. */
const HALVINGS = 44

/** Functions of position whose zeros are looked for; one that is not a number has none there. */
export interface Levels {
  count: number
  /** Writes all of them. */
  all: PointFunction
  /** Writes the one of an index. */
  one(index: number): PointFunction
}

/**
 * Where one of several functions of position changes sign along a ray, with the point nearest to the axis. Functions that
 * touch zero, or cross it twice between two points of the search, go unnoticed.
 */
export function levelCrossings(ray: Ray, { count, all, one }: Levels): number[] {
  const crossings = axisApproach(ray)
  if (count === 0) return crossings
  const { origin, direction, lengthKpc } = ray
  const at = (levels: PointFunction, s: number, out: Float64Array): void =>
    levels(
      origin[0] + s * direction[0],
      origin[1] + s * direction[1],
      origin[2] + s * direction[2],
      out,
      0,
    )
  const points = searchPoints(lengthKpc)
  let before = new Float64Array(count)
  let after = new Float64Array(count)
  const middle = new Float64Array(1)
  at(all, points[0], before)
  for (let i = 1; i < points.length; i++) {
    at(all, points[i], after)
    for (let k = 0; k < count; k++) {
      const sign = Math.sign(before[k])
      if (sign !== 0 && after[k] === 0) crossings.push(points[i])
      if (!(sign * after[k] < 0)) continue
      let [low, high] = [points[i - 1], points[i]]
      for (let halving = 0; halving < HALVINGS; halving++) {
        const half = 0.5 * (low + high)
        at(one(k), half, middle)
        if (sign * middle[0] > 0) low = half
        else high = half
      }
      crossings.push(0.5 * (low + high))
    }
    ;[before, after] = [after, before]
  }
  return crossings
}

function searchPoints(lengthKpc: number): number[] {
  const half = SEARCH_POINTS / 2
  const points = Array.from({ length: half + 1 }, (_, i) => i / half)
  return [...points, ...points.map((part) => part * part)]
    .sort((a, b) => a - b)
    .filter((part, i, all) => part !== all[i - 1])
    .map((part) => part * lengthKpc)
}
