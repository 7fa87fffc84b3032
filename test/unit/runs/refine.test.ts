import { describe, expect, it } from 'vitest'
import { atLevel } from '#engine/runs/levels.ts'
import { refine } from '#engine/runs/refine.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { cellCentre, interpolateScalar } from '#shared/physics/grid.ts'
import { randomGenerator } from '#test/tools/random.ts'

describe('refining a grid', () => {
  it('gives the trilinear values at the finer centres, for every component', () => {
    const random = randomGenerator(3)
    const coarse: GridGeometry = { shape: [3, 4, 2], halfSizeKpc: [3, 2, 1] }
    const fine: GridGeometry = { shape: [6, 7, 4], halfSizeKpc: [3, 2, 1] }
    const scalars = [0, 1, 2].map(() => Float64Array.from({ length: 24 }, random))
    const values = Float64Array.from({ length: 72 }, (_, i) => scalars[i % 3][Math.floor(i / 3)])
    const refined = new Float64Array(3 * 168)
    refine({ shape: [3, 4, 2, 3], values }, { shape: [6, 7, 4, 3], values: refined }, 0.5)
    let at = 0
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 7; j++) {
        for (let k = 0; k < 4; k++) {
          const position = [i, j, k].map((n, axis) => cellCentre(fine, axis, n))
          for (const scalar of scalars) {
            const [x, y, z] = position
            const expected = 0.5 * interpolateScalar(coarse, scalar, [x, y, z])
            expect(refined[at++]).toBeCloseTo(expected, 13)
          }
        }
      }
    }
  })

  it('copies numbers that have no place', () => {
    const values = new Float64Array(1)
    refine({ shape: [1], values: Float64Array.of(3) }, { shape: [1], values }, 8)
    expect(values[0]).toBe(3)
  })
})

describe('the levels of a run', () => {
  const runFile = (levels: number, representation: 'components' | 'whitened' = 'components') =>
    runFileSchema.parse({
      magnetic_field: { grid: { shape: [20, 13, 8], representation } },
      optimiser: { levels },
    })

  it('halve the grid', () => {
    expect(atLevel(runFile(1), 1).magnetic_field.grid?.shape).toEqual([20, 13, 8])
    expect(atLevel(runFile(1), 0).magnetic_field.grid?.shape).toEqual([10, 7, 4])
  })

  it('say where the grid cannot be coarser', () => {
    expect(() => atLevel(runFile(2), 0)).toThrow(/2 levels would leave fewer than 4 voxels/)
    expect(() => atLevel(runFile(1, 'whitened'), 0)).toThrow(/whitened coordinates have no coarser/)
  })
})
