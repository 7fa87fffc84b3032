import { latticeCrossings, panelEdges } from '#shared/physics/crossings.ts'
import { boxExit } from '#shared/physics/geometry.ts'
import type { Ray, Vector3 } from '#shared/physics/index.ts'
import { electronNodes } from '#shared/physics/line-of-sight/electron-nodes.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import { along } from '#shared/physics/vector.ts'
import type { LineOfSightProblem } from '../kernels/interface.ts'

/** Sightlines that are looked at, and parts of a crossing in which n_e^2 is integrated for comparison. */
const SIGHTLINES = 60
const PARTS = 16

/**
 * Errors of the emission measures that kernels find, relative, ascending, for sightlines that stand for all. What kernels see of
 * a density given as a function keeps its column in every crossing, but of its square only what the nodes can carry.
 */
export function emissionMeasureErrors(problem: LineOfSightProblem): number[] {
  const { grid, observerKpc, directions, maxDistanceKpc, nodesPerCrossing } = problem
  const { thermalElectronDensity: density } = problem
  if (density === undefined) return []
  const { nodes, weights } = gaussLegendre(nodesPerCrossing)
  const sampling = electronNodes(grid, nodesPerCrossing)
  const asked = new Float64Array(sampling.places.length)
  const seen = new Float64Array(nodes.length)
  const rays = directions.length / 3
  const errors: number[] = []
  const stride = Math.max(1, Math.floor(rays / SIGHTLINES))
  for (let n = 0; n < rays; n += stride) {
    const direction: Vector3 = [directions[3 * n], directions[3 * n + 1], directions[3 * n + 2]]
    const face = boxExit([...observerKpc], direction, [...grid.halfSizeKpc])
    const lengthKpc = Math.min(face, maxDistanceKpc?.[n] ?? Infinity)
    const ray: Ray = { origin: [...observerKpc], direction, lengthKpc }
    const edges = panelEdges(lengthKpc, latticeCrossings(grid, ray, 'continued'))
    let found = 0
    let fine = 0
    for (let crossing = 0; crossing + 1 < edges.length; crossing++) {
      const half = 0.5 * (edges[crossing + 1] - edges[crossing])
      const at = (place: number): number => {
        const [x, y, z] = along(ray.origin, direction, edges[crossing] + half * (1 + place))
        return density(x, y, z)
      }
      sampling.places.forEach((place, m) => (asked[m] = at(place)))
      sampling.project(asked, 0, seen, 0)
      nodes.forEach((node, i) => {
        found += half * weights[i] * seen[i] ** 2
        for (let part = 0; part < PARTS; part++) {
          const value = at(-1 + (2 * part + 1 + node) / PARTS)
          fine += (half * weights[i] * value ** 2) / PARTS
        }
      })
    }
    if (fine > 0) errors.push(Math.abs(found / fine - 1))
  }
  return errors.sort((a, b) => a - b)
}
