import { boxExit } from '#shared/physics/geometry.ts'
import { gridSpacing } from '#shared/physics/grid.ts'
import type { LineOfSightProblem } from '../../interface.ts'
import { RAY, RAY_BYTES } from './memory-plan.ts'

/**
 * An order of the rays in which neighbours follow each other (Morton order on the faces of a cube), so that they find
 * each other's voxels in the cache. Any set of directions will do, not only HEALPix pixels.
 *
 * @param directions [ray][3] unit vectors
 * @returns place -> ray
 */
export function neighbourOrder(directions: Float64Array): Uint32Array {
  const rays = directions.length / 3
  const keys = new Uint32Array(rays)
  for (let ray = 0; ray < rays; ray++) {
    keys[ray] = cubeKey(directions[3 * ray], directions[3 * ray + 1], directions[3 * ray + 2])
  }
  return Uint32Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b] || a - b)
}

/** Face of the cube (3 bits), then the interleaved bits of a 4096 x 4096 raster on it. */
function cubeKey(x: number, y: number, z: number): number {
  const ax = Math.abs(x)
  const ay = Math.abs(y)
  const az = Math.abs(z)
  const [face, main, u, v] =
    ax >= ay && ax >= az
      ? [x > 0 ? 0 : 1, ax, y, z]
      : ay >= az
        ? [y > 0 ? 2 : 3, ay, x, z]
        : [z > 0 ? 4 : 5, az, x, y]
  const raster = (t: number): number => Math.min(4095, Math.floor((t / main + 1) * 2048))
  return face * 2 ** 24 + spreadBits(raster(u)) + 2 * spreadBits(raster(v))
}

/** Puts the lower 12 bits of a number on the even places. */
function spreadBits(n: number): number {
  let x = (n | (n << 8)) & 0x00ff00ff
  x = (x | (x << 4)) & 0x0f0f0f0f
  x = (x | (x << 2)) & 0x33333333
  return (x | (x << 1)) & 0x55555555
}

/** The observer in lattice coordinates, where the centre of cell i lies at i. */
export function latticeOrigin({ grid, observerKpc }: LineOfSightProblem): [number, number, number] {
  const spacing = gridSpacing(grid)
  const along = (axis: number): number =>
    (observerKpc[axis] + grid.halfSizeKpc[axis]) / spacing[axis] - 0.5
  return [along(0), along(1), along(2)]
}

/** Writes the ray records (all but the crossings) in the order given. */
export function writeRays(
  buffer: ArrayBufferLike,
  at: number,
  problem: LineOfSightProblem,
  order: Uint32Array,
): void {
  const { grid, observerKpc, directions, maxDistanceKpc } = problem
  const spacing = gridSpacing(grid)
  const view = new DataView(buffer, at, order.length * RAY_BYTES)
  order.forEach((ray, place) => {
    const record = place * RAY_BYTES
    const direction = directions.subarray(3 * ray, 3 * ray + 3)
    const face = boxExit(observerKpc, [direction[0], direction[1], direction[2]], grid.halfSizeKpc)
    for (let axis = 0; axis < 3; axis++) {
      view.setFloat64(record + RAY.step + 8 * axis, direction[axis] / spacing[axis], true)
      view.setFloat32(record + RAY.direction + 4 * axis, direction[axis], true)
    }
    const length = maxDistanceKpc ? Math.min(face, maxDistanceKpc[ray]) : face
    view.setFloat64(record + RAY.length, length, true)
  })
}

/** A run of rays whose weight records fit into the cache together. */
export interface Segment {
  readonly firstRay: number
  readonly lastRay: number
  /** Index of its first crossing among those of all rays. */
  readonly firstCrossing: number
  readonly crossings: number
}

/** Cuts the rays into segments of at most `capacity` crossings. */
export function cutSegments(crossingsOf: Uint32Array, capacity: number): Segment[] {
  const segments: Segment[] = []
  let firstRay = 0
  let firstCrossing = 0
  while (firstRay < crossingsOf.length) {
    let crossings = 0
    let ray = firstRay
    while (ray < crossingsOf.length && crossings + crossingsOf[ray] <= capacity) {
      crossings += crossingsOf[ray++]
    }
    segments.push({ firstRay, lastRay: ray, firstCrossing, crossings })
    firstRay = ray
    firstCrossing += crossings
  }
  return segments
}

/** Shares the rays of a segment among threads, equal in crossings: thread t has the rays [cut[t], cut[t + 1]). */
export function shareRays(crossingsOf: Uint32Array, segment: Segment, threads: number): number[] {
  const cuts = [segment.firstRay]
  let ray = segment.firstRay
  let crossings = 0
  for (let thread = 1; thread < threads; thread++) {
    const target = (segment.crossings * thread) / threads
    while (ray < segment.lastRay && crossings < target) crossings += crossingsOf[ray++]
    cuts.push(ray)
  }
  return [...cuts, segment.lastRay]
}

/** Shares `count` equal things among threads: thread t has [cut[t], cut[t + 1]). */
export function shareEvenly(count: number, threads: number): number[] {
  return Array.from({ length: threads + 1 }, (_, t) => Math.floor((count * t) / threads))
}
