import {
  createObservables,
  createSetup,
  crossingEdges,
  rayAt,
} from '#shared/physics/line-of-sight/index.ts'
import type { Cotangent, Setup } from '#shared/physics/line-of-sight/index.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { optimiserSteps } from '#shared/inference/optimisers.ts'
import { KernelError } from '../interface.ts'
import type {
  Gradient,
  GridValues,
  LineOfSightOperator,
  LineOfSightProblem,
  LossGradient,
  Observables,
  OptimiserUpdate,
  PrepareOptions,
  RegularisationTerm,
  RegularisationValue,
  UnknownName,
  Unknowns,
} from '../interface.ts'
import {
  requireCotangent,
  requireDensity,
  requireOptions,
  requireTangent,
  requireThermalDensity,
  requireUnknowns,
  unknownNames,
} from '../problem.ts'
import { addRegularisation } from './reference/regularisers.ts'

/** The sums along the rays first <= ray < last. */
export interface RaySums {
  /** Fills `into`. */
  forward(unknowns: Unknowns, into: Observables, first: number, last: number): void
  /** Fills `into` with the change of the observables. */
  tangent(
    unknowns: Unknowns,
    tangent: Unknowns,
    into: Observables,
    first: number,
    last: number,
  ): void
  /** Adds to `gradient`, which has the shapes of the unknowns. */
  adjoint(
    unknowns: Unknowns,
    cotangent: Cotangent,
    gradient: Unknowns,
    first: number,
    last: number,
  ): void
}

/** What a backend adds to a HostOperator. */
export interface HostBackend {
  readonly threads: number
  readonly memoryBytes: number
  readonly description: string
  readonly Grid: Float32ArrayConstructor | Float64ArrayConstructor
  /** Rays between two turns of the event loop. */
  readonly raysPerTurn: number
  readonly sums: RaySums
}

/**
 * Everything of an operator but the sums along the rays: checks, turns of the event loop, the region, regularisation and
 * optimiser steps, in plain float64 on one thread. For backends that keep their grids in ordinary memory.
 */
export class HostOperator implements LineOfSightOperator {
  readonly rays: number
  readonly crossings: number
  readonly threads: number
  readonly memoryBytes: number
  readonly description: string
  private readonly setup: Setup
  private readonly backend: HostBackend
  private readonly region: Uint8Array
  private readonly terms: readonly RegularisationTerm[]
  private busy = false
  private disposed = false

  /** @throws KernelError for options that do not fit the problem */
  constructor(
    problem: LineOfSightProblem,
    options: PrepareOptions,
    createBackend: (setup: Setup) => HostBackend,
  ) {
    const { region, regularisation } = requireOptions(problem, options)
    this.setup = createSetup(withCheckedDensities(problem))
    this.backend = createBackend(this.setup)
    this.threads = this.backend.threads
    this.memoryBytes = this.backend.memoryBytes
    this.description = this.backend.description
    this.region = region
    this.terms = regularisation
    this.rays = this.setup.rays
    this.crossings = countCrossings(this.setup)
    options.onProgress?.(1)
  }

  createGrid(components: 1 | 3): GridValues {
    return new this.backend.Grid(components * voxelCount(this.setup.problem.grid))
  }

  forward(unknowns: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      requireUnknowns(this.setup.problem, unknowns)
      return this.observe((into, first, last) =>
        this.backend.sums.forward(unknowns, into, first, last),
      )
    })
  }

  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      requireUnknowns(this.setup.problem, unknowns)
      requireTangent(this.setup.problem, tangent)
      return this.observe((into, first, last) =>
        this.backend.sums.tangent(unknowns, tangent, into, first, last),
      )
    })
  }

  adjoint(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<Gradient> {
    return this.exclusively(async () =>
      this.deliver(await this.pullBack(unknowns, cotangent), into),
    )
  }

  lossGradient(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<LossGradient> {
    return this.exclusively(async () => {
      const gradient = await this.pullBack(unknowns, cotangent)
      const regularisation = this.addTerms(unknowns, gradient.magneticField)
      const lists = unknownNames(this.setup.problem).map((name) => gradient[name])
      const gradientNorm = Math.hypot(...lists.map(norm))
      return { gradient: this.deliver(gradient, into), gradientNorm, regularisation }
    })
  }

  regularisation(unknowns: Unknowns): Promise<RegularisationValue[]> {
    return this.exclusively(async () => {
      requireUnknowns(this.setup.problem, unknowns)
      return this.addTerms(unknowns, this.zeroField())
    })
  }

  update(update: OptimiserUpdate): Promise<void> {
    const { method, parameters, gradient, firstMoment, secondMoment, step, options } = update
    return this.exclusively(async () => {
      optimiserSteps[method](
        parameters,
        gradient,
        firstMoment,
        secondMoment,
        step,
        options,
        0,
        parameters.length,
      )
    })
  }

  async dispose(): Promise<void> {
    this.disposed = true
  }

  private async exclusively<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.disposed) throw new KernelError('This operator was disposed of.')
    if (this.busy) {
      throw new KernelError('Operations on one operator must not overlap: wait for the one before.')
    }
    this.busy = true
    try {
      return await operation()
    } finally {
      this.busy = false
    }
  }

  /** Fills observables part by part, giving the event loop a turn between. */
  private async observe(
    fill: (into: Observables, first: number, last: number) => void,
  ): Promise<Observables> {
    const into = createObservables(this.setup.problem)
    await this.overRays((first, last) => fill(into, first, last))
    for (const name of this.setup.problem.observables) {
      const bad = into[name]?.findIndex((value) => !Number.isFinite(value)) ?? -1
      if (bad !== -1) {
        throw new KernelError(
          `${name} of ray ${bad % this.rays} is ${into[name]?.[bad]}: an unknown or a density holds a value that is not finite.`,
        )
      }
    }
    return into
  }

  private async overRays(visit: (first: number, last: number) => void): Promise<void> {
    const { raysPerTurn } = this.backend
    for (let first = 0; first < this.rays; first += raysPerTurn) {
      visit(first, Math.min(this.rays, first + raysPerTurn))
      await nextTurn()
    }
  }

  /** J'y, zero outside the region. */
  private async pullBack(unknowns: Unknowns, cotangent: Observables): Promise<Float64Unknowns> {
    const { problem } = this.setup
    requireUnknowns(problem, unknowns)
    const checked = requireCotangent(problem, cotangent)
    const names = unknownNames(problem)
    const gradient: Float64Unknowns = { magneticField: this.zeroField() }
    for (const name of names) {
      if (name !== 'magneticField') gradient[name] = new Float64Array(unknowns[name]?.length ?? 0)
    }
    await this.overRays((first, last) =>
      this.backend.sums.adjoint(unknowns, checked, gradient, first, last),
    )
    for (const name of names) {
      if (name === 'raySpectralIndex') continue
      const components = name === 'magneticField' ? 3 : 1
      this.region.forEach((free, voxel) => {
        if (free === 0) gradient[name]?.fill(0, components * voxel, components * (voxel + 1))
      })
    }
    return gradient
  }

  private zeroField(): Float64Array {
    return new Float64Array(3 * voxelCount(this.setup.problem.grid))
  }

  private addTerms({ magneticField }: Unknowns, gradient: Float64Array): RegularisationValue[] {
    return this.terms.map((term) => ({
      term: term.term,
      weight: term.weight,
      value: addRegularisation(this.setup.problem.grid, term, this.region, magneticField, gradient),
    }))
  }

  private deliver(gradient: Float64Unknowns, into?: Gradient): Gradient {
    if (into) {
      requireTangent(this.setup.problem, into)
      for (const name of unknownNames(this.setup.problem)) {
        const values = gradient[name] ?? new Float64Array(0)
        if (into[name]?.length !== values.length) {
          throw new KernelError(
            `The gradient of ${name} has ${values.length} values, its array ${into[name]?.length}.`,
          )
        }
        into[name].set(values)
      }
      return into
    }
    const { Grid } = this.backend
    if (Grid === Float64Array) return gradient
    const { magneticField, thermalElectrons, cosmicRays, spectralIndex, raySpectralIndex } =
      gradient
    return {
      magneticField: new Grid(magneticField),
      ...(thermalElectrons ? { thermalElectrons: new Grid(thermalElectrons) } : {}),
      ...(cosmicRays ? { cosmicRays: new Grid(cosmicRays) } : {}),
      ...(spectralIndex ? { spectralIndex: new Grid(spectralIndex) } : {}),
      ...(raySpectralIndex ? { raySpectralIndex } : {}),
    }
  }
}

function norm(values: Float64Array = new Float64Array(0)): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}

/** Gradients while they are summed. */
type Float64Unknowns = { magneticField: Float64Array } & Partial<Record<UnknownName, Float64Array>>

/** The problem with densities that are refused where they are negative or not finite. */
function withCheckedDensities(problem: LineOfSightProblem): LineOfSightProblem {
  const { cosmicRayDensity, thermalElectronDensity } = problem
  return {
    ...problem,
    cosmicRayDensity: (x, y, z) => requireDensity(cosmicRayDensity(x, y, z), x, y, z),
    ...(thermalElectronDensity
      ? {
          thermalElectronDensity: (x, y, z) =>
            requireThermalDensity(thermalElectronDensity(x, y, z), x, y, z),
        }
      : {}),
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function countCrossings(setup: Setup): number {
  let crossings = 0
  for (let ray = 0; ray < setup.rays; ray++) {
    crossings += Math.max(0, crossingEdges(setup, rayAt(setup, ray)).length - 1)
  }
  return crossings
}
