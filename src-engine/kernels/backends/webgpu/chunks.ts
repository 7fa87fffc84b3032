import { lineOfSightBasis } from '#shared/physics/geometry.ts'
import { gridSpacing } from '#shared/physics/grid.ts'
import type { LineOfSightProblem } from '../../interface.ts'
import type { RayWalker } from './geometry.ts'

/** Values that one invocation adds up at most, so that none takes long and rounding stays that of short sums. */
export const GROUP = 64

/** Bytes of a ray record: direction, first crossing; step, crossings; north; east. */
const RAY_BYTES = 64

/** Bytes of a crossing, besides its densities and the lists of cells. */
export const CROSSING_BYTES = 24

/** Rays that are worked on by one submission, in neighbour order. */
export interface ChunkRange {
  readonly firstRay: number
  readonly rays: number
  readonly crossings: number
}

/** Cuts the rays (crossings of each given) into chunks of at most `capacity` crossings; a ray is never cut. */
export function cutChunks(crossingsOf: Uint32Array, capacity: number): ChunkRange[] {
  const chunks: ChunkRange[] = []
  let firstRay = 0
  while (firstRay < crossingsOf.length) {
    let last = firstRay
    let crossings = 0
    while (
      last < crossingsOf.length &&
      (last === firstRay || crossings + crossingsOf[last] <= capacity)
    ) {
      crossings += crossingsOf[last++]
    }
    chunks.push({ firstRay, rays: last - firstRay, crossings })
    firstRay = last
  }
  return chunks
}

/** Everything that the kernels read about a chunk. */
export interface ChunkData {
  /** [ray] records of RAY_BYTES. */
  readonly rays: Uint32Array<ArrayBuffer>
  /** [crossing][4] entry point and length. */
  readonly entries: Float32Array<ArrayBuffer>
  /** [crossing][2] first corner of the cell, slot of its record. */
  readonly cells: Uint32Array<ArrayBuffer>
  readonly densities: Float32Array<ArrayBuffer>
  /** How records are added up cell by cell. */
  readonly reduction: Reduction
}

export interface Reduction {
  /**
   * One list per level: the number of groups, then where each begins among the results of the level before (the first
   * level's are the records) and where the last ends. The last level has one group per cell.
   */
  readonly levels: readonly Uint32Array<ArrayBuffer>[]
  /** Number of cells, then the first corner of each. */
  readonly cells: Uint32Array<ArrayBuffer>
}

/** @param rays the caller's numbers of the chunk's rays, in neighbour order */
export function buildChunk(
  problem: LineOfSightProblem,
  walker: RayWalker,
  rays: Uint32Array,
  crossingsOf: Uint32Array,
  { firstRay, crossings }: ChunkRange,
): ChunkData {
  const walked = walker.walk(rays, crossings)
  const { order, reduction } = sortByCell(walked.cells)
  const cells = new Uint32Array(2 * crossings)
  for (let slot = 0; slot < crossings; slot++) {
    cells[2 * order[slot]] = walked.cells[order[slot]]
    cells[2 * order[slot] + 1] = slot
  }
  return {
    rays: rayRecords(problem, rays, crossingsOf, firstRay),
    entries: walked.entries,
    cells,
    densities: walked.densities,
    reduction,
  }
}

function rayRecords(
  { grid, directions }: LineOfSightProblem,
  rays: Uint32Array,
  crossingsOf: Uint32Array,
  firstRay: number,
): Uint32Array<ArrayBuffer> {
  const words = RAY_BYTES / 4
  const integers = new Uint32Array(rays.length * words)
  const floats = new Float32Array(integers.buffer)
  const spacing = gridSpacing(grid)
  let first = 0
  rays.forEach((ray, n) => {
    const direction = directions.subarray(3 * ray, 3 * ray + 3)
    const { north, east } = lineOfSightBasis([direction[0], direction[1], direction[2]])
    const at = n * words
    floats.set(direction, at)
    integers[at + 3] = first
    for (let axis = 0; axis < 3; axis++) floats[at + 4 + axis] = direction[axis] / spacing[axis]
    integers[at + 7] = crossingsOf[firstRay + n]
    floats.set(north, at + 8)
    floats.set(east, at + 12)
    first += crossingsOf[firstRay + n]
  })
  return integers
}

/** Slot -> crossing, sorted by cell and within a cell as the rays come; and the groups that add each cell up. */
function sortByCell(cells: Uint32Array): { order: Uint32Array; reduction: Reduction } {
  const count = cells.length
  const order = radixOrder(cells)
  const touched: number[] = []
  let runs: number[] = [0]
  order.forEach((crossing, slot) => {
    const cell = cells[crossing]
    if (slot > 0 && cell === touched[touched.length - 1]) return
    if (slot > 0) runs.push(slot)
    touched.push(cell)
  })
  if (count > 0) runs.push(count)
  // Each level cuts the run of every cell into groups, until each run is one group.
  const levels: Uint32Array<ArrayBuffer>[] = []
  for (;;) {
    const starts: number[] = []
    const nextRuns = [0]
    for (let cell = 0; cell < touched.length; cell++) {
      for (let at = runs[cell]; at < runs[cell + 1]; at += GROUP) starts.push(at)
      nextRuns.push(starts.length)
    }
    levels.push(
      Uint32Array.from([starts.length, ...starts, count === 0 ? 0 : runs[touched.length]]),
    )
    runs = nextRuns
    if (starts.length === touched.length) break
  }
  return { order, reduction: { levels, cells: Uint32Array.from([touched.length, ...touched]) } }
}

/** The places of the values in ascending order, equal ones in the order they have: three passes over 11 bits each. */
function radixOrder(values: Uint32Array): Uint32Array {
  let order = new Uint32Array(values.length)
  for (let n = 0; n < order.length; n++) order[n] = n
  let sorted = new Uint32Array(values.length)
  for (let shift = 0; shift < 33; shift += 11) {
    const starts = new Uint32Array(2049)
    for (const value of values) starts[((value >>> shift) & 2047) + 1]++
    if (starts[1] === values.length) continue
    for (let bucket = 0; bucket < 2048; bucket++) starts[bucket + 1] += starts[bucket]
    for (const n of order) sorted[starts[(values[n] >>> shift) & 2047]++] = n
    ;[order, sorted] = [sorted, order]
  }
  return order
}
