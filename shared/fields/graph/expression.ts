/**
 * The expressions of which field models are made: scalars over position, observer and parameters, and conditions.
 *
 * Constructors fold constants, drop what does nothing (x + 0, 1 x) and check units. A number among the operands is a
 * dimensionless constant, except 0, which has every dimension.
 */
import type { Dimension, UnitName } from './dimension.ts'
import {
  combineDimensions,
  dimensionText,
  dimensionless,
  isDimensionless,
  sameDimension,
  unitNamed,
} from './dimension.ts'
import type { BinaryOperation, UnaryOperation } from './operations.ts'
import { binaryOperations, unaryOperations } from './operations.ts'

export interface Scalar {
  readonly type: 'scalar'
  readonly op: 'constant' | 'input' | 'select' | UnaryOperation | BinaryOperation
  /** Of `select`: the condition, the value where it holds, the value elsewhere. */
  readonly args: readonly Expression[]
  /** Of a constant. */
  readonly value: number
  /** Of an input. */
  readonly name: string
  /** null only for the constant zero, which fits all. */
  readonly dimension: Dimension | null
}

export interface Condition {
  readonly type: 'condition'
  readonly op: 'truth' | 'less' | 'at-most' | 'and' | 'or' | 'not'
  readonly args: readonly Expression[]
  /** Of `truth`: 1 or 0. */
  readonly value: number
  /** Of one that holds and fails without a jump: `inTransition`. */
  readonly name: '' | 'transition'
}

export type Expression = Scalar | Condition
export type Operand = Scalar | number

/** Expressions that do not fit together: a mistake in a model or a formula. */
export class ExpressionError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ExpressionError'
  }
}

export function isScalar(expression: Expression): expression is Scalar {
  return expression.type === 'scalar'
}

function scalar(
  op: Scalar['op'],
  args: readonly Expression[],
  dimension: Dimension | null,
  value = 0,
  name = '',
): Scalar {
  return { type: 'scalar', op, args, value, name, dimension }
}

function constantOf(value: number, dimension: Dimension | null): Scalar {
  return scalar('constant', [], value === 0 ? null : dimension, value)
}

/** A number in a unit; deg and pc become rad and kpc. */
export function constant(value: number, unit: UnitName = 'dimensionless'): Scalar {
  const { dimension, factor } = unitNamed(unit)
  return constantOf(value * factor, dimension)
}
export const kpc = (value: number): Scalar => constant(value, 'kpc')
export const microgauss = (value: number): Scalar => constant(value, 'microgauss')
export const degrees = (value: number): Scalar => constant(value, 'deg')

/** A number that is given when the expression is evaluated, as it is, in the base unit of a dimension. */
export function input(name: string, dimension: Dimension): Scalar {
  return scalar('input', [], dimension, 0, name)
}

function lift(operand: Operand): Scalar {
  return typeof operand === 'number' ? constant(operand) : operand
}

function isConstant(node: Scalar, value?: number): boolean {
  return node.op === 'constant' && (value === undefined || node.value === value)
}

function common(what: string, a: Scalar, b: Scalar): Dimension | null {
  if (a.dimension === null) return b.dimension
  if (b.dimension === null || sameDimension(a.dimension, b.dimension)) return a.dimension
  throw new ExpressionError(
    `Units do not fit in ${what}: ${dimensionText(a.dimension)} and ${dimensionText(b.dimension)}.`,
  )
}

function requireDimensionless(what: string, node: Scalar): void {
  if (node.dimension === null || isDimensionless(node.dimension)) return
  throw new ExpressionError(
    `${what} needs a dimensionless number, not one in ${dimensionText(node.dimension)}.`,
  )
}

/** An operation whose units have been checked; folded where all operands are constants. */
function apply(
  op: UnaryOperation | BinaryOperation,
  args: readonly Scalar[],
  dimension: Dimension | null,
): Scalar {
  if (!args.every((arg) => isConstant(arg))) return scalar(op, args, dimension)
  const [a, b] = args
  const value =
    op in unaryOperations
      ? unaryOperations[op as UnaryOperation](a.value)
      : binaryOperations[op as BinaryOperation](a.value, b.value)
  return constantOf(value, dimension)
}

export function add(...terms: Operand[]): Scalar {
  return terms.map(lift).reduce((a, b) => {
    const dimension = common('a sum', a, b)
    if (isConstant(a, 0)) return b
    if (isConstant(b, 0)) return a
    return b.op === 'neg' && isScalar(b.args[0])
      ? sub(a, b.args[0])
      : apply('add', [a, b], dimension)
  })
}

export function sub(left: Operand, right: Operand): Scalar {
  const a = lift(left)
  const b = lift(right)
  const dimension = common('a difference', a, b)
  if (isConstant(b, 0)) return a
  if (isConstant(a, 0)) return neg(b)
  if (a === b) return constant(0)
  return apply('sub', [a, b], dimension)
}

export function neg(operand: Operand): Scalar {
  const a = lift(operand)
  if (a.op === 'neg' && isScalar(a.args[0])) return a.args[0]
  return apply('neg', [a], a.dimension)
}

export function mul(...factors: Operand[]): Scalar {
  return factors.map(lift).reduce((a, b) => {
    if (isConstant(a, 0) || isConstant(b, 0)) return constant(0)
    const dimension = combineDimensions(
      a.dimension ?? dimensionless,
      b.dimension ?? dimensionless,
      1,
    )
    if (isConstant(a, 1) && isDimensionless(a.dimension ?? dimensionless)) return b
    if (isConstant(b, 1) && isDimensionless(b.dimension ?? dimensionless)) return a
    return apply('mul', [a, b], dimension)
  })
}

export function div(numerator: Operand, denominator: Operand): Scalar {
  const a = lift(numerator)
  const b = lift(denominator)
  const dimension = combineDimensions(
    a.dimension ?? dimensionless,
    b.dimension ?? dimensionless,
    -1,
  )
  if (isConstant(a, 0)) return constant(0)
  if (isConstant(b, 1) && isDimensionless(b.dimension ?? dimensionless)) return a
  return apply('div', [a, b], dimension)
}

/** The base may have a dimension where the exponent is a constant. */
export function pow(base: Operand, exponent: Operand): Scalar {
  const a = lift(base)
  const b = lift(exponent)
  requireDimensionless('An exponent', b)
  if (isConstant(b, 0)) return constant(1)
  if (isConstant(b, 1)) return a
  if (b.op !== 'constant') requireDimensionless('The base of a power that varies', a)
  const dimension = combineDimensions(dimensionless, a.dimension ?? dimensionless, b.value)
  return apply('pow', [a, b], dimension)
}
export const square = (operand: Operand): Scalar => pow(operand, 2)

export function sqrt(operand: Operand): Scalar {
  const a = lift(operand)
  return apply('sqrt', [a], combineDimensions(dimensionless, a.dimension ?? dimensionless, 0.5))
}

/** Functions of a dimensionless number (for the trigonometric ones an angle in rad). */
const pure =
  (op: UnaryOperation) =>
  (operand: Operand): Scalar => {
    const a = lift(operand)
    requireDimensionless(op, a)
    return apply(op, [a], dimensionless)
  }
export const exp = pure('exp')
export const log = pure('log')
export const sin = pure('sin')
export const cos = pure('cos')
export const tan = pure('tan')
export const asin = pure('asin')
export const acos = pure('acos')
export const atan = pure('atan')
export const sinh = pure('sinh')
export const cosh = pure('cosh')
export const tanh = pure('tanh')
/** 1 / cosh^2. */
export const sech2 = pure('sech2')
/** The logistic function 1 / (1 + e^-x). */
export const sigmoid = pure('sigmoid')
export const floor = pure('floor')

export function abs(operand: Operand): Scalar {
  const a = lift(operand)
  return apply('abs', [a], a.dimension)
}
/** -1, 0 or 1. */
export function sign(operand: Operand): Scalar {
  return apply('sign', [lift(operand)], dimensionless)
}

/** The angle of (x, y) in rad, from -pi to pi. */
export function atan2(y: Operand, x: Operand): Scalar {
  const a = lift(y)
  const b = lift(x)
  common('atan2', a, b)
  return apply('atan2', [a, b], dimensionless)
}

const extreme =
  (op: 'min' | 'max') =>
  (...operands: Operand[]): Scalar =>
    operands.map(lift).reduce((a, b) => apply(op, [a, b], common(op, a, b)))
export const min = extreme('min')
export const max = extreme('max')

function condition(op: Condition['op'], args: readonly Expression[], value = 0): Condition {
  return { type: 'condition', op, args, value, name: '' }
}
const truth = (holds: boolean): Condition => condition('truth', [], holds ? 1 : 0)

export function less(left: Operand, right: Operand): Condition {
  const a = lift(left)
  const b = lift(right)
  common('a comparison', a, b)
  return isConstant(a) && isConstant(b) ? truth(a.value < b.value) : condition('less', [a, b])
}
export function atMost(left: Operand, right: Operand): Condition {
  const a = lift(left)
  const b = lift(right)
  common('a comparison', a, b)
  return isConstant(a) && isConstant(b) ? truth(a.value <= b.value) : condition('at-most', [a, b])
}
export const greater = (left: Operand, right: Operand): Condition => less(right, left)
export const atLeast = (left: Operand, right: Operand): Condition => atMost(right, left)

export function not(a: Condition): Condition {
  if (a.op === 'truth') return truth(a.value === 0)
  return condition('not', [a])
}
export function and(...conditions: Condition[]): Condition {
  return conditions.reduce((a, b) => {
    if (a.op === 'truth') return a.value === 1 ? b : a
    if (b.op === 'truth') return b.value === 1 ? a : b
    return condition('and', [a, b])
  })
}
export function or(...conditions: Condition[]): Condition {
  return not(and(...conditions.map(not)))
}

/** The condition, marked as one at which nothing jumps. */
export function inTransition(when: Condition): Condition {
  const args = when.args.map((arg) => (isScalar(arg) ? arg : inTransition(arg)))
  return { ...when, args, name: 'transition' }
}

/** `then` where the condition holds, `otherwise` elsewhere; the branch not taken is not evaluated. */
export function select(when: Condition, then: Operand, otherwise: Operand): Scalar {
  const a = lift(then)
  const b = lift(otherwise)
  const dimension = common('the branches of a choice', a, b)
  if (when.op === 'truth') return when.value === 1 ? a : b
  if (a === b || (isConstant(a) && isConstant(b) && a.value === b.value)) return a
  return scalar('select', [when, a, b], dimension)
}
