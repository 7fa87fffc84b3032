import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SamplePace } from '#renderer/sky/sample-pace.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A panel whose device takes so long for one sample in all pixels, ms; the samples of its pictures. */
function panel(msPerSample: number) {
  const drawn: number[] = []
  const draw = () =>
    pace.draw((samples) => {
      drawn.push(samples)
      return new Promise((resolve) => setTimeout(resolve, samples * msPerSample))
    })
  const pace = new SamplePace(() => {
    pace.changed()
    // As a browser does: in the next frame.
    setTimeout(draw, 16)
  })
  const change = () => {
    pace.changed()
    draw()
  }
  return { change, drawn }
}

describe('samples of the sky', () => {
  it('are one while it changes and four at rest where the processor draws', async () => {
    const { change, drawn } = panel(80)
    for (let i = 0; i < 5; i++) {
      change()
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(drawn).toEqual([1, 1, 1, 1, 1])
    await vi.advanceTimersByTimeAsync(2000)
    expect(drawn).toEqual([1, 1, 1, 1, 1, 4])
    change()
    expect(drawn.at(-1)).toBe(1)
  })

  it('are all four from the second picture on where a card draws', async () => {
    const { change, drawn } = panel(2)
    change()
    await vi.advanceTimersByTimeAsync(40)
    expect(drawn).toEqual([1, 4])
    change()
    await vi.advanceTimersByTimeAsync(1000)
    expect(drawn).toEqual([1, 4, 4])
  })
})
