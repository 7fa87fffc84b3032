import { askWorker } from '../workers/questions.ts'
import { keepDerived } from './derived.ts'
import type { DerivedScalar, FieldArray } from './derived.ts'
import type { FieldQuantity } from './types.ts'

export interface DeriveQuestion {
  readonly field: FieldArray
  readonly quantity: FieldQuantity
}

const ask = askWorker<DeriveQuestion, DerivedScalar>(
  () => new Worker(new URL('./derive-worker.ts', import.meta.url), { type: 'module' }),
)

/** Derives a scalar in a worker, for `derivedScalar` to find; where that fails the panels derive it themselves. Never rejects. */
export async function deriveAhead(field: FieldArray, quantity: FieldQuantity): Promise<void> {
  const { values, shape, halfSizeKpc } = field
  const derived = await ask({
    field: { values, shape: [...shape], halfSizeKpc: [...halfSizeKpc] },
    quantity,
  })
  if (derived) keepDerived(field, quantity, derived)
}
