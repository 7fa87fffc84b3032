/**
 * A small encoder of WebAssembly's binary format, for functions on pairs of float64 (f64x2).
 *
 * Pieces of code are lists of bytes that leave one vector on the stack; putting pieces together is putting lists together.
 * A few hundred lines of it take milliseconds, where a general optimiser (binaryen, 10 MB) would take longer to load.
 */

/** Bytes of instructions. Those of an expression leave one value on the stack. */
export type Code = readonly number[]

export const TYPE = { i32: 0x7f, f64: 0x7c, v128: 0x7b, none: 0x40 } as const

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low + 128 : low)
  } while (rest > 0)
  return bytes
}

function text(name: string): number[] {
  return [...unsigned(name.length), ...Array.from(name, (letter) => letter.charCodeAt(0))]
}

/** Instructions with the prefix of the SIMD ones. */
function vector(opcode: number): Code {
  return [0xfd, ...unsigned(opcode)]
}

const unary = (opcode: number) => {
  const own = vector(opcode)
  return (a: Code): Code => [...a, ...own]
}
const binary = (opcode: number) => {
  const own = vector(opcode)
  return (a: Code, b: Code): Code => [...a, ...b, ...own]
}

export const equal = binary(0x47)
export const lessThan = binary(0x49)
export const greaterThan = binary(0x4a)
export const atMost = binary(0x4b)
export const atLeast = binary(0x4c)
export const bitNot = unary(0x4d)
export const bitAnd = binary(0x4e)
/** a and not b. */
export const bitAndNot = binary(0x4f)
export const bitOr = binary(0x50)
export const bitXor = binary(0x51)
export const floor = unary(0x75)
export const nearest = unary(0x94)
export const abs = unary(0xec)
export const neg = unary(0xed)
export const sqrt = unary(0xef)
export const add = binary(0xf0)
export const sub = binary(0xf1)
export const mul = binary(0xf2)
export const div = binary(0xf3)
/** As Math.min and Math.max, with NaN where one of the operands is. */
export const min = binary(0xf4)
export const max = binary(0xf5)
/** b < a ? b : a in one instruction of the processor. */
export const quickMin = binary(0xf6)
/** Of the bits as 64-bit whole numbers. */
export const addBits = binary(0xce)
export const equalBits = binary(0xd6)
export const lessBits = binary(0xd8)

/** An i32 that is not negative. Constants are signed: the highest bit of the last byte must not be taken for a sign. */
export function integer(value: number): Code {
  const bytes = unsigned(value)
  if ((bytes[bytes.length - 1] & 0x40) === 0) return [0x41, ...bytes]
  bytes[bytes.length - 1] += 0x80
  return [0x41, ...bytes, 0]
}

/** Bits moved by a number of places. */
export const shiftLeft = (a: Code, places: number): Code => [
  ...a,
  ...integer(places),
  ...vector(0xcb),
]
export const shiftRight = (a: Code, places: number): Code => [
  ...a,
  ...integer(places),
  ...vector(0xcd),
]

/** Lane by lane a bit of `then` where that of the mask is set, of `otherwise` elsewhere. */
export function choose(mask: Code, then: Code, otherwise: Code): Code {
  return [...then, ...otherwise, ...mask, ...vector(0x52)]
}

/** i32: whether any bit is set. */
export const anyTrue = unary(0x53)
/** i32: whether both lanes have a bit set. */
export const allTrue = unary(0xc3)
export const not32 = (a: Code): Code => [...a, 0x45]

export const zero: Code = [...vector(0x0c), ...new Array<number>(16).fill(0)]

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]
export const call = (index: number, ...args: Code[]): Code => [
  ...args.flat(),
  0x10,
  ...unsigned(index),
]

export const extract = (a: Code, lane: 0 | 1): Code => [...a, ...vector(0x21), lane]
/** Two lanes from two float64. */
export const pair = (first: Code, second: Code): Code => [
  ...first,
  ...vector(0x14),
  ...second,
  ...vector(0x22),
  1,
]

/** The float64 at a fixed address, in both lanes. */
export const loadBoth = (address: number): Code => [
  ...integer(0),
  ...vector(0x0a),
  3,
  ...unsigned(address),
]
/** Two float64, `apart` bytes from one another; `base` is an i32. */
export const loadPair = (base: Code, offset: number, apart: number): Code => [
  ...base,
  ...base,
  ...vector(0x5d),
  3,
  ...unsigned(offset),
  ...vector(0x57),
  3,
  ...unsigned(offset + apart),
  1,
]
/** The statement that stores them so; the value is computed twice unless it is a local. */
export const storePair = (base: Code, offset: number, apart: number, value: Code): Code => [
  ...base,
  ...value,
  ...vector(0x5b),
  3,
  ...unsigned(offset),
  0,
  ...base,
  ...value,
  ...vector(0x5b),
  3,
  ...unsigned(offset + apart),
  1,
]

/** The statement that runs others where an i32 is not 0. */
export const when = (condition: Code, statements: Code): Code => [
  ...condition,
  0x04,
  TYPE.none,
  ...statements,
  0x0b,
]

/** The statement that repeats others as long as `at` is below `end` (locals of type i32), `at` moving on by `step`. */
export const repeat = (at: number, end: number, step: number, statements: Code): Code =>
  [0x02, TYPE.none, 0x03, TYPE.none, ...get(at), ...get(end), 0x4e, 0x0d, 1].concat(statements, [
    ...get(at),
    ...integer(step),
    0x6a,
    ...set(at),
    0x0c,
    0,
    0x0b,
    0x0b,
  ])

/** Statements of one function, and its locals. */
export class Body {
  readonly parameters: readonly number[]
  readonly results: readonly number[]
  readonly #locals: number[] = []
  #statements: number[] = []

  constructor(parameters: readonly number[], results: readonly number[]) {
    this.parameters = parameters
    this.results = results
  }

  argument(index: number): Code {
    return get(index)
  }

  local(type: number = TYPE.v128): number {
    this.#locals.push(type)
    return this.parameters.length + this.#locals.length - 1
  }

  run(statements: Code): void {
    for (const byte of statements) this.#statements.push(byte)
  }

  /** Computes an expression here, for use from here on. */
  keep(expression: Code): Code {
    const local = this.local()
    this.run([...expression, ...set(local)])
    return get(local)
  }

  /** What `record` runs, as statements. */
  aside(record: () => void): Code {
    const outer = this.#statements
    this.#statements = []
    record()
    const inner = this.#statements
    this.#statements = outer
    return inner
  }

  encoded(): number[] {
    const groups = this.#locals.reduce<[count: number, type: number][]>((found, type) => {
      const last = found.at(-1)
      if (last?.[1] === type) last[0]++
      else found.push([1, type])
      return found
    }, [])
    const locals = groups.flatMap(([count, type]) => [...unsigned(count), type])
    return sized([...unsigned(groups.length), ...locals, ...this.#statements, 0x0b])
  }
}

function sized(bytes: number[]): number[] {
  const length = unsigned(bytes.length)
  return length.concat(bytes)
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  return [id].concat(sized(unsigned(items.length).concat(items.flat())))
}

/** A function of float64 that the host lends. */
export interface Import {
  readonly name: string
  readonly parameters: number
}

/**
 * A module with imported functions `math.*` and an imported memory `env.memory`, exporting its last function as `evaluate`.
 * Functions are numbered from the imports on.
 */
export function encodeModule(
  imports: readonly Import[],
  functions: readonly Body[],
): Uint8Array<ArrayBuffer> {
  const vectorOf = (types: readonly number[]) => [...unsigned(types.length), ...types]
  const types = [
    ...imports.map(({ parameters }) => [
      0x60,
      ...vectorOf(new Array<number>(parameters).fill(TYPE.f64)),
      ...vectorOf([TYPE.f64]),
    ]),
    ...functions.map(({ parameters, results }) => [
      0x60,
      ...vectorOf(parameters),
      ...vectorOf(results),
    ]),
  ]
  const last = imports.length + functions.length - 1
  return Uint8Array.from(
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00].concat(
      section(1, types),
      section(2, [
        ...imports.map(({ name }, i) => [...text('math'), ...text(name), 0x00, ...unsigned(i)]),
        [...text('env'), ...text('memory'), 0x02, 0x00, 0x01],
      ]),
      section(
        3,
        functions.map((_, i) => unsigned(imports.length + i)),
      ),
      section(7, [[...text('evaluate'), 0x00, ...unsigned(last)]]),
      section(
        10,
        functions.map((body) => body.encoded()),
      ),
    ),
  )
}
