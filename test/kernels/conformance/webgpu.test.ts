import { webgpuCapabilities } from '#engine/kernels/backends/webgpu/index.ts'
import { describe, it } from 'vitest'
import { findWebgpu } from '#test/tools/webgpu.ts'
import { describeConformance } from './suite.ts'

const backend = await findWebgpu()

describe('the webgpu backend', () => {
  it.skipIf(backend)('is skipped for want of an adapter', (context) => context.skip())
  if (!backend) return
  describeConformance({
    backend,
    capabilities: webgpuCapabilities,
    // float32 fields, positions and weights (6e-8 each) with compensated sums along a ray: 1e-7 of I, up to 5e-7 of Q and U
    // where they turn by some rad.
    values: 1e-6,
    // Each crossing's own turn of up to 100 rad is float32, the sum over crossings is not: 6e-6 rad each, random in sign.
    turnedValues: 3e-5,
    // Derivatives carry the phases' errors multiplied by the depths they multiply.
    derivatives: 3e-6,
    turnedDerivatives: 1e-4,
    // What the conventions ask of float32.
    adjoint: 1e-6,
    // Hundreds of parts of a crossing add up their roundings.
    turnedAdjoint: 2e-6,
  })
})
