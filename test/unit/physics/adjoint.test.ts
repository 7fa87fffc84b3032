import { describe, expect, it } from 'vitest'
import type { GridGeometry, IntensityProblem } from '#shared/physics/index.ts'
import {
  directionFromPixel,
  griddedVectorField,
  referenceAdjoint,
  referenceForward,
  referenceJvp,
  simulateSightline,
  voxelCount,
} from '#shared/physics/index.ts'
import { lsaMedium, rayOfPixel, relativeTo } from './cases.ts'

const grid: GridGeometry = { shape: [9, 8, 6], halfSizeKpc: [20, 20, 5] }
const pixels = Array.from({ length: 60 }, (_, i) => 811 * i)
const cosmicRays = lsaMedium({ ne: 'none' }, 3, 'wmap').cosmicRayElectrons

/** Reproducible numbers in (-1, 1) (Lehmer's generator, seeded). */
function noise(length: number, seed: number): Float64Array {
  let state = seed
  return Float64Array.from({ length }, () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  })
}

function problemFor(p: number): IntensityProblem {
  return {
    grid,
    observerKpc: [-8.3, 0, 0.006],
    directions: Float64Array.from(pixels.flatMap((pixel) => directionFromPixel(64, 'RING', pixel))),
    nodesPerCrossing: 3,
    frequenciesGhz: [0.408, 1.42],
    spectralIndex: p,
    cosmicRayDensity: (x, y, z) => cosmicRays.evaluate([x, y, z]),
  }
}

const innerProduct = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0)
const size = (a: Float64Array) => Math.sqrt(innerProduct(a, a))

const voxels = 3 * voxelCount(grid)
const field = noise(voxels, 1).map((value) => 3 * value)
const tangent = noise(voxels, 2)
const cotangent = noise(2 * pixels.length, 3)

describe('reference intensity of a gridded field', () => {
  it('is what the sightline integrator gives', () => {
    const forward = referenceForward(problemFor(2.7), field)
    const medium = {
      ...lsaMedium({ ne: 'none' }, 2.7, 'wmap'),
      magneticField: griddedVectorField(grid, field),
      // The plain function, without the panel edge that the library's disc asks for near the axis.
      cosmicRayElectrons: { ...cosmicRays, panelEdges: () => [] },
    }
    pixels.forEach((pixel, ray) => {
      const seen = simulateSightline(medium, rayOfPixel(pixel), {
        frequenciesGhz: [0.408, 1.42],
        integrator: { rule: 'cells', nodes: 3 },
        phase: 'off',
      })
      // The same sums in another order.
      expect(relativeTo(forward[ray], seen.I[0][0], forward[ray])).toBeLessThan(1e-13)
      const second = forward[pixels.length + ray]
      expect(relativeTo(second, seen.I[1][0], second)).toBeLessThan(1e-13)
    })
  })

  it.each([2.2, 3, 3.6])('has matching derivatives: <Jx, y> = <x, Jty>, p = %d', (p) => {
    const problem = problemFor(p)
    const forward = referenceJvp(problem, field, tangent)
    const backward = referenceAdjoint(problem, field, cotangent)
    const difference = innerProduct(forward, cotangent) - innerProduct(tangent, backward)
    // Float64 sums of some 1e4 terms.
    expect(Math.abs(difference)).toBeLessThan(1e-12 * size(forward) * size(cotangent))
  })

  it.each([2.2, 3, 3.6])('has the derivative of central differences, p = %d', (p) => {
    const problem = problemFor(p)
    const step = 1e-4
    const above = referenceForward(
      problem,
      field.map((value, i) => value + step * tangent[i]),
    )
    const below = referenceForward(
      problem,
      field.map((value, i) => value - step * tangent[i]),
    )
    const derivative = referenceJvp(problem, field, tangent)
    const error = derivative.map((value, i) => value - (above[i] - below[i]) / (2 * step))
    // Truncation h^2 and rounding 1e-16/h; for p < 3 the third derivative is large near zeros of B_perp.
    expect(size(error)).toBeLessThan(1e-7 * size(derivative))
  })

  it('has a zero derivative where the field vanishes', () => {
    for (const p of [1.5, 3]) {
      const gradient = referenceAdjoint(problemFor(p), new Float64Array(voxels), cotangent)
      expect(gradient.every((value) => value === 0)).toBe(true)
    }
  })

  it('ends rays where it is told to', () => {
    const problem = problemFor(3)
    const limits = new Float64Array(pixels.length).fill(1e9)
    const whole = referenceForward(problem, field)
    expect(referenceForward({ ...problem, maxDistanceKpc: limits }, field)).toEqual(whole)
    limits[7] = 1
    const cut = referenceForward({ ...problem, maxDistanceKpc: limits }, field)
    expect(cut[7]).toBeGreaterThan(0)
    expect(cut[7]).toBeLessThan(whole[7])
    expect(cut[8]).toBe(whole[8])
  })

  it('refuses arrays that do not fit', () => {
    const problem = problemFor(3)
    expect(() => referenceForward(problem, new Float64Array(5))).toThrow(/9x8x6/)
    expect(() => referenceAdjoint(problem, field, new Float64Array(5))).toThrow(/cotangent/)
  })
})
