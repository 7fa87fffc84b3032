import { availableParallelism } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { optimiserSteps } from '#shared/inference/optimisers.ts'
import { voxelCount } from '#shared/physics/grid.ts'
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
import { addRegularisation } from '../reference/regularisers.ts'
import { layOut, totalParts } from './chunks.ts'
import type { Chunk } from './chunks.ts'
import { ChunkModel } from './derivatives.ts'
import {
  addToGradient,
  freeQuantities,
  keepRegion,
  quantitiesAtNodes,
  unknownsAtNodes,
  zeroGradient,
} from './quantities.ts'
import type { GradientSums } from './quantities.ts'
import { countParts } from './rays.ts'
import type { NodeDensities, RayPaths } from './rays.ts'
import { hasFrequencies } from './recipe.ts'
import type { QuantityName, Recipe } from './recipe.ts'
import type { Runtime } from './runtime.ts'

export interface Prepared {
  readonly runtime: Runtime
  readonly problem: LineOfSightProblem
  readonly recipe: Recipe
  readonly paths: RayPaths
  readonly densities: NodeDensities
  readonly region: Uint8Array
  readonly terms: readonly RegularisationTerm[]
}

/** Bytes that the tensors and tables of one chunk of rays may take. */
const CHUNK_BYTES = 256 * 2 ** 20
/** The cpu runtime keeps the event loop waiting for a chunk, so that chunks are small there: some 0.1 s. */
const CPU_CHUNK_NODES = 2 ** 15

/** The line-of-sight sums in TensorFlow.js, chunk by chunk of rays. */
export class TensorflowOperator implements LineOfSightOperator {
  readonly rays: number
  readonly crossings: number
  readonly threads: number
  readonly memoryBytes: number
  readonly description: string
  private readonly prepared: Prepared
  private readonly free: readonly QuantityName[]
  private readonly chunkNodes: number
  private busy = false
  private disposed = false

  constructor(prepared: Prepared) {
    const { runtime, problem, recipe, paths, densities } = prepared
    this.prepared = prepared
    this.rays = paths.rays
    this.crossings = paths.crossings
    this.threads = runtime.native ? availableParallelism() : 1
    this.free = freeQuantities(problem, recipe)
    const nodeBytes = bytesPerNode(recipe)
    this.chunkNodes = Math.floor(CHUNK_BYTES / nodeBytes)
    if (!runtime.native) this.chunkNodes = Math.min(this.chunkNodes, CPU_CHUNK_NODES)
    this.memoryBytes =
      8 * (paths.crossings + 2 * paths.rays) +
      (densities.cached ? densities.bytes : 0) +
      this.chunkNodes * nodeBytes
    const functions = densities.cached ? 'cached' : 'evaluated anew in each pass'
    this.description = `${runtime.packageName} ${runtime.tf.version_core}, float32, ${this.chunkNodes} nodes at a time; densities at the nodes ${functions}`
  }

  createGrid(components: 1 | 3): Float32Array {
    return new Float32Array(components * voxelCount(this.prepared.problem.grid))
  }

  forward(unknowns: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      const out = this.emptyObservables()
      await this.overChunks(unknowns, (chunk, model) => {
        this.collect(chunk, model.observables(), out)
      })
      return out
    })
  }

  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables> {
    return this.exclusively(async () => {
      const out = this.emptyObservables()
      requireTangent(this.prepared.problem, tangent)
      if (this.free.length === 0) return out
      await this.overChunks(unknowns, (chunk, model) => {
        const change = unknownsAtNodes(this.prepared.recipe, chunk, tangent, 0)
        this.collect(chunk, model.jvp(this.free, change, this.rowCount), out)
      })
      return out
    })
  }

  adjoint(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<Gradient> {
    return this.exclusively(async () =>
      this.deliver(await this.gradient(unknowns, cotangent), into),
    )
  }

  lossGradient(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<LossGradient> {
    return this.exclusively(async () => {
      const sums = await this.gradient(unknowns, cotangent)
      const regularisation = this.addTerms(unknowns, sums.magneticField)
      const gradientNorm = norm(Object.values(sums))
      return { gradient: this.deliver(sums, into), gradientNorm, regularisation }
    })
  }

  regularisation(unknowns: Unknowns): Promise<RegularisationValue[]> {
    return this.exclusively(async () => {
      const { magneticField } = zeroGradient(this.prepared.problem, unknowns)
      return this.addTerms(unknowns, magneticField)
    })
  }

  update(update: OptimiserUpdate): Promise<void> {
    const { method, parameters, gradient, firstMoment, secondMoment, step, options } = update
    const { length } = parameters
    const take = optimiserSteps[method]
    return this.exclusively(async () => {
      take(parameters, gradient, firstMoment, secondMoment, step, options, 0, length)
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

  /** Lays out the rays in chunks, those with equally many parts together, and visits each with its model. */
  private async overChunks(
    unknowns: Unknowns,
    visit: (chunk: Chunk, model: ChunkModel) => void,
  ): Promise<void> {
    const { runtime, problem, recipe, paths, densities } = this.prepared
    requireUnknowns(problem, unknowns)
    const partsOf = countParts(problem, recipe, paths, densities, unknowns)
    const counts = Uint32Array.from({ length: this.rays }, (_, ray) =>
      totalParts(paths, partsOf, ray),
    )
    const order = Uint32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b)
    for (let first = 0; first < this.rays;) {
      const rayNodes = Math.max(1, counts[order[first]]) * recipe.nodes.length
      const last = first + Math.max(1, Math.floor(this.chunkNodes / rayNodes))
      const rays = order.slice(first, last)
      const chunk = layOut(problem, recipe, paths, densities, rays, partsOf)
      const values = quantitiesAtNodes(recipe, chunk, unknowns)
      visit(chunk, new ChunkModel(runtime.tf, recipe, chunk, values))
      first = last
      await nextTurn()
    }
  }

  private get rowCount(): number {
    const { observables, frequencies } = this.prepared.recipe
    return observables.reduce((sum, o) => sum + (hasFrequencies(o) ? frequencies.length : 1), 0)
  }

  private rowsOf(observable: Recipe['observables'][number]): number {
    return hasFrequencies(observable) ? this.prepared.recipe.frequencies.length : 1
  }

  private emptyObservables(): Observables {
    const out: Observables = {}
    for (const observable of this.prepared.recipe.observables) {
      out[observable] = new Float64Array(this.rowsOf(observable) * this.rays)
    }
    return out
  }

  /** Visits every value of a chunk's rows: its place there and in the observable. */
  private overRows(
    chunk: Chunk,
    visit: (observable: Recipe['observables'][number], at: number, of: number) => void,
  ): void {
    let at = 0
    for (const observable of this.prepared.recipe.observables) {
      for (let row = 0; row < this.rowsOf(observable); row++) {
        for (const ray of chunk.rays) visit(observable, row * this.rays + ray, at++)
      }
    }
  }

  /** @throws KernelError for a value that is not finite */
  private collect(chunk: Chunk, rows: Float32Array, out: Observables): void {
    this.overRows(chunk, (observable, at, from) => {
      if (!Number.isFinite(rows[from])) {
        throw new KernelError(
          `${observable} of ray ${at % this.rays} is ${rows[from]}: an unknown holds a value that is not finite or beyond float32.`,
        )
      }
      const values = out[observable]
      if (values) values[at] = rows[from]
    })
  }

  /** J'y, zero outside the region. */
  private async gradient(unknowns: Unknowns, cotangent: Observables): Promise<GradientSums> {
    const { problem, region } = this.prepared
    const sums = zeroGradient(problem, requireUnknowns(problem, unknowns))
    const checked = requireCotangent(problem, cotangent)
    if (this.free.length > 0) {
      await this.overChunks(unknowns, (chunk, model) => {
        const rows = new Float32Array(this.rowCount * chunk.rays.length)
        this.overRows(chunk, (observable, at, to) => {
          rows[to] = checked[observable][at]
        })
        addToGradient(chunk, model.adjoint(this.free, rows), sums)
      })
    }
    keepRegion(region, sums)
    return sums
  }

  private addTerms(unknowns: Unknowns, gradient: Float64Array): RegularisationValue[] {
    const { problem, region, terms } = this.prepared
    requireUnknowns(problem, unknowns)
    return terms.map((term) => ({
      term: term.term,
      weight: term.weight,
      value: addRegularisation(problem.grid, term, region, unknowns.magneticField, gradient),
    }))
  }

  private deliver(sums: GradientSums, into?: Gradient): Gradient {
    const { magneticField, thermalElectrons, cosmicRays, spectralIndex } = sums
    const { raySpectralIndex } = sums
    if (!into) {
      return {
        magneticField: Float32Array.from(magneticField),
        ...(thermalElectrons ? { thermalElectrons: Float32Array.from(thermalElectrons) } : {}),
        ...(cosmicRays ? { cosmicRays: Float32Array.from(cosmicRays) } : {}),
        ...(spectralIndex ? { spectralIndex: Float32Array.from(spectralIndex) } : {}),
        ...(raySpectralIndex ? { raySpectralIndex } : {}),
      }
    }
    requireTangent(this.prepared.problem, into)
    into.magneticField.set(magneticField)
    if (thermalElectrons) into.thermalElectrons?.set(thermalElectrons)
    if (cosmicRays) into.cosmicRays?.set(cosmicRays)
    if (spectralIndex) into.spectralIndex?.set(spectralIndex)
    if (raySpectralIndex) into.raySpectralIndex?.set(raySpectralIndex)
    return into
  }
}

/** About what a node takes while derivatives are computed: stencils of 64 bytes, and float32 tensors. */
function bytesPerNode({ frequencies, polarisation, uses }: Recipe): number {
  const scalarGrids = uses.has('thermalElectrons') || uses.has('spectralIndex')
  const tensors = 40 + (polarisation ? 40 : 10) * frequencies.length
  return 64 + (scalarGrids ? 64 : 0) + 4 * tensors
}

function norm(arrays: readonly ArrayLike<number>[]): number {
  let squares = 0
  for (const array of arrays) for (let n = 0; n < array.length; n++) squares += array[n] ** 2
  return Math.sqrt(squares)
}
