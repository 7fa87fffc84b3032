import { keepDerived } from './derived.ts'
import type { DerivedScalar, FieldArray } from './derived.ts'
import type { FieldQuantity } from './types.ts'

export interface DeriveQuestion {
  readonly id: number
  readonly field: FieldArray
  readonly quantity: FieldQuantity
}
export interface DeriveAnswer {
  readonly id: number
  readonly derived: DerivedScalar
}

let worker: Worker | null = null
let questions = 0
const waiting = new Map<number, (derived: DerivedScalar | null) => void>()

function workerOrNull(): Worker | null {
  if (worker || typeof Worker === 'undefined') return worker
  worker = new Worker(new URL('./derive-worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<DeriveAnswer>) => {
    waiting.get(data.id)?.(data.derived)
    waiting.delete(data.id)
  })
  // Whoever asked goes on without an answer; the panels then derive for themselves and report what is wrong.
  worker.addEventListener('error', () => {
    for (const resolve of waiting.values()) resolve(null)
    waiting.clear()
    worker = null
  })
  return worker
}

/** Derives a scalar in a worker, for `derivedScalar` to find. Never rejects. */
export async function deriveAhead(field: FieldArray, quantity: FieldQuantity): Promise<void> {
  const helper = workerOrNull()
  if (!helper) return
  const { values, shape, halfSizeKpc } = field
  const id = ++questions
  const derived = await new Promise<DerivedScalar | null>((resolve) => {
    waiting.set(id, resolve)
    const question: DeriveQuestion = {
      id,
      field: { values, shape: [...shape], halfSizeKpc: [...halfSizeKpc] },
      quantity,
    }
    helper.postMessage(question)
  })
  if (derived) keepDerived(field, quantity, derived)
}
