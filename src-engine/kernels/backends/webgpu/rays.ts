import type { LineOfSightProblem } from '../../interface.ts'
import type { GpuDevice } from './adapter.ts'
import { BUFFER } from './adapter.ts'
import { buildChunk } from './chunks.ts'
import type { ChunkData, ChunkRange, Reduction } from './chunks.ts'
import type { RayWalker } from './geometry.ts'

/** A chunk's buffers, by the names of the kernels' bindings. */
export interface ChunkBuffers {
  readonly chunk: GPUBuffer
  readonly rays: GPUBuffer
  readonly entries: GPUBuffer
  readonly cells: GPUBuffer
  readonly densities: GPUBuffer
  readonly levels: readonly { readonly groups: number; readonly buffer: GPUBuffer }[]
  readonly touched: { readonly cells: number; readonly buffer: GPUBuffer }
}

/**
 * All rays in chunks: kept on the card as far as the cache goes; chunks beyond it are walked and uploaded
 * anew in each pass.
 */
export class RayStore {
  readonly ranges: readonly ChunkRange[]
  private readonly gpu: GpuDevice
  private readonly build: (range: ChunkRange) => ChunkData
  private readonly kept = new Map<ChunkRange, ChunkBuffers>()

  constructor(
    gpu: GpuDevice,
    problem: LineOfSightProblem,
    walker: RayWalker,
    order: Uint32Array,
    crossingsOf: Uint32Array,
    ranges: readonly ChunkRange[],
  ) {
    this.gpu = gpu
    this.ranges = ranges
    this.build = (range) => {
      const rays = order.subarray(range.firstRay, range.firstRay + range.rays)
      return buildChunk(problem, walker, rays, crossingsOf, range)
    }
  }

  /** Chunks that are not kept. */
  get recomputed(): number {
    return this.ranges.length - this.kept.size
  }

  /** Walks the chunks that the cache has room for. */
  async fill(
    cacheBytes: number,
    signal: AbortSignal | undefined,
    onProgress: ((fraction: number) => void) | undefined,
  ): Promise<void> {
    const before = this.gpu.memoryBytes
    for (const [n, range] of this.ranges.entries()) {
      signal?.throwIfAborted()
      const data = this.build(range)
      if (this.gpu.memoryBytes - before + chunkBytes(data) > cacheBytes) break
      const buffers = await this.gpu.checked('the rays', () => uploadChunk(this.gpu, range, data))
      this.kept.set(range, buffers)
      onProgress?.((n + 1) / this.ranges.length)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Calls `visit` with the buffers of each chunk in turn; they may be gone after it. */
  async forEach(visit: (range: ChunkRange, buffers: ChunkBuffers) => void): Promise<void> {
    for (const range of this.ranges) {
      const kept = this.kept.get(range)
      if (kept) {
        visit(range, kept)
        continue
      }
      const buffers = uploadChunk(this.gpu, range, this.build(range))
      visit(range, buffers)
      // Not before the card has done it: destroying is safe at once, but memory would pile up behind the host.
      await this.gpu.finish()
      freeChunk(this.gpu, buffers)
    }
  }
}

function chunkBytes({ rays, entries, cells, densities, reduction }: ChunkData): number {
  const lists = [rays, entries, cells, densities, reduction.cells, ...reduction.levels]
  return lists.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

function uploadChunk(gpu: GpuDevice, range: ChunkRange, data: ChunkData): ChunkBuffers {
  const { levels, touched } = uploadReduction(gpu, data.reduction)
  return {
    chunk: gpu.upload('chunk', Uint32Array.of(range.rays, range.firstRay, 0, 0), BUFFER.uniform),
    rays: gpu.upload('rays', data.rays),
    entries: gpu.upload('crossings', data.entries),
    cells: gpu.upload('cells', data.cells),
    densities: gpu.upload('densities', data.densities),
    levels,
    touched,
  }
}

function uploadReduction(
  gpu: GpuDevice,
  { levels, cells }: Reduction,
): Pick<ChunkBuffers, 'levels' | 'touched'> {
  return {
    levels: levels.map((groups) => ({ groups: groups[0], buffer: gpu.upload('groups', groups) })),
    touched: { cells: cells[0], buffer: gpu.upload('cells of the gradient', cells) },
  }
}

function freeChunk(gpu: GpuDevice, { levels, touched, ...buffers }: ChunkBuffers): void {
  for (const { buffer } of [...levels, touched]) gpu.free(buffer)
  for (const buffer of Object.values(buffers)) gpu.free(buffer)
}
