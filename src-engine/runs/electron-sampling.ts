import { latticeCrossings, panelEdges } from '#shared/physics/crossings.ts'
import { boxExit } from '#shared/physics/geometry.ts'
import type { Ray, Vector3 } from '#shared/physics/index.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import type { LineOfSightProblem } from '../kernels/interface.ts'

/** Sightlines that are looked at, and parts of a crossing in which the density is integrated for comparison. */
const SIGHTLINES = 60
const PARTS = 8

/**
 * Errors of the columns of thermal electrons that kernels find, relative, ascending, for sightlines that stand for all. Kernels
 * see a density that is given as a function at the nodes of each crossing only: what changes within a cell they see badly.
 */
export function columnErrors(problem: LineOfSightProblem): number[] {
  const { grid, observerKpc, directions, maxDistanceKpc, nodesPerCrossing } = problem
  const { thermalElectronDensity: density } = problem
  if (density === undefined) return []
  const rays = directions.length / 3
  const errors: number[] = []
  const stride = Math.max(1, Math.floor(rays / SIGHTLINES))
  for (let n = 0; n < rays; n += stride) {
    const direction: Vector3 = [directions[3 * n], directions[3 * n + 1], directions[3 * n + 2]]
    const face = boxExit([...observerKpc], direction, [...grid.halfSizeKpc])
    const lengthKpc = Math.min(face, maxDistanceKpc?.[n] ?? Infinity)
    const ray: Ray = { origin: [...observerKpc], direction, lengthKpc }
    const edges = panelEdges(lengthKpc, latticeCrossings(grid, ray, 'continued'))
    const fine = column(density, ray, edges, PARTS, nodesPerCrossing)
    if (fine > 0) errors.push(Math.abs(column(density, ray, edges, 1, nodesPerCrossing) / fine - 1))
  }
  return errors.sort((a, b) => a - b)
}

/** The integral of a density along a ray, with Gauss nodes in equal parts of each crossing. */
function column(
  density: (x: number, y: number, z: number) => number,
  { origin, direction }: Ray,
  edges: readonly number[],
  parts: number,
  nodesPerPart: number,
): number {
  const { nodes, weights } = gaussLegendre(nodesPerPart)
  let sum = 0
  for (let crossing = 0; crossing + 1 < edges.length; crossing++) {
    const length = (edges[crossing + 1] - edges[crossing]) / parts
    for (let part = 0; part < parts; part++) {
      const middle = edges[crossing] + (part + 0.5) * length
      for (let i = 0; i < nodesPerPart; i++) {
        const s = middle + 0.5 * length * nodes[i]
        const [x, y, z] = [0, 1, 2].map((axis) => origin[axis] + s * direction[axis])
        sum += 0.5 * length * weights[i] * density(x, y, z)
      }
    }
  }
  return sum
}
