/** Surfaces on which a model jumps, and what makes a smooth transition of a jump. */
import type { Condition, Operand, Scalar, Vector } from './graph/index.ts'
import {
  add,
  and,
  derivatives,
  div,
  inTransition,
  isScalar,
  less,
  mul,
  neg,
  select,
  selectVector,
  sqrt,
  square,
  sub,
} from './graph/index.ts'
import type { ModelInputs, ParameterSpec, ParameterValues } from './types.ts'

const name = 'smoothing_kpc'

/** Parameter of the models that jump. */
export const smoothing: ParameterSpec = {
  name,
  unit: 'kpc',
  default: 0,
  bounds: [0, 5],
  description: 'Width over which the model changes where it jumps; 0 as published',
  source: 'not published: for fits of parameters that move a jump',
}

/** Whether a model, or a member of it, is given a width. */
export function isSmoothed(parameters: ParameterValues): boolean {
  return Object.entries(parameters).some(
    ([key, width]) =>
      (key === name || key.endsWith(`.${name}`)) && typeof width === 'number' && width > 0,
  )
}

/**
 * `then` where the condition holds, `otherwise` elsewhere: a jump of the model, unlike `select`, which chooses how something is
 * computed that may well be continuous. With a smoothing width w it becomes a transition between distances -w/2 and
 * w/2 from the surface, on which both are evaluated.
 */
export function jump(
  inputs: ModelInputs,
  when: Condition,
  then: Operand,
  otherwise: Operand,
): Scalar {
  if (!inputs.smoothed) return select(when, then, otherwise)
  return blend(shareOf(inputs, when), then, otherwise)
}

/** `jump` of a vector. */
export function jumpVector(
  inputs: ModelInputs,
  when: Condition,
  then: Vector,
  otherwise: Vector | 0,
): Vector {
  if (!inputs.smoothed) return selectVector(when, then, otherwise)
  const share = shareOf(inputs, when)
  const axis = (i: 0 | 1 | 2) => blend(share, then[i], otherwise === 0 ? 0 : otherwise[i])
  return [axis(0), axis(1), axis(2)]
}

/** What counts for nothing is not evaluated, because it may be no number there. */
function blend(share: Scalar, then: Operand, otherwise: Operand): Scalar {
  const both = add(mul(share, then), mul(sub(1, share), otherwise))
  const partly = select(inTransition(less(0, share)), both, otherwise)
  return select(inTransition(less(share, 1)), partly, then)
}

/** 1 at and beyond a surface, -1 elsewhere: `side` where that is a jump. */
export function jumpSide(inputs: ModelInputs, x: Scalar): Scalar {
  return jump(inputs, less(x, 0), -1, 1)
}

/** How much a condition holds, from 0 to 1: of comparisons by the distance from their surface, of several as a product. */
function shareOf(inputs: ModelInputs, when: Condition): Scalar {
  const [a, b] = when.args
  switch (when.op) {
    case 'and':
      return isScalar(a) || isScalar(b)
        ? select(when, 1, 0)
        : mul(shareOf(inputs, a), shareOf(inputs, b))
    case 'not':
      return isScalar(a) ? select(when, 1, 0) : sub(1, shareOf(inputs, a))
    case 'less':
    case 'at-most':
      return isScalar(a) && isScalar(b) ? transition(inputs, when, sub(b, a)) : select(when, 1, 0)
    default:
      return select(when, 1, 0)
  }
}

/** The distance from the surface on which `level` vanishes is level / |grad level|, to first order. */
function transition(inputs: ModelInputs, when: Condition, level: Scalar): Scalar {
  const slopes = ['x', 'y', 'z'].map((axis) => derivatives([level], axis)[0])
  const steepness = sqrt(add(...slopes.map(square)))
  const reach = mul(0.5, inputs.scalar(name), steepness)
  const across = div(level, reach)
  // 1/2 + (15 t - 10 t^3 + 3 t^5) / 16: twice differentiable at both ends.
  const rise = mul(div(across, 16), add(15, mul(square(across), add(-10, mul(3, square(across))))))
  // Where the slope is 0 or no number, nothing is within reach.
  const near = inTransition(and(less(neg(reach), level), less(level, reach)))
  return select(near, add(0.5, rise), select(inTransition(when), 1, 0))
}
