/**
 * Where a ray crosses the planes of a grid's interpolation lattice (the lattice whose vertices are the grid's
 * cell centres). Between two crossings a trilinear field is one cubic polynomial of the distance.
 */
import type { Ray } from './geometry.ts'
import type { GridEdge, GridGeometry } from './grid.ts'
import { cellCentre } from './grid.ts'

/**
 * Distances in kpc of the crossings, strictly inside (0, ray length), ascending, without repeats.
 *
 * A field continued linearly beyond the last centres has no kink at the outermost planes, so these are
 * crossings only for a grid that is held constant there.
 */
export function latticeCrossings(grid: GridGeometry, ray: Ray, edge: GridEdge): number[] {
  const crossings: number[] = []
  for (let axis = 0; axis < 3; axis++) {
    const n = grid.shape[axis]
    const slope = ray.direction[axis]
    if (slope === 0) continue
    const outermost = edge === 'held' ? 0 : 1
    for (let i = outermost; i < n - outermost; i++) {
      const distance = (cellCentre(grid, axis, i) - ray.origin[axis]) / slope
      if (distance > 0 && distance < ray.lengthKpc) crossings.push(distance)
    }
  }
  return sortedDistinct(crossings)
}

/** The ends of the ray and everything between them that is given, ascending: the edges of its panels. */
export function panelEdges(lengthKpc: number, ...inside: readonly (readonly number[])[]): number[] {
  const kept = inside.flat().filter((distance) => distance > 0 && distance < lengthKpc)
  return sortedDistinct([0, ...kept, lengthKpc])
}

function sortedDistinct(values: number[]): number[] {
  return Array.from(new Set(values)).sort((a, b) => a - b)
}
