import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import { kernelBuild } from '#engine/kernels/backends/wasm/module.ts'
import { allCapabilities } from '#engine/kernels/problem.ts'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { describeConformance } from './suite.ts'
import { wasmTolerances } from './wasm-tolerances.ts'

// As in a runtime without relaxed SIMD.
vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)

describe('the wasm backend without fused multiply-adds', () => {
  it('has bits of its own, and so another build', () => {
    const plain = readFileSync('out/kernels/line-of-sight.wasm')
    const hash = createHash('sha256').update(plain).digest('hex')
    expect(hash.startsWith(kernelBuild())).toBe(true)
  })

  describeConformance({
    backend: wasmBackend,
    capabilities: allCapabilities,
    options: { threads: 1 },
    ...wasmTolerances,
  })
})
