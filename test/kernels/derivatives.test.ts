import { afterEach, describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import type { KernelBackend, LineOfSightOperator } from '#engine/kernels/interface.ts'
import { regionMask } from '#shared/physics/grid.ts'
import { randomGenerator } from '#test/tools/random.ts'
import {
  dot,
  field,
  noiseField,
  norm,
  present,
  randomDirections,
  relativeDistance,
  smallProblem,
} from './problems.ts'

const operators: LineOfSightOperator[] = []
afterEach(() => Promise.all(operators.splice(0).map((operator) => operator.dispose())))

function noise(length: number, seed: number): Float64Array {
  const random = randomGenerator(seed)
  return Float64Array.from({ length }, () => 2 * random() - 1)
}

interface Case {
  backend: KernelBackend
  /** Of |<Jx, y> - <x, J'y>| / (|Jx| |y|). */
  adjointTolerance: number
  /** Of central differences against J x. */
  differenceTolerance: number
  differenceStep: number
}

const cases: Case[] = [
  // float32 accumulates each voxel's gradient from up to thousands of crossings; errors of 6e-8 are random in sign.
  // For differences: I is good to 1e-7 and the step is 1e-2 of the field, so that 2e-4 is what float32 leaves, and
  // the third order of the power law is below it.
  { backend: wasmBackend, adjointTolerance: 1e-6, differenceTolerance: 2e-4, differenceStep: 0.02 },
  // float64: rounding for the adjoint; the best step balances rounding and third order at about 1e-9.
  {
    backend: referenceBackend,
    adjointTolerance: 1e-12,
    differenceTolerance: 1e-7,
    differenceStep: 1e-4,
  },
]

describe.each(cases)('derivatives of the $backend.name backend', (testCase) => {
  const { backend, adjointTolerance, differenceTolerance, differenceStep } = testCase
  const settings = [
    { spectralIndex: 3, nodesPerCrossing: 3 },
    { spectralIndex: 3, nodesPerCrossing: 4 },
    { spectralIndex: 2.4, nodesPerCrossing: 3 },
    { spectralIndex: 4.1, nodesPerCrossing: 5 },
  ]

  it.each(settings)(
    'pass the dot-product test: p $spectralIndex, $nodesPerCrossing nodes',
    async (setting) => {
      const problem = smallProblem({
        ...setting,
        frequenciesGhz: [0.408, 1.4],
        directions: randomDirections(400, 11),
      })
      const operator = await backend.prepare(problem, { threads: 2 })
      operators.push(operator)
      const at = field(noiseField(problem, 12))
      const x = noiseField(problem, 13)
      const y = noise(800, 14)
      const Jx = present((await operator.jvp(at, field(x))).I)
      const Jty = (await operator.adjoint(at, { I: y })).magneticField
      const difference = Math.abs(dot(Jx, y) - dot(x, Jty))
      expect(difference).toBeLessThan(adjointTolerance * norm(Jx) * norm(y))
      // The test means something: the two products are far from 0.
      expect(Math.abs(dot(Jx, y))).toBeGreaterThan(1e-3 * norm(Jx) * norm(y))
    },
  )

  it.each(settings)(
    'agree with central differences: p $spectralIndex, $nodesPerCrossing nodes',
    async (setting) => {
      const problem = smallProblem(setting)
      const operator = await backend.prepare(problem, { threads: 1 })
      operators.push(operator)
      const centre = Float64Array.from(noiseField(problem, 15))
      const x = Float64Array.from(noiseField(problem, 16, 1))
      const shifted = (step: number): Float64Array => centre.map((value, n) => value + step * x[n])
      const above = present((await operator.forward(field(shifted(differenceStep)))).I)
      const below = present((await operator.forward(field(shifted(-differenceStep)))).I)
      const slope = above.map((value, n) => (value - below[n]) / (2 * differenceStep))
      const Jx = present((await operator.jvp(field(centre), field(x))).I)
      expect(relativeDistance(Jx, slope)).toBeLessThan(differenceTolerance)
    },
  )

  it('are 0 and finite where the field vanishes, for every p', async () => {
    for (const spectralIndex of [1.5, 3, 4]) {
      const problem = smallProblem({ spectralIndex })
      const operator = await backend.prepare(problem, { threads: 1 })
      operators.push(operator)
      const zero = field(new Float32Array(3 * 840))
      const { magneticField } = await operator.adjoint(zero, { I: new Float64Array(60).fill(1) })
      expect(magneticField.every((value) => value === 0)).toBe(true)
      const { I } = await operator.jvp(zero, field(noiseField(problem, 17)))
      expect(present(I).every((value) => value === 0)).toBe(true)
    }
  })

  it('are 0 outside the region and unchanged inside', async () => {
    const problem = smallProblem()
    const region = regionMask(problem.grid, { r_kpc: [3, 15] })
    const whole = await backend.prepare(problem, { threads: 1 })
    const masked = await backend.prepare(problem, { threads: 1, region })
    operators.push(whole, masked)
    const at = field(noiseField(problem, 18))
    const cotangent = { I: noise(60, 19) }
    const all = (await whole.adjoint(at, cotangent)).magneticField
    const inside = (await masked.adjoint(at, cotangent)).magneticField
    const expected = Float64Array.from(all, (value, n) => (region[Math.floor(n / 3)] ? value : 0))
    expect(Float64Array.from(inside)).toEqual(expected)
    expect(region.includes(0) && region.includes(1)).toBe(true)
  })

  it('are written to the array given, shared or not', async () => {
    const problem = smallProblem()
    const operator = await backend.prepare(problem, { threads: 2 })
    operators.push(operator)
    const at = field(noiseField(problem, 20))
    const cotangent = { I: noise(60, 21) }
    const fresh = (await operator.adjoint(at, cotangent)).magneticField
    const shared = { magneticField: operator.createGrid(3) }
    const plain = { magneticField: new Float64Array(3 * 840) }
    expect((await operator.adjoint(at, cotangent, shared)).magneticField).toBe(shared.magneticField)
    await operator.adjoint(at, cotangent, plain)
    expect(Array.from(shared.magneticField)).toEqual(Array.from(fresh))
    expect(Array.from(plain.magneticField)).toEqual(Array.from(fresh))
  })
})

describe('the wasm backend against the reference', () => {
  it.each([2.4, 3])('gives the same gradient and tangent for p = %d', async (spectralIndex) => {
    const problem = smallProblem({ spectralIndex, directions: randomDirections(400, 22) })
    const fast = await wasmBackend.prepare(problem, { threads: 2 })
    const reference = await referenceBackend.prepare(problem)
    operators.push(fast, reference)
    const at = field(noiseField(problem, 23))
    const cotangent = { I: noise(400, 24) }
    const x = field(noiseField(problem, 25))
    const gradient = (await fast.adjoint(at, cotangent)).magneticField
    const expected = (await reference.adjoint(at, cotangent)).magneticField
    // 6e-8 per operation over some hundred crossings per voxel, random in sign.
    expect(relativeDistance(gradient, expected)).toBeLessThan(1e-6)
    const tangent = present((await fast.jvp(at, x)).I)
    expect(relativeDistance(tangent, present((await reference.jvp(at, x)).I))).toBeLessThan(1e-6)
  })
})

describe('determinism', () => {
  it('repeats the same bits, and other numbers of threads agree to rounding', async () => {
    const problem = smallProblem({ directions: randomDirections(1000, 26) })
    const at = field(noiseField(problem, 27))
    const cotangent = { I: noise(1000, 28) }
    const results = []
    for (const threads of [1, 2, 2, 3]) {
      const operator = await wasmBackend.prepare(problem, {
        threads,
        regularisation: [{ term: 'smoothness', weight: 0.1 }],
      })
      operators.push(operator)
      const first = await operator.lossGradient(at, cotangent)
      const again = await operator.lossGradient(at, cotangent)
      expect(again).toEqual(first)
      results.push({ forward: await operator.forward(at), ...first })
    }
    const [one, two, twoAgain, three] = results
    expect(twoAgain).toEqual(two)
    for (const other of [two, three]) {
      // A ray is summed by one thread, a plane of the regularisation too: no difference at all.
      expect(other.forward).toEqual(one.forward)
      expect(other.regularisation).toEqual(one.regularisation)
      // The gradient is a sum over threads: float32 rounding of another order.
      const distance = relativeDistance(other.gradient.magneticField, one.gradient.magneticField)
      expect(distance).toBeLessThan(1e-6)
      expect(distance).toBeGreaterThan(0)
    }
  })
})
