import type { Conformance } from './suite.ts'

/** Of both builds of the wasm kernels. */
export const wasmTolerances = {
  // Fields, positions and weights are float32 (6e-8 each), some ten of them to a node; sums are float64.
  values: 1e-6,
  // 6e-8 of the some 10 to 1000 rad by which a crossing turns the plane of polarisation.
  turnedValues: 1e-4,
  // The same roundings, and those of phases of some 20 rad at 0.4 GHz.
  derivatives: 2e-6,
  turnedDerivatives: 1e-4,
  // Both sides round differently, each by 6e-8 per operation on values that cancel in the sum.
  adjoint: 1e-6,
} satisfies Partial<Conformance>
