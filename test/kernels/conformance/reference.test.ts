import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { allCapabilities } from '#engine/kernels/problem.ts'
import { describe } from 'vitest'
import { describeConformance } from './suite.ts'

describe('the reference backend', () => {
  describeConformance({
    backend: referenceBackend,
    capabilities: allCapabilities,
    // It is what others are compared with.
    values: 0,
    turnedValues: 0,
    derivatives: 0,
    turnedDerivatives: 0,
    // float64 sums of some 1e4 terms.
    adjoint: 1e-12,
    // Truncation of h^2 and rounding of 1e-16 / h; phases of 10 rad and powers of small fields curve most.
    differences: { step: 1e-5, tolerance: 1e-6 },
  })
})
