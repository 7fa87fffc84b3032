import { voxelCount } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { KernelError } from '../../interface.ts'
import type {
  Gradient,
  LineOfSightOperator,
  LineOfSightProblem,
  LossGradient,
  Observables,
  OptimiserUpdate,
  RegularisationTerm,
  RegularisationValue,
  Unknowns,
} from '../../interface.ts'
import { requireCotangent, requireTangent, requireUnknowns } from '../../problem.ts'
import type { CompiledTerm, Job, JobReply } from './jobs.ts'
import type { KernelChoice } from './kernel-choice.ts'
import type { MemoryPlan } from './memory-plan.ts'
import { ObservableRows } from './observables.ts'
import type { Segment } from './rays.ts'
import { shareEvenly, shareRays } from './rays.ts'
import type { ThreadPool } from './thread-pool.ts'
import { copyPacked, isShared, loadGrids } from './transfer.ts'
import type { GridPlaces, PackedGrids } from './transfer.ts'
import type { WeightWriter } from './weights.ts'

/** What `prepare` has made ready. */
export interface PreparedProblem {
  readonly problem: LineOfSightProblem
  readonly kernel: KernelChoice
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
  /** The kernel threads can fill in weights too. */
  readonly weightsOnThreads: boolean
  readonly description: string
}

/** The observables of a problem and their derivatives, computed on worker threads. */
export class WasmOperator implements LineOfSightOperator {
  readonly rays: number
  readonly crossings: number
  readonly threads: number
  readonly memoryBytes: number
  readonly description: string
  private readonly prepared: PreparedProblem
  private readonly grid: GridGeometry
  private readonly voxels: number
  private readonly rows: ObservableRows
  private readonly planeCuts: readonly number[]
  private readonly sums: Float64Array
  private readonly changes: Float64Array
  private readonly cotangents: Float32Array
  private readonly unknownsAt: GridPlaces
  /** The tangent, or the packed gradient on its way out. */
  private readonly packedAt: GridPlaces
  /** p of the rays in the kernels' order, and their changes or derivatives. */
  private readonly rayIndices: Float64Array
  private readonly rayIndicesOther: Float64Array
  /** Whether the sums are those of the field that the kernels hold. */
  private sumsHold = false
  /** The segment whose weights are there. */
  private filled: Segment | undefined
  private busy = false
  private disposed = false

  constructor(prepared: PreparedProblem) {
    const { problem, plan, memory, threads, order } = prepared
    this.prepared = prepared
    this.filled = prepared.segments.length === 1 ? prepared.segments[0] : undefined
    this.grid = problem.grid
    this.voxels = voxelCount(problem.grid)
    this.rays = order.length
    this.crossings = prepared.crossings
    this.threads = threads
    this.memoryBytes = memory.buffer.byteLength
    this.description = prepared.description
    this.rows = new ObservableRows(problem, prepared.kernel, order)
    this.planeCuts = shareEvenly(problem.grid.shape[0], threads)
    const values = this.rays * prepared.kernel.sumsPerRay
    this.sums = new Float64Array(memory.buffer, plan.sums, values)
    this.changes = new Float64Array(memory.buffer, plan.changes, values)
    this.cotangents = new Float32Array(memory.buffer, plan.cotangents, values)
    const { voxels } = this
    this.unknownsAt = { voxels, field: plan.field, planes: plan.planes }
    this.packedAt = { voxels, field: plan.tangent, planes: plan.tangentPlanes }
    const indices = prepared.kernel.raySpectralIndex ? this.rays : 0
    this.rayIndices = new Float64Array(memory.buffer, plan.rayIndex, indices)
    this.rayIndicesOther = new Float64Array(memory.buffer, plan.rayIndexOther, indices)
  }

  createGrid(components: 1 | 3): Float32Array {
    return new Float32Array(new SharedArrayBuffer(4 * components * this.voxels))
  }

  forward(unknowns: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      await this.loadUnknowns(unknowns)
      await this.sumRays()
      return this.rows.read(this.sums)
    })
  }

  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      await this.loadUnknowns(unknowns)
      const checked = requireTangent(this.prepared.problem, tangent)
      await this.load(checked, this.packedAt)
      this.loadRayIndices(checked, this.rayIndicesOther)
      await this.overRays((first, last) => ({ kind: 'jvp', first, last }))
      return this.rows.read(this.changes)
    })
  }

  adjoint(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<Gradient> {
    return this.exclusively(() =>
      this.fromZero(async () => {
        await this.accumulate(unknowns, cotangent)
        return this.gather(true, false, into)
      }),
    )
  }

  lossGradient(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<LossGradient> {
    return this.exclusively(async () => {
      const gradient = await this.fromZero(async () => {
        await this.accumulate(unknowns, cotangent)
        return this.gather(true, true, into)
      })
      return {
        gradient,
        gradientNorm: Math.sqrt(
          this.sumPlanes(this.prepared.plan.squares) + sumOfSquares(gradient.raySpectralIndex),
        ),
        regularisation: this.regularisationValues(),
      }
    })
  }

  regularisation(unknowns: Unknowns): Promise<readonly RegularisationValue[]> {
    return this.exclusively(async () => {
      await this.loadUnknowns(unknowns)
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

  private onThreads(job: (thread: number) => Job): Promise<JobReply[]> {
    return this.prepared.pool.run(Array.from({ length: this.threads }, (_, t) => job(t)))
  }

  private async loadUnknowns(unknowns: Unknowns): Promise<void> {
    const checked = requireUnknowns(this.prepared.problem, unknowns)
    const changedGrids = await this.load(checked, this.unknownsAt)
    const changedIndices = this.loadRayIndices(checked, this.rayIndices)
    if (changedGrids || changedIndices) this.sumsHold = false
  }

  /** Copies grids to the kernels' memory. @returns whether that changed anything there */
  private async load(unknowns: Unknowns, target: GridPlaces): Promise<boolean> {
    const source = this.packedGrids(unknowns)
    if (!areShared(source)) {
      return loadGrids(this.prepared.memory.buffer, source, target, 0, this.voxels)
    }
    const cuts = shareEvenly(this.voxels, this.threads)
    const replies = await this.onThreads((thread) => ({
      kind: 'load',
      source,
      target,
      first: cuts[thread],
      last: cuts[thread + 1],
    }))
    return replies.some(({ changed }) => changed)
  }

  /** The same for the spectral indices of the rays. */
  private loadRayIndices({ raySpectralIndex }: Unknowns, target: Float64Array): boolean {
    if (!raySpectralIndex) return false
    let changed = false
    this.prepared.order.forEach((ray, place) => {
      const value = raySpectralIndex[raySpectralIndex.length === 1 ? 0 : ray]
      if (target[place] !== value) changed = true
      target[place] = value
    })
    return changed
  }

  private packedGrids(unknowns: Unknowns): PackedGrids {
    const { magneticField, thermalElectrons } = unknowns
    return {
      field: magneticField,
      ...(thermalElectrons ? { electrons: thermalElectrons } : {}),
      planes: this.prepared.kernel.planes.flatMap((name) => unknowns[name] ?? []),
    }
  }

  /** Runs a pass over all rays; where the weights do not all fit, segment by segment after computing them anew. */
  private async overRays(
    job: (first: number, last: number) => Job,
    segments = this.prepared.segments,
  ): Promise<void> {
    for (const segment of segments) {
      const cuts = shareRays(this.prepared.crossingsOf, segment, this.threads)
      if (this.filled !== segment) await this.fill(segment, cuts)
      await this.onThreads((thread) => job(cuts[thread], cuts[thread + 1]))
    }
  }

  private async fill(segment: Segment, cuts: readonly number[]): Promise<void> {
    const { weights, weightsOnThreads, pool } = this.prepared
    this.filled = undefined
    if (weightsOnThreads) {
      const { firstCrossing } = segment
      weights.begin(segment)
      const jobs = Array.from({ length: this.threads }, (_, thread) => ({
        kind: 'weights' as const,
        firstCrossing,
        first: cuts[thread],
        last: cuts[thread + 1],
      }))
      await pool.run(jobs)
    } else await weights.fill(segment)
    this.filled = segment
  }

  /** The forward pass. */
  private async sumRays(): Promise<void> {
    this.sumsHold = false
    await this.overRays((first, last) => ({ kind: 'forward', first, last }))
    this.sumsHold = true
  }

  /** Adjoint pass into the threads' gradients. */
  private async accumulate(unknowns: Unknowns, cotangent: Observables): Promise<void> {
    const { problem, kernel } = this.prepared
    this.rows.write(requireCotangent(problem, cotangent), this.cotangents)
    await this.loadUnknowns(unknowns)
    // The adjoint of the rotation starts from the Q and U of whole rays.
    if (kernel.wavelengthsSquared.length > 0 && !this.sumsHold) await this.sumRays()
    // From the last segment on, whose weights the forward pass has left; the next forward pass finds those of the first.
    const backward = this.prepared.segments.toReversed()
    await this.overRays((first, last) => ({ kind: 'adjoint', first, last }), backward)
  }

  /** Runs an operation that leaves the threads' gradients at zero, unless it fails. */
  private async fromZero<Result>(operation: () => Promise<Result>): Promise<Result> {
    try {
      return await operation()
    } catch (error) {
      const { memory, plan } = this.prepared
      new Uint8Array(memory.buffer, plan.gradients, this.threads * plan.gradientBytes).fill(0)
      throw error
    }
  }

  /** Reduces the threads' gradients, adds the regularisation's, and hands the result over. */
  private async gather(
    likelihood: boolean,
    regularisation: boolean,
    into?: Gradient,
  ): Promise<Gradient> {
    const { memory, compiledTerms } = this.prepared
    const gradient = into ? requireTangent(this.prepared.problem, into) : this.createGradient()
    const out = this.packedGrids(gradient)
    const shared = areShared(out)
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
    if (!shared) copyPacked(memory.buffer, this.packedAt, out, 0, this.voxels)
    if (gradient.raySpectralIndex) this.gatherRayIndices(gradient.raySpectralIndex, likelihood)
    return gradient
  }

  private createGradient(): Gradient {
    const { kernel } = this.prepared
    const scalars = kernel.planes.map((name) => [name, new Float32Array(this.voxels)] as const)
    return {
      magneticField: new Float32Array(3 * this.voxels),
      ...(kernel.electrons === 'grid' ? { thermalElectrons: new Float32Array(this.voxels) } : {}),
      ...Object.fromEntries(scalars),
      ...(kernel.raySpectralIndex ? { raySpectralIndex: new Float64Array(this.rays) } : {}),
    }
  }

  private gatherRayIndices(into: Float64Array, likelihood: boolean): void {
    into.fill(0)
    if (!likelihood) return
    this.prepared.order.forEach((ray, place) => {
      into[into.length === 1 ? 0 : ray] += this.rayIndicesOther[place]
    })
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

function sumOfSquares(values: Float64Array = new Float64Array()): number {
  return values.reduce((sum, value) => sum + value * value, 0)
}

function areShared({ field, electrons, planes }: PackedGrids): boolean {
  return [field, ...(electrons ? [electrons] : []), ...planes].every(isShared)
}
