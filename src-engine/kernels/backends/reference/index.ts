import {
  adjointRays,
  createObservables,
  createSetup,
  crossingEdges,
  forwardRays,
  rayAt,
  tangentRays,
} from '#shared/physics/line-of-sight/index.ts'
import type { Setup } from '#shared/physics/line-of-sight/index.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { optimiserSteps } from '#shared/inference/optimisers.ts'
import { KernelError } from '../../interface.ts'
import type {
  Gradient,
  KernelBackend,
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
} from '../../interface.ts'
import {
  allCapabilities,
  requireCotangent,
  requireDensity,
  requireOptions,
  requireProblem,
  requireTangent,
  requireThermalDensity,
  requireUnknowns,
  unknownNames,
} from '../../problem.ts'
import { version } from '../../../version.ts'
import { addRegularisation } from './regularisers.ts'

/** Rays between two turns of the event loop. */
const RAYS_PER_TURN = 1024

/** The float64 reference of shared/physics as a backend: slow, on one thread, and right. */
export const referenceBackend: KernelBackend = {
  name: 'reference',
  precision: 'float64',
  build: () => version,
  describe: () =>
    'Plain float64 on one thread, the oracle of the other backends: every observable and every unknown.',
  prepare: async (problem, options = {}) => {
    requireProblem('reference', allCapabilities, problem)
    return new ReferenceOperator(problem, options)
  },
}

class ReferenceOperator implements LineOfSightOperator {
  readonly rays: number
  readonly crossings: number
  readonly threads = 1
  readonly memoryBytes = 0
  readonly description = 'float64 reference, one thread'
  private readonly setup: Setup
  private readonly region: Uint8Array
  private readonly terms: readonly RegularisationTerm[]
  private busy = false
  private disposed = false

  constructor(problem: LineOfSightProblem, options: PrepareOptions) {
    const { region, regularisation } = requireOptions(problem, options)
    this.setup = createSetup(withCheckedDensities(problem))
    this.region = region
    this.terms = regularisation
    this.rays = this.setup.rays
    this.crossings = countCrossings(this.setup)
    options.onProgress?.(1)
  }

  createGrid(components: 1 | 3): Float64Array {
    return new Float64Array(components * voxelCount(this.setup.problem.grid))
  }

  forward(unknowns: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      requireUnknowns(this.setup.problem, unknowns)
      return this.observe((into, first, last) =>
        forwardRays(this.setup, unknowns, into, first, last),
      )
    })
  }

  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      requireUnknowns(this.setup.problem, unknowns)
      requireTangent(this.setup.problem, tangent)
      return this.observe((into, first, last) =>
        tangentRays(this.setup, unknowns, tangent, into, first, last),
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
      return this.addTerms(unknowns, this.createGrid(3))
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
    for (let first = 0; first < this.rays; first += RAYS_PER_TURN) {
      visit(first, Math.min(this.rays, first + RAYS_PER_TURN))
      await nextTurn()
    }
  }

  /** J'y, zero outside the region. */
  private async pullBack(unknowns: Unknowns, cotangent: Observables): Promise<Float64Unknowns> {
    const { problem } = this.setup
    requireUnknowns(problem, unknowns)
    const checked = requireCotangent(problem, cotangent)
    const names = unknownNames(problem)
    const gradient: Float64Unknowns = { magneticField: this.createGrid(3) }
    for (const name of names) {
      if (name !== 'magneticField') gradient[name] = new Float64Array(unknowns[name]?.length ?? 0)
    }
    await this.overRays((first, last) =>
      adjointRays(this.setup, unknowns, checked, gradient, first, last),
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

  private addTerms({ magneticField }: Unknowns, gradient: Float64Array): RegularisationValue[] {
    return this.terms.map((term) => ({
      term: term.term,
      weight: term.weight,
      value: addRegularisation(this.setup.problem.grid, term, this.region, magneticField, gradient),
    }))
  }

  private deliver(gradient: Float64Unknowns, into?: Gradient): Gradient {
    if (!into) return gradient
    requireTangent(this.setup.problem, into)
    for (const name of unknownNames(this.setup.problem)) into[name]?.set(gradient[name] ?? [])
    return into
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
