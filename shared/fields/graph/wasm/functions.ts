/**
 * Functions of two float64 at once. Where the largest error that was measured is given in units in the last place (ulp) of
 * the result, it holds for all arguments; lanes that a formula does not cover are given to the host's Math.
 */
import type { Import, Vector } from './encode.ts'
import {
  abs,
  add,
  addBits,
  anyTrue,
  atLeast,
  atMost,
  bitAnd,
  bitAndNot,
  bitNot,
  bitOr,
  bitXor,
  choose,
  div,
  equal,
  equalBits,
  functionOf,
  greaterThan,
  lanewise,
  lessBits,
  lessThan,
  mul,
  mulAdd,
  mulSub,
  nearest,
  neg,
  quickMin,
  shiftLeft,
  shiftRight,
  sqrt,
  sub,
  when,
  zero,
} from './encode.ts'
import type { Body } from './encode.ts'
import { ARCTANGENT, COSINE, EXPONENTIAL, LOGARITHM, SINE } from './series.ts'

/** Constants in memory: put together in code, each would take four instructions wherever it is used. */
export interface Constants {
  readonly number: (value: number) => Vector
  readonly bits: (value: bigint) => Vector
}

/** What the host lends, in the order of their numbers. */
export const imports: readonly Import[] = [
  { name: 'log', parameters: 1 },
  { name: 'sin', parameters: 1 },
  { name: 'cos', parameters: 1 },
  { name: 'sinh', parameters: 1 },
  { name: 'atan2', parameters: 2 },
  { name: 'pow', parameters: 2 },
]
const hostLog = 0
const hostSin = 1
const hostCos = 2
const hostSinh = 3
const hostArctangent = 4
const hostPow = 5

/** Functions of one or two vectors; `sinCos` has two results. */
export const vectorFunctions = [
  'exp',
  'expMinus1',
  'log',
  'sinCos',
  'atan2',
  'tanh',
  'sinh',
  'pow',
] as const
export type VectorFunction = (typeof vectorFunctions)[number]

export function functionIndex(name: VectorFunction): number {
  return imports.length + vectorFunctions.indexOf(name)
}

/** All functions, in the order of `vectorFunctions`. */
export function functionBodies(constants: Constants): Body[] {
  const makers: Readonly<Record<VectorFunction, (constants: Constants) => Body>> = {
    exp: exponential,
    expMinus1: exponentialMinus1,
    log: logarithm,
    sinCos: sineAndCosine,
    atan2: arctangent,
    tanh: hyperbolicTangent,
    sinh: hyperbolicSine,
    pow: power,
  }
  return vectorFunctions.map((name) => makers[name](constants))
}

/**
 * c0 + c1 x + c2 x^2 ..., pairs of terms at once so that fewer wait for one another.
 *
 * @param square x^2 where it is known
 */
function polynomial(
  body: Body,
  { number }: Constants,
  x: Vector,
  c: readonly number[],
  square?: Vector,
): Vector {
  let power = x
  let terms: Vector[] = c.map((value) => body.once(number(value)))
  while (terms.length > 1) {
    const at = power
    terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) =>
      2 * i + 1 < terms.length
        ? body.keep(mulAdd(terms[2 * i + 1], at, terms[2 * i]))
        : terms[2 * i],
    )
    if (terms.length > 1) power = (at === x && square) || body.keep(mul(power, power))
  }
  return terms[0]
}

const SIGN = 1n << 63n
/** 3 * 2^51: added to a whole number, it leaves that in the lowest bits. */
const ROUNDER = 6755399441055744

const LN2_HIGH = 6.93147180369123816e-1
const LN2_LOW = 1.90821492927058781e-10

/** x = n ln 2 + r with |r| <= ln 2 / 2: the bits of n at the place of the exponent, and e^r - 1. */
function reduced(body: Body, constants: Constants, x: Vector): { n: Vector; tail: Vector } {
  const { number } = constants
  const whole = body.keep(nearest(mul(x, number(Math.LOG2E))))
  const high = body.keep(mulSub(whole, number(LN2_HIGH), x))
  const r = body.keep(mulSub(whole, number(LN2_LOW), high))
  const r2 = body.keep(mul(r, r))
  const series = polynomial(body, constants, r, EXPONENTIAL, r2)
  return {
    n: body.keep(shiftLeft(add(whole, number(ROUNDER)), 52)),
    tail: body.keep(mulAdd(r2, series, r)),
  }
}

/** e^x; 0 below -708, where it is less than 4e-308. */
function exponential(constants: Constants): Body {
  const { number } = constants
  const body = functionOf(1, 1)
  const x = body.argument(0)
  const { n, tail } = reduced(body, constants, x)
  const value = body.variable()
  value.set(addBits(add(tail, number(1)), n))
  const extreme = body.aside(() => {
    const finite = bitAndNot(value.value, lessThan(x, number(-708)))
    value.set(choose(greaterThan(x, number(709.782712893384)), number(Infinity), finite))
  })
  body.run(when(anyTrue(greaterThan(abs(x), number(708))), extreme))
  body.end(value.value)
  return body
}

/** e^x - 1 for |x| <= 709. */
function exponentialMinus1(constants: Constants): Body {
  const { number } = constants
  const body = functionOf(1, 1)
  const { n, tail } = reduced(body, constants, body.argument(0))
  const scale = body.keep(addBits(n, number(1)))
  body.end(mulAdd(scale, tail, sub(scale, number(1))))
  return body
}

/**
 * Ends a function: its results, and what the host makes of the lanes that are not covered. The others keep theirs, so that
 * a point's value does not depend on its neighbours'.
 */
function finish(
  body: Body,
  args: readonly Vector[],
  covered: Vector,
  results: readonly Vector[],
  hosts: readonly number[],
): void {
  const mask = body.keep(covered)
  const values = results.map((result) => {
    const variable = body.variable()
    variable.set(result)
    return variable
  })
  const patch = body.aside(() => {
    values.forEach(({ value, set }, i) => set(choose(mask, value, lanewise(hosts[i], args))))
  })
  body.run(when(anyTrue(bitNot(mask)), patch))
  body.end(...values.map(({ value }) => value))
}

const SMALLEST_NORMAL = 2 ** -1022
/** Bits of sqrt(1/2), of 1, of 2^52, and those after the exponent. */
const HALF_ROOT = 0x3fe6a09e667f3bcdn
const ONE = 0x3ff0000000000000n
const TWO_52 = 0x4330000000000000n
const FRACTION = 0x000fffffffffffffn

/** Finite numbers above zero, but for the very smallest. */
function positive(x: Vector, { number }: Constants): Vector {
  return bitAnd(atLeast(x, number(SMALLEST_NORMAL)), atMost(x, number(Number.MAX_VALUE)))
}

/** ln x with x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt 2), from the series in s = f / (2 + f). */
function logarithm(constants: Constants): Body {
  const { number, bits } = constants
  const body = functionOf(1, 1)
  const x = body.argument(0)
  const shifted = body.keep(addBits(x, bits(ONE - HALF_ROOT)))
  const fraction = addBits(bitAnd(shifted, bits(FRACTION)), bits(HALF_ROOT))
  const f = body.keep(sub(fraction, number(1)))
  const s = body.keep(div(f, add(f, number(2))))
  const k = body.keep(sub(bitOr(shiftRight(shifted, 52), bits(TWO_52)), number(2 ** 52 + 1023)))
  const half = body.keep(mul(mul(f, f), number(0.5)))
  const s2 = body.keep(mul(s, s))
  const rest = mulAdd(s2, polynomial(body, constants, s2, LOGARITHM), half)
  const low = mulAdd(s, rest, mul(k, number(LN2_LOW)))
  const value = mulAdd(k, number(LN2_HIGH), sub(f, sub(half, low)))
  finish(body, [x], positive(x, constants), [value], [hostLog])
  return body
}

const LARGEST_ANGLE = 2 ** 19
/** pi/2 in a part of 33 bits and the rest. */
const QUARTER_HIGH = 1.57079632673412561
const QUARTER_LOW = 6.07710050650619225e-11

/** Sine and cosine, x = n pi/2 + r with |r| <= pi/4. */
function sineAndCosine(constants: Constants): Body {
  const { number, bits } = constants
  const body = functionOf(1, 2)
  const x = body.argument(0)
  const whole = body.keep(nearest(mul(x, number(2 / Math.PI))))
  const high = body.keep(mulSub(whole, number(QUARTER_HIGH), x))
  const r = body.keep(mulSub(whole, number(QUARTER_LOW), high))
  const r2 = body.keep(mul(r, r))
  const sine = body.keep(mulAdd(mul(r, r2), polynomial(body, constants, r2, SINE), r))
  const most = body.keep(mulSub(r2, number(0.5), number(1)))
  // What rounding 1 - r^2/2 has lost comes back.
  const lost = mulSub(r2, number(0.5), sub(number(1), most))
  const last = mulAdd(mul(r2, r2), polynomial(body, constants, r2, COSINE), lost)
  const cosine = body.keep(add(most, last))
  const n = body.keep(add(whole, number(ROUNDER)))
  const even = body.keep(equalBits(bitAnd(n, bits(1n)), zero))
  const sign = (m: Vector): Vector => shiftLeft(bitAnd(m, bits(2n)), 62)
  const results = [
    bitXor(choose(even, sine, cosine), sign(n)),
    bitXor(choose(even, cosine, sine), sign(addBits(n, bits(1n)))),
  ]
  finish(body, [x], atMost(abs(x), number(LARGEST_ANGLE)), results, [hostSin, hostCos])
  return body
}

const TAN_EIGHTH = Math.SQRT2 - 1

/** The angle of (x, y) with one division: t = a/b, or (a - b)/(a + b) beyond tan(pi/8). */
function arctangent(constants: Constants): Body {
  const { number, bits } = constants
  const body = functionOf(2, 1)
  const [y, x] = [body.argument(0), body.argument(1)]
  const [ay, ax] = [body.keep(abs(y)), body.keep(abs(x))]
  const steep = body.keep(lessThan(ax, ay))
  const a = body.keep(choose(steep, ax, ay))
  const b = body.keep(choose(steep, ay, ax))
  const sum = body.keep(add(a, b))
  const far = body.keep(greaterThan(a, mul(b, number(TAN_EIGHTH))))
  const denominator = body.keep(choose(far, sum, b))
  const quotient = div(choose(far, sub(a, b), a), denominator)
  // The angle of (0, 0) is 0, or pi where x is -0.
  const t = body.keep(bitAndNot(quotient, equal(denominator, zero)))
  const t2 = body.keep(mul(t, t))
  const near = mulAdd(mul(t, t2), polynomial(body, constants, t2, ARCTANGENT), t)
  const octant = body.keep(add(near, bitAnd(far, number(Math.PI / 4))))
  const quadrant = body.keep(choose(steep, sub(number(Math.PI / 2), octant), octant))
  const half = choose(lessBits(x, zero), sub(number(Math.PI), quadrant), quadrant)
  const result = bitOr(half, bitAnd(y, bits(SIGN)))
  finish(body, [y, x], atMost(sum, number(Number.MAX_VALUE)), [result], [hostArctangent])
  return body
}

/** -u / (2 + u) with u = e^(-2|x|) - 1, and the sign of x. */
function hyperbolicTangent({ number, bits }: Constants): Body {
  const body = functionOf(1, 1)
  const x = body.argument(0)
  const exponent = mul(quickMin(abs(x), number(22)), number(-2))
  const [u] = body.call(functionIndex('expMinus1'), [exponent], 1)
  body.end(bitOr(div(neg(u), add(u, number(2))), bitAnd(x, bits(SIGN))))
  return body
}

/** (u + u / (u + 1)) / 2 with u = e^|x| - 1, and the sign of x. */
function hyperbolicSine({ number, bits }: Constants): Body {
  const body = functionOf(1, 1)
  const x = body.argument(0)
  const [u] = body.call(functionIndex('expMinus1'), [abs(x)], 1)
  const value = mul(add(u, div(u, add(u, number(1)))), number(0.5))
  const signed = bitOr(value, bitAnd(x, bits(SIGN)))
  finish(body, [x], atMost(abs(x), number(709)), [signed], [hostSinh])
  return body
}

/** e^(y ln x) for x > 0: an error of 1 + |y ln x| ulp. */
function power(constants: Constants): Body {
  const body = functionOf(2, 1)
  const [x, y] = [body.argument(0), body.argument(1)]
  const [log] = body.call(functionIndex('log'), [x], 1)
  const [value] = body.call(functionIndex('exp'), [mul(y, log)], 1)
  finish(body, [x, y], positive(x, constants), [value], [hostPow])
  return body
}

/** asin and acos from an arctangent, whose operands have no cancellation. */
export function arcOf(body: Body, op: 'asin' | 'acos', x: Vector, { number }: Constants): Vector {
  const side = sqrt(mul(sub(number(1), x), add(number(1), x)))
  const [angle] = body.call(functionIndex('atan2'), op === 'asin' ? [x, side] : [side, x], 1)
  return angle
}
