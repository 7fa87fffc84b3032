/** Derivatives of expressions, as expressions. */
import type { Expression, Scalar } from './expression.ts'
import {
  abs,
  add,
  constant,
  cos,
  cosh,
  div,
  isScalar,
  less,
  log,
  mul,
  neg,
  pow,
  sech2,
  select,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  sub,
  tan,
  tanh,
} from './expression.ts'

function scalarArgs(node: Scalar): Scalar[] {
  return node.args.filter(isScalar)
}

function isZero(node: Scalar): boolean {
  return node.op === 'constant' && node.value === 0
}

/**
 * Partial derivatives with respect to the scalar operands, in their order; `select` has none. At a kink (of abs, min, max)
 * one of the two sides is taken, at a jump (floor, sign) zero.
 */
function partials(node: Scalar): Scalar[] {
  const [a, b] = scalarArgs(node)
  switch (node.op) {
    case 'neg':
      return [constant(-1)]
    case 'abs':
      return [sign(a)]
    case 'sqrt':
      return [div(0.5, node)]
    case 'exp':
      return [node]
    case 'log':
      return [div(1, a)]
    case 'sin':
      return [cos(a)]
    case 'cos':
      return [neg(sin(a))]
    case 'tan':
      return [add(1, square(tan(a)))]
    case 'asin':
      return [div(1, sqrt(sub(1, square(a))))]
    case 'acos':
      return [div(-1, sqrt(sub(1, square(a))))]
    case 'atan':
      return [div(1, add(1, square(a)))]
    case 'sinh':
      return [cosh(a)]
    case 'cosh':
      return [sinh(a)]
    case 'tanh':
      return [sech2(a)]
    case 'sech2':
      return [mul(-2, node, tanh(a))]
    case 'sigmoid':
      return [mul(node, sub(1, node))]
    case 'add':
      return [constant(1), constant(1)]
    case 'sub':
      return [constant(1), constant(-1)]
    case 'mul':
      return [b, a]
    case 'div':
      return [div(1, b), neg(div(node, b))]
    case 'pow':
      // x^p ln x tends to 0 at x = 0.
      return [
        mul(b, pow(a, sub(b, 1))),
        b.op === 'constant' ? constant(0) : select(less(0, abs(a)), mul(node, log(a)), 0),
      ]
    case 'atan2': {
      const squares = add(square(a), square(b))
      return [div(b, squares), neg(div(a, squares))]
    }
    case 'min':
      return [select(less(b, a), 0, 1), select(less(b, a), 1, 0)]
    case 'max':
      return [select(less(a, b), 0, 1), select(less(a, b), 1, 0)]
    default:
      return scalarArgs(node).map(() => constant(0))
  }
}

/** Forward: d expression / d input, for many expressions of the same input. */
export function derivatives(expressions: readonly Scalar[], of: string): Scalar[] {
  const known = new Map<Scalar, Scalar>()
  const derivative = (node: Scalar): Scalar => {
    const found = known.get(node)
    if (found) return found
    const result = compute(node)
    known.set(node, result)
    return result
  }
  const compute = (node: Scalar): Scalar => {
    if (node.op === 'constant') return constant(0)
    if (node.op === 'input') return constant(node.name === of ? 1 : 0)
    const args = scalarArgs(node)
    const inner = args.map(derivative)
    if (node.op === 'select') {
      const [when] = node.args
      return when.type === 'condition' ? select(when, inner[0], inner[1]) : constant(0)
    }
    if (inner.every(isZero)) return constant(0)
    const outer = partials(node)
    return inner.reduce((sum, d, i) => (isZero(d) ? sum : add(sum, mul(outer[i], d))), constant(0))
  }
  return expressions.map(derivative)
}

/** adjoint * partial, and 0 where the adjoint is 0 though the partial may be infinite: in the branch not taken. */
function pull(adjoint: Scalar, partial: Scalar): Scalar {
  const product = mul(adjoint, partial)
  return adjoint.op === 'constant' || partial.op === 'constant'
    ? product
    : select(less(0, abs(adjoint)), product, 0)
}

/** Operands before what uses them. */
function inOrder(root: Scalar): Scalar[] {
  const seen = new Set<Expression>()
  const order: Scalar[] = []
  const visit = (node: Expression): void => {
    if (seen.has(node)) return
    seen.add(node)
    node.args.forEach(visit)
    if (isScalar(node)) order.push(node)
  }
  visit(root)
  return order
}

/** Reverse: d expression / d each input, at a cost that does not grow with their number. */
export function gradient(expression: Scalar, inputs: readonly string[]): Scalar[] {
  const adjoints = new Map<Scalar, Scalar>([[expression, constant(1)]])
  const found = new Map<string, Scalar>()
  const collect = (node: Scalar, value: Scalar): void => {
    if (isZero(value)) return
    const before = adjoints.get(node)
    adjoints.set(node, before ? add(before, value) : value)
  }
  for (const node of inOrder(expression).reverse()) {
    const adjoint = adjoints.get(node)
    if (!adjoint) continue
    if (node.op === 'input') {
      const before = found.get(node.name)
      found.set(node.name, before ? add(before, adjoint) : adjoint)
      continue
    }
    const args = scalarArgs(node)
    if (node.op === 'select') {
      const [when] = node.args
      if (when.type !== 'condition') continue
      collect(args[0], select(when, adjoint, 0))
      collect(args[1], select(when, 0, adjoint))
      continue
    }
    partials(node).forEach((partial, i) => collect(args[i], pull(adjoint, partial)))
  }
  return inputs.map((name) => found.get(name) ?? constant(0))
}
