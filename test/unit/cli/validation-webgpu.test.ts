import { describe, expect, it } from 'vitest'
import { findWebgpu } from '#test/tools/webgpu.ts'
import {
  boxExits,
  emissivities,
  pixelDirections,
  projections,
  spheres,
  spiral,
  worstOf,
} from './validation-cases.ts'

const backend = await findWebgpu()

describe.skipIf(!backend)('validation cases on a grid, webgpu', () => {
  // As for wasm (validation.test.ts); the sums along rays are float32 too.
  it.each([
    ['V1', emissivities, 2e-6],
    ['V2', pixelDirections, 1e-6],
    ['V3', boxExits, 1e-6],
    ['V4', spheres, 5e-6],
    ['V5', projections, 2e-6],
    ['V6', spiral, 0.005],
  ])('%s', async (_, comparisons, tolerance) => {
    const worst = worstOf(await comparisons('webgpu'))
    expect(worst.relative, worst.id).toBeLessThan(tolerance)
  })
})
