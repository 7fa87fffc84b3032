import { describe, expect, it } from 'vitest'
import { optimiserSteps, publishedOptions } from '#shared/inference/optimisers.ts'
import type { OptimiserMethod } from '#shared/inference/optimisers.ts'

/** Gradients of two unknowns in four steps, starting at (1, 2) with learning rate 0.1. */
const gradients = [
  [0.5, -2],
  [0.1, 1],
  [-0.3, 0.25],
  [0.2, -0.75],
]

/** Values after the four steps from the formulas of the papers, evaluated by NumPy in float64. */
const expected: Record<OptimiserMethod, { x: number[]; v: number[] }> = {
  adam: {
    x: [0.7636439003143384, 2.168767101905936],
    v: [0.0003891407597500004, 0.005610950496000005],
  },
  yogi: {
    x: [0.9676515990745355, 2.022205900004914],
    v: [0.24985999999999997, 3.9983750000000002],
  },
  adabelief: {
    x: [0.7379888205405589, 2.184503532825414],
    v: [0.00033232217161249035, 0.004882828104199995],
  },
}

const methods: OptimiserMethod[] = ['adam', 'yogi', 'adabelief']

function run(method: OptimiserMethod, cuts: number[], steps: number) {
  const state = {
    x: Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i)),
    m: new Float32Array(1000),
    v: new Float32Array(1000),
  }
  for (let step = 1; step <= steps; step++) {
    const g = Float32Array.from({ length: 1000 }, (_, i) => Math.cos(i * step))
    for (let part = 1; part < cuts.length; part++) {
      const [start, end] = [cuts[part - 1], cuts[part]]
      const options = publishedOptions(method, 0.1)
      optimiserSteps[method](state.x, g, state.m, state.v, step, options, start, end)
    }
  }
  return state
}

describe.each(methods)('%s', (method) => {
  it('gives the values of the published rule', () => {
    const x = Float64Array.of(1, 2)
    const m = new Float64Array(2)
    const v = new Float64Array(2)
    gradients.forEach((g, i) => {
      const options = publishedOptions(method, 0.1)
      optimiserSteps[method](x, Float64Array.from(g), m, v, i + 1, options, 0, 2)
    })
    // Both sides are float64 sums of a few terms: only rounding differs.
    for (let i = 0; i < 2; i++) {
      expect(x[i]).toBeCloseTo(expected[method].x[i], 13)
      expect(m[i]).toBeCloseTo([0.03755, -0.1173][i], 14)
      expect(v[i]).toBeCloseTo(expected[method].v[i], 13)
    }
  })

  it('gives the same bits however the elements are shared out', () => {
    expect(run(method, [0, 1000], 5)).toEqual(run(method, [0, 1, 333, 334, 1000], 5))
  })

  it('leaves an unknown without gradient where it is', () => {
    const x = Float32Array.of(3)
    const zero = () => new Float32Array(1)
    const options = publishedOptions(method, 0.1)
    optimiserSteps[method](x, zero(), zero(), zero(), 1, options, 0, 1)
    expect(x[0]).toBe(3)
  })
})
