import { lineOfSightBasis } from '#shared/physics/geometry.ts'
import { createStencil, locate } from '#shared/physics/grid.ts'
import type { GridEdge, GridGeometry, TrilinearStencil } from '#shared/physics/grid.ts'
import type { GridValues, LineOfSightProblem } from '../../interface.ts'
import { isScalarGrid } from './rays.ts'
import type { NodeDensities, RayPaths } from './rays.ts'
import type { Recipe } from './recipe.ts'

/** Some rays as padded arrays [rays, parts, nodes]; what is beyond a ray's end has length 0. */
export interface Chunk {
  /** Indices of the rays in the problem. */
  readonly rays: Uint32Array
  /** Parts of crossings of the longest ray. */
  readonly parts: number
  readonly nodes: number
  /** [rays] nodes before the padding. */
  readonly used: Uint32Array
  /** [rays, parts] kpc */
  readonly lengths: Float32Array
  /** [rays, 3, 3] north, east and toward the observer. */
  readonly basis: Float64Array
  readonly vector: Stencils
  /** Where a scalar grid is among the unknowns. */
  readonly scalar: Stencils | undefined
  /** [rays, parts, nodes] where they are functions: C in m^-3, n_e in cm^-3. */
  readonly cosmicRays: Float32Array | undefined
  readonly thermalElectrons: Float32Array | undefined
}

/** The eight voxels around each node and their weights, [node][8]. */
interface Stencils {
  readonly voxels: Int32Array
  readonly weights: Float32Array
}

function emptyStencils(nodes: number): Stencils {
  return { voxels: new Int32Array(8 * nodes), weights: new Float32Array(8 * nodes) }
}

/** Lays out `rays`; `partsOf` says into how many parts each crossing is cut. */
export function layOut(
  problem: LineOfSightProblem,
  recipe: Recipe,
  paths: RayPaths,
  densities: NodeDensities,
  rays: Uint32Array,
  partsOf: Uint16Array,
): Chunk {
  const nodes = recipe.nodes.length
  const partCounts = rays.map((ray) => totalParts(paths, partsOf, ray))
  const parts = partCounts.reduce((most, n) => Math.max(most, n), 1)
  const perRay = parts * nodes
  const size = rays.length * perRay
  const chunk: Chunk = {
    rays,
    parts,
    nodes,
    used: partCounts.map((n) => n * nodes),
    lengths: new Float32Array(rays.length * parts),
    basis: new Float64Array(9 * rays.length),
    vector: emptyStencils(size),
    scalar: problem.unknowns?.some(isScalarGrid) ? emptyStencils(size) : undefined,
    cosmicRays: densities.hasCosmicRays ? new Float32Array(size) : undefined,
    thermalElectrons: densities.hasThermalElectrons ? new Float32Array(size) : undefined,
  }
  const { observerKpc, directions, grid } = problem
  const stencil = createStencil()
  const interpolants = new Map<number, Float64Array>()
  rays.forEach((ray, row) => {
    const [nx, ny, nz] = directions.subarray(3 * ray, 3 * ray + 3)
    const { north, east } = lineOfSightBasis([nx, ny, nz])
    chunk.basis.set([...north, ...east, -nx, -ny, -nz], 9 * row)
    const functions = densities.alongRay(ray)
    const edges = paths.edgesOf(ray)
    const firstCrossing = paths.firstCrossing[ray]
    let part = row * parts
    for (let crossing = 0; crossing + 1 < edges.length; crossing++) {
      const cuts = partsOf[firstCrossing + crossing]
      const length = (edges[crossing + 1] - edges[crossing]) / cuts
      for (let cut = 0; cut < cuts; cut++, part++) {
        chunk.lengths[part] = length
        const start = edges[crossing] + cut * length
        for (let i = 0; i < nodes; i++) {
          const node = part * nodes + i
          const s = start + length * recipe.nodes[i]
          const x = observerKpc[0] + s * nx
          const y = observerKpc[1] + s * ny
          const z = observerKpc[2] + s * nz
          place(chunk.vector, node, grid, x, y, z, 'continued', stencil)
          if (chunk.scalar) place(chunk.scalar, node, grid, x, y, z, 'held', stencil)
        }
        if (cuts === 1) {
          copyNodes(functions.cosmicRays, crossing, chunk.cosmicRays, part, nodes)
          copyNodes(functions.thermalElectrons, crossing, chunk.thermalElectrons, part, nodes)
        } else {
          const matrix = interpolant(interpolants, recipe, cuts)
          const own = matrix.subarray(cut * nodes * nodes, (cut + 1) * nodes * nodes)
          mixNodes(own, functions.cosmicRays, crossing, chunk.cosmicRays, part, nodes)
          mixNodes(own, functions.thermalElectrons, crossing, chunk.thermalElectrons, part, nodes)
        }
      }
    }
  })
  return chunk
}

/** Parts of all crossings of a ray. */
export function totalParts(paths: RayPaths, partsOf: Uint16Array, ray: number): number {
  let sum = 0
  for (let c = paths.firstCrossing[ray]; c < paths.firstCrossing[ray + 1]; c++) sum += partsOf[c]
  return sum
}

function place(
  stencils: Stencils,
  node: number,
  grid: GridGeometry,
  x: number,
  y: number,
  z: number,
  edge: GridEdge,
  stencil: TrilinearStencil,
): void {
  locate(grid, [x, y, z], edge, stencil)
  stencils.voxels.set(stencil.voxels, 8 * node)
  stencils.weights.set(stencil.weights, 8 * node)
}

function copyNodes(
  from: Float64Array,
  crossing: number,
  to: Float32Array | undefined,
  part: number,
  nodes: number,
): void {
  for (let i = 0; to && i < nodes; i++) to[part * nodes + i] = from[crossing * nodes + i]
}

function mixNodes(
  matrix: Float64Array,
  from: Float64Array,
  crossing: number,
  to: Float32Array | undefined,
  part: number,
  nodes: number,
): void {
  for (let i = 0; to && i < nodes; i++) {
    let sum = 0
    for (let j = 0; j < nodes; j++) sum += matrix[i * nodes + j] * from[crossing * nodes + j]
    to[part * nodes + i] = sum
  }
}

/** [cut][node i][node j]: Lagrange polynomial j of a crossing's nodes at node i of each of its `cuts` equal parts. */
function interpolant(
  known: Map<number, Float64Array>,
  { nodes }: Recipe,
  cuts: number,
): Float64Array {
  const found = known.get(cuts)
  if (found) return found
  const n = nodes.length
  const matrix = new Float64Array(cuts * n * n)
  for (let row = 0; row < cuts * n; row++) {
    const t = (Math.floor(row / n) + nodes[row % n]) / cuts
    for (let j = 0; j < n; j++) {
      let value = 1
      for (let k = 0; k < n; k++) {
        if (k !== j) value *= (t - nodes[k]) / (nodes[j] - nodes[k])
      }
      matrix[row * n + j] = value
    }
  }
  known.set(cuts, matrix)
  return matrix
}

/** The vector grid's components north, east and toward the observer at the nodes. */
export function sampleVector(
  chunk: Chunk,
  values: GridValues,
): Record<'north' | 'east' | 'toward', Float32Array> {
  const { voxels, weights } = chunk.vector
  const size = voxels.length / 8
  const out = {
    north: new Float32Array(size),
    east: new Float32Array(size),
    toward: new Float32Array(size),
  }
  visitNodes(chunk, (node, row) => {
    let x = 0
    let y = 0
    let z = 0
    for (let n = 8 * node; n < 8 * node + 8; n++) {
      const at = 3 * voxels[n]
      const weight = weights[n]
      x += weight * values[at]
      y += weight * values[at + 1]
      z += weight * values[at + 2]
    }
    const { basis } = chunk
    const at = 9 * row
    out.north[node] = x * basis[at] + y * basis[at + 1] + z * basis[at + 2]
    out.east[node] = x * basis[at + 3] + y * basis[at + 4] + z * basis[at + 5]
    out.toward[node] = x * basis[at + 6] + y * basis[at + 7] + z * basis[at + 8]
  })
  return out
}

/** The transpose of `sampleVector`: adds to a vector grid. */
export function spreadVector(
  chunk: Chunk,
  parts: Partial<Record<'north' | 'east' | 'toward', Float32Array>>,
  grid: Float64Array,
): void {
  const { voxels, weights } = chunk.vector
  const { basis } = chunk
  visitNodes(chunk, (node, row) => {
    const north = parts.north?.[node] ?? 0
    const east = parts.east?.[node] ?? 0
    const toward = parts.toward?.[node] ?? 0
    const at = 9 * row
    const x = north * basis[at] + east * basis[at + 3] + toward * basis[at + 6]
    const y = north * basis[at + 1] + east * basis[at + 4] + toward * basis[at + 7]
    const z = north * basis[at + 2] + east * basis[at + 5] + toward * basis[at + 8]
    for (let n = 8 * node; n < 8 * node + 8; n++) {
      const to = 3 * voxels[n]
      const weight = weights[n]
      grid[to] += weight * x
      grid[to + 1] += weight * y
      grid[to + 2] += weight * z
    }
  })
}

/** A scalar grid at the nodes; `padding` beyond the rays' ends. */
export function sampleScalar(chunk: Chunk, values: GridValues, padding: number): Float32Array {
  const { voxels, weights } = chunk.scalar ?? chunk.vector
  const out = new Float32Array(voxels.length / 8).fill(padding)
  visitNodes(chunk, (node) => {
    let sum = 0
    for (let n = 8 * node; n < 8 * node + 8; n++) sum += weights[n] * values[voxels[n]]
    out[node] = sum
  })
  return out
}

/** The transpose of `sampleScalar`: adds to a scalar grid. */
export function spreadScalar(chunk: Chunk, change: Float32Array, grid: Float64Array): void {
  const { voxels, weights } = chunk.scalar ?? chunk.vector
  visitNodes(chunk, (node) => {
    for (let n = 8 * node; n < 8 * node + 8; n++) grid[voxels[n]] += weights[n] * change[node]
  })
}

function visitNodes(chunk: Chunk, visit: (node: number, row: number) => void): void {
  const perRay = chunk.parts * chunk.nodes
  chunk.used.forEach((used, row) => {
    const first = row * perRay
    for (let node = first; node < first + used; node++) visit(node, row)
  })
}
