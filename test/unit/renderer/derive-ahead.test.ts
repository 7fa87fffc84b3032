import { beforeEach, expect, it, vi } from 'vitest'
import { derive } from '#renderer/volume/derived.ts'
import type { DeriveAnswer, DeriveQuestion } from '#renderer/volume/derive-ahead.ts'

/** A worker that answers when told to. */
class FakeWorker extends EventTarget {
  static made: FakeWorker[] = []
  readonly questions: DeriveQuestion[] = []
  constructor() {
    super()
    FakeWorker.made.push(this)
  }
  postMessage(question: DeriveQuestion): void {
    this.questions.push(structuredClone(question))
  }
  answer(index: number): DeriveAnswer {
    const { id, field, quantity } = this.questions[index]
    const data: DeriveAnswer = { id, derived: derive(field, quantity) }
    this.dispatchEvent(new MessageEvent('message', { data }))
    return data
  }
}

const fieldOf = (start: number) => ({
  values: Float32Array.from({ length: 24 }, (_, i) => start + i),
  shape: [2, 2, 2] as const,
  halfSizeKpc: [20, 20, 5] as const,
})

beforeEach(() => {
  vi.resetModules()
  vi.stubGlobal('Worker', FakeWorker)
  FakeWorker.made = []
  return () => vi.unstubAllGlobals()
})

/** The module as a new window has it, with the cache that it fills. */
async function fresh() {
  const [{ deriveAhead }, cache] = await Promise.all([
    import('#renderer/volume/derive-ahead.ts'),
    import('#renderer/volume/derived.ts'),
  ])
  return { deriveAhead, derivedScalar: cache.derivedScalar }
}

it('gives each answer to its own question, in whatever order they come', async () => {
  const { deriveAhead, derivedScalar: known } = await fresh()
  const [one, two] = [fieldOf(1), fieldOf(100)]
  const both = [deriveAhead(one, 'B'), deriveAhead(two, 'Bx')]
  const [worker] = FakeWorker.made
  expect(FakeWorker.made).toHaveLength(1)
  const second = worker.answer(1)
  const first = worker.answer(0)
  await Promise.all(both)
  expect(known(one, 'B')).toBe(first.derived)
  expect(known(two, 'Bx')).toBe(second.derived)
})

it('lets everybody go on when the worker fails, and asks a new one the next time', async () => {
  const { deriveAhead, derivedScalar: known } = await fresh()
  const field = fieldOf(1)
  const waiting = deriveAhead(field, 'B')
  FakeWorker.made[0].dispatchEvent(new Event('error'))
  await waiting
  expect(known(field, 'B').grid.values[0]).toBeCloseTo(Math.hypot(1, 2, 3), 5)
  const again = deriveAhead(field, 'By')
  expect(FakeWorker.made).toHaveLength(2)
  FakeWorker.made[1].answer(0)
  await again
})
