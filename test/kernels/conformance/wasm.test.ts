import { wasmBackend, wasmCapabilities } from '#engine/kernels/backends/wasm/index.ts'
import { describe } from 'vitest'
import { describeConformance } from './suite.ts'

describe('the wasm backend', () => {
  describeConformance({
    backend: wasmBackend,
    capabilities: wasmCapabilities,
    // Two, so that the gradients of threads are added up too.
    options: { threads: 2 },
    // Fields, positions and weights are float32 (6e-8 each), some ten of them to a node; sums are float64.
    values: 1e-6,
    // 6e-8 of the some 10 to 1000 rad by which a crossing turns the plane of polarisation.
    turnedValues: 1e-4,
    // The same roundings.
    derivatives: 1e-6,
    turnedDerivatives: 1e-4,
    // Both sides round differently, each by 6e-8 per operation on values that cancel in the sum.
    adjoint: 1e-6,
  })
})
