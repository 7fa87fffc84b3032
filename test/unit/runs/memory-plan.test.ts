import { describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import { webgpuMemory } from '#engine/kernels/backends/webgpu/index.ts'
import { memoryProblem, memoryText, planMemory, shortage } from '#engine/runs/memory-plan.ts'
import { directionFromPixel } from '#shared/physics/geometry.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'

const large: RunFileInput['magnetic_field'] = { model: 'grid', grid: { shape: [512, 512, 128] } }

function planned(changes: RunFileInput, threads: number, nside = 256, backend = wasmBackend) {
  const runFile = runFileSchema.parse(changes)
  const sightlines = { directions: sky(16), frequenciesGhz: [0.408], observables: ['I'] as const }
  const problem = memoryProblem(runFile, sightlines)
  return { problem, memory: planMemory(runFile, backend, problem, 12 * nside ** 2, threads) }
}

function sky(nside: number): Float64Array {
  const directions = new Float64Array(36 * nside ** 2)
  for (let n = 0; n < directions.length / 3; n++) {
    directions.set(directionFromPixel(nside, 'RING', n), 3 * n)
  }
  return directions
}

describe('the memory of a run', () => {
  it('is known part by part: 512x512x128 at NSIDE 256', () => {
    const { memory } = planned({ magnetic_field: large }, 2)
    const voxels = 512 * 512 * 128
    const bytes = Object.fromEntries(memory.parts.map((part) => [part.name, part.bytes]))
    expect(bytes).toMatchObject({
      'initial grids': 24 * voxels,
      'field and gradient': 24 * voxels,
      optimiser: 24 * voxels,
      'grids of the kernels': 33 * voxels,
      'gradients of 2 threads': 32 * voxels,
    })
    expect(bytes['cache of the crossings']).toBeLessThanOrEqual(2 ** 28)
    expect(memory.bytes).toBe(memory.parts.reduce((sum, part) => sum + part.bytes, 0))
    // Two iterations on two cores had a peak of 6.4 GB resident.
    expect(memory.bytes / 6.4e9).toBeGreaterThan(0.9)
    expect(memory.bytes / 6.4e9).toBeLessThan(1.1)
    expect(memory).toMatchObject({ threads: 2, cardBytes: 0, backend: 'wasm' })
    expect(memoryText(memory)).toMatch(
      /^Memory: 6\.\d GB of .* GB \(grids of the kernels 1\.1 GB, .*\); wasm, 2 threads$/,
    )
  })

  it('counts the periodic box in which a random field is made', () => {
    const part = (random?: object) => {
      const initial = { model: 'lsa', ...(random ? { random } : {}) }
      const { memory } = planned({ magnetic_field: { model: 'grid', grid: { initial } } }, 1, 16)
      return memory.parts.find(({ name }) => name === 'random field')?.bytes
    }
    expect(part()).toBeUndefined()
    // 128 x 128 x 32 cells and an eighth more along every axis, for waves of 1 kpc: two complex fields, and the field itself.
    const bytes = 32 * 144 * 144 * 36 + 24 * 128 * 128 * 32
    expect(part({ rms_microgauss: 3, outer_scale_kpc: 1 })).toBe(bytes)
  })

  it('counts what the methods keep', () => {
    const optimiser = (method: 'adam' | 'lbfgs' | 'gauss-newton') =>
      planned({ magnetic_field: large, optimiser: { method } }, 1).memory.parts.find(
        ({ name }) => name === 'optimiser',
      )?.bytes
    const array = 12 * 512 * 512 * 128
    expect(optimiser('adam')).toBe(2 * array)
    // Eight pairs, three vectors, the preconditioner and its probes.
    expect(optimiser('lbfgs')).toBe(23 * array)
    expect(optimiser('gauss-newton')).toBe(12 * array)
  })

  it('takes fewer threads where the gradients of all do not fit into 4 GiB, and says so', () => {
    const { memory } = planned({ magnetic_field: large }, 16)
    // 1.1 GiB of grids, 0.25 GiB of cache and 0.5 GiB per thread.
    expect(memory).toMatchObject({ threads: 5, threadsAsked: 16 })
    expect(memoryText(memory)).toMatch(/5 threads instead of 16: .*4 GiB of WebAssembly$/)
  })

  it('is refused before anything is allocated where the backend cannot have it', () => {
    const shape: [number, number, number] = [1024, 1024, 512]
    expect(() => planned({ magnetic_field: { model: 'grid', grid: { shape } } }, 2)).toThrow(
      /needs .* GiB of kernel memory; at most 4 GiB are possible\. Use a coarser grid/,
    )
  })

  it('is refused where the machine has less, with what to reduce', () => {
    const { memory } = planned({ magnetic_field: large, optimiser: { method: 'lbfgs' } }, 2)
    expect(shortage({ ...memory, availableBytes: 64e9 })).toBeUndefined()
    const refusal = shortage({ ...memory, availableBytes: 8e9 })
    expect(refusal?.field).toBe('magnetic_field.grid.shape')
    expect(refusal?.message).toMatch(
      /the run needs 1\d\.\d GB of memory \(optimiser 9\.3 GB, .*but 8\.0 GB are available\. Take a coarser grid, a smaller optimiser\.memory, fewer threads/,
    )
  })

  it.each([
    ['a small grid', { nside: 8, shape: [32, 32, 8] }],
    ['the grid of the Haslam fit', { nside: 16, shape: [128, 128, 32] }],
  ] as const)('is what an operator takes, to 5 %%: %s', async (_, { nside, shape }) => {
    const grid = { shape: [...shape] as [number, number, number] }
    const { problem, memory } = planned({ magnetic_field: { model: 'grid', grid } }, 2, nside)
    const directions = sky(nside)
    const kernels = wasmBackend.memory(problem, directions.length / 3, { threads: 2 })
    const operator = await wasmBackend.prepare({ ...problem, directions }, { threads: 2 })
    const expected = kernels.host.reduce((sum, { bytes }) => sum + bytes, 0)
    // Planes that rays meet within half a cell of an edge are no crossings, and memory comes in pages.
    expect(Math.abs(operator.memoryBytes / expected - 1)).toBeLessThan(0.05)
    expect(memory.bytes).toBeGreaterThan(expected)
    await operator.dispose()
  })

  it('is twice as much per value in float64', () => {
    const small = { magnetic_field: { model: 'grid' as const } }
    const bytes = (backend = wasmBackend) =>
      planned(small, 1, 8, backend).memory.parts.find(({ name }) => name === 'field and gradient')
        ?.bytes ?? 0
    expect(bytes(referenceBackend)).toBe(2 * bytes())
  })

  it('is refused where one buffer of a graphics card is too small for the field', () => {
    const { problem } = planned({ magnetic_field: large }, 1, 8)
    const card = { name: 'Small', maxBufferBytes: 2 ** 30 }
    expect(() => webgpuMemory({ ...card, maxBufferBytes: 2 ** 30 - 4 }, problem, 768)).toThrow(
      /1074 MB in one piece, the graphics card Small allows 1074 MB: take a coarser grid/,
    )
    const { card: parts } = webgpuMemory(card, problem, 768)
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
    expect(total).toBeGreaterThan(2 ** 31)
  })
})
