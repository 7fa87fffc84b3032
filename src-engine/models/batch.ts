import type { Program } from '#shared/fields/graph/index.ts'
import { positionInputs } from '#shared/fields/graph/index.ts'
import { BLOCK_POINTS, GROUP_POINTS, wasmOf } from '#shared/fields/graph/wasm/generate.ts'
import type { WasmProgram } from '#shared/fields/graph/wasm/generate.ts'

/** A program with its fixed inputs given, for many points at once. */
export interface BatchFunction {
  /** Numbers given for each point: 3 for x, y, z. */
  readonly varying: number
  /** Numbers found for each point. */
  readonly outputs: number
  /**
   * Evaluates the program at points.
   *
   * @param points [n, varying]
   * @param out [n, outputs]
   */
  evaluate(points: Float64Array, out: Float64Array): void
}

/** Gives the fixed inputs, in the order in which they were named: some microseconds. */
export type BatchFactory = (inputs: ArrayLike<number>) => BatchFunction

/** One memory for all programs of a thread: each call writes there what it needs. */
const memory = new WebAssembly.Memory<ArrayBuffer>({ initial: 1 })
const PAGE_BYTES = 65536

const { log, sin, cos, sinh, atan2, pow } = Math
const math = { log, sin, cos, sinh, atan2, pow }

const compiled = new WeakMap<Program, Map<string, BatchFactory>>()

/**
 * Compiles a program to WebAssembly, two points at a time in float64 (shared/fields/graph/wasm): the values of the JavaScript of
 * the same program to some 1e-15 per operation, several times as fast. Compiled programs are kept for as long as the
 * program is.
 *
 * A value does not depend on the other points of a call. Nothing is evaluated from strings.
 *
 * @param inputs names of the inputs that are given once, as those of `compile`
 * @param varying names of those that differ from point to point; default x, y, z in kpc. To pull a cotangent back through
 *   a model, name its components here and give `gradient(sum of cotangent times component)` as the outputs.
 */
export function compileBatch(
  program: Program,
  inputs: readonly string[],
  varying: readonly string[] = positionInputs,
): BatchFactory {
  const key = JSON.stringify([inputs, varying])
  let factories = compiled.get(program)
  if (!factories) {
    factories = new Map()
    compiled.set(program, factories)
  }
  let factory = factories.get(key)
  if (!factory) {
    factory = instantiate(wasmOf(program, inputs, varying))
    factories.set(key, factory)
  }
  return factory
}

/** Evaluates points whose values are to be written from one address on, up to another. */
type Evaluate = (points: number, values: number, end: number) => void

function isEvaluate(value: unknown): value is Evaluate {
  return typeof value === 'function'
}

function instantiate(program: WasmProgram): BatchFactory {
  const { bytes, varying, varyingAt, outputs, outputsAt, memoryBytes } = program
  const module = new WebAssembly.Module(bytes)
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, math })
  const run: unknown = Object.entries(exports).find(([name]) => name === 'evaluate')?.[1]
  if (!isEvaluate(run)) throw new TypeError('The generated module makes no function.')
  const missing = memoryBytes - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
  return (inputs) => {
    const head = program.head(inputs)
    return {
      varying,
      outputs,
      evaluate: (points, out) => {
        const count = points.length / varying
        const { buffer } = memory
        new BigUint64Array(buffer).set(head)
        const given = new Float64Array(buffer, varyingAt, varying * BLOCK_POINTS)
        const found = new Float64Array(buffer, outputsAt, outputs * BLOCK_POINTS)
        for (let first = 0; first < count; first += BLOCK_POINTS) {
          const size = Math.min(BLOCK_POINTS, count - first)
          const block = points.subarray(varying * first, varying * (first + size))
          given.set(block)
          // The last group is filled up with the last point.
          for (let i = size; i % GROUP_POINTS !== 0; i++) {
            given.copyWithin(varying * i, varying * (size - 1), varying * size)
          }
          run(varyingAt, outputsAt, outputsAt + 8 * outputs * size)
          out.set(found.subarray(0, outputs * size), outputs * first)
        }
      },
    }
  }
}
