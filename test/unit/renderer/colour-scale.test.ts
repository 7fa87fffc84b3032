import { describe, expect, it } from 'vitest'
import {
  buildScale,
  noStatistics,
  tableOf,
  valueBeyond,
  valueStatistics,
} from '../../../src-renderer/sky/colour-scale.ts'
import type { ScaleRequest } from '../../../src-renderer/sky/colour-scale.ts'

const linear: ScaleRequest = { norm: 'linear', limits: null, percentile: 100, symmetric: false }
const few = valueStatistics(Float32Array.of(-4, 1, 2, NaN, 10, -1.6375e30))

describe('statistics', () => {
  it('leave out NaN and UNSEEN', () => {
    expect(few.minimum).toBe(-4)
    expect(few.maximum).toBe(10)
    expect([...few.sample]).toEqual([-4, 1, 2, 10])
  })

  it('find the extremes of a large map and quantiles from a selection of it', () => {
    const values = Float32Array.from({ length: 400_000 }, (_, i) => (i * 7919) % 400_000)
    values[123_456] = 1e9
    const statistics = valueStatistics(values)
    expect(statistics.maximum).toBe(1e9)
    expect(statistics.sample.length).toBeLessThanOrEqual(32_768)
    const { limits } = buildScale({ ...linear, percentile: 90 }, statistics)
    // The rank of a quantile scatters by about sqrt(p (1 - p) / 30000) = 0.13 %: four times that.
    expect(Math.abs(limits[0] - 20_000)).toBeLessThan(0.005 * 400_000)
    expect(Math.abs(limits[1] - 380_000)).toBeLessThan(0.005 * 400_000)
  })
})

describe('limits', () => {
  it('come from the values and say what they cut off', () => {
    const scale = buildScale(linear, few)
    expect(scale.limits).toEqual([-4, 10])
    expect([scale.clippedBelow, scale.clippedAbove]).toEqual([false, false])
    const manual = buildScale({ ...linear, limits: [0, 20] }, few)
    expect([manual.clippedBelow, manual.clippedAbove]).toEqual([true, false])
  })

  it('are symmetric where asked', () => {
    expect(buildScale({ ...linear, symmetric: true }, few).limits).toEqual([-10, 10])
    expect(buildScale({ ...linear, symmetric: true, limits: [-2, 1] }, few).limits).toEqual([-2, 2])
  })

  it('are positive for log, whatever was asked', () => {
    expect(buildScale({ ...linear, norm: 'log' }, few).limits).toEqual([1, 10])
    expect(buildScale({ ...linear, norm: 'log', limits: [-5, 8] }, few).limits).toEqual([1, 8])
  })

  it('are those of a linear scale where log has no place for any value', () => {
    const zeros = valueStatistics(new Float32Array(12))
    const scale = buildScale({ ...linear, norm: 'log' }, zeros)
    expect([scale.kind, scale.limits]).toEqual(['linear', [0, 1]])
    // Limits that were given by hand are for a log scale.
    expect(buildScale({ ...linear, norm: 'log', limits: [1, 8] }, zeros).kind).toBe('log')
  })

  it.each(['linear', 'log', 'symlog', 'asinh', 'sqrt', 'equalised'] as const)(
    'can be used with norm %s for no value, one value and zeros',
    (norm) => {
      for (const values of [[], [3], [0, 0], [-2, -2], [NaN]]) {
        for (const symmetric of [false, true]) {
          const statistics = values.length
            ? valueStatistics(Float32Array.from(values))
            : noStatistics
          const { limits } = buildScale({ ...linear, norm, symmetric }, statistics)
          expect(limits[0]).toBeLessThan(limits[1])
          expect(limits.every(Number.isFinite)).toBe(true)
        }
      }
    },
  )
})

describe('dragging beyond the ends', () => {
  it('goes on as the scale does', () => {
    const straight = buildScale({ ...linear, limits: [0, 10] }, few)
    expect(valueBeyond(straight, 0.25)).toBeCloseTo(2.5, 12)
    expect(valueBeyond(straight, 1.5)).toBeCloseTo(15, 12)
    expect(valueBeyond(straight, -0.5)).toBeCloseTo(-5, 12)
    const log = buildScale({ ...linear, norm: 'log', limits: [1, 100] }, few)
    expect(valueBeyond(log, 1.5)).toBeCloseTo(1000, 9)
    expect(valueBeyond(log, -0.5)).toBeCloseTo(0.1, 12)
  })
})

describe('colour tables', () => {
  it('are 256 colours, grey for an unknown name', () => {
    expect(tableOf('inferno')).toHaveLength(768)
    expect([...tableOf('no such map')]).toEqual([...tableOf('greys')])
  })
})
