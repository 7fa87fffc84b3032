import { latticeCrossings, panelEdges } from '#shared/physics/crossings.ts'
import { boxExit } from '#shared/physics/geometry.ts'
import type { Ray } from '#shared/physics/geometry.ts'
import { createStencil, locate } from '#shared/physics/grid.ts'
import type { GridEdge } from '#shared/physics/grid.ts'
import type { LineOfSightProblem, UnknownName, Unknowns } from '../../interface.ts'
import { requireDensity, requireThermalDensity } from '../../problem.ts'
import { ROTATION } from './recipe.ts'
import type { Recipe } from './recipe.ts'

/** Whether an unknown is a grid with one value per voxel. */
export function isScalarGrid(unknown: UnknownName): boolean {
  return unknown !== 'magneticField' && unknown !== 'raySpectralIndex'
}

/** Where every ray crosses the planes of the lattice. */
export interface RayPaths {
  readonly rays: number
  readonly crossings: number
  /** [rays + 1] index of a ray's first crossing among those of all rays. */
  readonly firstCrossing: Uint32Array
  /** Distances in kpc, ascending: both ends of each crossing. */
  edgesOf(ray: number): Float64Array
}

/** Walks the rays; with 'held' edges the outermost centre planes count, where gridded densities have a kink. */
export function walkRays(problem: LineOfSightProblem, edge: GridEdge): RayPaths {
  const { grid, observerKpc, directions, maxDistanceKpc } = problem
  const rays = directions.length / 3
  const firstCrossing = new Uint32Array(rays + 1)
  const edges: Float64Array[] = []
  for (let index = 0; index < rays; index++) {
    const [x, y, z] = directions.subarray(3 * index, 3 * index + 3)
    const face = boxExit(observerKpc, [x, y, z], grid.halfSizeKpc)
    const lengthKpc = maxDistanceKpc ? Math.min(face, maxDistanceKpc[index]) : face
    const ray: Ray = { origin: observerKpc, direction: [x, y, z], lengthKpc }
    const own = Float64Array.from(panelEdges(lengthKpc, latticeCrossings(grid, ray, edge)))
    edges.push(own)
    firstCrossing[index + 1] = firstCrossing[index] + own.length - 1
  }
  return { rays, crossings: firstCrossing[rays], firstCrossing, edgesOf: (ray) => edges[ray] }
}

/** Rays between two turns of the event loop. */
const RAYS_PER_TURN = 1024

interface RayDensities {
  /** [crossing][node]; empty where it is not a function of position. */
  readonly cosmicRays: Float64Array
  readonly thermalElectrons: Float64Array
}

/** The densities that are functions of position, at the nodes of uncut crossings: cached where that fits, else evaluated anew. */
export class NodeDensities {
  readonly hasCosmicRays: boolean
  readonly hasThermalElectrons: boolean
  readonly cached: boolean
  private readonly problem: LineOfSightProblem
  private readonly recipe: Recipe
  private readonly paths: RayPaths
  private readonly cache: RayDensities[] = []

  constructor(problem: LineOfSightProblem, recipe: Recipe, paths: RayPaths, cacheBytes: number) {
    const unknown = new Set(problem.unknowns)
    this.problem = problem
    this.recipe = recipe
    this.paths = paths
    this.hasCosmicRays = recipe.uses.has('cosmicRays') && !unknown.has('cosmicRays')
    this.hasThermalElectrons =
      recipe.uses.has('thermalElectrons') && !unknown.has('thermalElectrons')
    this.cached = this.bytes <= cacheBytes
  }

  get bytes(): number {
    const densities = Number(this.hasCosmicRays) + Number(this.hasThermalElectrons)
    return 8 * densities * this.paths.crossings * this.recipe.nodes.length
  }

  /** Evaluates every density once, which also checks it. @throws KernelError for a bad one */
  async fill(signal?: AbortSignal, onProgress?: (fraction: number) => void): Promise<void> {
    for (let ray = 0; ray < this.paths.rays; ray++) {
      const values = this.evaluate(ray)
      if (this.cached) this.cache.push(values)
      if ((ray + 1) % RAYS_PER_TURN === 0) {
        await new Promise((resolve) => setImmediate(resolve))
        signal?.throwIfAborted()
        onProgress?.((ray + 1) / this.paths.rays)
      }
    }
  }

  alongRay(ray: number): RayDensities {
    return this.cached ? this.cache[ray] : this.evaluate(ray)
  }

  private evaluate(ray: number): RayDensities {
    const { cosmicRayDensity, thermalElectronDensity = () => 0 } = this.problem
    const edges = this.paths.edgesOf(ray)
    const size = (edges.length - 1) * this.recipe.nodes.length
    const cosmicRays = new Float64Array(this.hasCosmicRays ? size : 0)
    const thermalElectrons = new Float64Array(this.hasThermalElectrons ? size : 0)
    if (!this.hasCosmicRays && !this.hasThermalElectrons) return { cosmicRays, thermalElectrons }
    visitCrossingNodes(this.problem, this.recipe, edges, ray, (node, x, y, z) => {
      if (this.hasCosmicRays) {
        cosmicRays[node] = requireDensity(cosmicRayDensity(x, y, z), x, y, z)
      }
      if (this.hasThermalElectrons) {
        thermalElectrons[node] = requireThermalDensity(thermalElectronDensity(x, y, z), x, y, z)
      }
    })
    return { cosmicRays, thermalElectrons }
  }
}

function visitCrossingNodes(
  { observerKpc, directions }: LineOfSightProblem,
  { nodes }: Recipe,
  edges: Float64Array,
  ray: number,
  visit: (node: number, x: number, y: number, z: number) => void,
): void {
  const [nx, ny, nz] = directions.subarray(3 * ray, 3 * ray + 3)
  for (let crossing = 0; crossing + 1 < edges.length; crossing++) {
    const length = edges[crossing + 1] - edges[crossing]
    for (let i = 0; i < nodes.length; i++) {
      const s = edges[crossing] + length * nodes[i]
      visit(
        crossing * nodes.length + i,
        observerKpc[0] + s * nx,
        observerKpc[1] + s * ny,
        observerKpc[2] + s * nz,
      )
    }
  }
}

/** Most that 2 lambda^2 d(phi) in rad, or tau, may change in a part of a crossing: 3 nodes integrate that to about 1e-5. */
const LARGEST_STEP = 1.5
const MOST_PARTS = 4096

/** [crossing] the number of parts; it depends on the field, and is a constant of derivatives. */
export function countParts(
  problem: LineOfSightProblem,
  recipe: Recipe,
  paths: RayPaths,
  densities: NodeDensities,
  { magneticField, thermalElectrons }: Unknowns,
): Uint16Array {
  const parts = new Uint16Array(paths.crossings).fill(1)
  const turning = recipe.frequencies.reduce((most, f) => Math.max(most, f.lambdaSquared), 0)
  const opacity = recipe.frequencies.reduce((most, f) => Math.max(most, f.opacity), 0)
  if (turning === 0 && opacity === 0) return parts
  const { grid, directions } = problem
  const { weights } = recipe
  const nodes = weights.length
  const stencil = createStencil()
  for (let ray = 0; ray < paths.rays; ray++) {
    const [nx, ny, nz] = directions.subarray(3 * ray, 3 * ray + 3)
    const edges = paths.edgesOf(ray)
    const known = densities.alongRay(ray).thermalElectrons
    const depth = new Float64Array(edges.length - 1)
    const squares = new Float64Array(edges.length - 1)
    visitCrossingNodes(problem, recipe, edges, ray, (node, x, y, z) => {
      const crossing = Math.floor(node / nodes)
      const weight = weights[node % nodes] * (edges[crossing + 1] - edges[crossing])
      let electrons = known[node]
      if (thermalElectrons) {
        locate(grid, [x, y, z], 'held', stencil)
        electrons = 0
        stencil.voxels.forEach((voxel, corner) => {
          electrons += stencil.weights[corner] * thermalElectrons[voxel]
        })
      }
      squares[crossing] += weight * electrons * electrons
      if (turning === 0) return
      locate(grid, [x, y, z], 'continued', stencil)
      let along = 0
      stencil.voxels.forEach((voxel, corner) => {
        const value =
          nx * magneticField[3 * voxel] +
          ny * magneticField[3 * voxel + 1] +
          nz * magneticField[3 * voxel + 2]
        along += stencil.weights[corner] * value
      })
      depth[crossing] += weight * Math.abs(electrons * along)
    })
    depth.forEach((variation, crossing) => {
      const change = Math.max(2 * turning * ROTATION * variation, opacity * squares[crossing])
      const cuts = Math.ceil(change / LARGEST_STEP)
      parts[paths.firstCrossing[ray] + crossing] = Math.min(MOST_PARTS, Math.max(1, cuts))
    })
  }
  return parts
}
