import type { Program } from '#shared/fields/graph/index.ts'
import { BLOCK_POINTS, GROUP_POINTS, wasmOf } from '#shared/fields/graph/wasm/generate.ts'
import type { WasmProgram } from '#shared/fields/graph/wasm/generate.ts'

/** A program with its inputs given, for many points at once. */
export interface BatchFunction {
  /** Numbers found for each point. */
  readonly outputs: number
  /**
   * Evaluates the program at points.
   *
   * @param points [n, 3] kpc
   * @param out [n, outputs]
   */
  evaluate(points: Float64Array, out: Float64Array): void
}

/** Gives the inputs, in the order in which they were named: some microseconds. */
export type BatchFactory = (inputs: ArrayLike<number>) => BatchFunction

/** One memory for all programs of a thread: each call writes there what it needs. */
const memory = new WebAssembly.Memory({ initial: 1 })
const PAGE_BYTES = 65536

const { log, sin, cos, sinh, atan2, pow } = Math
const math = { log, sin, cos, sinh, atan2, pow }

const compiled = new WeakMap<Program, BatchFactory>()

/**
 * Compiles a program to WebAssembly, pairs of points in float64 (shared/fields/graph/wasm): the values of the JavaScript of
 * the same program to some 1e-15 per operation, several times as fast. Compiled programs are kept for as long as the
 * program is.
 *
 * A value does not depend on the other points of a call. Nothing is evaluated from strings.
 *
 * @param inputs names of the inputs beside the position, as those of `compile`
 */
export function compileBatch(program: Program, inputs: readonly string[]): BatchFactory {
  let factory = compiled.get(program)
  if (!factory) {
    factory = instantiate(wasmOf(program, inputs))
    compiled.set(program, factory)
  }
  return factory
}

/** Evaluates points whose values are to be written from one address on, up to another. */
type Evaluate = (points: number, values: number, end: number) => void

function isEvaluate(value: unknown): value is Evaluate {
  return typeof value === 'function'
}

function instantiate(program: WasmProgram): BatchFactory {
  const { bytes, pointsAt, outputs, outputsAt, memoryBytes } = program
  const module = new WebAssembly.Module(bytes)
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, math })
  const run: unknown = Object.entries(exports).find(([name]) => name === 'evaluate')?.[1]
  if (!isEvaluate(run)) throw new TypeError('The generated module makes no function.')
  const missing = memoryBytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return (inputs) => {
    const head = program.head(inputs)
    return {
      outputs,
      evaluate: (points, out) => {
        const count = points.length / 3
        if (!Number.isInteger(count) || out.length < outputs * count) {
          throw new RangeError(`${points.length} coordinates do not fit ${out.length} values.`)
        }
        const { buffer } = memory
        new BigUint64Array(buffer).set(head)
        const given = new Float64Array(buffer, pointsAt, 3 * BLOCK_POINTS)
        const found = new Float64Array(buffer, outputsAt, outputs * BLOCK_POINTS)
        for (let first = 0; first < count; first += BLOCK_POINTS) {
          const size = Math.min(BLOCK_POINTS, count - first)
          const block = points.subarray(3 * first, 3 * (first + size))
          given.set(block)
          // The last group is filled up with the last point.
          for (let i = size; i % GROUP_POINTS !== 0; i++) {
            given.copyWithin(3 * i, 3 * (size - 1), 3 * size)
          }
          run(pointsAt, outputsAt, outputsAt + 8 * outputs * size)
          out.set(found.subarray(0, outputs * size), outputs * first)
        }
      },
    }
  }
}
