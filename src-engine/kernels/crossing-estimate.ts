import { boxExit } from '#shared/physics/geometry.ts'
import { gridSpacing } from '#shared/physics/grid.ts'
import type { LineOfSightProblem } from './interface.ts'

/** Crossings of lattice cells per ray, counted by the planes that rays to the face of the box meet. */
export function estimateCrossings({ grid, observerKpc, directions }: LineOfSightProblem): {
  mean: number
  most: number
} {
  const spacing = gridSpacing(grid)
  const rays = directions.length / 3
  let sum = 0
  let most = 1
  for (let ray = 0; ray < rays; ray++) {
    const [x, y, z] = directions.subarray(3 * ray, 3 * ray + 3)
    const length = boxExit(observerKpc, [x, y, z], grid.halfSizeKpc)
    const planes = [x, y, z].reduce((n, d, axis) => n + Math.abs(d / spacing[axis]), 0) * length
    sum += 1 + planes
    most = Math.max(most, Math.ceil(4 + planes))
  }
  return { mean: rays > 0 ? sum / rays : 1, most }
}
