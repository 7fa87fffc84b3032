import { voxelCount } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import { KernelError } from '../../interface.ts'
import type {
  Gradient,
  GridValues,
  LineOfSightOperator,
  LineOfSightProblem,
  LossGradient,
  Observables,
  OptimiserUpdate,
  RegularisationTerm,
  RegularisationValue,
  Unknowns,
} from '../../interface.ts'
import { requireCotangent, requireUnknowns } from '../../problem.ts'
import type { CompiledTerm, Job } from './jobs.ts'
import type { MemoryPlan } from './memory-plan.ts'
import type { Segment } from './rays.ts'
import { shareEvenly, shareRays } from './rays.ts'
import type { ThreadPool } from './thread-pool.ts'
import { copyPacked, isShared, loadField } from './transfer.ts'
import type { WeightWriter } from './weights.ts'

/** What `prepare` has made ready. */
export interface PreparedProblem {
  readonly problem: LineOfSightProblem
  readonly terms: readonly RegularisationTerm[]
  readonly compiledTerms: readonly CompiledTerm[]
  readonly plan: MemoryPlan
  readonly memory: WebAssembly.Memory
  readonly pool: ThreadPool
  readonly threads: number
  /** Place in the kernels' order -> the caller's ray. */
  readonly order: Uint32Array
  readonly crossingsOf: Uint32Array
  readonly crossings: number
  readonly segments: readonly Segment[]
  readonly weights: WeightWriter
  readonly description: string
}

/** Total intensity from a gridded magnetic field on worker threads. */
export class WasmOperator implements LineOfSightOperator {
  readonly rays: number
  readonly crossings: number
  readonly threads: number
  readonly memoryBytes: number
  readonly description: string
  private readonly prepared: PreparedProblem
  private readonly grid: GridGeometry
  private readonly voxels: number
  /** K per unit of the kernels' sums, for each frequency. */
  private readonly kelvin: readonly number[]
  private readonly planeCuts: readonly number[]
  private readonly sums: Float64Array
  private readonly cotangents: Float32Array
  private busy = false
  private disposed = false

  constructor(prepared: PreparedProblem) {
    const { problem, plan, memory, threads, order } = prepared
    this.prepared = prepared
    this.grid = problem.grid
    this.voxels = voxelCount(problem.grid)
    this.rays = order.length
    this.crossings = prepared.crossings
    this.threads = threads
    this.memoryBytes = memory.buffer.byteLength
    this.description = prepared.description
    this.kelvin = problem.frequenciesGhz.map(
      (frequency) => emissivityConstantsMicrogauss(frequency, problem.spectralIndex).intensity,
    )
    this.planeCuts = shareEvenly(problem.grid.shape[0], threads)
    this.sums = new Float64Array(memory.buffer, plan.sums, this.rays)
    this.cotangents = new Float32Array(memory.buffer, plan.cotangents, this.rays)
  }

  createGrid(components: 1 | 3): Float32Array {
    return new Float32Array(new SharedArrayBuffer(4 * components * this.voxels))
  }

  forward(unknowns: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      await this.load(this.field(unknowns), this.prepared.plan.field)
      return { I: await this.sumRays('forward') }
    })
  }

  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      const { plan } = this.prepared
      await this.load(this.field(unknowns), plan.field)
      await this.load(this.field(tangent), plan.tangent)
      return { I: await this.sumRays('jvp') }
    })
  }

  adjoint(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<Gradient> {
    return this.exclusively(async () => {
      await this.accumulate(unknowns, cotangent)
      return this.gather(true, false, into)
    })
  }

  lossGradient(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<LossGradient> {
    return this.exclusively(async () => {
      await this.accumulate(unknowns, cotangent)
      const gradient = await this.gather(true, true, into)
      return {
        gradient,
        gradientNorm: Math.sqrt(this.sumPlanes(this.prepared.plan.squares)),
        regularisation: this.regularisationValues(),
      }
    })
  }

  regularisation(unknowns: Unknowns): Promise<readonly RegularisationValue[]> {
    return this.exclusively(async () => {
      await this.load(this.field(unknowns), this.prepared.plan.field)
      await this.gather(false, true)
      return this.regularisationValues()
    })
  }

  update(update: OptimiserUpdate): Promise<void> {
    return this.exclusively(async () => {
      const { parameters, gradient, firstMoment, secondMoment } = update
      const arrays = [parameters, gradient, firstMoment, secondMoment]
      if (arrays.some((values) => !isShared(values) || values.length !== parameters.length)) {
        throw new KernelError(
          'An optimiser step needs arrays of one length made by createGrid: threads cannot see others.',
        )
      }
      const { method, step, options } = update
      const cuts = shareEvenly(parameters.length, this.threads)
      await this.onThreads((thread) => ({
        kind: 'update',
        method,
        parameters,
        gradient,
        firstMoment,
        secondMoment,
        step,
        options,
        first: cuts[thread],
        last: cuts[thread + 1],
      }))
    })
  }

  async dispose(): Promise<void> {
    this.disposed = true
    await this.prepared.pool.end()
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

  private onThreads(job: (thread: number) => Job): Promise<void> {
    return this.prepared.pool.run(Array.from({ length: this.threads }, (_, t) => job(t)))
  }

  private field(unknowns: Unknowns): GridValues {
    return requireUnknowns(this.prepared.problem, unknowns).magneticField
  }

  private async load(source: GridValues, target: number): Promise<void> {
    if (!isShared(source)) {
      loadField(this.prepared.memory.buffer, source, target, 0, this.voxels)
      return
    }
    const cuts = shareEvenly(this.voxels, this.threads)
    await this.onThreads((thread) => ({
      kind: 'load',
      source,
      target,
      first: cuts[thread],
      last: cuts[thread + 1],
    }))
  }

  /** Runs a pass over all rays; where the weights do not all fit, segment by segment after computing them anew. */
  private async overRays(
    job: (first: number, last: number, segment: number) => Job,
  ): Promise<void> {
    const { segments, crossingsOf, weights } = this.prepared
    for (const [index, segment] of segments.entries()) {
      if (segments.length > 1) await weights.fill(segment)
      const cuts = shareRays(crossingsOf, segment, this.threads)
      await this.onThreads((thread) => job(cuts[thread], cuts[thread + 1], index))
    }
  }

  /** Forward or tangent pass: K, [frequency][ray] in the caller's order. */
  private async sumRays(kind: 'forward' | 'jvp'): Promise<Float64Array> {
    await this.overRays((first, last) => ({ kind, first, last }))
    const { order } = this.prepared
    const intensity = new Float64Array(this.kelvin.length * this.rays)
    for (let place = 0; place < this.rays; place++) {
      const sum = this.sums[place]
      if (!Number.isFinite(sum)) {
        throw new KernelError(
          `The intensity of ray ${order[place]} is ${sum}: the magnetic field holds a value that is not finite or beyond float32.`,
        )
      }
      for (let f = 0; f < this.kelvin.length; f++) {
        intensity[f * this.rays + order[place]] = this.kelvin[f] * sum
      }
    }
    return intensity
  }

  /** Adjoint pass into the threads' gradients. */
  private async accumulate(unknowns: Unknowns, cotangent: Observables): Promise<void> {
    const perRay = requireCotangent(this.prepared.problem, cotangent).I
    const field = this.field(unknowns)
    const { order, plan } = this.prepared
    for (let place = 0; place < this.rays; place++) {
      let sum = 0
      for (let f = 0; f < this.kelvin.length; f++) {
        sum += this.kelvin[f] * perRay[f * this.rays + order[place]]
      }
      this.cotangents[place] = sum
    }
    await this.load(field, plan.field)
    await this.overRays((first, last, segment) => ({
      kind: 'adjoint',
      first,
      last,
      clear: segment === 0,
    }))
  }

  /** Reduces the threads' gradients, adds the regularisation's, and hands the result over. */
  private async gather(
    likelihood: boolean,
    regularisation: boolean,
    into?: Gradient,
  ): Promise<Gradient> {
    const { plan, memory, compiledTerms } = this.prepared
    const out = into
      ? requireUnknowns(this.prepared.problem, into).magneticField
      : new Float32Array(3 * this.voxels)
    const shared = isShared(out)
    const cuts = this.planeCuts
    const looksAround = compiledTerms.some(
      ({ term }) => term === 'total-variation' || term === 'divergence',
    )
    if (regularisation && looksAround) {
      await this.onThreads((thread) => ({
        kind: 'term-data',
        first: cuts[thread],
        last: cuts[thread + 1],
      }))
    }
    await this.onThreads((thread) => ({
      kind: 'gradient',
      first: cuts[thread],
      last: cuts[thread + 1],
      likelihood,
      regularisation,
      ...(shared ? { into: out } : {}),
    }))
    if (!shared) copyPacked(memory.buffer, plan.tangent, out, 0, this.voxels)
    return { magneticField: out }
  }

  private regularisationValues(): RegularisationValue[] {
    const { terms, compiledTerms } = this.prepared
    return compiledTerms.map(({ values }, index) => {
      const { term, weight } = terms[index]
      return { term, weight, value: this.sumPlanes(values) }
    })
  }

  /** Sums the float64 values of the planes in their order: the same bits for every number of threads. */
  private sumPlanes(at: number): number {
    const planes = new Float64Array(this.prepared.memory.buffer, at, this.grid.shape[0])
    return planes.reduce((sum, value) => sum + value, 0)
  }
}
