import { gridSpacing } from '#shared/physics/grid.ts'
import type { NodeSampling } from '#shared/physics/line-of-sight/electron-nodes.ts'
import { electronNodes } from '#shared/physics/line-of-sight/electron-nodes.ts'
import type { GaussRule } from '#shared/physics/quadrature.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import type { DensityBatch, LineOfSightProblem } from '../../interface.ts'
import { requireDensity, requireThermalDensity } from '../../problem.ts'
import type { KernelChoice } from './kernel-choice.ts'
import { GEOMETRY_BYTES, PROBLEM, RAY, RAY_BYTES, VOXEL_BYTES } from './memory-plan.ts'
import type { MemoryPlan } from './memory-plan.ts'
import type { KernelFunctions } from './module.ts'
import type { Segment } from './rays.ts'

/** How many rays are prepared before the event loop gets a turn. */
const RAYS_PER_TURN = 1024

/** What decides the values at the nodes. */
type NodeProblem = Pick<
  LineOfSightProblem,
  | 'grid'
  | 'nodesPerCrossing'
  | 'cosmicRayDensity'
  | 'thermalElectronDensity'
  | 'cosmicRayDensities'
  | 'thermalElectronDensities'
>

/**
 * Fills in the records of crossings: walks the rays of a segment (writing their geometry where it is kept) and
 * evaluates the electron densities. They are callbacks: the thread that prepares calls them in turns that
 * leave the event loop responsive, kernel threads only what they have made themselves.
 */
export class WeightWriter {
  private readonly problem: NodeProblem
  private readonly rule: GaussRule
  private readonly electronNodes: NodeSampling
  private readonly kernel: KernelChoice
  private readonly plan: MemoryPlan
  private readonly functions: KernelFunctions
  private readonly origin: readonly [number, number, number]
  private readonly scratchGeometry: number
  private readonly floats: Float32Array
  private readonly words: Uint32Array

  constructor(
    problem: NodeProblem,
    kernel: KernelChoice,
    plan: MemoryPlan,
    functions: KernelFunctions,
    buffer: ArrayBufferLike,
    origin: readonly [number, number, number],
    scratch: number,
  ) {
    this.problem = problem
    this.rule = gaussLegendre(problem.nodesPerCrossing)
    this.electronNodes = electronNodes(problem.grid, problem.nodesPerCrossing)
    this.kernel = kernel
    this.plan = plan
    this.functions = functions
    this.origin = origin
    this.scratchGeometry = scratch
    this.floats = new Float32Array(buffer)
    this.words = new Uint32Array(buffer)
  }

  /** @throws KernelError for a bad density; the signal's reason when aborted */
  async fill(
    segment: Segment,
    signal?: AbortSignal,
    onRays?: (done: number) => void,
  ): Promise<void> {
    const { firstRay, lastRay, firstCrossing } = segment
    this.begin(segment)
    for (let ray = firstRay; ray < lastRay; ray += RAYS_PER_TURN) {
      const end = Math.min(ray + RAYS_PER_TURN, lastRay)
      this.fillRays(firstCrossing, ray, end)
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
      onRays?.(end)
    }
  }

  /** Says which crossing has the first record. */
  begin({ firstCrossing }: Segment): void {
    this.words[(this.plan.problem + PROBLEM.firstCrossing) >>> 2] = firstCrossing
  }

  /** Some rays of the segment whose first crossing is given. @throws KernelError for a bad density */
  fillRays(firstCrossing: number, firstRay: number, lastRay: number): void {
    const [ux, uy, uz] = this.origin
    const [nx, ny, nz] = this.problem.grid.shape
    const { plan } = this
    for (let ray = firstRay; ray < lastRay; ray++) {
      const record = plan.rays + ray * RAY_BYTES
      const first = this.words[(record + RAY.first) >>> 2]
      const geometry = plan.geometry ? plan.geometry + first * GEOMETRY_BYTES : this.scratchGeometry
      const weights = plan.weights + (first - firstCrossing) * plan.recordBytes
      this.functions.walkRay(
        record,
        ux,
        uy,
        uz,
        nx,
        ny,
        nz,
        this.kernel.held ? 1 : 0,
        geometry,
        weights + plan.lengthAt,
        plan.recordBytes,
      )
      this.fillRay(record, geometry, weights)
    }
  }

  /** Weights of one ray: Gauss weight times length times C (unless that is unknown) at the node; and n_e there. */
  private fillRay(ray: number, geometry: number, weights: number): void {
    const { problem, kernel, floats, plan } = this
    const { nodesPerCrossing: nodes } = problem
    const cosmicRays = kernel.cosmicRaysAtNodes
      ? densitiesAt(
          this.pointsOf(ray, geometry, weights, this.rule.nodes),
          problem.cosmicRayDensity,
          problem.cosmicRayDensities,
          requireDensity,
        )
      : undefined
    const { places } = this.electronNodes
    const electrons =
      kernel.electrons === 'nodes' && problem.thermalElectronDensity
        ? densitiesAt(
            this.pointsOf(ray, geometry, weights, places),
            problem.thermalElectronDensity,
            problem.thermalElectronDensities,
            requireThermalDensity,
          )
        : undefined
    const { rule } = this
    const recordFloats = plan.recordBytes >>> 2
    const electronsAt = plan.electronsAt >>> 2
    const crossings = this.words[(ray + RAY.crossings) >>> 2]
    for (
      let crossing = 0, out = weights >>> 2;
      crossing < crossings;
      crossing++, out += recordFloats
    ) {
      const half = 0.5 * floats[out + (plan.lengthAt >>> 2)]
      for (let node = 0; node < nodes; node++) {
        const density = cosmicRays ? cosmicRays[crossing * nodes + node] : 1
        floats[out + node] = half * rule.weights[node] * density
      }
      if (electrons) {
        this.electronNodes.project(electrons, crossing * places.length, floats, out + electronsAt)
      }
    }
  }

  /** Positions in the crossings of one ray, [crossing][place][3], at places on (-1, 1). */
  private pointsOf(
    ray: number,
    geometry: number,
    weights: number,
    places: Float64Array,
  ): Float64Array {
    const { grid } = this.problem
    const { floats, words, plan } = this
    const [, ny, nz] = grid.shape
    const [hx, hy, hz] = gridSpacing(grid)
    const [lx, ly, lz] = grid.halfSizeKpc
    const direction = (ray + RAY.direction) >>> 2
    const [dx, dy, dz] = floats.subarray(direction, direction + 3)
    const crossings = words[(ray + RAY.crossings) >>> 2]
    const points = new Float64Array(3 * crossings * places.length)
    let at = geometry >>> 2
    let length = (weights + plan.lengthAt) >>> 2
    let out = 0
    for (let n = 0; n < crossings; n++) {
      const voxel = words[at + 3] / VOXEL_BYTES
      const k = voxel % nz
      const column = (voxel - k) / nz
      const j = column % ny
      const i = (column - j) / ny
      const x = (i + floats[at] + 0.5) * hx - lx
      const y = (j + floats[at + 1] + 0.5) * hy - ly
      const z = (k + floats[at + 2] + 0.5) * hz - lz
      const half = 0.5 * floats[length]
      for (const place of places) {
        const s = half * (1 + place)
        points[out++] = x + s * dx
        points[out++] = y + s * dy
        points[out++] = z + s * dz
      }
      at += GEOMETRY_BYTES >>> 2
      length += plan.recordBytes >>> 2
    }
    return points
  }
}

/** A density at points, [n, 3], each value checked. */
function densitiesAt(
  points: Float64Array,
  one: (x: number, y: number, z: number) => number,
  many: DensityBatch | undefined,
  require: typeof requireDensity,
): Float64Array {
  const values = new Float64Array(points.length / 3)
  if (many) many(points, values)
  for (let i = 0; i < values.length; i++) {
    const [x, y, z] = [points[3 * i], points[3 * i + 1], points[3 * i + 2]]
    values[i] = require(many ? values[i] : one(x, y, z), x, y, z)
  }
  return values
}
