/**
 * WebAssembly with 128-bit SIMD for a program: pairs of points in float64.
 *
 * float64 and not four float32: the values can then stand in for those of the JavaScript wherever a model is sampled or
 * differentiated, to a few units in the last place, and positions need no care. A branch of a choice that costs more than
 * a jump is skipped where none of the points needs it; cheaper ones are computed for all and selected.
 */
import { fixedValues, isCondition } from '../fixed.ts'
import { planOf, positionInputs } from '../plan.ts'
import type { Program } from '../program.ts'
import type { Vector } from './encode.ts'
import {
  Body,
  PAIRS,
  TYPE,
  advance,
  encodeModule,
  loadAt,
  loadRows,
  repeat,
  storeRows,
} from './encode.ts'
import type { Constants } from './functions.ts'
import { functionBodies, imports } from './functions.ts'
import { TRUE, Writer } from './writer.ts'

/** Points that are computed together. */
export const GROUP_POINTS = 2 * PAIRS

/** Points that one call of the generated function takes at most, in groups of GROUP_POINTS. */
export const BLOCK_POINTS = 512

/**
 * A module that exports `evaluate(points, values, end)` - the addresses of the first point, of its values, and where the values
 * end - and where it reads and writes; addresses are in bytes.
 */
export interface WasmProgram {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** x, y, z of one point after another. */
  readonly pointsAt: number
  /** Numbers that are written for each point, one point after another. */
  readonly outputs: number
  readonly outputsAt: number
  readonly memoryBytes: number
  /** What the memory must hold from address 0 on, for values of the inputs. */
  head(values: ArrayLike<number>): BigUint64Array<ArrayBuffer>
}

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

/** @param inputs names of the inputs beside the position */
export function wasmOf(program: Program, inputs: readonly string[]): WasmProgram {
  const { instructions, outputs } = program
  const { fixed, steps } = planOf(program)
  const head = new Head()
  /** Words of fixed values, and of their reciprocals. */
  const places = new Map<number, number>()
  const reciprocals = new Map<number, number>()
  const body = new Body([TYPE.i32, TYPE.i32, TYPE.i32], [])
  const word = (words: Map<number, number>, place: number): Vector | undefined => {
    if (!fixed[place]) return undefined
    const found = words.get(place) ?? head.reserve()
    words.set(place, found)
    return loadAt(WORD_BYTES * found)
  }
  const writer = new Writer(program, body, head, {
    value: (place) => word(places, place),
    reciprocal: (place) => word(reciprocals, place),
  })

  // Parameters: the address of the first point, of its values, and the address where the values end.
  const [points, values, end] = [0, 1, 2]
  const statements = body.aside(() => {
    const position = loadRows(body, points, positionInputs.length)
    instructions.forEach(({ op, name }, place) => {
      const index = op === 'input' ? positionInputs.findIndex((axis) => axis === name) : -1
      if (index !== -1) writer.give(place, position[index])
    })
    writer.scope(steps)
    storeRows(
      body,
      values,
      outputs.map((place) => writer.value(place)),
    )
    body.run(advance(points, 8 * GROUP_POINTS * positionInputs.length))
    body.run(advance(values, 8 * GROUP_POINTS * outputs.length))
  })
  body.run(repeat(values, end, statements))
  const bytes = encodeModule(imports, [...functionBodies(head), body])

  const pointsAt = WORD_BYTES * head.words.length
  const outputsAt = pointsAt + 8 * positionInputs.length * BLOCK_POINTS
  return {
    bytes,
    pointsAt,
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
      for (const [place, word] of reciprocals) words[word] = bitsOf(1 / found[place])
      return BigUint64Array.from({ length: 2 * words.length }, (_, i) => words[i >> 1])
    },
  }
}
