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

/** How many pairs of float64 are computed together: while one waits for a result, the processor goes on with the other. */
export const PAIRS = 2

/** Code for each of the pairs. */
export type Vector = readonly Code[]

/** The same for all pairs. */
export const everywhere = (code: Code): Vector => Array.from({ length: PAIRS }, () => code)

const unary = (opcode: number) => {
  const own = vector(opcode)
  return (a: Vector): Vector => a.map((code) => [...code, ...own])
}
const binary = (opcode: number) => {
  const own = vector(opcode)
  return (a: Vector, b: Vector): Vector => a.map((code, i) => [...code, ...b[i], ...own])
}
const ternary = (opcode: number) => {
  const own = vector(opcode)
  return (a: Vector, b: Vector, c: Vector): Vector =>
    a.map((code, i) => [...code, ...b[i], ...c[i], ...own])
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
/** b < a ? b : a, and a < b ? b : a, in one instruction of the processor: NaN where a is. */
export const quickMin = binary(0xf6)
export const quickMax = binary(0xf7)
/** a b + c and c - a b, rounded once where the processor can (those of the last ten years). */
export const mulAdd = ternary(0x107)
export const mulSub = ternary(0x108)
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
export const shiftLeft = (a: Vector, places: number): Vector =>
  a.map((code) => [...code, ...integer(places), ...vector(0xcb)])
export const shiftRight = (a: Vector, places: number): Vector =>
  a.map((code) => [...code, ...integer(places), ...vector(0xcd)])

/** Lane by lane `then` where the bits of the mask are set, `otherwise` where none is. */
export const choose = (mask: Vector, then: Vector, otherwise: Vector): Vector =>
  laneSelect(then, otherwise, mask)
const laneSelect = ternary(0x10c)

/** i32: whether any bit is set. */
export function anyTrue(mask: Vector): Code {
  const all = mask.reduce((a, b) => [...a, ...b, ...vector(0x50)])
  return [...all, ...vector(0x53)]
}
/** i32: whether every lane has a bit set. */
export function allTrue(mask: Vector): Code {
  const all = mask.reduce((a, b) => [...a, ...b, ...vector(0x4e)])
  return [...all, ...vector(0xc3)]
}
export const not32 = (a: Code): Code => [...a, 0x45]

export const zero: Vector = everywhere([...vector(0x0c), ...new Array<number>(16).fill(0)])

const get = (local: number): Code => [0x20, ...unsigned(local)]
const set = (local: number): Code => [0x21, ...unsigned(local)]

const extract = (a: Code, lane: 0 | 1): Code => [...a, ...vector(0x21), lane]
/** Two lanes from two float64. */
const pair = (first: Code, second: Code): Code => [
  ...first,
  ...vector(0x14),
  ...second,
  ...vector(0x22),
  1,
]
const call = (index: number): Code => [0x10, ...unsigned(index)]

/** What a function of float64 makes of each lane. */
export const lanewise = (index: number, args: readonly Vector[]): Vector =>
  everywhere([]).map((_, i) => {
    const lane = (which: 0 | 1): Code => [
      ...args.flatMap((arg) => extract(arg[i], which)),
      ...call(index),
    ]
    return pair(lane(0), lane(1))
  })

/** The sixteen bytes at a fixed address. */
export const loadAt = (address: number): Vector =>
  everywhere([...integer(0), ...vector(0x00), 4, ...unsigned(address)])
/** The sixteen bytes from `offset` on beyond the address in a local. */
const loadPair = (base: number, offset: number): Code => [
  ...get(base),
  ...vector(0x00),
  3,
  ...unsigned(offset),
]

/** A lane of each of two pairs: four neighbouring bytes are numbered from the first pair on. */
const shuffle = (a: Code, laneOfA: 0 | 1, b: Code, laneOfB: 0 | 1): Code => [
  ...a,
  ...b,
  ...vector(0x0d),
  ...Array.from({ length: 8 }, (_, byte) => 8 * laneOfA + byte),
  ...Array.from({ length: 8 }, (_, byte) => 16 + 8 * laneOfB + byte),
]

/**
 * Reads rows of `width` float64, one per point, from the address in a local on: what stands in each column, for all points.
 * Two rows are read in whole pairs, whose lanes are then put together.
 */
export function loadRows(body: Body, base: number, width: number): Vector[] {
  const pairs = everywhere([]).map((_, i) =>
    Array.from({ length: width }, (__, k) => body.local(loadPair(base, 16 * (width * i + k)))),
  )
  return Array.from({ length: width }, (_, column) =>
    pairs.map((row) => {
      const [first, second] = [column, width + column]
      return shuffle(row[first >> 1], lane(first), row[second >> 1], lane(second))
    }),
  )
}

/** Writes rows of float64, one per point, from the address in a local on. */
export function storeRows(body: Body, base: number, columns: readonly Vector[]): void {
  const width = columns.length
  for (const i of everywhere([]).keys()) {
    for (let k = 0; k < width; k++) {
      const [first, second] = [2 * k, 2 * k + 1]
      const code = shuffle(
        columns[first % width][i],
        first < width ? 0 : 1,
        columns[second % width][i],
        second < width ? 0 : 1,
      )
      body.run([...get(base), ...code, ...vector(0x0b), 3, ...unsigned(16 * (width * i + k))])
    }
  }
}

function lane(number: number): 0 | 1 {
  return number % 2 === 0 ? 0 : 1
}

/** The statement that moves an i32 in a local on. */
export const advance = (local: number, by: number): Code => [
  ...get(local),
  ...integer(by),
  0x6a,
  ...set(local),
]

/** The statement that runs others where an i32 is not 0. */
export const when = (condition: Code, statements: Code): Code => [
  ...condition,
  0x04,
  TYPE.none,
  ...statements,
  0x0b,
]

/** The statement that repeats others as long as `at` is below `end`, locals of type i32. */
export const repeat = (at: number, end: number, statements: Code): Code =>
  [0x02, TYPE.none, 0x03, TYPE.none, ...get(at), ...get(end), 0x4e, 0x0d, 1].concat(
    statements,
    [0x0c, 0, 0x0b, 0x0b],
  )

/** Statements of one function, and its locals. */
export class Body {
  readonly parameters: readonly number[]
  readonly results: readonly number[]
  #locals = 0
  #statements: number[] = []

  constructor(parameters: readonly number[], results: readonly number[]) {
    this.parameters = parameters
    this.results = results
  }

  /** Of a function of vectors. */
  argument(index: number): Vector {
    return everywhere([]).map((_, i) => get(PAIRS * index + i))
  }

  run(statements: Code): void {
    for (const byte of statements) this.#statements.push(byte)
  }

  /** A place for a vector, zero at first. */
  variable(): { value: Vector; set: (value: Vector) => void } {
    const locals = everywhere([]).map(() => this.#local())
    return {
      value: locals.map(get),
      set: (value) => {
        for (const [i, local] of locals.entries()) this.run([...value[i], ...set(local)])
      },
    }
  }

  /** Computes an expression here, for use from here on. */
  keep(expression: Vector): Vector {
    const { value, set: write } = this.variable()
    write(expression)
    return value
  }

  /** Computes here what is the same for all pairs. */
  once(expression: Vector): Vector {
    return everywhere(this.local(expression[0]))
  }

  /** Computes one pair here. */
  local(expression: Code): Code {
    const local = this.#local()
    this.run([...expression, ...set(local)])
    return get(local)
  }

  /** Calls a function of vectors. */
  call(index: number, args: readonly Vector[], results: number): Vector[] {
    const locals = Array.from({ length: results * PAIRS }, () => this.#local())
    this.run([...args.flat(2), ...call(index), ...[...locals].reverse().flatMap(set)])
    return Array.from({ length: results }, (_, i) =>
      locals.slice(PAIRS * i, PAIRS * (i + 1)).map(get),
    )
  }

  /** Leaves results on the stack, at the end of a function of vectors. */
  end(...results: Vector[]): void {
    this.run(results.flat(2))
  }

  #local(): number {
    this.#locals++
    return this.parameters.length + this.#locals - 1
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
    const locals = this.#locals > 0 ? [1, ...unsigned(this.#locals), TYPE.v128] : [0]
    return sized([...locals, ...this.#statements, 0x0b])
  }
}

/** A function of some vectors with some vectors as results. */
export function functionOf(parameters: number, results: number): Body {
  const vectors = (count: number) => new Array<number>(PAIRS * count).fill(TYPE.v128)
  return new Body(vectors(parameters), vectors(results))
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
