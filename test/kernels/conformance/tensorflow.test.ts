import { describe } from 'vitest'
import {
  loadTensorflowBackend,
  tensorflowCapabilities,
} from '#engine/kernels/backends/tensorflow/index.ts'
import { describeConformance } from './suite.ts'

const backend = await loadTensorflowBackend()

describe('the tensorflow backend', () => {
  describeConformance({
    backend,
    capabilities: tensorflowCapabilities,
    // The fields at the nodes and every operation on them in float32, 6e-8 each; most where the spectral index is free, in
    // whose powers the rounding of the exponent is multiplied.
    values: 1e-6,
    // 6e-8 of the rotation that single parts add: whole turns are taken out exactly.
    turnedValues: 5e-6,
    derivatives: 5e-6,
    turnedDerivatives: 1e-5,
    // float32 sums of some 1e4 terms.
    adjoint: 1e-6,
  })
})
