import { boxExit } from '#shared/physics/geometry.ts'
import { gridSpacing } from '#shared/physics/grid.ts'
import type { LineOfSightProblem } from '../../interface.ts'
import type { CrossingFunction } from './settings.ts'

/** The crossings of rays in the form that the kernels read. */
export interface Crossings {
  readonly count: number
  /** [crossing][4]: entry point in the cell (0..1 along each axis; beyond where the field continues linearly), length in kpc. */
  readonly entries: Float32Array<ArrayBuffer>
  /** [crossing] voxel of the cell's first corner. */
  readonly cells: Uint32Array<ArrayBuffer>
  /** [crossing][function][node] */
  readonly densities: Float32Array<ArrayBuffer>
}

/** Walks rays through the interpolation lattice in float64. */
export class RayWalker {
  /** 'held': the planes of the outermost centres split a ray too, for the kink of a scalar that is held constant there. */
  private readonly outermost: number
  private readonly problem: LineOfSightProblem
  private readonly functions: readonly CrossingFunction[]
  /** Values of each function at its places in the crossing at hand. */
  private readonly asked: readonly Float64Array[]
  private readonly origin: readonly number[]
  private readonly spacing: readonly number[]
  /** Distances at which the ray at hand crosses planes; the last one is its end. */
  private readonly edges: Float64Array
  /** Per axis: the next plane that the ray at hand meets, its distance, and planes per kpc. */
  private readonly plane = new Float64Array(3)
  private readonly next = new Float64Array(3)
  private readonly slope = new Float64Array(3)

  constructor(problem: LineOfSightProblem, held: boolean, functions: readonly CrossingFunction[]) {
    const { grid, observerKpc } = problem
    this.problem = problem
    this.functions = functions
    this.asked = functions.map(({ sampling }) => new Float64Array(sampling.places.length))
    this.outermost = held ? 0 : 1
    this.spacing = gridSpacing(grid)
    this.origin = this.spacing.map(
      (h, axis) => (observerKpc[axis] + grid.halfSizeKpc[axis]) / h - 0.5,
    )
    this.edges = new Float64Array(grid.shape.reduce((sum, n) => sum + n, 1))
  }

  /** Crossings of a ray. */
  count(ray: number): number {
    return this.findEdges(ray)
  }

  /** Walks the rays listed and takes the functions to their nodes. @throws KernelError for a bad density */
  walk(rays: Uint32Array, crossings: number): Crossings {
    const { grid, observerKpc, directions, nodesPerCrossing } = this.problem
    const [, ny, nz] = grid.shape
    const perCrossing = this.functions.length * nodesPerCrossing
    const entries = new Float32Array(4 * crossings)
    const cells = new Uint32Array(crossings)
    const densities = new Float32Array(perCrossing * crossings)
    const at = [0, 0, 0]
    let c = 0
    for (const ray of rays) {
      const count = this.findEdges(ray)
      let from = 0
      for (let n = 0; n < count; n++, c++) {
        const to = this.edges[n]
        const middle = 0.5 * (from + to)
        for (let axis = 0; axis < 3; axis++) {
          const step = directions[3 * ray + axis] / this.spacing[axis]
          const cell = Math.floor(this.origin[axis] + middle * step)
          at[axis] = Math.max(0, Math.min(grid.shape[axis] - 2, cell))
          entries[4 * c + axis] = this.origin[axis] + from * step - at[axis]
        }
        const length = to - from
        entries[4 * c + 3] = length
        cells[c] = (at[0] * ny + at[1]) * nz + at[2]
        for (let f = 0; f < this.functions.length; f++) {
          const { at: density, sampling } = this.functions[f]
          const asked = this.asked[f]
          sampling.places.forEach((place, m) => {
            const s = from + 0.5 * length * (1 + place)
            const x = observerKpc[0] + s * directions[3 * ray]
            const y = observerKpc[1] + s * directions[3 * ray + 1]
            const z = observerKpc[2] + s * directions[3 * ray + 2]
            asked[m] = density(x, y, z)
          })
          sampling.project(asked, 0, densities, c * perCrossing + f * nodesPerCrossing)
        }
        from = to
      }
    }
    return { count: crossings, entries, cells, densities }
  }

  /** Fills `edges` with the ends of the ray's crossings, ascending, and returns how many there are. */
  private findEdges(ray: number): number {
    const { grid, observerKpc, directions, maxDistanceKpc } = this.problem
    const direction = directions.subarray(3 * ray, 3 * ray + 3)
    const face = boxExit(observerKpc, [direction[0], direction[1], direction[2]], grid.halfSizeKpc)
    const end = maxDistanceKpc ? Math.min(face, maxDistanceKpc[ray]) : face
    const { origin, spacing, outermost, plane, next, slope } = this
    for (let axis = 0; axis < 3; axis++) {
      slope[axis] = direction[axis] / spacing[axis]
      const most = grid.shape[axis] - 1 - outermost
      plane[axis] =
        slope[axis] > 0
          ? Math.max(outermost, Math.floor(origin[axis]) + 1)
          : Math.min(most, Math.ceil(origin[axis]) - 1)
      next[axis] = this.distance(axis)
    }
    let kept = 0
    for (;;) {
      const nearest = Math.min(next[0], next[1], next[2])
      if (!(nearest < end)) break
      if (nearest > 0) this.edges[kept++] = nearest
      for (let axis = 0; axis < 3; axis++) {
        if (next[axis] !== nearest) continue
        plane[axis] += slope[axis] > 0 ? 1 : -1
        next[axis] = this.distance(axis)
      }
    }
    if (end > 0) this.edges[kept++] = end
    return kept
  }

  /** Distance at which the ray at hand meets its next plane across an axis; never beyond the last one that splits it. */
  private distance(axis: number): number {
    const { outermost, plane, origin, slope } = this
    const n = plane[axis]
    if (slope[axis] === 0 || n < outermost) return Infinity
    if (n > this.problem.grid.shape[axis] - 1 - outermost) return Infinity
    return (n - origin[axis]) / slope[axis]
  }
}
