import { voxelCount } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { GridResidence, GridValues } from '../../interface.ts'
import type { GpuDevice } from './adapter.ts'

/**
 * The caller's grids. An array lies in the host's memory, and is copied to the graphics card by each call that reads it,
 * until it is uploaded: from then on its values are those on the card.
 */
export class Grids implements GridResidence {
  readonly voxels: number
  private readonly gpu: GpuDevice
  private readonly made = new WeakSet<GridValues>()
  private readonly uploaded = new Map<GridValues, GPUBuffer>()

  constructor(gpu: GpuDevice, grid: GridGeometry) {
    this.gpu = gpu
    this.voxels = voxelCount(grid)
  }

  create(components: 1 | 3): Float32Array<ArrayBuffer> {
    const values = new Float32Array(components * this.voxels)
    this.made.add(values)
    return values
  }

  /** The array's buffer on the card, where it was uploaded. */
  onCard(values: GridValues): GPUBuffer | undefined {
    return this.uploaded.get(values)
  }

  /** @throws KernelError when the card has no room */
  async upload(arrays: readonly GridValues[]): Promise<void> {
    await this.gpu.checked('the arrays of the optimiser', () => {
      for (const values of arrays) {
        if (!this.made.has(values)) {
          throw new Error('Only arrays made by createGrid can be kept on the graphics card.')
        }
        const buffer = this.uploaded.get(values) ?? this.gpu.buffer('a grid', values.byteLength)
        this.uploaded.set(values, buffer)
        this.write(values, buffer, 0)
      }
    })
  }

  async download(arrays: readonly GridValues[]): Promise<void> {
    const wanted = arrays.flatMap((values) => {
      const buffer = this.uploaded.get(values)
      return buffer ? [{ values, buffer, bytes: values.byteLength }] : []
    })
    const results = await this.gpu.read(wanted)
    wanted.forEach(({ values }, n) => values.set(new Float32Array(results[n])))
    this.discard(arrays)
  }

  discard(arrays: readonly GridValues[]): void {
    for (const values of arrays) {
      const buffer = this.uploaded.get(values)
      if (buffer) this.gpu.free(buffer)
      this.uploaded.delete(values)
    }
  }

  /** Brings an array into `buffer` from the value `at` on, from wherever it lies. */
  load(values: GridValues, buffer: GPUBuffer, at: number): void {
    const source = this.uploaded.get(values)
    if (!source) {
      this.write(values, buffer, at)
      return
    }
    this.gpu.submit((encoder) => {
      encoder.copyBufferToBuffer(source, 0, buffer, 4 * at, 4 * values.length)
    })
  }

  private write(values: GridValues, buffer: GPUBuffer, at: number): void {
    this.gpu.device.queue.writeBuffer(buffer, 4 * at, plainFloats(values))
  }
}

/** As float32 in memory that no threads share, which the runtime takes; a copy only where it must be. */
function plainFloats(values: GridValues): Float32Array<ArrayBuffer> {
  if (!(values instanceof Float32Array) || !(values.buffer instanceof ArrayBuffer)) {
    return new Float32Array(values)
  }
  return new Float32Array(values.buffer, values.byteOffset, values.length)
}
