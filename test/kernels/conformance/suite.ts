import { afterAll, describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import type {
  KernelBackend,
  LineOfSightOperator,
  LineOfSightProblem,
  Observable,
  Observables,
  PrepareOptions,
  UnknownName,
  Unknowns,
} from '#engine/kernels/interface.ts'
import { requireProblem, unknownNames } from '#engine/kernels/problem.ts'
import type { Capabilities } from '#engine/kernels/problem.ts'
import { dot, norm, present, relativeDistance } from '../problems.ts'
import { highRotation, highRotationReference } from './high-rotation.ts'
import {
  conformanceCases,
  cotangentOf,
  fullProblem,
  observableNames,
  tangentOf,
  unknownsOf,
} from './problems.ts'

/** A backend and how near to the reference it must be; each with the reason in a comment where it is set. */
export interface Conformance {
  readonly backend: KernelBackend
  /** Cases beyond these must be refused. */
  readonly capabilities: Capabilities
  /** |value - reference| / |reference| per observable over all rays; Q and U over the norm of both together. */
  readonly values: number
  /** The same where Q and U are turned by hundreds of rad. */
  readonly turnedValues: number
  /** |gradient - reference| / |reference| per unknown, and the same for J x per observable. */
  readonly derivatives: number
  readonly turnedDerivatives: number
  /** |<Jx, y> - <x, J'y>| / (|Jx| |y|) for each unknown x and observable y. */
  readonly adjoint: number
  /** Where Q and U are turned by hundreds of rad; the same unless given. */
  readonly turnedAdjoint?: number
  /** Central differences with this step in units of the tangent: |difference - Jx| / |Jx|. Left out for float32 backends, whose J x is held against the reference's. */
  readonly differences?: { readonly step: number; readonly tolerance: number }
  readonly options?: PrepareOptions
}

/** The tests that every backend passes. */
export function describeConformance(conformance: Conformance): void {
  const { backend, capabilities, options = { threads: 1 } } = conformance
  const operators = new Map<string, Promise<LineOfSightOperator>>()
  const prepare = (key: string, by: KernelBackend, problem: LineOfSightProblem) => {
    const known = operators.get(`${by.name} ${key}`)
    if (known) return known
    const operator = by.prepare(problem, by === backend ? options : {})
    operators.set(`${by.name} ${key}`, operator)
    return operator
  }
  afterAll(async () => {
    for (const operator of operators.values()) await (await operator).dispose()
  })
  const can = (problem: LineOfSightProblem): boolean => {
    try {
      requireProblem(backend.name, capabilities, problem)
      return true
    } catch {
      return false
    }
  }

  describe.each(conformanceCases.filter(({ problem }) => !can(problem)))('$name', (testCase) => {
    it('is refused', async () => {
      await expect(backend.prepare(testCase.problem, options)).rejects.toThrow(backend.name)
    })
  })

  describe.each(conformanceCases.filter(({ problem }) => can(problem)))('$name', (testCase) => {
    const { name, problem } = testCase
    const turned = problem.frequenciesGhz.some((frequency) => frequency < 0.3)
    const at = unknownsOf(problem, 3)
    const tangent = tangentOf(problem, 4)
    const operator = () => prepare(name, backend, problem)
    const reference = () => prepare(name, referenceBackend, problem)

    if (backend !== referenceBackend) {
      it('has the values of the reference', async () => {
        const expected = await (await reference()).forward(at)
        const values = await (await operator()).forward(at)
        expect(Object.keys(values).sort()).toEqual([...problem.observables].sort())
        expectNear(
          values,
          expected,
          turned ? conformance.turnedValues : conformance.values,
          conformance.values,
        )
      })

      it('has the derivatives of the reference', async () => {
        const tolerance = turned ? conformance.turnedDerivatives : conformance.derivatives
        const exact = await reference()
        const tested = await operator()
        const cotangent = cotangentOf(await exact.forward(at), 5)
        expectNear(await tested.jvp(at, tangent), await exact.jvp(at, tangent), tolerance)
        const expected = await exact.adjoint(at, cotangent)
        const gradient = await tested.adjoint(at, cotangent)
        for (const unknown of unknownNames(problem)) {
          const distance = relativeDistance(present(gradient[unknown]), present(expected[unknown]))
          expect(distance, unknown).toBeLessThan(tolerance)
        }
      })
    }

    it('passes the dot-product test for every unknown and observable', async () => {
      const { adjoint, turnedAdjoint = adjoint } = conformance
      const tolerance = turned ? turnedAdjoint : adjoint
      const tested = await operator()
      const cotangent = cotangentOf(await tested.forward(at), 6)
      const images = new Map<UnknownName, Observables>()
      for (const unknown of unknownNames(problem)) {
        images.set(unknown, await tested.jvp(at, only(tangent, unknown)))
      }
      for (const observable of problem.observables) {
        const y = present(cotangent[observable])
        const gradient = await tested.adjoint(at, { [observable]: y })
        for (const [unknown, image] of images) {
          const Jx = present(image[observable])
          const Jty = present(gradient[unknown])
          const difference = Math.abs(dot(Jx, y) - dot(present(tangent[unknown]), Jty))
          expect(difference, `${observable} by ${unknown}`).toBeLessThanOrEqual(
            tolerance * norm(Jx) * norm(y),
          )
        }
      }
    })

    const { differences } = conformance
    if (differences) {
      it('has the derivatives of central differences', async () => {
        const { step, tolerance } = differences
        // Phases of hundreds of rad curve so much that the step must be smaller for the same error.
        const h = turned ? step / 30 : step
        const tested = await operator()
        const above = await tested.forward(shifted(at, tangent, h))
        const below = await tested.forward(shifted(at, tangent, -h))
        const slope: Observables = {}
        for (const name of problem.observables) {
          const lower = present(below[name])
          slope[name] = present(above[name]).map((value, n) => (value - lower[n]) / (2 * h))
        }
        expectNear(slope, await tested.jvp(at, tangent), turned ? 1e3 * tolerance : tolerance)
      })
    }
  })

  const problem = largestProblem(capabilities)

  it('gives the same bits twice', async () => {
    const tested = await prepare('whole', backend, problem)
    const at = unknownsOf(problem, 7)
    const first = await tested.forward(at)
    expect(await tested.forward(at)).toEqual(first)
    const cotangent = cotangentOf(first, 8)
    expect(await tested.adjoint(at, cotangent)).toEqual(await tested.adjoint(at, cotangent))
  })

  it('has derivatives of 0 outside the region and the same inside', async () => {
    const voxels = problem.grid.shape[0] * problem.grid.shape[1] * problem.grid.shape[2]
    const region = Uint8Array.from({ length: voxels }, (_, voxel) => (voxel % 3 === 0 ? 0 : 1))
    const at = unknownsOf(problem, 7)
    const whole = await prepare('whole', backend, problem)
    const cotangent = cotangentOf(await whole.forward(at), 8)
    const all = await whole.adjoint(at, cotangent)
    const masked = await backend.prepare(problem, { ...options, region })
    try {
      const inside = await masked.adjoint(at, cotangent)
      for (const name of unknownNames(problem)) {
        const components = name === 'magneticField' ? 3 : 1
        const expected = Array.from(present(all[name]), (value, n) =>
          region[Math.floor(n / components)] ? value : 0,
        )
        expect(Array.from(present(inside[name]))).toEqual(expected)
      }
    } finally {
      await masked.dispose()
    }
  })

  it.each([1.5, 3, 4])('is 0 with derivatives of 0 without a field, p = %d', async (p) => {
    const dark = fullProblem({ observables: ['I'], spectralIndex: p })
    const tested = await backend.prepare(dark, options)
    try {
      const zero = { magneticField: new Float64Array(3 * 960) }
      const I = present((await tested.forward(zero)).I)
      expect(I.every((value) => value === 0)).toBe(true)
      const { magneticField } = await tested.adjoint(zero, { I: I.map(() => 1) })
      expect(magneticField.every((value) => value === 0)).toBe(true)
    } finally {
      await tested.dispose()
    }
  })

  if (can(highRotation.problem)) {
    it('integrates Q and U at 408 MHz where |FD| is 1000 rad m^-2 and more as a 64 times finer rule does', async () => {
      const { problem: inner, unknowns } = highRotation
      const tested = await prepare('inner Galaxy', backend, inner)
      const { Q, U, faraday_depth } = await tested.forward(unknowns)
      const fine = highRotationReference()
      const rays = present(faraday_depth).length
      let error = 0
      let scale = 0
      for (let ray = 0; ray < rays; ray++) {
        expect(Math.abs(present(faraday_depth)[ray])).toBeGreaterThan(1000)
        error += (present(Q)[ray] - fine.Q[ray]) ** 2 + (present(U)[ray] - fine.U[ray]) ** 2
        scale += fine.undepolarised[ray] ** 2
      }
      expect(Math.sqrt(error / scale)).toBeLessThan(1e-3)
    })
  }
}

/** Distances per observable, Q and U over the norm of both: `turned` for those two, `still` for the others. */
function expectNear(
  values: Observables,
  expected: Observables,
  turned: number,
  still = turned,
): void {
  const polarised = Math.hypot(norm(expected.Q ?? []), norm(expected.U ?? []))
  for (const name of observableNames) {
    const own = expected[name]
    if (!own) continue
    const turns = name === 'Q' || name === 'U'
    const size = turns ? polarised : norm(own)
    const distance = norm(present(values[name]).map((value, n) => value - own[n]))
    expect(distance, name).toBeLessThanOrEqual((turns ? turned : still) * size)
  }
}

/** The tangent in one unknown, 0 in the others. */
function only(tangent: Unknowns, kept: UnknownName): Unknowns {
  const zero = (name: UnknownName, values: Float32Array | Float64Array) =>
    name === kept ? values : values.map(() => 0)
  return mapUnknowns(tangent, zero)
}

function shifted(at: Unknowns, tangent: Unknowns, step: number): Unknowns {
  return mapUnknowns(at, (name, values) => {
    const change = present(tangent[name])
    return Float64Array.from(values, (value, n) => value + step * change[n])
  })
}

function mapUnknowns(
  unknowns: Unknowns,
  change: (name: UnknownName, values: Float32Array | Float64Array) => Float32Array | Float64Array,
): Unknowns {
  const { thermalElectrons, cosmicRays, spectralIndex, raySpectralIndex } = unknowns
  return {
    magneticField: change('magneticField', unknowns.magneticField),
    ...(thermalElectrons && { thermalElectrons: change('thermalElectrons', thermalElectrons) }),
    ...(cosmicRays && { cosmicRays: change('cosmicRays', cosmicRays) }),
    ...(spectralIndex && { spectralIndex: change('spectralIndex', spectralIndex) }),
    ...(raySpectralIndex && {
      raySpectralIndex: Float64Array.from(change('raySpectralIndex', raySpectralIndex)),
    }),
  }
}

/** The largest problem that a backend takes: all its observables and its unknowns on grids. */
function largestProblem({ observables, unknowns }: Capabilities): LineOfSightProblem {
  const asked: readonly Observable[] = observables
  return fullProblem({
    observables: asked,
    unknowns: unknowns.filter((name) => name !== 'raySpectralIndex'),
  })
}
