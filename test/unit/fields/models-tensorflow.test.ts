import { describe, expect, it } from 'vitest'
import { differencesOn, everyModel, singlePrecision } from './devices.ts'

describe('models by TensorFlow.js', () => {
  it.each(everyModel)('%s', async (_, resolved) => {
    const { usual, largest } = await differencesOn('tensorflow', resolved)
    expect(usual).toBeLessThan(singlePrecision.usual)
    expect(largest).toBeLessThan(singlePrecision.largest)
  })
})
