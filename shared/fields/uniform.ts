/** What the uniform models of the three kinds share: a value inside an optional sphere about the observer. */
import type { Ray } from '../physics/geometry.ts'
import type { Vector3 } from '../physics/vector.ts'
import { sphereCrossings } from './surfaces.ts'
import type { FieldContext, ParameterSpec, ParameterValues } from './types.ts'
import { scalarParameter } from './types.ts'

export const radiusParameter: ParameterSpec = {
  name: 'radius_kpc',
  unit: 'kpc',
  default: Infinity,
  bounds: [0, Infinity],
  description:
    'Radius of the sphere about the observer outside which it is zero; no limit unless given',
  source: 'by definition',
}

export function insideSphere(
  position: Vector3,
  parameters: ParameterValues,
  { observerKpc }: FieldContext,
): boolean {
  const radius = scalarParameter(parameters, 'radius_kpc')
  if (radius === Infinity) return true
  const distance = Math.hypot(
    position[0] - observerKpc[0],
    position[1] - observerKpc[1],
    position[2] - observerKpc[2],
  )
  return distance <= radius
}

export function sphereDiscontinuities(
  ray: Ray,
  parameters: ParameterValues,
  { observerKpc }: FieldContext,
): number[] {
  const radius = scalarParameter(parameters, 'radius_kpc')
  return radius === Infinity ? [] : sphereCrossings(ray, observerKpc, radius)
}
