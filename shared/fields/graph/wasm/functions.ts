/**
 * Functions of two float64 at once. Where the largest error that was measured is given in units in the last place (ulp) of
 * the result, it holds for all arguments; lanes that a formula does not cover are given to the host's Math.
 */
import type { Code, Import } from './encode.ts'
import {
  Body,
  TYPE,
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
  call,
  choose,
  div,
  equal,
  equalBits,
  extract,
  get,
  greaterThan,
  lessBits,
  lessThan,
  mul,
  nearest,
  neg,
  pair,
  quickMin,
  set,
  shiftLeft,
  shiftRight,
  sqrt,
  sub,
  when,
  zero,
} from './encode.ts'
import { ARCTANGENT, COSINE, EXPONENTIAL, LOGARITHM, SINE } from './series.ts'

/** Constants in memory: put together in code, each would take four instructions wherever it is used. */
export interface Constants {
  readonly number: (value: number) => Code
  readonly bits: (value: bigint) => Code
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

const { v128 } = TYPE

/** c0 + c1 x + c2 x^2 ..., pairs of terms at once so that fewer wait for one another. */
function polynomial(body: Body, { number }: Constants, x: Code, c: readonly number[]): Code {
  let powers = x
  let terms: Code[] = c.map(number)
  while (terms.length > 1) {
    const x2 = powers
    terms = Array.from({ length: Math.ceil(terms.length / 2) }, (_, i) =>
      2 * i + 1 < terms.length
        ? body.keep(add(terms[2 * i], mul(terms[2 * i + 1], x2)))
        : terms[2 * i],
    )
    if (terms.length > 1) powers = body.keep(mul(powers, powers))
  }
  return terms[0]
}

const SIGN = 1n << 63n
/** 3 * 2^51: added to a whole number, it leaves that in the lowest bits. */
const ROUNDER = 6755399441055744

const LN2_HIGH = 6.93147180369123816e-1
const LN2_LOW = 1.90821492927058781e-10

/** x = n ln 2 + r with |r| <= ln 2 / 2: the bits of n, and e^r - 1. */
function reduced(body: Body, constants: Constants, x: Code): { n: Code; tail: Code } {
  const { number } = constants
  const whole = body.keep(nearest(mul(x, number(Math.LOG2E))))
  const r = body.keep(sub(sub(x, mul(whole, number(LN2_HIGH))), mul(whole, number(LN2_LOW))))
  const series = polynomial(body, constants, r, EXPONENTIAL)
  return {
    n: body.keep(shiftLeft(add(whole, number(ROUNDER)), 52)),
    tail: body.keep(add(r, mul(mul(r, r), series))),
  }
}

/** e^x; 0 below -708, where it is less than 4e-308. */
function exponential(constants: Constants): Body {
  const { number } = constants
  const body = new Body([v128], [v128])
  const x = body.argument(0)
  const { n, tail } = reduced(body, constants, x)
  const value = addBits(add(number(1), tail), n)
  const large = choose(greaterThan(x, number(709.782712893384)), number(Infinity), value)
  body.run(bitAndNot(large, lessThan(x, number(-708))))
  return body
}

/** e^x - 1 for |x| <= 709. */
function exponentialMinus1(constants: Constants): Body {
  const { number } = constants
  const body = new Body([v128], [v128])
  const { n, tail } = reduced(body, constants, body.argument(0))
  const scale = body.keep(addBits(number(1), n))
  body.run(add(mul(scale, tail), sub(scale, number(1))))
  return body
}

/**
 * Ends a function: its results, and what the host makes of the lanes that are not covered. The others keep theirs, so that
 * a point's value does not depend on its neighbour's.
 */
function finish(body: Body, covered: Code, results: readonly Code[], hosts: readonly number[]) {
  const locals = results.map((result) => {
    const local = body.local()
    body.run([...result, ...set(local)])
    return local
  })
  const fromHost = (host: number): Code => {
    const lane = (index: 0 | 1) =>
      call(host, ...body.parameters.map((_, i) => extract(get(i), index)))
    return pair(lane(0), lane(1))
  }
  const patch = locals.flatMap((local, i) => [
    ...choose(covered, get(local), fromHost(hosts[i])),
    ...set(local),
  ])
  body.run(when(anyTrue(bitNot(covered)), patch))
  for (const local of locals) body.run(get(local))
}

const SMALLEST_NORMAL = 2 ** -1022
/** Bits of sqrt(1/2), of 1, of 2^52, and those after the exponent. */
const HALF_ROOT = 0x3fe6a09e667f3bcdn
const ONE = 0x3ff0000000000000n
const TWO_52 = 0x4330000000000000n
const FRACTION = 0x000fffffffffffffn

/** Finite numbers above zero, but for the very smallest. */
function positive(x: Code, { number }: Constants): Code {
  return bitAnd(atLeast(x, number(SMALLEST_NORMAL)), atMost(x, number(Number.MAX_VALUE)))
}

/** ln x with x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt 2), from the series in s = f / (2 + f). */
function logarithm(constants: Constants): Body {
  const { number, bits } = constants
  const body = new Body([v128], [v128])
  const x = body.argument(0)
  const covered = body.keep(positive(x, constants))
  const shifted = body.keep(addBits(x, bits(ONE - HALF_ROOT)))
  const k = body.keep(sub(bitOr(shiftRight(shifted, 52), bits(TWO_52)), number(2 ** 52 + 1023)))
  const f = body.keep(sub(addBits(bitAnd(shifted, bits(FRACTION)), bits(HALF_ROOT)), number(1)))
  const s = body.keep(div(f, add(f, number(2))))
  const s2 = body.keep(mul(s, s))
  const rest = body.keep(mul(s2, polynomial(body, constants, s2, LOGARITHM)))
  const half = body.keep(mul(mul(f, f), number(0.5)))
  const low = add(mul(s, add(half, rest)), mul(k, number(LN2_LOW)))
  finish(body, covered, [add(mul(k, number(LN2_HIGH)), sub(f, sub(half, low)))], [hostLog])
  return body
}

const LARGEST_ANGLE = 2 ** 19
/** pi/2 in a part of 33 bits and the rest. */
const QUARTER_HIGH = 1.57079632673412561
const QUARTER_LOW = 6.07710050650619225e-11

/** Sine and cosine, x = n pi/2 + r with |r| <= pi/4. */
function sineAndCosine(constants: Constants): Body {
  const { number, bits } = constants
  const body = new Body([v128], [v128, v128])
  const x = body.argument(0)
  const covered = body.keep(atMost(abs(x), number(LARGEST_ANGLE)))
  const whole = body.keep(nearest(mul(x, number(2 / Math.PI))))
  const r = body.keep(
    sub(sub(x, mul(whole, number(QUARTER_HIGH))), mul(whole, number(QUARTER_LOW))),
  )
  const r2 = body.keep(mul(r, r))
  const sine = body.keep(add(r, mul(mul(r, r2), polynomial(body, constants, r2, SINE))))
  const half = body.keep(mul(r2, number(0.5)))
  const most = body.keep(sub(number(1), half))
  const last = mul(mul(r2, r2), polynomial(body, constants, r2, COSINE))
  // What rounding 1 - r^2/2 has lost comes back.
  const cosine = body.keep(add(most, add(sub(sub(number(1), most), half), last)))
  const n = body.keep(add(whole, number(ROUNDER)))
  const even = body.keep(equalBits(bitAnd(n, bits(1n)), zero))
  const sign = (m: Code): Code => shiftLeft(bitAnd(m, bits(2n)), 62)
  const results = [
    bitXor(choose(even, sine, cosine), sign(n)),
    bitXor(choose(even, cosine, sine), sign(addBits(n, bits(1n)))),
  ]
  finish(body, covered, results, [hostSin, hostCos])
  return body
}

const TAN_EIGHTH = Math.SQRT2 - 1

/** The angle of (x, y) with one division: t = a/b, or (a - b)/(a + b) beyond tan(pi/8). */
function arctangent(constants: Constants): Body {
  const { number, bits } = constants
  const body = new Body([v128, v128], [v128])
  const [y, x] = [body.argument(0), body.argument(1)]
  const [ay, ax] = [body.keep(abs(y)), body.keep(abs(x))]
  const steep = body.keep(lessThan(ax, ay))
  const a = body.keep(choose(steep, ax, ay))
  const b = body.keep(choose(steep, ay, ax))
  const far = body.keep(greaterThan(a, mul(b, number(TAN_EIGHTH))))
  const numerator = choose(far, sub(a, b), a)
  const denominator = body.keep(choose(far, add(a, b), b))
  // The angle of (0, 0) is 0, or pi where x is -0.
  const t = body.keep(bitAndNot(div(numerator, denominator), equal(denominator, zero)))
  const t2 = body.keep(mul(t, t))
  const near = add(t, mul(mul(t, t2), polynomial(body, constants, t2, ARCTANGENT)))
  const octant = body.keep(add(near, bitAnd(far, number(Math.PI / 4))))
  const quadrant = body.keep(choose(steep, sub(number(Math.PI / 2), octant), octant))
  const half = choose(lessBits(x, zero), sub(number(Math.PI), quadrant), quadrant)
  const covered = body.keep(atMost(add(a, b), number(Number.MAX_VALUE)))
  finish(body, covered, [bitOr(half, bitAnd(y, bits(SIGN)))], [hostArctangent])
  return body
}

/** -u / (2 + u) with u = e^(-2|x|) - 1, and the sign of x. */
function hyperbolicTangent({ number, bits }: Constants): Body {
  const body = new Body([v128], [v128])
  const x = body.argument(0)
  const exponent = mul(quickMin(abs(x), number(22)), number(-2))
  const u = body.keep(call(functionIndex('expMinus1'), exponent))
  body.run(bitOr(div(neg(u), add(u, number(2))), bitAnd(x, bits(SIGN))))
  return body
}

/** (u + u / (u + 1)) / 2 with u = e^|x| - 1, and the sign of x. */
function hyperbolicSine({ number, bits }: Constants): Body {
  const body = new Body([v128], [v128])
  const x = body.argument(0)
  const covered = body.keep(atMost(abs(x), number(709)))
  const u = body.keep(call(functionIndex('expMinus1'), abs(x)))
  const value = mul(add(u, div(u, add(u, number(1)))), number(0.5))
  finish(body, covered, [bitOr(value, bitAnd(x, bits(SIGN)))], [hostSinh])
  return body
}

/** e^(y ln x) for x > 0: an error of 1 + |y ln x| ulp. */
function power(constants: Constants): Body {
  const body = new Body([v128, v128], [v128])
  const [x, y] = [body.argument(0), body.argument(1)]
  const covered = body.keep(positive(x, constants))
  const value = call(functionIndex('exp'), mul(y, call(functionIndex('log'), x)))
  finish(body, covered, [value], [hostPow])
  return body
}

/** asin and acos from an arctangent, whose operands have no cancellation. */
export function arcOf(op: 'asin' | 'acos', x: Code, { number }: Constants): Code {
  const side = sqrt(mul(sub(number(1), x), add(number(1), x)))
  return op === 'asin'
    ? call(functionIndex('atan2'), x, side)
    : call(functionIndex('atan2'), side, x)
}
