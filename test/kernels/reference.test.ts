import { describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { fullProblem, unknownsOf } from './conformance/problems.ts'
import { dot, present } from './problems.ts'

describe('the reference backend', () => {
  it('takes one spectral index for all rays, with the derivatives of all of them together', async () => {
    const frequenciesGhz = [0.4, 2.4]
    const fixed = await referenceBackend.prepare(
      fullProblem({ spectralIndex: 2.6, frequenciesGhz }),
    )
    const problem = fullProblem({ unknowns: ['raySpectralIndex'], frequenciesGhz })
    const free = await referenceBackend.prepare(problem)
    const { magneticField } = unknownsOf(fullProblem(), 1)
    const values = await fixed.forward({ magneticField })
    const at = (p: number) => ({ magneticField, raySpectralIndex: Float64Array.of(p) })
    expect(await free.forward(at(2.6))).toEqual(values)

    const cotangent = { I: present(values.I).map((_, n) => Math.cos(n)) }
    const gradient = await free.adjoint(at(2.6), cotangent)
    const h = 1e-4
    const above = dot(present((await free.forward(at(2.6 + h))).I), cotangent.I)
    const below = dot(present((await free.forward(at(2.6 - h))).I), cotangent.I)
    const slope = (above - below) / (2 * h)
    expect(present(gradient.raySpectralIndex)).toHaveLength(1)
    // Third derivatives of x^p, some 20, times h^2.
    expect(present(gradient.raySpectralIndex)[0] / slope).toBeCloseTo(1, 6)

    const into = { magneticField: free.createGrid(3), raySpectralIndex: new Float64Array(40) }
    await expect(free.adjoint(at(2.6), cotangent, into)).rejects.toThrow(/1 values, its array 40/)
  })

  it('refuses densities and spectral indices that cannot be', async () => {
    const at = unknownsOf(fullProblem(), 1)
    const negative = fullProblem({ thermalElectronDensity: (x) => (x > 2 ? -1 : 0) })
    const operator = await referenceBackend.prepare(negative)
    await expect(operator.forward(at)).rejects.toThrow(/thermal electron density at .* kpc is -1/)
    const problem = fullProblem({ unknowns: ['spectralIndex'] })
    const indices = await referenceBackend.prepare(problem)
    const spectralIndex = new Float64Array(960).fill(3).fill(0.5, 7, 8)
    await expect(indices.forward({ ...at, spectralIndex })).rejects.toThrow(/not 0.5/)
    await expect(indices.forward(at)).rejects.toThrow(/spectral indices on a grid are missing/)
  })

  it('adds the norm of every gradient', async () => {
    const problem = fullProblem({ unknowns: ['thermalElectrons', 'cosmicRays'] })
    const operator = await referenceBackend.prepare(problem, {
      regularisation: [{ term: 'smoothness', weight: 2 }],
    })
    const at = unknownsOf(problem, 2)
    const cotangent = { faraday_depth: new Float64Array(40).fill(1) }
    const { gradient, gradientNorm } = await operator.lossGradient(at, cotangent)
    const lists = [gradient.magneticField, present(gradient.thermalElectrons)]
    const square = lists.reduce((sum, list) => sum + dot(list, list), 0)
    expect(gradientNorm / Math.sqrt(square)).toBeCloseTo(1, 12)
    // A Faraday depth does not depend on cosmic rays.
    expect(present(gradient.cosmicRays).every((value) => value === 0)).toBe(true)
  })
})
