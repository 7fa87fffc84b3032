import { describe, expect, it } from 'vitest'
import { blockOfPixel, heldOutBlocks } from '#shared/inference/held-out.ts'
import { fieldStatistics } from '#shared/inference/field-statistics.ts'
import {
  cotangent,
  fitWeights,
  mapStatistics,
  pooledChi2,
  residuals,
} from '#shared/inference/likelihood.ts'
import { relativeNoise } from '#shared/inference/noise.ts'
import { solveNuisance } from '#shared/inference/nuisance.ts'

const data = Float64Array.of(3, 5, 4, 9, 6)
const model = Float64Array.of(1, 2, 1.5, 4, 2.2)
const weight = Float64Array.of(1, 0.5, 2, 0.25, 0)

describe('nuisance terms', () => {
  // d = 2 m + 1 exactly on the pixels with weight; the last has weight 0 and another relation. NumPy's lstsq agrees.
  it('solves offset and gain on the fitted pixels', () => {
    const { gain, offset } = solveNuisance(data, model, weight, { gain: 'free', offset: 'free' })
    expect(gain).toBeCloseTo(2, 13)
    expect(offset).toBeCloseTo(1, 13)
  })
  it('solves each alone, and keeps fixed values', () => {
    expect(solveNuisance(data, model, weight, { gain: 2, offset: 'free' }).offset).toBeCloseTo(
      1,
      13,
    )
    const scaled = solveNuisance(data, model, weight, { gain: 'free', offset: 1.5 })
    expect(scaled.gain).toBeCloseTo(1.7391304347826086, 13)
    expect(solveNuisance(data, model, weight, { gain: 1.5, offset: 3 })).toEqual({
      gain: 1.5,
      offset: 3,
    })
  })
  it('keeps a gain of 1 where the model is constant', () => {
    const flat = new Float64Array(5).fill(2)
    const { gain, offset } = solveNuisance(data, flat, weight, { gain: 'free', offset: 'free' })
    expect(gain).toBe(1)
    // Weighted mean of d, (3 + 2.5 + 8 + 2.25) / 3.75, less the model.
    expect(offset).toBeCloseTo(4.2 - 2, 13)
  })
})

describe('likelihood of a map', () => {
  const sigma = Float64Array.of(1, 2, 0.5, 1, 4)
  const set = Uint8Array.of(1, 1, 2, 1, 2)

  it('splits chi-square into fitted and held-out pixels', () => {
    const residual = residuals(data, model, { offset: 0, gain: 2 })
    expect([...residual]).toEqual([1, 1, 1, 1, 6 - 4.4])
    const { fitted, heldOut } = mapStatistics(residual, sigma, set)
    expect(fitted).toEqual({ pixels: 3, chi2: 1 + 0.25 + 1, residualStd: 0 })
    expect(heldOut.chi2).toBeCloseTo(4 + (1.6 / 4) ** 2, 12)
    // Standard deviation of (1, 1.6) about 1.3.
    expect(heldOut.residualStd).toBeCloseTo(0.3, 12)
    expect(pooledChi2([fitted])).toBeCloseTo(0.75, 14)
    expect(pooledChi2([])).toBeNull()
  })

  it('has the cotangent that finite differences of 1/2 chi-square with re-solved nuisance give', () => {
    const weights = fitWeights(sigma, set)
    const terms = { gain: 'free', offset: 'free' } as const
    const halfChi2 = (m: Float64Array) => {
      const residual = residuals(data, m, solveNuisance(data, m, weights, terms))
      return mapStatistics(residual, sigma, set).fitted.chi2 / 2
    }
    const bent = Float64Array.of(1, 2.3, 1.5, 3.6, 2.2)
    const nuisance = solveNuisance(data, bent, weights, terms)
    const gradient = cotangent(residuals(data, bent, nuisance), weights, nuisance.gain)
    const h = 1e-6
    for (let i = 0; i < 5; i++) {
      const at = (step: number) => halfChi2(bent.map((value, j) => value + (i === j ? step : 0)))
      // Central differences: truncation h^2, rounding 1e-16 / h.
      expect(gradient[i]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 8)
    }
  })

  it('has the noise of the larger of share and floor', () => {
    expect([...relativeNoise(Float64Array.of(-100, 3, 0), 0.1, 0.5)]).toEqual([10, 0.5, 0.5])
  })
})

describe('held-out blocks', () => {
  it('names blocks as healpy does', () => {
    // healpy: nest2ring(8, ring2nest(16, p) // 4)
    const expected = { 0: 0, 1: 1, 100: 33, 777: 196, 1500: 366, 2047: 511, 3071: 767 }
    for (const [pixel, block] of Object.entries(expected)) {
      expect(blockOfPixel(16, 8, Number(pixel))).toBe(block)
    }
  })
  it('takes every tenth block as a fold, so that ten folds cover the sky once', () => {
    const folds = Array.from({ length: 10 }, (_, fold) =>
      heldOutBlocks({ fold, of: 10, block_nside: 8 }),
    )
    expect(folds[3].slice(0, 3)).toEqual(Int32Array.of(3, 13, 23))
    expect(folds.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 768 }, (_, block) => block),
    )
  })
  it('draws a fraction that depends on the seed alone', () => {
    const draw = (seed: number) => heldOutBlocks({ fraction: 0.1, seed, block_nside: 8 })
    expect(draw(1)).toHaveLength(77)
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
    expect([...draw(1)]).toEqual([...draw(1)].sort((a, b) => a - b))
  })
})

describe('field statistics', () => {
  const grid = { shape: [20, 20, 20], halfSizeKpc: [10, 10, 10] } as const
  const region = new Uint8Array(8000).fill(1)
  const field = (strength: (x: number, y: number, z: number) => number) => {
    const values = new Float64Array(24000)
    for (let i = 0; i < 8000; i++) {
      const at = [Math.floor(i / 400), Math.floor(i / 20) % 20, i % 20].map((n) => n - 9.5)
      values[3 * i] = strength(at[0], at[1], at[2])
    }
    return values
  }
  it('gives mean, percentile and maximum over the region', () => {
    const half = region.map((_, i) => (i < 100 ? 1 : 0))
    const ramp = Float64Array.from({ length: 24000 }, (_, i) => (i % 3 === 0 ? i / 3 : 0))
    const { mean, p99, max } = fieldStatistics(grid, ramp, half, [0, 0, 0])
    // |B| = 0 .. 99: NumPy's percentile 99 of it is 98.01.
    expect([mean, max]).toEqual([49.5, 99])
    expect(p99).toBeCloseTo(98.01, 12)
  })
  it('is 0 for a field that varies only with distance and large for streaks', () => {
    const radial = field((x, y, z) => x * x + y * y + z * z)
    // Central differences of a quadratic are exact: no tangential part but rounding.
    expect(fieldStatistics(grid, radial, region, [0, 0, 0]).streakRatio).toBeLessThan(1e-6)
    const streaks = field((x, y, z) => 2 + Math.atan2(y, x) * Math.sign(z))
    expect(fieldStatistics(grid, streaks, region, [0, 0, 0]).streakRatio).toBeGreaterThan(2)
  })
  it('is 1 / sqrt(2) times the ratio of slopes for a plane wave seen from far away', () => {
    // Seen from far down the x axis the gradient (1, 1, 0) is half radial, half tangential: sqrt(1/2) of it.
    const slope = field((x, y) => 100 + x + y)
    const { streakRatio } = fieldStatistics(grid, slope, region, [-1e6, 0, 0])
    expect(streakRatio).toBeCloseTo(Math.SQRT1_2, 4)
  })
})
