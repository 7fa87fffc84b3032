import { availableParallelism } from 'node:os'
import { voxelCount } from '#shared/physics/grid.ts'
import { KernelError } from '../../interface.ts'
import type {
  KernelBackend,
  LineOfSightOperator,
  LineOfSightProblem,
  OperatorMemory,
  PrepareOptions,
  RegularisationTerm,
} from '../../interface.ts'
import { allCapabilities, requireOptions, requireProblem } from '../../problem.ts'
import { regularisationFactors } from '../../regularisation.ts'
import { estimateCrossings } from '../../crossing-estimate.ts'
import type { CompiledTerm } from './jobs.ts'
import { chooseKernel } from './kernel-choice.ts'
import type { KernelChoice } from './kernel-choice.ts'
import { FIRST_FREE, PROBLEM, RAY, RAY_BYTES, VOXEL_BYTES, planThreads } from './memory-plan.ts'
import type { MemoryPlan } from './memory-plan.ts'
import { instantiate, kernelBuild, kernelModule, kernelsAreFused } from './module.ts'
import { WasmOperator } from './operator.ts'
import { cutSegments, latticeOrigin, neighbourOrder, writeRays } from './rays.ts'
import type { Segment } from './rays.ts'
import { ThreadPool } from './thread-pool.ts'
import { loadGrids } from './transfer.ts'
import { writeGeneralTables, writeNodes, writePolarisedTables } from './tables.ts'
import { WeightWriter } from './weights.ts'

const DEFAULT_CACHE_BYTES = 256 * 2 ** 20
const MAX_THREADS = 256

/** AssemblyScript kernels with 128-bit SIMD on worker threads over one shared memory: the default on a CPU. */
export const wasmBackend: KernelBackend = {
  name: 'wasm',
  precision: 'float32',
  build: kernelBuild,
  describe: () =>
    'WebAssembly SIMD on CPU threads: every observable and unknown, float32 with float64 stepping, depths and sums; free-free emission and unknown C or p in float64.',
  memory,
  prepare,
}

async function prepare(
  problem: LineOfSightProblem,
  options: PrepareOptions = {},
): Promise<LineOfSightOperator> {
  requireProblem('wasm', allCapabilities, problem)
  const { region, regularisation } = requireOptions(problem, options)
  const asked = requireThreads(options)
  const { cacheBytes = DEFAULT_CACHE_BYTES } = options
  const { signal, onProgress, densities } = options
  signal?.throwIfAborted()

  const order = neighbourOrder(problem.directions)
  const kernel = chooseKernel(problem)
  const crossingsOf = countCrossings(problem, order, kernel)
  const crossings = crossingsOf.reduce((sum, n) => sum + n, 0)
  const { grid, nodesPerCrossing } = problem
  const { plan, threads } = planThreads({
    grid,
    rays: order.length,
    crossings,
    mostCrossingsOfARay: crossingsOf.reduce((most, n) => Math.max(most, n), 0),
    nodesPerCrossing,
    kernel,
    threads: asked,
    terms: regularisation,
    cacheBytes,
  })
  const memory = new WebAssembly.Memory({ initial: plan.pages, maximum: plan.pages, shared: true })
  const { buffer } = memory
  writeProblem(buffer, problem, kernel, plan, order, crossingsOf)
  new Uint8Array(buffer, plan.mask, region.length).set(region)
  const compiledTerms = compileTerms(problem, regularisation, plan)
  const voxels = region.length
  regularisation.forEach(({ reference }, n) => {
    const place = { voxels, field: plan.termData[n], planes: 0 }
    if (reference) loadGrids(buffer, { field: reference, planes: [] }, place, 0, voxels)
  })

  const module = kernelModule()
  const ownScratch = plan.scratch + threads * plan.scratchBytes
  const weights = new WeightWriter(
    problem,
    kernel,
    plan,
    instantiate(module, memory),
    buffer,
    latticeOrigin(problem),
    ownScratch,
  )
  const segments = cutSegments(crossingsOf, plan.weightCapacity)
  // More than one segment: the operator computes the weights anew in each pass.
  if (segments.length === 1) {
    await weights.fill(segments[0], signal, (done) => onProgress?.(done / order.length))
  }
  onProgress?.(1)
  const weightsOnThreads = segments.length > 1 && densities !== undefined

  const setup = {
    threads,
    module,
    memory,
    plan,
    shape: grid.shape,
    kernel,
    terms: compiledTerms,
    ...(weightsOnThreads && densities
      ? {
          weights: {
            grid: { shape: grid.shape, halfSizeKpc: grid.halfSizeKpc },
            nodesPerCrossing,
            observerKpc: problem.observerKpc,
            origin: latticeOrigin(problem),
            densities,
          },
        }
      : {}),
  }
  const pool = new ThreadPool(
    Array.from({ length: threads }, (_, thread) => ({ ...setup, thread })),
  )
  return new WasmOperator({
    problem,
    kernel,
    terms: regularisation,
    compiledTerms,
    plan,
    memory,
    pool,
    threads,
    order,
    crossingsOf,
    crossings,
    segments,
    weights,
    weightsOnThreads,
    description: describe(kernel, threads, asked, plan, segments),
  })
}

function memory(
  problem: LineOfSightProblem,
  rays: number,
  options: PrepareOptions = {},
): OperatorMemory {
  requireProblem('wasm', allCapabilities, problem)
  const { grid, nodesPerCrossing } = problem
  const { regularisation = [] } = options
  const perRay = estimateCrossings(problem)
  const { plan, threads } = planThreads({
    grid,
    rays,
    crossings: Math.ceil(rays * perRay.mean),
    mostCrossingsOfARay: perRay.most,
    nodesPerCrossing,
    kernel: chooseKernel(problem),
    threads: requireThreads(options),
    terms: regularisation,
    cacheBytes: options.cacheBytes ?? DEFAULT_CACHE_BYTES,
  })
  const gradients = threads * plan.gradientBytes
  const weights = (plan.weightCapacity + 1) * plan.recordBytes
  const geometry = plan.geometry ? plan.weights - plan.geometry : 0
  const grids = voxelCount(grid) * (2 * VOXEL_BYTES + 1)
  const noun = threads === 1 ? 'one thread' : `${threads} threads`
  return {
    host: [
      { name: 'grids of the kernels', bytes: grids },
      { name: `gradients of ${noun}`, bytes: gradients },
      { name: 'cache of the crossings', bytes: weights + geometry },
      { name: 'rays and terms', bytes: plan.bytes - grids - gradients - weights - geometry },
    ],
    card: [],
    threads,
  }
}

function requireThreads({ threads = availableParallelism() }: PrepareOptions): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads
  throw new KernelError(`The number of threads must be 1 to ${MAX_THREADS}, not ${threads}.`)
}

/** Crossings of every ray, in the order given: counted on a small memory, since they decide the size of the real one. */
function countCrossings(
  problem: LineOfSightProblem,
  order: Uint32Array,
  { held }: KernelChoice,
): Uint32Array {
  const at = FIRST_FREE
  const pages = Math.ceil((at + order.length * RAY_BYTES) / 65536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  const functions = instantiate(kernelModule(), memory)
  writeRays(memory.buffer, at, problem, order)
  const [ux, uy, uz] = latticeOrigin(problem)
  functions.countCrossings(at, 0, order.length, ux, uy, uz, ...problem.grid.shape, held ? 1 : 0)
  const words = new Uint32Array(memory.buffer)
  return Uint32Array.from(order, (_, place) => words[(at + place * RAY_BYTES + RAY.crossings) >> 2])
}

/** Everything the kernels read besides the weights and the field. */
function writeProblem(
  buffer: ArrayBufferLike,
  problem: LineOfSightProblem,
  kernel: KernelChoice,
  plan: MemoryPlan,
  order: Uint32Array,
  crossingsOf: Uint32Array,
): void {
  const { nodesPerCrossing, spectralIndex } = problem
  writeRays(buffer, plan.rays, problem, order)
  writeNodes(buffer, plan.nodes, nodesPerCrossing)
  const view = new DataView(buffer)
  let first = 0
  crossingsOf.forEach((crossings, place) => {
    const ray = plan.rays + place * RAY_BYTES
    view.setUint32(ray + RAY.crossings, crossings, true)
    view.setUint32(ray + RAY.first, first, true)
    first += crossings
  })
  const at = plan.problem
  latticeOrigin(problem).forEach((u, axis) => {
    view.setFloat64(at + PROBLEM.origin + 8 * axis, u, true)
  })
  problem.grid.shape.forEach((n, axis) => {
    view.setInt32(at + PROBLEM.shape + 4 * axis, n, true)
  })
  view.setUint32(at + PROBLEM.rays, plan.rays, true)
  view.setUint32(at + PROBLEM.geometry, plan.geometry, true)
  view.setUint32(at + PROBLEM.weights, plan.weights, true)
  view.setUint32(at + PROBLEM.nodes, plan.nodes, true)
  view.setUint32(at + PROBLEM.firstCrossing, 0, true)
  view.setUint32(at + PROBLEM.groups, plan.groups, true)
  view.setUint32(at + PROBLEM.recordBytes, plan.recordBytes, true)
  // Unless the nodes fill their groups, the last lane holds the crossing's length.
  view.setInt32(at + PROBLEM.lastLane, nodesPerCrossing % 4 === 0 ? -1 : 0, true)
  view.setFloat64(at + PROBLEM.exponent, (spectralIndex + 1) / 4, true)
  view.setInt32(at + PROBLEM.margin, kernel.held ? 1 : 0, true)
  if (kernel.kind === 'polarised') writePolarisedTables(buffer, plan, kernel, nodesPerCrossing)
  if (kernel.kind === 'general') writeGeneralTables(buffer, plan, kernel, problem)
}

function compileTerms(
  { grid }: LineOfSightProblem,
  terms: readonly RegularisationTerm[],
  plan: MemoryPlan,
): CompiledTerm[] {
  return terms.map(({ term, weight }, n) => ({
    term,
    ...regularisationFactors(term, weight, grid),
    data: plan.termData[n],
    values: plan.values + 8 * n * grid.shape[0],
  }))
}

function describe(
  kernel: KernelChoice,
  threads: number,
  asked: number,
  plan: MemoryPlan,
  segments: readonly Segment[],
): string {
  const cache =
    segments.length > 1
      ? `node weights computed anew in each pass, in ${segments.length} parts (raise the cache to avoid this)`
      : plan.geometry
        ? 'positions and node weights of all crossings cached'
        : 'node weights of all crossings cached, rays walked in each pass'
  const fewer =
    threads < asked ? ` (not ${asked}: the gradients of more do not fit into 4 GiB)` : ''
  const noun = `${threads === 1 ? 'thread' : 'threads'}${fewer}`
  const simd = kernelsAreFused() ? 'SIMD with fused multiply-adds' : 'SIMD'
  const how = kernel.kind === 'general' ? 'float64 on float32 grids' : `${simd}, float32`
  return `WebAssembly ${how}, ${threads} ${noun}; ${cache}`
}
