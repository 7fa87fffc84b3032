import { describe, expect, it } from 'vitest'
import { fasterOf } from '#engine/kernels/choose.ts'
import { loadBackend } from '#engine/kernels/index.ts'
import type { KernelBackend } from '#engine/kernels/interface.ts'
import { smallProblem } from './problems.ts'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'

/** The wasm backend under another name whose forward models take no time, or fail. */
function imitation(forward: () => Promise<object>): KernelBackend {
  return {
    ...wasmBackend,
    name: 'webgpu',
    prepare: async (problem, options) => {
      const operator = await wasmBackend.prepare(problem, { ...options, threads: 1 })
      return Object.assign(operator, { forward })
    },
  }
}

async function choice(card: boolean, forward: () => Promise<object>): Promise<string> {
  return fasterOf(
    async (name) => (name === 'webgpu' ? imitation(forward) : wasmBackend),
    async () => card,
  )
}

describe('what auto takes', () => {
  it('is wasm without a card, however fast webgpu is', async () => {
    expect(await choice(false, async () => ({}))).toBe('wasm')
  })

  it('is the faster of the two on a card', async () => {
    expect(await choice(true, async () => ({}))).toBe('webgpu')
  })

  it('is wasm where webgpu fails', async () => {
    expect(await choice(true, () => Promise.reject(new Error('no memory')))).toBe('wasm')
  })

  it('is a backend that computes the problem', async () => {
    const problem = smallProblem({ unknowns: ['spectralIndex'] })
    expect((await loadBackend('auto', problem)).name).toBe('wasm')
  })
})
