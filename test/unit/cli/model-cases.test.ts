import { describe, expect, it } from 'vitest'
import {
  expectSightlines,
  expectSinglePrecision,
  fieldAt,
  pointCases,
  expectSameOnGrid,
  sightlineCases,
} from './model-cases.ts'

const points = pointCases()

describe('published values at points, by larmor field', () => {
  it.each(points.map((cases) => [cases.label, cases] as const))('%s', async (_, cases) => {
    // float64 by JavaScript, and by WebAssembly, which is the same to some 1e-12.
    for (const backend of ['reference', 'wasm']) {
      const found = await fieldAt(cases, backend)
      cases.points.forEach(({ id, expected, tolerance }, i) => {
        expected.forEach((component, k) => {
          const difference = Math.abs(found[i][k] - component)
          expect(difference, `${backend} ${id}`).toBeLessThan(tolerance)
        })
      })
    }
    await expectSinglePrecision(cases, 'tensorflow')
  })
})

describe('sightlines, by larmor simulate', () => {
  const lines = sightlineCases()
  it.each(lines.map((cases) => [cases.label, cases] as const))('%s', (_, cases) =>
    expectSightlines(cases),
  )
})

describe('those models sampled on a grid, by the kernels of the other backends', () => {
  // What kernels add to the reference on the same grid is their precision alone.
  const lines = sightlineCases().filter(
    ({ lines: [one] }) => one.ne === 'cordes91' && one.n_samples <= 2048,
  )
  it.each(lines.map((cases) => [cases.label, cases] as const))('%s', async (_, cases) => {
    await expectSameOnGrid(cases, 'wasm')
    await expectSameOnGrid(cases, 'tensorflow')
  })
})
