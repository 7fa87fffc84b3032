import { derive } from './derived.ts'
import type { DeriveAnswer, DeriveQuestion } from './derive-ahead.ts'

/** Derives scalars beside the window, which would stand still for it otherwise. */
self.addEventListener('message', ({ data }: MessageEvent<DeriveQuestion>) => {
  const derived = derive(data.field, data.quantity)
  const answer: DeriveAnswer = { id: data.id, derived }
  const { values, inside } = derived.grid
  self.postMessage(answer, { transfer: [values.buffer, inside.buffer] })
})
