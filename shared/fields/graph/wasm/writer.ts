import type { Step } from '../plan.ts'
import type { Instruction, Program } from '../program.ts'
import type { Body, Code, Vector } from './encode.ts'
import {
  abs,
  add,
  allTrue,
  anyTrue,
  atLeast,
  atMost,
  bitAnd,
  bitAndNot,
  bitNot,
  choose,
  div,
  floor,
  greaterThan,
  lessThan,
  max,
  min,
  mul,
  mulAdd,
  mulSub,
  neg,
  not32,
  quickMax,
  quickMin,
  sqrt,
  sub,
  when,
  zero,
} from './encode.ts'
import type { Constants, VectorFunction } from './functions.ts'
import { arcOf, callFunction } from './functions.ts'

/** All bits of a lane. */
export const TRUE = 0xffffffffffffffffn

/** Whole exponents up to this are products, and halves of odd numbers products with a root. */
const LARGEST_PRODUCT = 16

/** Work of an operation that decides whether a branch is worth a jump; of those that are not named 1. */
const costs: Readonly<Record<string, number>> = {
  div: 4,
  sqrt: 6,
  min: 3,
  max: 3,
  exp: 15,
  log: 20,
  sin: 20,
  cos: 20,
  tan: 24,
  asin: 30,
  acos: 30,
  atan: 25,
  atan2: 25,
  sinh: 25,
  cosh: 20,
  tanh: 20,
  sech2: 22,
  sigmoid: 20,
  pow: 35,
}
/** What a jump that is not foreseen costs. */
const JUMP_COST = 8

/** Where the values of instructions that are the same at all points stand; undefined for others. */
export interface FixedValues {
  readonly value: (place: number) => Vector | undefined
  readonly reciprocal: (place: number) => Vector | undefined
}

/** What was computed beside the instructions, for use in one scope and those inside it. */
interface Extras {
  readonly outer: Extras | undefined
  readonly found: Map<string, readonly Vector[]>
}

/** Writes the computation of a program into a function. */
export class Writer {
  /** Where values are kept. */
  readonly #known = new Map<number, Vector>()
  readonly #instructions: readonly Instruction[]
  readonly #body: Body
  readonly #constants: Constants
  readonly #fixed: FixedValues
  /** Products that only one sum uses: computed with it. */
  readonly #late: ReadonlySet<number>
  /** Divisors of several quotients, which share the division. */
  readonly #divisors: ReadonlySet<number>
  /** Angles of which more than sine or cosine alone is needed. */
  readonly #angles: ReadonlySet<number>
  #extras: Extras | undefined

  constructor(program: Program, body: Body, constants: Constants, fixed: FixedValues) {
    this.#instructions = program.instructions
    this.#body = body
    this.#constants = constants
    this.#fixed = fixed
    this.#late = productsOfSums(program)
    this.#divisors = sharedDivisors(program)
    this.#angles = sharedAngles(program)
  }

  /** The value of an instruction that has been computed, or is given. */
  value(place: number): Vector {
    const instruction = this.#instructions[place]
    const { op, value, name } = instruction
    if (op === 'constant') return this.#constants.number(value)
    if (op === 'truth') return this.#constants.bits(value === 1 ? TRUE : 0n)
    const code = this.#known.get(place) ?? this.#fixed.value(place)
    if (code) return code
    if (!this.#late.has(place)) throw new RangeError(`The input "${name}" is not given.`)
    return this.give(place, this.#formula(instruction))
  }

  /** Computes the value of an instruction here. */
  give(place: number, value: Vector): Vector {
    const kept = this.#body.keep(value)
    this.#known.set(place, kept)
    return kept
  }

  scope(steps: readonly Step[]): void {
    const outer = this.#extras
    this.#extras = { outer, found: new Map() }
    for (const step of steps) this.#step(step)
    this.#extras = outer
  }

  #step(step: Step): void {
    if (step.kind === 'assign') {
      const { place } = step
      if (!this.#late.has(place)) this.give(place, this.#formula(this.#instructions[place]))
      return
    }
    const { members, then, otherwise } = step
    const body = this.#body
    const mask = this.value(step.condition)
    const branch = (steps: readonly Step[], condition: Code, argument: 1 | 2): Vector[] => {
      const values = () =>
        members.map((member) => this.value(this.#instructions[member].args[argument]))
      if (this.#cost(steps) <= JUMP_COST) {
        this.scope(steps)
        return values()
      }
      const found = members.map(() => body.variable())
      // So that nothing of the points before need be kept.
      for (const { set } of found) set(zero)
      const statements = body.aside(() => {
        this.scope(steps)
        values().forEach((value, i) => found[i].set(value))
      })
      body.run(when(condition, statements))
      return found.map(({ value }) => value)
    }
    const thens = branch(then, anyTrue(mask), 1)
    const others = branch(otherwise, not32(allTrue(mask)), 2)
    members.forEach((member, i) => {
      this.give(member, this.#choice(mask, member, thens[i], others[i]))
    })
  }

  /** Where one of the two is 0, the other with its bits masked. */
  #choice(mask: Vector, select: number, then: Vector, otherwise: Vector): Vector {
    const [, first, second] = this.#instructions[select].args
    const isZero = (place: number): boolean => {
      const { op, value } = this.#instructions[place]
      return op === 'constant' && Object.is(value, 0)
    }
    if (isZero(second)) return bitAnd(mask, then)
    return isZero(first) ? bitAndNot(otherwise, mask) : choose(mask, then, otherwise)
  }

  #cost(steps: readonly Step[]): number {
    return steps.reduce(
      (sum, step) =>
        sum +
        (step.kind === 'assign'
          ? (costs[this.#instructions[step.place].op] ?? 1)
          : this.#cost(step.then) + this.#cost(step.otherwise)),
      0,
    )
  }

  #formula({ op, args }: Instruction): Vector {
    const { number } = this.#constants
    const body = this.#body
    const sum = op === 'add' || op === 'sub' ? this.#fusedSum(op, args) : undefined
    if (sum) return sum
    const [a, b, c] = args.map((arg) => this.value(arg))
    switch (op) {
      case 'neg':
        return neg(a)
      case 'abs':
        return abs(a)
      case 'floor':
        return floor(a)
      case 'sqrt':
        return sqrt(a)
      case 'sign':
        return choose(greaterThan(a, zero), number(1), choose(lessThan(a, zero), number(-1), a))
      case 'log':
        return this.#logarithm(args[0])
      case 'exp':
      case 'tanh':
      case 'sinh':
        return this.#call(op, a)
      case 'cosh': {
        const e = this.#call('exp', abs(a))
        return mul(add(e, div(number(1), e)), number(0.5))
      }
      case 'sech2': {
        const e = this.#call('exp', mul(abs(a), number(-2)))
        const sum = body.keep(add(number(1), e))
        return div(mul(number(4), e), mul(sum, sum))
      }
      case 'sigmoid': {
        const e = this.#call('exp', neg(abs(a)))
        return div(choose(atLeast(a, zero), number(1), e), add(number(1), e))
      }
      case 'sin':
      case 'cos':
        if (!this.#angles.has(args[0])) return this.#call(op, a)
        return this.#angle(args[0])[op === 'sin' ? 0 : 1]
      case 'tan':
        return this.#tangent(args[0])
      case 'asin':
      case 'acos':
        return arcOf(body, op, a, this.#constants)
      case 'atan':
        return this.#call('atan2', a, number(1))
      case 'atan2':
        return this.#call('atan2', a, b)
      case 'add':
        return add(a, b)
      case 'sub':
        return sub(a, b)
      case 'mul':
        return mul(a, b)
      case 'div':
        return this.#quotient(a, args[1])
      case 'min':
      case 'max':
        return this.#extreme(op, args)
      case 'pow':
        return this.#power(args[0], args[1])
      case 'less':
        return lessThan(a, b)
      case 'at-most':
        return atMost(a, b)
      case 'and':
        return bitAnd(a, b)
      case 'not':
        return bitNot(a)
      case 'select':
        return choose(a, b, c)
      default:
        throw new RangeError(`There is no WebAssembly for "${op}".`)
    }
  }

  #call(name: Exclude<VectorFunction, 'sinCos'>, ...args: Vector[]): Vector {
    return callFunction(this.#body, name, args)[0]
  }

  /** What `make` makes, once in a scope and those inside it. */
  #once(key: string, make: () => readonly Vector[]): readonly Vector[] {
    for (let scope = this.#extras; scope; scope = scope.outer) {
      const found = scope.found.get(key)
      if (found) return found
    }
    const made = make()
    this.#extras?.found.set(key, made)
    return made
  }

  #angle(operand: number): readonly Vector[] {
    return this.#once(`angle ${operand}`, () =>
      callFunction(this.#body, 'sinCos', [this.value(operand)]),
    )
  }

  #tangent(operand: number): Vector {
    const [sine, cosine] = this.#angle(operand)
    return div(sine, cosine)
  }

  #quotient(numerator: Vector, divisor: number): Vector {
    const fixed = this.#fixed.reciprocal(divisor)
    if (fixed) return mul(numerator, fixed)
    const value = this.value(divisor)
    if (!this.#divisors.has(divisor)) return div(numerator, value)
    const [inverse] = this.#once(`reciprocal ${divisor}`, () => [
      this.#body.keep(div(this.#constants.number(1), value)),
    ])
    return mul(numerator, inverse)
  }

  /** A sum one of whose terms is a late product, or the second of a difference. */
  #fusedSum(op: 'add' | 'sub', [first, second]: readonly number[]): Vector | undefined {
    const pending = (place: number) => this.#late.has(place) && !this.#known.has(place)
    const fuse = (product: number, other: number): Vector => {
      const [a, b] = this.#instructions[product].args.map((arg) => this.value(arg))
      return op === 'add' ? mulAdd(a, b, this.value(other)) : mulSub(a, b, this.value(other))
    }
    if (pending(second)) return fuse(second, first)
    return op === 'add' && pending(first) ? fuse(first, second) : undefined
  }

  /** One that is the same at all points is a number: only the other may be NaN. */
  #extreme(op: 'min' | 'max', [first, second]: readonly number[]): Vector {
    const a = this.value(first)
    const b = this.value(second)
    const quick = op === 'min' ? quickMin : quickMax
    if (!this.#known.has(second)) return quick(a, b)
    if (!this.#known.has(first)) return quick(b, a)
    return op === 'min' ? min(a, b) : max(a, b)
  }

  #logarithm(operand: number): Vector {
    const [log] = this.#once(`log ${operand}`, () =>
      callFunction(this.#body, 'log', [this.value(operand)]),
    )
    return log
  }

  #power(operand: number, exponent: number): Vector {
    const base = this.value(operand)
    const { op, value } = this.#instructions[exponent]
    const size = Math.abs(value)
    if (op !== 'constant' || size > LARGEST_PRODUCT || !Number.isInteger(2 * value)) {
      return this.#call('pow', base, this.value(exponent), this.#logarithm(operand))
    }
    const body = this.#body
    const factors: Vector[] = Number.isInteger(value) ? [] : [body.keep(sqrt(base))]
    let square = base
    for (let rest = Math.floor(size); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) factors.push(square)
      if (rest > 1) square = body.keep(mul(square, square))
    }
    const product = factors.reduce((left, right) => mul(left, right))
    return value > 0 ? product : div(this.#constants.number(1), product)
  }
}

/** How often each instruction is used. */
function usesOf({ instructions, outputs }: Program): number[] {
  const uses = new Array<number>(instructions.length).fill(0)
  for (const place of [...outputs, ...instructions.flatMap(({ args }) => args)]) uses[place]++
  return uses
}

function productsOfSums(program: Program): Set<number> {
  const { instructions } = program
  const uses = usesOf(program)
  const late = new Set<number>()
  for (const { op, args } of instructions) {
    const candidates = op === 'add' ? args : op === 'sub' ? args.slice(1) : []
    for (const place of candidates) {
      if (instructions[place].op === 'mul' && uses[place] === 1) late.add(place)
    }
  }
  return late
}

function sharedAngles({ instructions }: Program): Set<number> {
  const functions = new Map<number, string>()
  const shared = new Set<number>()
  for (const { op, args } of instructions) {
    if (op !== 'sin' && op !== 'cos' && op !== 'tan') continue
    const [angle] = args
    if (op === 'tan' || (functions.get(angle) ?? op) !== op) shared.add(angle)
    functions.set(angle, op)
  }
  return shared
}

function sharedDivisors({ instructions }: Program): Set<number> {
  const seen = new Set<number>()
  const shared = new Set<number>()
  for (const { op, args } of instructions) {
    if (op !== 'div') continue
    if (seen.has(args[1])) shared.add(args[1])
    seen.add(args[1])
  }
  return shared
}
