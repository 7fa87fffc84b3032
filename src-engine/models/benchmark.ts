import type { FieldKind, FieldModel } from '#shared/fields/index.ts'
import { bindValues, listModels, resolveModel } from '#shared/fields/index.ts'
import { DEFAULT_BOX, cellCentre } from '#shared/physics/index.ts'
import { bindBatch } from './bind-batch.ts'

/** How fast one model is evaluated on one core. */
export interface ModelFigures {
  readonly kind: FieldKind
  readonly model: string
  readonly variant: string | null
  /** From the name of the model to its first value by WebAssembly. */
  readonly readyMs: number
  /** Million points per second. */
  readonly javascript: number
  readonly wasm: number
  /** The largest difference of the two, relative to the largest component at the point. */
  readonly difference: number
}

/** Centres of a grid in the box, z fastest, as models are sampled. */
const SHAPE = [16, 16, 32] as const

/**
 * Evaluates every model with its default values by WebAssembly and by the JavaScript from the same expression, in turns;
 * the best of some tries counts.
 */
export function measureModels(tries: number, signal: AbortSignal): ModelFigures[] {
  const points = centres()
  return listModels().map((model) => {
    signal.throwIfAborted()
    return measureModel(model, points, tries)
  })
}

function measureModel(
  model: FieldModel,
  points: Float64Array<ArrayBuffer>,
  tries: number,
): ModelFigures {
  const context = { observerKpc: DEFAULT_BOX.observerKpc }
  const began = performance.now()
  const resolved = resolveModel(model.kind, { model: model.name })
  const batch = bindBatch(resolved, context)
  const { outputs } = batch
  batch.evaluate(points.slice(0, 3), new Float64Array(outputs))
  const readyMs = performance.now() - began

  const one = bindValues(resolved, context)
  const count = points.length / 3
  const found = new Float64Array(outputs * count)
  const expected = new Float64Array(outputs * count)
  let wasmMs = Infinity
  let javascriptMs = Infinity
  for (let attempt = 0; attempt < tries; attempt++) {
    wasmMs = Math.min(
      wasmMs,
      timed(() => batch.evaluate(points, found)),
    )
    javascriptMs = Math.min(
      javascriptMs,
      timed(() => {
        for (let i = 0; i < count; i++) {
          one(points[3 * i], points[3 * i + 1], points[3 * i + 2], expected, outputs * i)
        }
      }),
    )
  }
  return {
    kind: model.kind,
    model: model.name,
    variant: resolved.variant ?? null,
    readyMs,
    javascript: count / javascriptMs / 1000,
    wasm: count / wasmMs / 1000,
    difference: largestDifference(found, expected, outputs),
  }
}

function timed(work: () => void): number {
  const began = performance.now()
  work()
  return performance.now() - began
}

function centres(): Float64Array<ArrayBuffer> {
  const grid = { shape: SHAPE, halfSizeKpc: DEFAULT_BOX.halfSizeKpc }
  const [nx, ny, nz] = SHAPE
  return Float64Array.from({ length: 3 * nx * ny * nz }, (_, at) => {
    const point = Math.floor(at / 3)
    const column = Math.floor(point / nz)
    if (at % 3 === 0) return cellCentre(grid, 0, Math.floor(column / ny))
    return at % 3 === 1 ? cellCentre(grid, 1, column % ny) : cellCentre(grid, 2, point % nz)
  })
}

function largestDifference(found: Float64Array, expected: Float64Array, outputs: number): number {
  let largest = 0
  for (let first = 0; first < found.length; first += outputs) {
    let difference = 0
    let size = 0
    for (let i = first; i < first + outputs; i++) {
      difference = Math.max(difference, Math.abs(found[i] - expected[i]))
      size = Math.max(size, Math.abs(expected[i]))
    }
    if (difference > 0) largest = Math.max(largest, difference / size)
  }
  return largest
}
