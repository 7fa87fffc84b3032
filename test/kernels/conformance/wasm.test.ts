import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import { allCapabilities } from '#engine/kernels/problem.ts'
import { describe } from 'vitest'
import { describeConformance } from './suite.ts'
import { wasmTolerances } from './wasm-tolerances.ts'

describe('the wasm backend', () => {
  describeConformance({
    backend: wasmBackend,
    capabilities: allCapabilities,
    // Two, so that the gradients of threads are added up too.
    options: { threads: 2 },
    ...wasmTolerances,
  })
})
