/** What the uniform models of the three kinds share: a value inside an optional sphere about the observer. */
import type { Ray } from '../physics/geometry.ts'
import type { Condition } from './graph/index.ts'
import { add, atMost, sqrt, square, sub } from './graph/index.ts'
import { sphereCrossings } from './surfaces.ts'
import type { FieldContext, ModelInputs, ParameterSpec, ParameterValues } from './types.ts'
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

/** Whether the position is in the sphere. */
export function insideSphere({ position: [x, y, z], observer, scalar }: ModelInputs): Condition {
  const squares = add(
    square(sub(x, observer[0])),
    square(sub(y, observer[1])),
    square(sub(z, observer[2])),
  )
  return atMost(sqrt(squares), scalar('radius_kpc'))
}

export function sphereDiscontinuities(
  ray: Ray,
  parameters: ParameterValues,
  { observerKpc }: FieldContext,
): number[] {
  const radius = scalarParameter(parameters, 'radius_kpc')
  return radius === Infinity ? [] : sphereCrossings(ray, observerKpc, radius)
}
