import { GpuDevice } from './adapter.ts'
import type { AdapterDescription } from './adapter.ts'

const LARGEST_COPY = 256 * 2 ** 20
const COPIES = 8
const REPEATS = 5

/** The machine's card, and the bytes per second that it reads and writes when it copies a large buffer: what it can do at most. */
export async function measureBandwidth(): Promise<{
  adapter: AdapterDescription
  bytesPerSecond: number
}> {
  const gpu = await GpuDevice.open()
  try {
    const bytes = Math.min(LARGEST_COPY, gpu.maxBufferBytes)
    const [from, to] = await gpu.checked('the bandwidth test', () => [
      gpu.buffer('source', bytes),
      gpu.buffer('target', bytes),
    ])
    let best = Infinity
    for (let n = -1; n < REPEATS; n++) {
      await gpu.finish()
      const started = performance.now()
      gpu.submit((encoder) => {
        for (let copy = 0; copy < COPIES; copy++) {
          encoder.copyBufferToBuffer(from, 0, to, 0, bytes)
        }
      })
      await gpu.finish()
      if (n >= 0) best = Math.min(best, performance.now() - started)
    }
    return { adapter: gpu.adapter, bytesPerSecond: (2 * COPIES * bytes * 1000) / best }
  } finally {
    gpu.close()
  }
}
