import { describe, expect, it } from 'vitest'
import {
  boxExits,
  emissivities,
  pixelDirections,
  projections,
  spheres,
  spiral,
  worstOf,
} from './validation-cases.ts'

// float64: the values of V3 and V4 are given to 12 digits and more, but depths of V4 to 8; those of V6 do not matter here.
// float32: fields have 6e-8, which p = 3 doubles in the emission; weights of crossings and directions are float32 too. Q and U of V4
// turn by up to 6 rad, for which three nodes leave 1.4e-6 in any precision: the reference takes eight.
const backends = [
  { backend: 'reference', sums: 1e-8, polarised: 1e-7 },
  { backend: 'wasm', sums: 1e-6, polarised: 3e-6 },
  { backend: 'tensorflow', sums: 1e-6, polarised: 3e-6 },
]

describe.each(backends)('validation cases on a grid, $backend', ({ backend, sums, polarised }) => {
  it.each([
    ['V1', emissivities, sums],
    ['V2', pixelDirections, sums],
    ['V3', boxExits, sums],
    ['V4', (name: string) => spheres(name, name === 'reference' ? 8 : 3), polarised],
    ['V5', projections, sums],
    // The jumps of the spiral at r = 3 and 20 kpc are smeared over a cell of 0.3 kpc: the error of the grid, whatever the backend.
    ['V6', spiral, 0.005],
  ])('%s', async (_, comparisons, tolerance) => {
    const worst = worstOf(await comparisons(backend))
    expect(worst.relative, worst.id).toBeLessThan(tolerance)
  })
})
