import { describe, expect, it } from 'vitest'
import { covarianceOf } from '#shared/inference/laplace.ts'

describe('the covariance of fitted numbers', () => {
  it('is the inverse of the curvature: what has a positive product varies against each other', () => {
    // Inverse of [[4, 1], [1, 1]]: [[1, -1], [-1, 4]] / 3.
    const { sigmas, correlations } = covarianceOf(
      [
        [4, 1],
        [1, 1],
      ],
      [true, true],
    )
    expect(sigmas[0]).toBeCloseTo(Math.sqrt(1 / 3), 14)
    expect(sigmas[1]).toBeCloseTo(Math.sqrt(4 / 3), 14)
    expect(correlations[0][0]).toBe(1)
    expect(correlations[0][1]).toBeCloseTo(-0.5, 14)
    expect(correlations[1][0]).toBeCloseTo(-0.5, 14)
  })

  it('holds what is not free, and leaves out what has no curvature', () => {
    const curvature = [
      [4, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
    ]
    const held = covarianceOf(curvature, [true, false, true])
    expect(held.sigmas).toEqual([0.5, undefined, undefined])
    expect(held.correlations).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ])
  })

  it('undoes a curvature of three numbers of very different sizes', () => {
    const sizes = [1e-6, 1, 1e5]
    const unit = [
      [2, -0.3, 0.5],
      [-0.3, 1, 0.1],
      [0.5, 0.1, 3],
    ]
    const curvature = unit.map((row, i) => row.map((value, j) => value / (sizes[i] * sizes[j])))
    const { sigmas, correlations } = covarianceOf(curvature, [true, true, true])
    const covariance = correlations.map((row, i) =>
      row.map((value, j) => value * (sigmas[i] ?? NaN) * (sigmas[j] ?? NaN)),
    )
    curvature.forEach((row, i) =>
      sizes.forEach((_, j) => {
        const product = row.reduce((sum, value, k) => sum + value * covariance[k][j], 0)
        // In units of the numbers themselves: rounding of a 3 x 3 inverse.
        expect((product * sizes[i]) / sizes[j]).toBeCloseTo(i === j ? 1 : 0, 13)
      }),
    )
  })

  it('is not known where two numbers do the same', () => {
    const { sigmas } = covarianceOf(
      [
        [1, 2],
        [2, 4],
      ],
      [true, true],
    )
    expect(sigmas).toEqual([undefined, undefined])
  })
})
