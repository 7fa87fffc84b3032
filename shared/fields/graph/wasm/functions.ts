/**
 * Functions of pairs of float64. Largest errors measured, in units in the last place of the result: exp, log, sine and cosine of
 * one angle 1, one of them alone 1.2; atan 1.3; atan2, asin, acos, tan, tanh, sinh 2.2; sech2 4; powers 1 + |y ln x|. Lanes that
 * a formula does not cover are given to the host's Math.
 */
import type { Import, Vector } from './encode.ts'
import {
  abs,
  add,
  addBits,
  anyTrue,
  bitAnd,
  bitAndNot,
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
import { ARCTANGENT, COSINE, EXPONENTIAL, LOGARITHM, SINE, WIDE_SINE } from './series.ts'

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

/** Writes a function of some vectors, which are locals, into a body. */
type Emit = (body: Body, constants: Constants, args: readonly Vector[]) => Vector[]

const emitters = {
  exp: { args: 1, results: 1, emit: exponential },
  log: { args: 1, results: 1, emit: logarithm },
  sinCos: { args: 1, results: 2, emit: sineAndCosine },
  sin: { args: 1, results: 1, emit: sine },
  cos: { args: 1, results: 1, emit: cosine },
  atan2: { args: 2, results: 1, emit: arctangent },
  tanh: { args: 1, results: 1, emit: hyperbolicTangent },
  sinh: { args: 1, results: 1, emit: hyperbolicSine },
  pow: { args: 3, results: 1, emit: power },
  mendLog: { args: 2, results: 1, emit: mender(1, notPositive, [hostLog]) },
  mendSinCos: { args: 3, results: 2, emit: mender(1, manyTurns, [hostSin, hostCos]) },
  mendSin: { args: 2, results: 1, emit: mender(1, manyTurns, [hostSin]) },
  mendCos: { args: 2, results: 1, emit: mender(1, manyTurns, [hostCos]) },
  mendAtan2: { args: 3, results: 1, emit: mender(2, withoutSum, [hostArctangent]) },
  mendSinh: { args: 2, results: 1, emit: mender(1, pastExponents, [hostSinh]) },
  mendPow: { args: 3, results: 1, emit: mender(2, notPositive, [hostPow]) },
} as const satisfies Readonly<Record<string, { args: number; results: number; emit: Emit }>>

/** Functions of vectors; `sinCos` has two results, and `pow` takes base, exponent and the logarithm of the base. */
export type VectorFunction = Exclude<keyof typeof emitters, `mend${string}`>

const names = Object.keys(emitters)

/** All functions, in the order of their numbers. */
export function functionBodies(constants: Constants): Body[] {
  return Object.values(emitters).map(({ args, results, emit }) => {
    const body = functionOf(args, results)
    const given = Array.from({ length: args }, (_, i) => body.argument(i))
    body.end(...emit(body, readOnce(body, constants), given))
    return body
  })
}

/** Reads a constant where it is used, once for all pairs. */
function readOnce(body: Body, { number, bits }: Constants): Constants {
  return {
    number: (value) => body.once(number(value)),
    bits: (value) => body.once(bits(value)),
  }
}

/** Calls one of the functions. */
export function callFunction(
  body: Body,
  name: keyof typeof emitters,
  args: readonly Vector[],
): Vector[] {
  return body.call(imports.length + names.indexOf(name), args, emitters[name].results)
}

/**
 * c0 + c1 x + c2 x^2 ...: neighbours are put together, then neighbours of those (Estrin's scheme), so that few operations wait for
 * one another; that is what takes the time.
 */
function polynomial(
  body: Body,
  { number }: Constants,
  x: Vector,
  square: Vector,
  c: readonly number[],
): Vector {
  const upTo = (first: number, count: number): Vector => {
    if (count === 1) return number(c[first])
    const half = 2 ** Math.ceil(Math.log2(count) - 1)
    const low = upTo(first, half)
    const high = upTo(first + half, count - half)
    return body.keep(mulAdd(high, power(half), low))
  }
  const powers = new Map([
    [1, x],
    [2, square],
  ])
  const power = (n: number): Vector => {
    const known = powers.get(n)
    if (known) return known
    const made = body.keep(mul(power(n / 2), power(n / 2)))
    powers.set(n, made)
    return made
  }
  return upTo(0, c.length)
}

const SIGN = 1n << 63n
/** 3 * 2^51: added to a whole number, it leaves that in the lowest bits. */
const ROUNDER = 6755399441055744

const LN2_HIGH = 6.93147180369123816e-1
const LN2_LOW = 1.90821492927058781e-10

/** x = n ln 2 + r with |r| <= ln 2 / 2: the bits of n at the place of the exponent, and e^r - 1. */
function reduced(body: Body, constants: Constants, x: Vector): { n: Vector; tail: Vector } {
  const { number } = constants
  const n = body.keep(mulAdd(x, number(Math.LOG2E), number(ROUNDER)))
  const whole = body.keep(sub(n, number(ROUNDER)))
  const high = body.keep(mulSub(whole, number(LN2_HIGH), x))
  const r = body.keep(mulSub(whole, number(LN2_LOW), high))
  const r2 = body.keep(mul(r, r))
  const series = polynomial(body, constants, r, r2, EXPONENTIAL)
  return {
    n: body.keep(shiftLeft(n, 52)),
    tail: body.keep(mulAdd(r2, series, r)),
  }
}

/** Whether a number that is not negative is larger than another, or NaN. */
const beyond = (x: Vector, limit: Vector): Vector => lessBits(limit, x)

/** e^x; 0 below -708, where it is less than 4e-308. */
function exponential(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number } = constants
  const { n, tail } = reduced(body, constants, x)
  const value = body.variable()
  value.set(addBits(add(tail, number(1)), n))
  const extreme = body.aside(() => {
    const finite = bitAndNot(value.value, lessThan(x, number(-708)))
    value.set(choose(greaterThan(x, number(709.782712893384)), number(Infinity), finite))
  })
  body.run(when(anyTrue(beyond(abs(x), number(708))), extreme))
  return [value.value]
}

/** e^x - 1 for |x| <= 709. */
function exponentialMinus1(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number } = constants
  const { n, tail } = reduced(body, constants, x)
  const scale = body.keep(addBits(n, number(1)))
  return [body.keep(mulAdd(scale, tail, sub(scale, number(1))))]
}

/**
 * Results, mended where some lanes are not covered. That is a function of its own, so that nothing need be kept for it on the
 * way that is nearly always taken.
 */
function finish(
  body: Body,
  mend: keyof typeof emitters,
  args: readonly Vector[],
  uncovered: Vector,
  results: readonly Vector[],
): Vector[] {
  const values = results.map((result) => {
    const variable = body.variable()
    variable.set(result)
    return variable
  })
  const patch = body.aside(() => {
    const found = values.map(({ value }) => value)
    callFunction(body, mend, [...args, ...found]).forEach((value, i) => values[i].set(value))
  })
  body.run(when(anyTrue(uncovered), patch))
  return values.map(({ value }) => value)
}

/** Lanes that a formula does not cover. */
type Uncovered = (constants: Constants, args: readonly Vector[]) => Vector

/**
 * What the host makes of the lanes that are not covered. The others keep their results, so that a point's value does not depend
 * on its neighbours'.
 */
function mender(args: number, uncovered: Uncovered, hosts: readonly number[]): Emit {
  return (body, constants, given) => {
    const operands = given.slice(0, args)
    const mask = body.keep(uncovered(constants, operands))
    return given.slice(args).map((result, i) => choose(mask, lanewise(hosts[i], operands), result))
  }
}

/** Bits of 2^-1022, and those of the largest number after the shift of `notPositive`. */
const SMALLEST_NORMAL = 0x0010000000000000n
const LAST_FINITE = 0xffdfffffffffffffn
/** Bits of sqrt(1/2), of 1, of 2^52, and those after the exponent. */
const HALF_ROOT = 0x3fe6a09e667f3bcdn
const ONE = 0x3ff0000000000000n
const TWO_52 = 0x4330000000000000n
const FRACTION = 0x000fffffffffffffn

/** All but the finite numbers above zero, and the very smallest of those: by one comparison of bits, shifted to be signed. */
function notPositive({ bits }: Constants, [x]: readonly Vector[]): Vector {
  return lessBits(bits(LAST_FINITE), addBits(x, bits(SIGN - SMALLEST_NORMAL)))
}

/** ln x with x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt 2), from the series in s = f / (2 + f). */
function logarithm(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number, bits } = constants
  const shifted = body.keep(addBits(x, bits(ONE - HALF_ROOT)))
  const fraction = addBits(bitAnd(shifted, bits(FRACTION)), bits(HALF_ROOT))
  const f = body.keep(sub(fraction, number(1)))
  const s = body.keep(div(f, add(f, number(2))))
  const k = body.keep(sub(bitOr(shiftRight(shifted, 52), bits(TWO_52)), number(2 ** 52 + 1023)))
  const half = body.keep(mul(mul(f, f), number(0.5)))
  const s2 = body.keep(mul(s, s))
  const s4 = body.keep(mul(s2, s2))
  const rest = mulAdd(s2, polynomial(body, constants, s2, s4, LOGARITHM), half)
  const low = mulAdd(s, rest, mul(k, number(LN2_LOW)))
  const value = mulAdd(k, number(LN2_HIGH), sub(f, sub(half, low)))
  return finish(body, 'mendLog', [x], notPositive(constants, [x]), [value])
}

const LARGEST_ANGLE = 2 ** 19

function manyTurns({ number }: Constants, [x]: readonly Vector[]): Vector {
  return beyond(abs(x), number(LARGEST_ANGLE))
}

/** pi/2 in a part of 33 bits and the rest. */
const QUARTER_HIGH = 1.57079632673412561
const QUARTER_LOW = 6.07710050650619225e-11

/** Sine and cosine, x = n pi/2 + r with |r| <= pi/4. */
function sineAndCosine(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number, bits } = constants
  const n = body.keep(mulAdd(x, number(2 / Math.PI), number(ROUNDER)))
  const whole = body.keep(sub(n, number(ROUNDER)))
  const high = body.keep(mulSub(whole, number(QUARTER_HIGH), x))
  const r = body.keep(mulSub(whole, number(QUARTER_LOW), high))
  const r2 = body.keep(mul(r, r))
  const r4 = body.keep(mul(r2, r2))
  const sine = body.keep(mulAdd(mul(r, r2), polynomial(body, constants, r2, r4, SINE), r))
  const most = body.keep(mulSub(r2, number(0.5), number(1)))
  // What rounding 1 - r^2/2 has lost comes back.
  const lost = mulSub(r2, number(0.5), sub(number(1), most))
  const last = mulAdd(r4, polynomial(body, constants, r2, r4, COSINE), lost)
  const cosine = body.keep(add(most, last))
  const even = body.keep(equalBits(bitAnd(n, bits(1n)), zero))
  const sign = (m: Vector): Vector => shiftLeft(bitAnd(m, bits(2n)), 62)
  const results = [
    bitXor(choose(even, sine, cosine), sign(n)),
    bitXor(choose(even, cosine, sine), sign(addBits(n, bits(1n)))),
  ]
  return finish(body, 'mendSinCos', [x], manyTurns(constants, [x]), results)
}

const HALF_TURN = 1 / Math.PI

/** Sine alone, x = n pi + r with |r| <= pi/2: one series for all. */
function sine(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number } = constants
  const n = body.keep(mulAdd(x, number(HALF_TURN), number(ROUNDER)))
  const whole = body.keep(sub(n, number(ROUNDER)))
  const high = body.keep(mulSub(whole, number(2 * QUARTER_HIGH), x))
  const r = body.keep(mulSub(whole, number(2 * QUARTER_LOW), high))
  const value = bitXor(wideSine(body, constants, r), shiftLeft(n, 63))
  return finish(body, 'mendSin', [x], manyTurns(constants, [x]), [value])
}

/** Cosine alone, x = (n + 1/2) pi - r. */
function cosine(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number } = constants
  const turns = body.keep(mulSub(x, number(-HALF_TURN), number(-0.5)))
  const n = body.keep(add(turns, number(ROUNDER)))
  const middle = body.keep(add(sub(n, number(ROUNDER)), number(0.5)))
  const high = body.keep(mulAdd(middle, number(2 * QUARTER_HIGH), neg(x)))
  const r = body.keep(mulAdd(middle, number(2 * QUARTER_LOW), high))
  const value = bitXor(wideSine(body, constants, r), shiftLeft(n, 63))
  return finish(body, 'mendCos', [x], manyTurns(constants, [x]), [value])
}

function wideSine(body: Body, constants: Constants, r: Vector): Vector {
  const r2 = body.keep(mul(r, r))
  const r4 = body.keep(mul(r2, r2))
  // The first coefficient comes last and alone: the others' rounding is small beside it.
  const [first, ...others] = WIDE_SINE
  const rest = polynomial(body, constants, r2, r4, others)
  const series = body.keep(mulAdd(rest, r2, constants.number(first)))
  return body.keep(mulAdd(mul(r, r2), series, r))
}

const TAN_EIGHTH = Math.SQRT2 - 1

/** Where a coordinate is not finite, or both are too large. */
function withoutSum({ number }: Constants, [y, x]: readonly Vector[]): Vector {
  return beyond(add(abs(y), abs(x)), number(Number.MAX_VALUE))
}

/** The angle of (x, y) with one division: t = a/b, or (a - b)/(a + b) beyond tan(pi/8). */
function arctangent(body: Body, constants: Constants, [y, x]: readonly Vector[]): Vector[] {
  const { number, bits } = constants
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
  const t4 = body.keep(mul(t2, t2))
  const near = mulAdd(mul(t, t2), polynomial(body, constants, t2, t4, ARCTANGENT), t)
  const octant = body.keep(add(near, bitAnd(far, number(Math.PI / 4))))
  const quadrant = body.keep(choose(steep, sub(number(Math.PI / 2), octant), octant))
  const half = choose(lessBits(x, zero), sub(number(Math.PI), quadrant), quadrant)
  const result = bitOr(half, bitAnd(y, bits(SIGN)))
  return finish(body, 'mendAtan2', [y, x], withoutSum(constants, [y, x]), [result])
}

/** -u / (2 + u) with u = e^(-2|x|) - 1, and the sign of x. */
function hyperbolicTangent(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number, bits } = constants
  const exponent = mul(quickMin(abs(x), number(22)), number(-2))
  const [u] = exponentialMinus1(body, constants, [body.keep(exponent)])
  return [body.keep(bitOr(div(neg(u), add(u, number(2))), bitAnd(x, bits(SIGN))))]
}

function pastExponents({ number }: Constants, [x]: readonly Vector[]): Vector {
  return beyond(abs(x), number(709))
}

/** (u + u / (u + 1)) / 2 with u = e^|x| - 1, and the sign of x. */
function hyperbolicSine(body: Body, constants: Constants, [x]: readonly Vector[]): Vector[] {
  const { number, bits } = constants
  const [u] = exponentialMinus1(body, constants, [body.keep(abs(x))])
  const value = mul(add(u, div(u, add(u, number(1)))), number(0.5))
  const signed = bitOr(value, bitAnd(x, bits(SIGN)))
  return finish(body, 'mendSinh', [x], pastExponents(constants, [x]), [signed])
}

/** x^y = e^(y ln x) for x > 0, from ln x: an error of 1 + |y ln x| ulp. */
function power(body: Body, constants: Constants, [x, y, log]: readonly Vector[]): Vector[] {
  const [value] = exponential(body, constants, [body.keep(mul(y, log))])
  return finish(body, 'mendPow', [x, y], notPositive(constants, [x]), [value])
}

/** asin and acos from an arctangent, whose operands have no cancellation. */
export function arcOf(body: Body, op: 'asin' | 'acos', x: Vector, constants: Constants): Vector {
  const { number } = constants
  const side = sqrt(mul(sub(number(1), x), add(number(1), x)))
  return callFunction(body, 'atan2', op === 'asin' ? [x, side] : [side, x])[0]
}
