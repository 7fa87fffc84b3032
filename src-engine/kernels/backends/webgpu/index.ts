import { voxelCount } from '#shared/physics/grid.ts'
import { KernelError } from '../../interface.ts'
import type {
  KernelBackend,
  LineOfSightOperator,
  LineOfSightProblem,
  OperatorMemory,
  PrepareOptions,
} from '../../interface.ts'
import { estimateCrossings } from '../../crossing-estimate.ts'
import { requireOptions, requireProblem } from '../../problem.ts'
import type { Capabilities } from '../../problem.ts'
import { version } from '../../../version.ts'
import { neighbourOrder } from '../wasm/rays.ts'
import { GpuDevice } from './adapter.ts'
import type { AdapterDescription } from './adapter.ts'
import { CROSSING_BYTES, cutChunks } from './chunks.ts'
import { RayWalker } from './geometry.ts'
import { WebgpuOperator } from './operator.ts'
import { Pipelines } from './pipelines.ts'
import { probeAdapter } from './probe.ts'
import { RayStore } from './rays.ts'
import { kernelSettings } from './settings.ts'
import type { KernelSettings } from './settings.ts'
import { makeWorkBuffers } from './work-buffers.ts'

/** Bytes of crossings kept on the card; what is beyond is walked again in each pass. */
const DEFAULT_CACHE_BYTES = 2 * 2 ** 30

/** Bytes of a chunk's gradient records. */
const RECORD_BYTES = 256 * 2 ** 20

/**
 * Crossings of one submission at one frequency without parts: some 60 ms at 100 GFLOP/s, far from what a driver resets a
 * card for.
 */
const MOST_CROSSINGS = 2 ** 22

/** Parts per crossing and m^2 of lambda^2 that a typical field and n_e make (3 microgauss, 0.02 cm^-3, 0.3 kpc). */
const PARTS_PER_LAMBDA_SQUARED = 20

/** What the kernels compute; the rest is refused. */
export const webgpuCapabilities: Capabilities = {
  observables: ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure'],
  unknowns: ['magneticField', 'thermalElectrons', 'cosmicRays'],
  freeFree: true,
  cosmicRaySpectrum: false,
}

/**
 * WGSL kernels on a graphics card through the npm package `webgpu` (Dawn): Vulkan, Metal or Direct3D 12.
 *
 * @throws KernelError that says why this machine has no usable adapter
 */
export async function loadWebgpuBackend(): Promise<KernelBackend> {
  return webgpuBackend(await probeAdapter())
}

/** The backend on an adapter that this machine has. */
export function webgpuBackend(adapter: AdapterDescription): KernelBackend {
  const kind = adapter.software
    ? 'a software driver, right but slower than wasm and never chosen by auto'
    : 'a graphics card'
  return {
    name: 'webgpu',
    precision: 'float32',
    // Another card rounds in another way.
    build: () => `${version} on ${adapter.name}`,
    describe: () =>
      `WGSL kernels on ${adapter.name} (${kind}): I, Q, U, Faraday depth and dispersion measure, float32 with phases in whole turns; one buffer up to ${Math.floor(adapter.maxBufferBytes / 1e6)} MB.`,
    memory: webgpuMemory.bind(undefined, adapter),
    prepare,
  }
}

/** The grids in full; of the crossings and their gradients what their budgets allow. */
export function webgpuMemory(
  { name, maxBufferBytes }: Pick<AdapterDescription, 'name' | 'maxBufferBytes'>,
  problem: LineOfSightProblem,
  rays: number,
  options: PrepareOptions = {},
): OperatorMemory {
  requireProblem('webgpu', webgpuCapabilities, problem)
  const { channels, cosmicRayGrid } = kernelSettings(problem)
  const { regularisation = [] } = options
  const voxels = voxelCount(problem.grid)
  const field = 32 * voxels
  if (field > maxBufferBytes) {
    const [largest, allowed] = [field, maxBufferBytes].map((bytes) => Math.ceil(bytes / 1e6))
    throw new KernelError(
      `The field and its change take ${largest} MB in one piece, the graphics card ${name} allows ${allowed} MB: take a coarser grid (magnetic_field.grid.shape), or the backend wasm.`,
    )
  }
  const references = regularisation.filter(({ reference }) => reference !== undefined).length
  const cache = options.cacheBytes ?? DEFAULT_CACHE_BYTES
  return {
    host: [],
    card: [
      // Field and tangent, the values as given, what does not move, a term's values.
      { name: 'grids of the kernels', bytes: field + voxels * (20 + (cosmicRayGrid ? 12 : 0)) },
      { name: 'gradient', bytes: 4 * channels * voxels },
      { name: 'references of terms', bytes: 12 * references * voxels },
      { name: 'gradients of crossings', bytes: 3 * Math.min(RECORD_BYTES, maxBufferBytes) },
      {
        name: 'cache of the crossings',
        bytes: Math.min(cache, Math.ceil(rays * estimateCrossings(problem).mean * CROSSING_BYTES)),
      },
    ],
    threads: 1,
  }
}

async function prepare(
  problem: LineOfSightProblem,
  options: PrepareOptions = {},
): Promise<LineOfSightOperator> {
  requireProblem('webgpu', webgpuCapabilities, problem)
  const { region, regularisation } = requireOptions(problem, options)
  const { signal, onProgress, cacheBytes = DEFAULT_CACHE_BYTES } = options
  signal?.throwIfAborted()
  const settings = kernelSettings(problem)
  const scalars = settings.electronGrid || settings.cosmicRayGrid
  const walker = new RayWalker(problem, scalars, settings.functions)
  const order = neighbourOrder(problem.directions)
  const crossingsOf = Uint32Array.from(order, (ray) => walker.count(ray))
  const crossings = crossingsOf.reduce((sum, n) => sum + n, 0)

  const gpu = await GpuDevice.open()
  try {
    const ranges = cutChunks(crossingsOf, chunkCapacity(gpu, settings, cacheBytes))
    const mostCrossings = ranges.reduce((most, range) => Math.max(most, range.crossings), 0)
    const work = await gpu.checked('the grids', () =>
      makeWorkBuffers(gpu, problem, settings, region, regularisation, mostCrossings),
    )
    const store = new RayStore(gpu, problem, walker, order, crossingsOf, ranges)
    await store.fill(cacheBytes, signal, onProgress)
    onProgress?.(1)
    const pipelines = new Pipelines(gpu, settings, problem.grid, regularisation)
    return new WebgpuOperator({
      gpu,
      problem,
      settings,
      terms: regularisation,
      pipelines,
      store,
      work,
      order,
      crossings,
      description: describe(gpu, store),
    })
  } catch (error) {
    gpu.close()
    throw error
  }
}

/** Crossings of a chunk: what one submission should take, what its records have room for, and no more than the cache. */
function chunkCapacity(
  gpu: GpuDevice,
  { channels, frequencies, functions, nodes, polarised, rotation }: KernelSettings,
  cacheBytes: number,
): number {
  const recordBytes = Math.min(RECORD_BYTES, gpu.maxBufferBytes)
  const lambdaSquared = frequencies.reduce((most, { turns }) => Math.max(most, turns * Math.PI), 0)
  const parts = rotation ? 1 + PARTS_PER_LAMBDA_SQUARED * lambdaSquared : 1
  const work = polarised ? parts * (1 + frequencies.length / 4) : 1
  const crossingBytes = CROSSING_BYTES + 4 * functions.length * nodes.length
  return Math.floor(
    Math.min(recordBytes / (32 * channels), MOST_CROSSINGS / work, cacheBytes / crossingBytes),
  )
}

function describe({ adapter }: GpuDevice, store: RayStore): string {
  const kind = adapter.software ? 'software driver' : 'graphics card'
  const cache =
    store.recomputed > 0
      ? `${store.recomputed} of ${store.ranges.length} parts of the rays walked anew in each pass (raise the cache to avoid this)`
      : 'all crossings cached'
  return `WebGPU on ${adapter.name} (${kind}), float32 with phases in whole numbers of turns; ${cache}`
}
