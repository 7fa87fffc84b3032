import { pix2vec } from '#shared/healpix/index.ts'
import { directionFromGalactic } from '#shared/physics/index.ts'
import type { DataVector, MapVector } from '../../storage/run-store.ts'

/** The sightlines that data ask for, each of them once. */
export interface MeasuredRays {
  /** [ray][3] unit vectors */
  readonly directions: Float64Array
  /** [ray] where a ray ends if before the face of the box; undefined when all go there. */
  readonly maxDistanceKpc: Float64Array | undefined
  /** NSIDE -> [RING pixel] ray number, -1 where no data need it */
  readonly ofPixels: ReadonlyMap<number, Int32Array>
  /** One per data vector of points: [point] ray number. */
  readonly ofPoints: ReadonlyMap<DataVector, Int32Array>
}

/**
 * One ray for every pixel that some map needs, whatever their number, in the order of NSIDEs and pixels; then one for every
 * place of a catalogue.
 *
 * @param pixelsOf the RING pixels whose model values a map needs: its own, or more where a beam reaches further
 * @param distanceKpc where rays without a distance of their own end; undefined: at the face of the box
 */
export function layOutRays(
  data: readonly DataVector[],
  pixelsOf: (vector: MapVector) => Int32Array,
  distanceKpc: number | undefined,
): MeasuredRays {
  const directions: number[] = []
  const distances: number[] = []
  const unlimited = distanceKpc ?? Infinity
  const ofPixels = new Map<number, Int32Array>()
  const maps = data.filter((vector) => vector.kind === 'map')
  for (const nside of new Set(maps.map((vector) => vector.nside))) {
    const numbers = new Int32Array(12 * nside * nside).fill(-1)
    for (const vector of maps) {
      if (vector.nside === nside) for (const pixel of pixelsOf(vector)) numbers[pixel] = 0
    }
    numbers.forEach((needed, pixel) => {
      if (needed < 0) return
      numbers[pixel] = distances.length
      directions.push(...pix2vec(nside, 'RING', pixel))
      distances.push(unlimited)
    })
    ofPixels.set(nside, numbers)
  }
  const ofPoints = new Map<DataVector, Int32Array>()
  const known = new Map<string, number>()
  for (const vector of data) {
    if (vector.kind !== 'points') continue
    const { directionsDeg, distancesKpc } = vector
    const rays = Int32Array.from(distancesKpc, (own, i) => {
      const l = directionsDeg[2 * i]
      const b = directionsDeg[2 * i + 1]
      const distance = Math.min(own, unlimited)
      const key = `${l} ${b} ${distance}`
      const ray = known.get(key) ?? distances.length
      if (ray === distances.length) {
        known.set(key, ray)
        directions.push(...directionFromGalactic(l, b))
        distances.push(distance)
      }
      return ray
    })
    ofPoints.set(vector, rays)
  }
  return {
    directions: Float64Array.from(directions),
    maxDistanceKpc: distances.some(Number.isFinite) ? Float64Array.from(distances) : undefined,
    ofPixels,
    ofPoints,
  }
}
