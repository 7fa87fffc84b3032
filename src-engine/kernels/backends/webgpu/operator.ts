import type { GridGeometry } from '#shared/physics/grid.ts'
import { optimiserSteps } from '#shared/inference/optimisers.ts'
import { KernelError } from '../../interface.ts'
import type {
  Gradient,
  GridResidence,
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
import { requireCotangent, requireTangent, requireUnknowns } from '../../problem.ts'
import { BUFFER } from './adapter.ts'
import type { GpuDevice } from './adapter.ts'
import { Grids } from './grids.ts'
import type { Kernel } from './kernel.ts'
import { packCotangents, unpackResults } from './observables.ts'
import type { Pipelines } from './pipelines.ts'
import type { ChunkBuffers, RayStore } from './rays.ts'
import { cotangentWords, rayWords } from './settings.ts'
import type { KernelSettings } from './settings.ts'
import { BLOCK, groupLanes } from './shaders/reduce.ts'
import { ruleOf } from './shaders/update.ts'
import type { WorkBuffers } from './work-buffers.ts'

/** What `prepare` has made ready. */
export interface PreparedProblem {
  readonly gpu: GpuDevice
  readonly problem: LineOfSightProblem
  readonly settings: KernelSettings
  readonly terms: readonly RegularisationTerm[]
  readonly pipelines: Pipelines
  readonly store: RayStore
  readonly work: WorkBuffers
  /** Place in the kernels' order -> the caller's ray. */
  readonly order: Uint32Array
  readonly crossings: number
  readonly description: string
}

/** The kernels of one problem on a graphics card. */
export class WebgpuOperator implements LineOfSightOperator {
  readonly rays: number
  readonly crossings: number
  readonly threads = 1
  readonly description: string
  readonly residence: GridResidence
  private readonly prepared: PreparedProblem
  private readonly grid: GridGeometry
  private readonly grids: Grids
  private busy = false
  private disposed = false

  constructor(prepared: PreparedProblem) {
    this.prepared = prepared
    this.grid = prepared.problem.grid
    this.grids = new Grids(prepared.gpu, this.grid)
    this.rays = prepared.order.length
    this.crossings = prepared.crossings
    this.residence = {
      upload: (arrays) => this.exclusively(() => this.grids.upload(arrays)),
      download: (arrays) => this.exclusively(() => this.grids.download(arrays)),
      discard: (arrays) => this.grids.discard(arrays),
    }
    this.description = prepared.description
  }

  get memoryBytes(): number {
    return this.prepared.gpu.memoryBytes
  }

  createGrid(components: 1 | 3): Float32Array<ArrayBuffer> {
    return this.grids.create(components)
  }

  forward(unknowns: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      await this.load(requireUnknowns(this.prepared.problem, unknowns), 0)
      return this.alongRays(await this.prepared.pipelines.forward())
    })
  }

  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      const { problem, pipelines } = this.prepared
      await this.load(requireUnknowns(problem, unknowns), 0)
      await this.load(requireTangent(problem, tangent), 1)
      return this.alongRays(await pipelines.tangent())
    })
  }

  adjoint(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<Gradient> {
    return this.exclusively(async () => {
      await this.accumulate(unknowns, cotangent)
      return (await this.deliver(into)).gradient
    })
  }

  lossGradient(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<LossGradient> {
    return this.exclusively(async () => {
      await this.accumulate(unknowns, cotangent)
      await this.addTerms()
      const { pipelines, work, settings, terms } = this.prepared
      const block = work.blocks[terms.length]
      const squares = this.blocks(settings.channels)
      this.run(
        await pipelines.sumSquares(),
        { block, values: work.gradient, sums: work.sums },
        squares,
      )
      const { gradient, sums } = await this.deliver(into)
      const first = terms.length * this.blocks(1)
      return {
        gradient,
        gradientNorm: Math.sqrt(sum(sums.subarray(first, first + squares))),
        regularisation: this.regularisationValues(sums),
      }
    })
  }

  regularisation(unknowns: Unknowns): Promise<readonly RegularisationValue[]> {
    return this.exclusively(async () => {
      const { gpu, problem, work } = this.prepared
      await this.load(requireUnknowns(problem, unknowns), 0)
      await this.addTerms()
      const [sums] = await gpu.read([{ buffer: work.sums, bytes: work.sums.size }])
      return this.regularisationValues(new Float32Array(sums))
    })
  }

  update(update: OptimiserUpdate): Promise<void> {
    return this.exclusively(async () => {
      const { method, parameters, gradient, firstMoment, secondMoment, step, options } = update
      const arrays = { parameters, gradient, firstMoment, secondMoment }
      const length = parameters.length
      if (Object.values(arrays).some((values) => values.length !== length)) {
        throw new KernelError('An optimiser step needs arrays of one length.')
      }
      const buffers = Object.entries(arrays).flatMap(([name, values]) => {
        const buffer = this.grids.onCard(values)
        return buffer ? [[name, buffer] as const] : []
      })
      if (buffers.length === 0) {
        optimiserSteps[method](
          parameters,
          gradient,
          firstMoment,
          secondMoment,
          step,
          options,
          0,
          length,
        )
        return
      }
      if (buffers.length < 4) {
        throw new KernelError(
          'An optimiser step needs all of its arrays on the graphics card or none: upload them together.',
        )
      }
      const { gpu, pipelines } = this.prepared
      const kernel = await pipelines.update[method]()
      const rule = gpu.upload('rule', ruleOf(method, step, options, length), BUFFER.uniform)
      this.run(kernel, { rule, ...Object.fromEntries(buffers) }, length)
      gpu.free(rule)
    })
  }

  async dispose(): Promise<void> {
    if (this.disposed) return
    this.disposed = true
    this.prepared.gpu.close()
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

  /** Runs one kernel by itself. */
  private run(kernel: Kernel, buffers: Record<string, GPUBuffer>, count: number): void {
    this.prepared.gpu.submit((encoder) => {
      const pass = encoder.beginComputePass()
      kernel.run(pass, kernel.bind(buffers), count)
      pass.end()
    })
  }

  /** Brings unknowns (part 0) or a tangent (part 1) into the kernels' form. */
  private async load(unknowns: Unknowns, part: 0 | 1): Promise<void> {
    const { gpu, pipelines, work } = this.prepared
    const { voxels } = this.grids
    gpu.requireDevice()
    this.grids.load(unknowns.magneticField, work.grids, 0)
    if (unknowns.thermalElectrons)
      this.grids.load(unknowns.thermalElectrons, work.grids, 3 * voxels)
    if (unknowns.cosmicRays) this.grids.load(unknowns.cosmicRays, work.cosmicRays, part * voxels)
    const { grids, field, parts } = work
    this.run(await pipelines.pack(), { grids, place: parts[part], field }, voxels)
  }

  private rayBuffers({ chunk, rays, entries, cells, densities }: ChunkBuffers) {
    const { field, frequency, cosmicRays } = this.prepared.work
    return { chunk, frequency, field, rays, entries, cells, densities, cosmicRays }
  }

  /** Forward or tangent kernel over all rays. */
  private async alongRays(kernel: Kernel): Promise<Observables> {
    const { gpu, store, work, problem, settings, order } = this.prepared
    const { results } = work
    await store.forEach(({ rays }, buffers) => {
      this.run(kernel, { ...this.rayBuffers(buffers), results }, rays)
    })
    const bytes = 4 * rayWords(settings).words * this.rays
    const [words] = await gpu.read([{ buffer: results, bytes }])
    return unpackResults(problem, settings, order, words)
  }

  /** Adjoint kernel over all rays into the gradient. */
  private async accumulate(unknowns: Unknowns, cotangent: Observables): Promise<void> {
    const { gpu, problem, settings, order, pipelines, store, work } = this.prepared
    const given = requireCotangent(problem, cotangent)
    await this.load(requireUnknowns(problem, unknowns), 0)
    const packed = packCotangents(settings, order, given)
    gpu.device.queue.writeBuffer(work.cotangents, 0, packed)
    const adjoint = await pipelines.adjoint()
    const sumGroups = await pipelines.sumGroups()
    const addCorner = await pipelines.addCorner()
    const { cotangents, records, partial, region, gradient } = work
    gpu.submit((encoder) => encoder.clearBuffer(gradient))
    if (cotangentWords(settings).words === 0) return
    await store.forEach(({ rays }, buffers) => {
      gpu.submit((encoder) => {
        const pass = encoder.beginComputePass()
        const group = adjoint.bind({ ...this.rayBuffers(buffers), cotangents, records })
        adjoint.run(pass, group, rays)
        const lanes = groupLanes(settings)
        let values = records
        buffers.levels.forEach(({ groups, buffer }, level) => {
          const sums = partial[level % 2]
          sumGroups.run(pass, sumGroups.bind({ groups: buffer, values, sums }), groups * lanes)
          values = sums
        })
        const { cells, buffer } = buffers.touched
        for (const corner of work.corners) {
          const bound = addCorner.bind({ corner, cells: buffer, sums: values, region, gradient })
          addCorner.run(pass, bound, cells * settings.channels)
        }
        pass.end()
      })
    })
  }

  /** Adds the terms' gradients, and writes the sums of their values block by block. */
  private async addTerms(): Promise<void> {
    const { pipelines, work, terms } = this.prepared
    const { field, region, gradient, values } = work
    const sumBlocks = await pipelines.sumBlocks()
    for (const [n] of terms.entries()) {
      const kernel = await pipelines.regularisers[n]()
      const reference = work.references[n]
      this.run(kernel, { field, region, gradient, values, reference }, this.grids.voxels)
      this.run(sumBlocks, { block: work.blocks[n], values, sums: work.sums }, this.blocks(1))
    }
  }

  private blocks(channels: number): number {
    return Math.ceil((channels * this.grids.voxels) / BLOCK)
  }

  private regularisationValues(sums: Float32Array): RegularisationValue[] {
    const blocks = this.blocks(1)
    return this.prepared.terms.map(({ term, weight }, n) => ({
      term,
      weight,
      value: sum(sums.subarray(n * blocks, (n + 1) * blocks)),
    }))
  }

  /** The gradient in the caller's arrays (or on the card, where they are), and the sums of blocks. */
  private async deliver(into?: Gradient): Promise<{ gradient: Gradient; sums: Float32Array }> {
    const { gpu, problem, settings, work } = this.prepared
    const { voxels } = this.grids
    const { electronGrid, cosmicRayGrid, channels } = settings
    const gradient: Gradient = into
      ? requireTangent(problem, into)
      : {
          magneticField: new Float32Array(3 * voxels),
          ...(electronGrid ? { thermalElectrons: new Float32Array(voxels) } : {}),
          ...(cosmicRayGrid ? { cosmicRays: new Float32Array(voxels) } : {}),
        }
    const parts = [
      { values: gradient.magneticField, first: 0 },
      { values: gradient.thermalElectrons, first: 3 * voxels },
      { values: gradient.cosmicRays, first: (channels - 1) * voxels },
    ]
    const toHost: { values: GridValues; source: { buffer: GPUBuffer; first: number } }[] = []
    gpu.submit((encoder) => {
      for (const { values, first } of parts) {
        if (!values) continue
        const target = this.grids.onCard(values)
        if (target) {
          encoder.copyBufferToBuffer(work.gradient, 4 * first, target, 0, 4 * values.length)
        } else toHost.push({ values, source: { buffer: work.gradient, first: 4 * first } })
      }
    })
    const [sums, ...results] = await gpu.read([
      { buffer: work.sums, bytes: work.sums.size },
      ...toHost.map(({ values, source }) => ({ ...source, bytes: 4 * values.length })),
    ])
    toHost.forEach(({ values }, n) => values.set(new Float32Array(results[n])))
    return { gradient, sums: new Float32Array(sums) }
  }
}

/** In float64: what reduces a typed array is a plain number. */
function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0)
}
