import { beforeEach, expect, it, vi } from 'vitest'
import { deriveAhead } from '#renderer/volume/derive-ahead.ts'
import { derive, derivedScalar } from '#renderer/volume/derived.ts'
import type { DerivedScalar } from '#renderer/volume/derived.ts'
import type { DeriveQuestion } from '#renderer/volume/derive-ahead.ts'

/** A worker that derives at once. */
class FakeWorker extends EventTarget {
  static derived: DerivedScalar[] = []
  postMessage(message: { readonly id: number; readonly content: DeriveQuestion }): void {
    const { field, quantity } = structuredClone(message.content)
    const content = derive(field, quantity)
    FakeWorker.derived.push(content)
    this.dispatchEvent(new MessageEvent('message', { data: { id: message.id, content } }))
  }
}

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker)
  return () => vi.unstubAllGlobals()
})

it('keeps what the worker has derived for the panels to find', async () => {
  const field = {
    values: Float32Array.from({ length: 24 }, (_, i) => 1 + i),
    shape: [2, 2, 2] as const,
    halfSizeKpc: [20, 20, 5] as const,
  }
  await deriveAhead(field, 'B')
  expect(derivedScalar(field, 'B')).toBe(FakeWorker.derived[0])
  expect(FakeWorker.derived[0].grid.values[0]).toBeCloseTo(Math.hypot(1, 2, 3), 5)
})
