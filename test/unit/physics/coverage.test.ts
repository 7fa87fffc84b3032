import { expect, it } from 'vitest'
import {
  addRayCoverage,
  boxExit,
  nearestVoxel,
  voxelCount,
  voxelIndex,
  voxelPath,
  voxelSupport,
} from '#shared/physics/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'

const grid = { shape: [7, 5, 4], halfSizeKpc: [10, 8, 3] } as const
const observer: Vector3 = [-4.3, 0.2, 0.006]

const directions: Vector3[] = [
  [1, 0, 0],
  [-1, 0, 0],
  [0, 0, 1],
  ...Array.from({ length: 12 }, (_, i): Vector3 => {
    const [a, b] = [2.4 * i, Math.asin((2 * i + 1) / 12 - 1)]
    return [Math.cos(a) * Math.cos(b), Math.sin(a) * Math.cos(b), Math.sin(b)]
  }),
]

it('walks all voxels of a ray to what each has of it by itself', () => {
  for (const direction of directions) {
    const length = boxExit(observer, direction, grid.halfSizeKpc)
    const coverage = new Float64Array(voxelCount(grid))
    addRayCoverage(grid, observer, direction, length, coverage)
    let sum = 0
    for (let i = 0; i < 7; i++) {
      for (let j = 0; j < 5; j++) {
        for (let k = 0; k < 4; k++) {
          const voxel: Vector3 = [i, j, k]
          const alone = voxelPath(
            grid,
            voxel,
            voxelSupport(grid, voxel),
            observer,
            direction,
            length,
          )
          // Both are exact: what differs is rounding over some twenty pieces.
          expect(coverage[voxelIndex(grid, i, j, k)]).toBeCloseTo(alone, 12)
          sum += alone
        }
      }
    }
    // The weights of all voxels add up to 1 everywhere.
    expect(sum).toBeCloseTo(length, 11)
  }
})

it('ends where the line ends, and counts a line as often as it is told', () => {
  const coverage = new Float64Array(voxelCount(grid))
  addRayCoverage(grid, observer, [0.6, 0.8, 0], 3, coverage, 2)
  expect(coverage.reduce((sum, value) => sum + value, 0)).toBeCloseTo(6, 12)
  const [i, j, k] = nearestVoxel(grid, observer)
  expect(coverage[voxelIndex(grid, i, j, k)]).toBeGreaterThan(0.3)
})
