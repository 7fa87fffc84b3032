/** Distances at which a ray meets the surfaces on which models jump. Only those at positive distance are meaningful. */
import type { Ray } from '../physics/geometry.ts'
import type { Vector3 } from '../physics/vector.ts'
import { dot } from '../physics/vector.ts'

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
