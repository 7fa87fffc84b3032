import { describe, expect, it } from 'vitest'
import { readLimits } from '#renderer/sky/typed-limits.ts'

const linear = { norm: 'linear', symmetric: false } as const
const signed = { norm: 'linear', symmetric: true } as const

describe('typed limits', () => {
  it('replace what was typed, and keep the other limit exactly', () => {
    expect(readLimits({ low: 2 }, 'low', [1, 7.123456789], linear)).toEqual({
      limits: [2, 7.123456789],
    })
    expect(readLimits({ high: -1 }, 'high', [-5, 3], linear)).toEqual({ limits: [-5, -1] })
  })

  it('wait for the other limit when the first lies beyond it', () => {
    expect(readLimits({ low: 20 }, 'low', [1, 10], linear)).toMatchObject({ part: 'low' })
    expect(readLimits({ low: 20, high: 30 }, 'high', [1, 10], linear)).toEqual({
      limits: [20, 30],
    })
    expect(readLimits({ high: 1 }, 'high', [1, 10], linear)).toMatchObject({
      part: 'high',
      problem: 'This has to be above the lower limit, 1.0000.',
    })
  })

  it('are symmetric where the scale is', () => {
    expect(readLimits({ low: -4 }, 'low', [-1, 1], signed)).toEqual({ limits: [-4, 4] })
    expect(readLimits({ low: null, high: 3 }, 'high', [-1, 1], signed)).toEqual({
      limits: [-3, 3],
    })
    expect(readLimits({ low: 4 }, 'low', [-1, 1], signed)).toMatchObject({ part: 'low' })
    expect(readLimits({ high: 0 }, 'high', [-1, 1], signed)).toMatchObject({ part: 'high' })
  })

  it('say which field holds no number, and what a logarithm cannot take', () => {
    expect(readLimits({ high: null }, 'high', [1, 10], linear)).toMatchObject({ part: 'high' })
    expect(readLimits({ low: null, high: 3 }, 'high', [1, 10], linear)).toMatchObject({
      part: 'low',
    })
    const log = { norm: 'log', symmetric: false } as const
    expect(readLimits({ low: 0 }, 'low', [1, 10], log)).toMatchObject({ part: 'low' })
  })
})
