/**
 * WebAssembly with 128-bit SIMD for a program: two points at a time in float64.
 *
 * float64 and not four float32: the values can then stand in for those of the JavaScript wherever a model is sampled or
 * differentiated, to a few units in the last place, and positions need no care. A branch of a choice that costs more than
 * a jump is skipped where neither point needs it; cheaper ones are computed for both and selected.
 */
import { fixedValues, isCondition } from '../fixed.ts'
import type { Step } from '../plan.ts'
import { planOf, positionInputs } from '../plan.ts'
import type { Instruction, Program } from '../program.ts'
import type { Code, Vector } from './encode.ts'
import {
  Body,
  PAIRS,
  TYPE,
  abs,
  add,
  advance,
  allTrue,
  anyTrue,
  atLeast,
  atMost,
  bitAnd,
  bitNot,
  choose,
  div,
  encodeModule,
  floor,
  greaterThan,
  lessThan,
  load,
  loadAt,
  max,
  min,
  mul,
  neg,
  not32,
  quickMax,
  quickMin,
  repeat,
  sqrt,
  store,
  sub,
  when,
  zero,
} from './encode.ts'
import type { Constants, VectorFunction } from './functions.ts'
import { arcOf, functionBodies, functionIndex, imports } from './functions.ts'

/** Points that are computed together. */
export const GROUP_POINTS = 2 * PAIRS

/** Points that one call of the generated function takes at most, in groups of GROUP_POINTS. */
export const BLOCK_POINTS = 256

/** A module that exports `evaluate(count)`, and where it reads and writes; addresses are in bytes. */
export interface WasmProgram {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Numbers that are given for each point, one point after another. */
  readonly varying: number
  readonly varyingAt: number
  /** Numbers that are written for each point, one point after another. */
  readonly outputs: number
  readonly outputsAt: number
  readonly memoryBytes: number
  /** What the memory must hold from address 0 on, for the values of the inputs that do not vary. */
  head(values: ArrayLike<number>): BigUint64Array<ArrayBuffer>
}

const TRUE = ~0n & 0xffffffffffffffffn

function bitsOf(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0]
}

/** Bytes of a constant: twice the eight of one number. */
const WORD_BYTES = 16

/** Constants and fixed values, from address 0 on. */
class Head implements Constants {
  readonly words: bigint[] = []
  readonly #places = new Map<bigint, number>()

  readonly number = (value: number): Vector => this.bits(bitsOf(value))

  readonly bits = (value: bigint): Vector => {
    let place = this.#places.get(value)
    if (place === undefined) {
      place = this.words.push(value) - 1
      this.#places.set(value, place)
    }
    return loadAt(WORD_BYTES * place)
  }

  /** A word that is filled in later. */
  reserve(): number {
    return this.words.push(0n) - 1
  }
}

/**
 * @param inputs names of the inputs that are given once
 * @param varying names of those that are given for each point
 */
export function wasmOf(
  program: Program,
  inputs: readonly string[],
  varying: readonly string[] = positionInputs,
): WasmProgram {
  const { instructions, outputs } = program
  const { fixed, steps } = planOf(program, varying)
  const head = new Head()
  const places = new Map<number, number>()
  const body = new Body([TYPE.i32, TYPE.i32, TYPE.i32], [])
  const writer = new Writer(program, body, head, (place) => {
    if (!fixed[place]) return undefined
    const known = places.get(place)
    if (known !== undefined) return loadAt(WORD_BYTES * known)
    const reserved = head.reserve()
    places.set(place, reserved)
    return loadAt(WORD_BYTES * reserved)
  })

  // Parameters: the address of the first point, of its values, and the address where the values end.
  const [points, values, end] = [0, 1, 2]
  const statements = body.aside(() => {
    instructions.forEach(({ op, name }, place) => {
      const index = op === 'input' ? varying.indexOf(name) : -1
      if (index === -1) return
      writer.known.set(place, body.keep(load(points, 8 * index, 8 * varying.length)))
    })
    writer.scope(steps)
    outputs.forEach((place, i) => {
      const value = body.keep(writer.value(place))
      body.run(store(values, 8 * i, 8 * outputs.length, value))
    })
    body.run(advance(points, 8 * GROUP_POINTS * varying.length))
    body.run(advance(values, 8 * GROUP_POINTS * outputs.length))
  })
  body.run(repeat(values, end, statements))
  const bytes = encodeModule(imports, [...functionBodies(head), body])

  const varyingAt = WORD_BYTES * head.words.length
  const outputsAt = varyingAt + 8 * varying.length * BLOCK_POINTS
  return {
    bytes,
    varying: varying.length,
    varyingAt,
    outputs: outputs.length,
    outputsAt,
    memoryBytes: outputsAt + 8 * outputs.length * BLOCK_POINTS,
    head: (given) => {
      const words = [...head.words]
      const found = fixedValues(program, fixed, inputs, given)
      for (const [place, word] of places) {
        const value = found[place]
        words[word] = isCondition(instructions[place]) ? (value === 1 ? TRUE : 0n) : bitsOf(value)
      }
      return BigUint64Array.from({ length: 2 * words.length }, (_, i) => words[i >> 1])
    },
  }
}

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
const JUMP_COST = 12

/** Sines and cosines of operands that were computed together, scope by scope. */
interface Angles {
  readonly outer: Angles | undefined
  readonly found: Map<number, [sin: Vector, cos: Vector]>
}

/** Writes the computation of a program into a function. */
class Writer {
  /** Where values are kept. */
  readonly known = new Map<number, Vector>()
  readonly #instructions: readonly Instruction[]
  readonly #body: Body
  readonly #constants: Constants
  readonly #fixed: (place: number) => Vector | undefined
  #angles: Angles | undefined

  constructor(
    { instructions }: Program,
    body: Body,
    constants: Constants,
    fixed: (place: number) => Vector | undefined,
  ) {
    this.#instructions = instructions
    this.#body = body
    this.#constants = constants
    this.#fixed = fixed
  }

  /** The value of an instruction that has been computed, or is given. */
  value(place: number): Vector {
    const { op, value, name } = this.#instructions[place]
    if (op === 'constant') return this.#constants.number(value)
    if (op === 'truth') return this.#constants.bits(value === 1 ? TRUE : 0n)
    const code = this.known.get(place) ?? this.#fixed(place)
    if (!code) throw new RangeError(`The input "${name}" is not given.`)
    return code
  }

  scope(steps: readonly Step[]): void {
    const outer = this.#angles
    this.#angles = { outer, found: new Map() }
    for (const step of steps) this.#step(step)
    this.#angles = outer
  }

  #step(step: Step): void {
    if (step.kind === 'assign') {
      this.known.set(step.place, this.#body.keep(this.#formula(this.#instructions[step.place])))
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
      this.known.set(member, body.keep(choose(mask, thens[i], others[i])))
    })
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
      case 'exp':
      case 'log':
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
        return this.#angle(args[0])[0]
      case 'cos':
        return this.#angle(args[0])[1]
      case 'tan':
        return div(...this.#angle(args[0]))
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
        return div(a, b)
      case 'min':
      case 'max':
        return this.#extreme(op, args)
      case 'pow':
        return this.#power(a, b, this.#instructions[args[1]])
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
    return this.#body.call(functionIndex(name), args, 1)[0]
  }

  #angle(operand: number): [sin: Vector, cos: Vector] {
    for (let scope = this.#angles; scope; scope = scope.outer) {
      const found = scope.found.get(operand)
      if (found) return found
    }
    const args = [this.value(operand)]
    const [sine, cosine] = this.#body.call(functionIndex('sinCos'), args, 2)
    this.#angles?.found.set(operand, [sine, cosine])
    return [sine, cosine]
  }

  /** One that is the same at all points is a number: only the other may be NaN. */
  #extreme(op: 'min' | 'max', [first, second]: readonly number[]): Vector {
    const a = this.value(first)
    const b = this.value(second)
    const quick = op === 'min' ? quickMin : quickMax
    if (!this.known.has(second)) return quick(a, b)
    if (!this.known.has(first)) return quick(b, a)
    return op === 'min' ? min(a, b) : max(a, b)
  }

  #power(base: Vector, exponent: Vector, { op, value }: Instruction): Vector {
    const size = Math.abs(value)
    if (op !== 'constant' || size > LARGEST_PRODUCT || !Number.isInteger(2 * value)) {
      return this.#call('pow', base, exponent)
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
