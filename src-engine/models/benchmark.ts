import type { FieldKind, FieldModel, Formula } from '#shared/fields/index.ts'
import { bindValues, listModels, resolveModel } from '#shared/fields/index.ts'
import { DEFAULT_BOX, cellCentre } from '#shared/physics/index.ts'
import { bindBatch, bindBatchDerivatives } from './bind-batch.ts'

/** How fast one model is evaluated on one core. */
export interface ModelFigures {
  readonly kind: FieldKind
  readonly model: string
  readonly variant: string | null
  /** From the name of the model to its first value by WebAssembly. */
  readonly readyMs: number
  /** The same once more: compiled code is kept. */
  readonly againMs: number
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
  const first = points.slice(0, 3)
  const make = () => {
    const resolved = resolveModel(model.kind, { model: model.name })
    const batch = bindBatch(resolved, context)
    batch.evaluate(first, new Float64Array(batch.outputs))
    return { resolved, batch }
  }
  const began = performance.now()
  const { resolved, batch } = make()
  const readyMs = performance.now() - began
  const againMs = timed(make)

  const { outputs } = batch
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
    againMs,
    javascript: count / javascriptMs / 1000,
    wasm: count / wasmMs / 1000,
    difference: largestDifference(found, expected, outputs),
  }
}

/** How soon a formula that a user writes can be used. */
export interface FormulaFigures {
  /** From the text to the first value and the first derivatives with respect to its four parameters, by WebAssembly. */
  readonly readyMs: number
  /** Of a second formula, which differs in one number. */
  readonly furtherMs: number
  /** Of the first one again: compiled code is kept. */
  readonly againMs: number
}

/** A spiral with two reversals, the scale height given. */
function twoReversals(heightKpc: number): Formula {
  return {
    parameters: {
      b0: { value: 2, unit: 'microgauss', bounds: [0.1, 20] },
      pitch: { value: 12, unit: 'deg', bounds: [-80, 80] },
      r1: { value: 5, unit: 'kpc', bounds: [1, 6] },
      r2: { value: 7.5, unit: 'kpc', bounds: [6.2, 12] },
    },
    definitions: {
      sense: 'tanh((r - r1) / 1 kpc) * tanh((r - r2) / 1 kpc)',
      strength: `b0 * sense * exp(-(r - 8.3 kpc) / 10 kpc) * sech2(z / ${heightKpc} kpc)`,
    },
    B_r: 'strength * sin(pitch)',
    B_phi: 'strength * cos(pitch)',
  }
}

/** Reads, compiles and evaluates formulas. */
export function measureFormula(): FormulaFigures {
  const context = { observerKpc: DEFAULT_BOX.observerKpc }
  const point = Float64Array.from(context.observerKpc)
  const ready = (formula: Formula) => () => {
    const resolved = resolveModel('magnetic', { model: 'formula', formula })
    const free = resolved.model.parameters.map(({ name }) => ({ name }))
    for (const batch of [
      bindBatch(resolved, context),
      bindBatchDerivatives(resolved, free, context),
    ]) {
      batch.evaluate(point, new Float64Array(batch.outputs))
    }
  }
  const first = ready(twoReversals(2))
  return {
    readyMs: timed(first),
    furtherMs: timed(ready(twoReversals(1.5))),
    againMs: timed(first),
  }
}

function timed(work: () => unknown): number {
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
