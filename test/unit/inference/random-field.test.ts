import { describe, expect, it } from 'vitest'
import { FourierTransform, createComplexField, fastSize } from '#shared/inference/fft.ts'
import { RandomFieldRoot } from '#shared/inference/random-field.ts'
import { randomGenerator } from '#test/tools/random.ts'

const random = randomGenerator(7)
const noise = (length: number) => Float64Array.from({ length }, () => random() - 0.5)

describe('the Fourier transform', () => {
  it.each([
    [4, 8, 2],
    [9, 5, 6],
    [7, 12, 10],
    [1, 11, 3],
  ] as const)('is the sum that defines it, at %i x %i x %i', (nx, ny, nz) => {
    const length = nx * ny * nz
    const field = { real: noise(length), imaginary: noise(length) }
    const { real, imaginary } = { real: field.real.slice(), imaginary: field.imaginary.slice() }
    const transform = new FourierTransform([nx, ny, nz])
    transform.forward(field)
    for (const [a, b, c] of [
      [0, 0, 0],
      [nx - 1, 1, nz - 1],
      [nx >> 1, ny - 1, 1],
    ]) {
      let re = 0
      let im = 0
      for (let i = 0; i < nx; i++) {
        for (let j = 0; j < ny; j++) {
          for (let k = 0; k < nz; k++) {
            const phase = -2 * Math.PI * ((a * i) / nx + (b * j) / ny + (c * k) / nz)
            const at = (i * ny + j) * nz + k
            re += real[at] * Math.cos(phase) - imaginary[at] * Math.sin(phase)
            im += real[at] * Math.sin(phase) + imaginary[at] * Math.cos(phase)
          }
        }
      }
      const at = (a * ny + b) * nz + c
      // Rounding of a few hundred terms of order 1.
      expect(field.real[at]).toBeCloseTo(re, 12)
      expect(field.imaginary[at]).toBeCloseTo(im, 12)
    }
    transform.inverse(field)
    field.real.forEach((value, i) => expect(value).toBeCloseTo(real[i], 13))
    field.imaginary.forEach((value, i) => expect(value).toBeCloseTo(imaginary[i], 13))
  })

  it('knows sizes that it is fast at', () => {
    expect([7, 8, 31, 135, 257].map(fastSize)).toEqual([8, 8, 32, 135, 270])
    expect(createComplexField(3).real).toHaveLength(3)
  })
})

describe('the root of the random-field covariance', () => {
  const grid = { shape: [12, 10, 6], halfSizeKpc: [6, 5, 3] } as const
  const root = new RandomFieldRoot(grid, { sigma: 2, correlationKpc: 1.5, slope: 3.5 })
  const voxels = 12 * 10 * 6

  it('pads the box by two correlation lengths', () => {
    expect(root.shape).toEqual([15, 15, 9])
  })

  it('has an exact adjoint', () => {
    const white = noise(3 * root.length)
    const cotangent = noise(3 * voxels)
    const field = new Float64Array(3 * voxels)
    const back = new Float64Array(3 * root.length)
    root.apply(white, field)
    root.applyAdjoint(cotangent, back)
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0)
    const size = Math.sqrt(dot(field, field) * dot(cotangent, cotangent))
    expect(Math.abs(dot(field, cotangent) - dot(white, back))).toBeLessThan(1e-13 * size)
  })

  it('makes every voxel vary by sigma, and neighbours alike', () => {
    // Column v of S' holds the weights of voxel v: their squares are its variance, products the covariance.
    const column = (voxel: number) => {
      const unit = new Float64Array(3 * voxels)
      unit[3 * voxel + 1] = 1
      const weights = new Float64Array(3 * root.length)
      root.applyAdjoint(unit, weights)
      return weights
    }
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0)
    const corner = column(0)
    const middle = column(voxels / 2)
    expect(dot(corner, corner)).toBeCloseTo(4, 12)
    expect(dot(middle, middle)).toBeCloseTo(4, 12)
    const next = dot(middle, column(voxels / 2 + 1))
    const second = dot(middle, column(voxels / 2 + 2))
    expect(next).toBeGreaterThan(second)
    expect(second).toBeGreaterThan(0)
    // Components know nothing of each other, but for rounding in the transform that two share.
    const others = middle.filter((_, i) => i % 3 !== 1)
    expect(Math.max(...others.map(Math.abs))).toBeLessThan(1e-14)
  })
})
