import { afterEach, describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { chooseKernel } from '#engine/kernels/backends/wasm/kernel-choice.ts'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import { planMemory } from '#engine/kernels/backends/wasm/memory-plan.ts'
import type {
  KernelBackend,
  LineOfSightOperator,
  LineOfSightProblem,
  PrepareOptions,
} from '#engine/kernels/interface.ts'
import { highRotation } from './conformance/high-rotation.ts'
import { cotangentOf, fullProblem, unknownsOf } from './conformance/problems.ts'
import { norm, present, relativeDistance } from './problems.ts'

// What the conformance suite does not see of the wasm backend: caches, passes that rely on earlier ones, memory.

const operators: LineOfSightOperator[] = []
afterEach(() => Promise.all(operators.splice(0).map((operator) => operator.dispose())))

async function prepare(
  problem: LineOfSightProblem,
  options: PrepareOptions = {},
  backend: KernelBackend = wasmBackend,
) {
  const operator = await backend.prepare(problem, { threads: 2, ...options })
  operators.push(operator)
  return operator
}

const polarised = fullProblem({ unknowns: ['thermalElectrons'], frequenciesGhz: [0.4, 1.4] })
const general = fullProblem({
  unknowns: ['thermalElectrons', 'cosmicRays', 'raySpectralIndex'],
  freeFree: { electronTemperatureK: 7000 },
  frequenciesGhz: [0.1, 1.4],
})

describe.each([
  ['polarised', polarised],
  ['general', general],
] as const)('the %s kernel', (kind, problem) => {
  it('serves this problem', () => {
    expect(chooseKernel(problem).kind).toBe(kind)
  })

  it('gives the same bits whether records are kept, rays walked again, or both computed in parts', async () => {
    const at = unknownsOf(problem, 31)
    const kept = await prepare(problem)
    const values = await kept.forward(at)
    const cotangent = cotangentOf(values, 32)
    const gradient = await kept.adjoint(at, cotangent)
    expect(kept.description).toMatch(/positions and node weights .* cached/)
    for (const [cacheBytes, how] of [
      [16 * kept.crossings + 100, /rays walked/],
      [3000, /anew in each pass, in \d+ parts/],
    ] as const) {
      const operator = await prepare(problem, { cacheBytes, threads: 1 })
      expect(operator.description).toMatch(how)
      expect(await operator.forward(at)).toEqual(values)
      // Threads and parts order the float32 sums of gradients differently, and at low frequencies their terms cancel.
      const other = await operator.adjoint(at, cotangent)
      expect(relativeDistance(other.magneticField, gradient.magneticField)).toBeLessThan(1e-5)
    }
  })

  it('has the same adjoint whatever was computed before it', async () => {
    const operator = await prepare(problem)
    const at = unknownsOf(problem, 33)
    const values = await (await prepare(problem)).forward(at)
    const cotangent = cotangentOf(values, 34)
    const first = await operator.adjoint(at, cotangent)
    await operator.forward(at)
    expect(await operator.adjoint(at, cotangent)).toEqual(first)
    await operator.forward(unknownsOf(problem, 35))
    expect(await operator.adjoint(at, cotangent)).toEqual(first)
    await operator.jvp(at, unknownsOf(problem, 36))
    expect(await operator.adjoint(at, cotangent)).toEqual(first)
  })

  it('starts from zero again after a gradient that could not be delivered', async () => {
    const operator = await prepare(problem)
    const at = unknownsOf(problem, 40)
    const cotangent = cotangentOf(await operator.forward(at), 41)
    const first = await operator.adjoint(at, cotangent)
    const wrong = { ...first, magneticField: new Float32Array(3) }
    await expect(operator.adjoint(at, cotangent, wrong)).rejects.toThrow(/has 3 values/)
    expect(await operator.adjoint(at, cotangent)).toEqual(first)
  })

  it('regularises the field alone, and counts every unknown in the norm', async () => {
    const terms = [
      { term: 'smoothness', weight: 0.1 },
      { term: 'total-variation', weight: 0.1 },
      { term: 'divergence', weight: 0.1 },
      { term: 'amplitude', weight: 0.1 },
    ] as const
    const at = unknownsOf(problem, 37)
    const fast = await prepare(problem, { regularisation: terms })
    const exact = await prepare(problem, { regularisation: terms }, referenceBackend)
    const cotangent = cotangentOf(await exact.forward(at), 38)
    const found = await fast.lossGradient(at, cotangent)
    const expected = await exact.lossGradient(at, cotangent)
    const plain = await fast.adjoint(at, cotangent)
    expect(found.gradient.thermalElectrons).toEqual(plain.thermalElectrons)
    // Float32, and phases of up to some 100 rad.
    expect(
      relativeDistance(found.gradient.magneticField, expected.gradient.magneticField),
    ).toBeLessThan(1e-4)
    expect(Math.abs(found.gradientNorm / expected.gradientNorm - 1)).toBeLessThan(1e-4)
    found.regularisation.forEach(({ value }, n) => {
      expect(Math.abs(value / expected.regularisation[n].value - 1)).toBeLessThan(1e-6)
    })
  })

  it('refuses unknowns that are not numbers', async () => {
    const operator = await prepare(problem)
    const at = unknownsOf(problem, 39)
    const hole = Float64Array.from(present(at.thermalElectrons)).fill(NaN, 300, 500)
    await expect(operator.forward({ ...at, thermalElectrons: hole })).rejects.toThrow(/not finite/)
  })
})

describe('phases of a thousand rad', () => {
  it('are right to 1e-3 rad', async () => {
    // Emission from behind |FD| > 1000 rad m^-2 alone: at 408 MHz its plane has turned by more than 540 rad (2 chi: 1080).
    const { problem, unknowns } = highRotation
    const [nx, ny, nz] = problem.grid.shape
    const far = Float64Array.from({ length: nx * ny * nz }, (_, voxel) =>
      voxel >= (nx - 5) * ny * nz ? 100 : 0,
    )
    const at = { ...unknowns, cosmicRays: far }
    // The polarised kernel takes C as a function only: constant there, so that nothing interpolates.
    const behind = (x: number): number => (x > 12 ? 100 : 0)
    const fixed = { ...problem, unknowns: ['thermalElectrons'], cosmicRayDensity: behind } as const
    for (const [asked, values] of [
      [problem, at],
      [fixed, { magneticField: at.magneticField, thermalElectrons: at.thermalElectrons }],
    ] as const) {
      const found = await (await prepare(asked)).forward(values)
      const expected = await (await prepare(asked, {}, referenceBackend)).forward(values)
      const [q, u] = [present(found.Q), present(found.U)]
      const [q0, u0] = [present(expected.Q), present(expected.U)]
      q0.forEach((_, ray) => {
        const turned = Math.atan2(
          u[ray] * q0[ray] - q[ray] * u0[ray],
          q[ray] * q0[ray] + u[ray] * u0[ray],
        )
        expect(Math.abs(turned), `ray ${ray}`).toBeLessThan(1e-3)
      })
      expect(norm(q0)).toBeGreaterThan(0)
    }
  })
})

describe('memory', () => {
  it('holds a grid of 512x512x128 and NSIDE 256 with two threads', () => {
    const rays = 12 * 256 ** 2
    const request = {
      grid: { shape: [512, 512, 128], halfSizeKpc: [20, 20, 5] } as const,
      rays,
      crossings: 230 * rays,
      mostCrossingsOfARay: 1100,
      nodesPerCrossing: 3,
      threads: 2,
      terms: [{ term: 'smoothness', weight: 1 }] as const,
      cacheBytes: 2 ** 28,
    }
    const frequenciesGhz = [1.4, 2.4, 4.8, 22.8, 30]
    const stokes = chooseKernel(fullProblem({ unknowns: ['thermalElectrons'], frequenciesGhz }))
    // A field, a tangent and two gradients of half a gibibyte each.
    expect(planMemory({ ...request, kernel: stokes }).pages / 16384).toBeLessThan(2.8)
    const all = fullProblem({ unknowns: ['thermalElectrons', 'cosmicRays', 'spectralIndex'] })
    expect(planMemory({ ...request, kernel: chooseKernel(all) }).pages / 16384).toBeLessThan(4)
  })
})
