/** Column of a density along a ray, and how far away a column is: what pulsars measure as the dispersion measure. */
import { PC_PER_KPC } from './constants.ts'
import { panelEdges } from './crossings.ts'
import type { Ray } from './geometry.ts'
import type { SpatialField } from './medium.ts'
import { gaussLegendre } from './quadrature.ts'
import { along } from './vector.ts'

/**
 * Longest part of a ray, kpc. Two nodes in each make columns of YMW16, whose thinnest shell is 10 pc thick, right to 1e-4 pc cm^-3 (against
 * parts of half the length).
 */
const PART_KPC = 0.005

/** Jumps are looked for in pieces of this length, kpc: a search goes through some 200 points of a ray, and shells are 20 pc thick. */
const PIECE_KPC = 1

const rule = gaussLegendre(2)

/** A ray in parts; none goes across a place where the density is not smooth. */
export interface RayParts {
  /** Ends of the parts: distances from the origin of the ray, kpc, ascending. */
  readonly edgesKpc: Float64Array
  /** Where the density is asked: two positions in each part, [2 parts, 3] kpc. */
  readonly pointsKpc: Float64Array
}

export function partsOfRay(density: Pick<SpatialField<unknown>, 'panelEdges'>, ray: Ray): RayParts {
  const edges = [0]
  const pieces = Math.ceil(ray.lengthKpc / PIECE_KPC)
  for (let piece = 0; piece < pieces; piece++) {
    const start = piece * PIECE_KPC
    const lengthKpc = Math.min(PIECE_KPC, ray.lengthKpc - start)
    const origin = along(ray.origin, ray.direction, start)
    const jumps = density.panelEdges({ ...ray, origin, lengthKpc })
    const panels = panelEdges(lengthKpc, jumps).map((edge) => start + edge)
    for (let panel = 0; panel + 1 < panels.length; panel++) {
      const [from, to] = [panels[panel], panels[panel + 1]]
      const parts = Math.ceil((to - from) / PART_KPC)
      for (let part = 1; part <= parts; part++) edges.push(from + ((to - from) * part) / parts)
    }
  }
  const points = edges.slice(1).flatMap((to, part) => {
    const from = edges[part]
    return Array.from(rule.nodes, (x) =>
      along(ray.origin, ray.direction, from + ((to - from) * (1 + x)) / 2),
    )
  })
  return { edgesKpc: Float64Array.from(edges), pointsKpc: Float64Array.from(points.flat()) }
}

/** Columns from the origin to every edge, pc cm^-3, of densities at the points, cm^-3. */
export function runningColumn({ edgesKpc }: RayParts, densities: ArrayLike<number>): Float64Array {
  const columns = new Float64Array(edgesKpc.length)
  for (let part = 0; part + 1 < edgesKpc.length; part++) {
    const half = (PC_PER_KPC * (edgesKpc[part + 1] - edgesKpc[part])) / 2
    let sum = 0
    rule.weights.forEach((weight, i) => (sum += weight * densities[rule.weights.length * part + i]))
    columns[part + 1] = columns[part] + half * sum
  }
  return columns
}

/**
 * Distance, kpc, at which the column from the origin first is as given, the density taken as constant within a part.
 * @returns null where it never is
 */
export function distanceOfColumn(
  { edgesKpc }: RayParts,
  columns: Float64Array,
  column: number,
): number | null {
  const after = columns.findIndex((reached) => reached >= column)
  if (after === -1) return null
  if (after === 0) return edgesKpc[0]
  const share = (column - columns[after - 1]) / (columns[after] - columns[after - 1])
  return edgesKpc[after - 1] + share * (edgesKpc[after] - edgesKpc[after - 1])
}
