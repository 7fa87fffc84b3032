import { referenceAdjoint, referenceForward, referenceJvp } from '#shared/physics/adjoint.ts'
import type { IntensityProblem } from '#shared/physics/adjoint.ts'
import { latticeCrossings, panelEdges } from '#shared/physics/crossings.ts'
import { boxExit } from '#shared/physics/geometry.ts'
import type { Ray } from '#shared/physics/geometry.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { optimiserSteps } from '#shared/inference/optimisers.ts'
import { KernelError } from '../../interface.ts'
import type {
  Gradient,
  GridValues,
  KernelBackend,
  LineOfSightOperator,
  LineOfSightProblem,
  LossGradient,
  Observables,
  OptimiserUpdate,
  PrepareOptions,
  RegularisationTerm,
  RegularisationValue,
  Unknowns,
} from '../../interface.ts'
import {
  requireCotangent,
  requireDensity,
  requireOptions,
  requireProblem,
  requireUnknowns,
} from '../../problem.ts'
import { version } from '../../../version.ts'
import { addRegularisation } from './regularisers.ts'

const capabilities = {
  observables: ['I'],
  unknowns: [],
  freeFree: false,
  cosmicRaySpectrum: false,
} as const

/** Rays between two turns of the event loop. */
const RAYS_PER_TURN = 1024

/** The float64 reference of shared/physics as a backend: slow, on one thread, and right. */
export const referenceBackend: KernelBackend = {
  name: 'reference',
  precision: 'float64',
  build: () => version,
  describe: () =>
    'Plain float64 on one thread, the oracle of the other backends: total intensity from a gridded magnetic field.',
  prepare: async (problem, options = {}) => {
    requireProblem('reference', capabilities, problem)
    return new ReferenceOperator(problem, options)
  },
}

class ReferenceOperator implements LineOfSightOperator {
  readonly rays: number
  readonly crossings: number
  readonly threads = 1
  readonly memoryBytes = 0
  readonly description = 'float64 reference, one thread'
  private readonly problem: LineOfSightProblem
  private readonly region: Uint8Array
  private readonly terms: readonly RegularisationTerm[]
  private busy = false
  private disposed = false

  constructor(problem: LineOfSightProblem, options: PrepareOptions) {
    const { region, regularisation } = requireOptions(problem, options)
    const { cosmicRayDensity } = problem
    this.problem = {
      ...problem,
      cosmicRayDensity: (x, y, z) => requireDensity(cosmicRayDensity(x, y, z), x, y, z),
    }
    this.region = region
    this.terms = regularisation
    this.rays = problem.directions.length / 3
    this.crossings = countCrossings(problem)
    options.onProgress?.(1)
  }

  createGrid(components: 1 | 3): Float64Array {
    return new Float64Array(components * voxelCount(this.problem.grid))
  }

  forward(unknowns: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      const field = this.field(unknowns)
      return { I: await this.overRays((part) => referenceForward(part, field)) }
    })
  }

  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      const field = this.field(unknowns)
      const change = this.field(tangent)
      return { I: await this.overRays((part) => referenceJvp(part, field, change)) }
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
      const regularisation = this.addTerms(this.field(unknowns), gradient)
      const gradientNorm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0))
      return { gradient: this.deliver(gradient, into), gradientNorm, regularisation }
    })
  }

  regularisation(unknowns: Unknowns): Promise<RegularisationValue[]> {
    return this.exclusively(async () => this.addTerms(this.field(unknowns), this.createGrid(3)))
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

  private field(unknowns: Unknowns): GridValues {
    return requireUnknowns(this.problem, unknowns).magneticField
  }

  /** The problem of the rays [first, last). */
  private part(first: number, last: number): IntensityProblem {
    const { directions, maxDistanceKpc } = this.problem
    return {
      ...this.problem,
      directions: directions.subarray(3 * first, 3 * last),
      ...(maxDistanceKpc ? { maxDistanceKpc: maxDistanceKpc.subarray(first, last) } : {}),
    }
  }

  /** Computes [frequency][ray] part by part, giving the event loop a turn between. */
  private async overRays(compute: (part: IntensityProblem) => Float64Array): Promise<Float64Array> {
    const frequencies = this.problem.frequenciesGhz.length
    const out = new Float64Array(frequencies * this.rays)
    for (let first = 0; first < this.rays; first += RAYS_PER_TURN) {
      const last = Math.min(this.rays, first + RAYS_PER_TURN)
      const values = compute(this.part(first, last))
      const bad = values.findIndex((value) => !Number.isFinite(value))
      if (bad !== -1) {
        throw new KernelError(
          `The intensity of ray ${first + (bad % (last - first))} is ${values[bad]}: the magnetic field holds a value that is not finite.`,
        )
      }
      for (let f = 0; f < frequencies; f++) {
        out.set(
          values.subarray(f * (last - first), (f + 1) * (last - first)),
          f * this.rays + first,
        )
      }
      await nextTurn()
    }
    return out
  }

  /** J'y, zero outside the region. */
  private async pullBack(unknowns: Unknowns, cotangent: Observables): Promise<Float64Array> {
    const perRay = requireCotangent(this.problem, cotangent).I
    const field = this.field(unknowns)
    const gradient = this.createGrid(3)
    for (let first = 0; first < this.rays; first += RAYS_PER_TURN) {
      const last = Math.min(this.rays, first + RAYS_PER_TURN)
      const own = this.problem.frequenciesGhz.map((_, f) =>
        perRay.subarray(f * this.rays + first, f * this.rays + last),
      )
      const cotangents = new Float64Array(own.flatMap((values) => [...values]))
      const change = referenceAdjoint(this.part(first, last), field, cotangents)
      for (let n = 0; n < gradient.length; n++) gradient[n] += change[n]
      await nextTurn()
    }
    this.region.forEach((free, voxel) => {
      if (free === 0) gradient.fill(0, 3 * voxel, 3 * voxel + 3)
    })
    return gradient
  }

  private addTerms(field: GridValues, gradient: Float64Array): RegularisationValue[] {
    return this.terms.map((term) => ({
      term: term.term,
      weight: term.weight,
      value: addRegularisation(this.problem.grid, term, this.region, field, gradient),
    }))
  }

  private deliver(gradient: Float64Array, into?: Gradient): Gradient {
    if (!into) return { magneticField: gradient }
    this.field(into).set(gradient)
    return into
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function countCrossings({
  grid,
  observerKpc,
  directions,
  maxDistanceKpc,
}: LineOfSightProblem): number {
  let crossings = 0
  for (let index = 0; 3 * index < directions.length; index++) {
    const [x, y, z] = directions.subarray(3 * index, 3 * index + 3)
    const face = boxExit(observerKpc, [x, y, z], grid.halfSizeKpc)
    const lengthKpc = maxDistanceKpc ? Math.min(face, maxDistanceKpc[index]) : face
    const ray: Ray = { origin: observerKpc, direction: [x, y, z], lengthKpc }
    crossings += panelEdges(lengthKpc, latticeCrossings(grid, ray, 'continued')).length - 1
  }
  return crossings
}
