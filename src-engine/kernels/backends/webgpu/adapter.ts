import type {} from 'webgpu'
import { KernelDeviceLostError, KernelError } from '../../interface.ts'

// Constants of the WebGPU specification; they are not globals in Node.
export const BUFFER = {
  mapRead: 1,
  copySource: 4,
  copyTarget: 8,
  uniform: 64,
  storage: 128,
} as const
const MAP_READ_MODE = 1

/** Limits that a device is asked for as far as the adapter has them: large grids and long lists of crossings. */
const WANTED_LIMITS = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const

/** Storage buffers of the largest kernel; every WebGPU implementation has them. */
export const STORAGE_BUFFERS = 8

/** An adapter in words. */
export interface AdapterDescription {
  /** Vendor, architecture and driver as far as they are told. */
  readonly name: string
  /** A driver that computes on the processor: right, and slower than the wasm backend. */
  readonly software: boolean
  readonly maxBufferBytes: number
}

/** The runtime, which must be kept as long as its devices are used, and the adapter that it offers. */
interface Found {
  readonly gpu: GPU
  readonly adapter: GPUAdapter
}

/** @throws KernelError that says why there is none */
async function findAdapter(): Promise<Found> {
  // A Vulkan layer of Mesa asks the desktop for its card, and complains on stderr where there is no desktop: leave it out there.
  if (process.env.XDG_RUNTIME_DIR === undefined) process.env.NODEVICE_SELECT ??= '1'
  let runtime
  try {
    runtime = await import('webgpu')
  } catch (error) {
    throw new KernelError(
      'The webgpu backend needs the npm package "webgpu", which is not installed or has no build for this system: npm install --include=optional.',
      { cause: error },
    )
  }
  const gpu = runtime.create([])
  let adapter
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  } catch (error) {
    throw new KernelError(
      `The webgpu backend could not ask for a graphics card: ${String(error)}`,
      {
        cause: error,
      },
    )
  }
  if (!adapter) {
    throw new KernelError(
      'The webgpu backend found no graphics card that it can use: it needs a driver for Vulkan (with libvulkan.so.1), Metal or Direct3D 12.',
    )
  }
  return { gpu, adapter }
}

function describeAdapter({ info, limits }: GPUAdapter): AdapterDescription {
  const words = [info.vendor, info.architecture, info.device, info.description]
  const name = words.filter((word) => word !== '').join(' ') || 'unnamed adapter'
  return {
    name,
    software:
      info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render|software/i.test(name),
    maxBufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
  }
}

/** What this machine offers, its drivers loaded into this process. @throws KernelError that says why there is none */
export async function lookForAdapter(): Promise<AdapterDescription> {
  return describeAdapter((await findAdapter()).adapter)
}

/** A device of the machine's adapter, its loss turned into KernelDeviceLostError, its memory errors into KernelError. */
export class GpuDevice {
  readonly device: GPUDevice
  readonly adapter: AdapterDescription
  // The runtime ends with the last reference to it.
  private runtime: GPU | undefined
  private lost: string | undefined
  private bytes = 0

  private constructor(gpu: GPU, device: GPUDevice, adapter: AdapterDescription) {
    this.runtime = gpu
    this.device = device
    this.adapter = adapter
    void device.lost.then(({ message }) => {
      this.lost = message || 'no reason given'
    })
  }

  /** @throws KernelError when there is no adapter, or it gives no device */
  static async open(): Promise<GpuDevice> {
    const { gpu, adapter } = await findAdapter()
    const requiredLimits = Object.fromEntries(
      WANTED_LIMITS.map((limit) => [limit, adapter.limits[limit]]),
    )
    try {
      const device = await adapter.requestDevice({ requiredLimits })
      return new GpuDevice(gpu, device, describeAdapter(adapter))
    } catch (error) {
      throw new KernelError(
        `The graphics card ${describeAdapter(adapter).name} gave no device: ${String(error)}`,
        { cause: error },
      )
    }
  }

  /** Bytes of all buffers made and not let go of. */
  get memoryBytes(): number {
    return this.bytes
  }

  /** Bytes that one buffer may have. */
  get maxBufferBytes(): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits
    return Math.min(maxBufferSize, maxStorageBufferBindingSize)
  }

  /** @throws KernelDeviceLostError */
  requireDevice(): void {
    if (this.lost !== undefined) throw this.lossError()
  }

  /** A zero-filled buffer, readable and writable by kernels and copies. @throws KernelError when it is too large */
  buffer(label: string, bytes: number, usage: number = BUFFER.storage): GPUBuffer {
    const size = Math.max(16, 4 * Math.ceil(bytes / 4))
    if (size > this.maxBufferBytes) {
      throw new KernelError(
        `The webgpu backend needs ${megabytes(size)} in one piece for ${label}, the graphics card allows ${megabytes(this.maxBufferBytes)}: take a coarser grid or fewer rays, or the wasm backend.`,
      )
    }
    this.bytes += size
    return this.device.createBuffer({
      label,
      size,
      usage: usage | BUFFER.copySource | BUFFER.copyTarget,
    })
  }

  /** A buffer with the values given. */
  upload(
    label: string,
    values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    usage?: number,
  ): GPUBuffer {
    const buffer = this.buffer(label, values.byteLength, usage)
    this.device.queue.writeBuffer(buffer, 0, values)
    return buffer
  }

  /** Lets go of a buffer. */
  free(buffer: GPUBuffer): void {
    this.bytes -= buffer.size
    buffer.destroy()
  }

  /** Submits the commands that `record` records. @throws KernelDeviceLostError */
  submit(record: (encoder: GPUCommandEncoder) => void): void {
    this.requireDevice()
    const encoder = this.device.createCommandEncoder()
    record(encoder)
    this.device.queue.submit([encoder.finish()])
  }

  /** Copies pieces of buffers (from byte `first` on) to the host, after all work submitted before. @throws KernelDeviceLostError */
  async read(
    sources: readonly { buffer: GPUBuffer; first?: number; bytes: number }[],
  ): Promise<ArrayBuffer[]> {
    this.requireDevice()
    const total = sources.reduce((sum, { bytes }) => sum + bytes, 0)
    const staging = this.device.createBuffer({
      label: 'results',
      size: Math.max(16, total),
      usage: BUFFER.mapRead | BUFFER.copyTarget,
    })
    try {
      this.submit((encoder) => {
        let offset = 0
        for (const { buffer, first = 0, bytes } of sources) {
          if (bytes > 0) encoder.copyBufferToBuffer(buffer, first, staging, offset, bytes)
          offset += bytes
        }
      })
      await this.orLost(staging.mapAsync(MAP_READ_MODE))
      const mapped = staging.getMappedRange()
      let offset = 0
      const results = sources.map(({ bytes }) => {
        offset += bytes
        return mapped.slice(offset - bytes, offset)
      })
      staging.unmap()
      return results
    } finally {
      staging.destroy()
    }
  }

  /** Runs `work` and turns what the runtime reports about it (memory, invalid commands) into errors. */
  async checked<Result>(what: string, work: () => Result | Promise<Result>): Promise<Result> {
    this.requireDevice()
    this.device.pushErrorScope('validation')
    this.device.pushErrorScope('out-of-memory')
    let result
    let memory
    let invalid
    try {
      result = await this.orLost(Promise.resolve(work()))
    } finally {
      memory = await this.orLost(this.device.popErrorScope())
      invalid = await this.orLost(this.device.popErrorScope())
    }
    if (memory) {
      throw new KernelError(
        `The graphics card has no room for ${what} (${megabytes(this.bytes)} asked for in all): take a coarser grid or fewer rays, or the wasm backend.`,
      )
    }
    if (invalid) throw new Error(`WebGPU refused ${what}: ${invalid.message}`)
    return result
  }

  /** Waits until the work submitted so far is done. @throws KernelDeviceLostError */
  async finish(): Promise<void> {
    await this.orLost(this.device.queue.onSubmittedWorkDone())
    this.requireDevice()
  }

  /** Ends the device; its buffers go with it. */
  close(): void {
    this.device.destroy()
    this.runtime = undefined
    this.bytes = 0
  }

  /** What a promise of the runtime gives; where it fails because the device was lost, that error. */
  private async orLost<Result>(promise: Promise<Result>): Promise<Result> {
    try {
      return await promise
    } catch (error) {
      // A loss reaches other promises before that of the device.
      await new Promise((resolve) => setImmediate(resolve))
      this.requireDevice()
      throw error
    }
  }

  private lossError(): KernelDeviceLostError {
    return this.runtime === undefined
      ? new KernelDeviceLostError('The graphics card was let go of.')
      : new KernelDeviceLostError(
          `The graphics card was lost while it computed (${this.lost}): its driver was reset, or it was taken away.`,
        )
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`
}
