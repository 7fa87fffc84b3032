import type { Observable, Observables } from '../../kernels/interface.ts'
import type { DataVector } from '../../storage/run-store.ts'
import { layOutRays } from './rays.ts'

/**
 * What telescopes make of the sky: the linear map from the observables of rays to the values that data vectors are
 * compared with (pixels or points, averaged over a band), and its transpose.
 */
export interface Measurement {
  /** [ray][3] unit vectors */
  readonly directions: Float64Array
  /** [ray] where a ray ends if before the face of the box; undefined when all go there. */
  readonly maxDistanceKpc: Float64Array | undefined
  /** Of the observables, never empty. */
  readonly frequenciesGhz: readonly number[]
  readonly observables: readonly Observable[]
  /** One per data vector: its model values, in its unit. */
  apply(observables: Observables): Float64Array[]
  /** From one cotangent per data vector to that of the observables: <apply(x), y> = <x, transpose(y)>. */
  transpose(cotangents: readonly Float64Array[]): Observables
}

/** One term of the weighted sum that a data vector takes of an observable: where its rays start in the array. */
interface BandTerm {
  readonly offset: number
  readonly weight: number
}

interface Channel {
  readonly observable: Observable
  readonly terms: readonly BandTerm[]
  /** [value of the vector] ray number */
  readonly rays: Int32Array
}

/** @param distanceKpc where rays without a distance of their own end; undefined: at the face of the box */
export function createMeasurement(data: readonly DataVector[], distanceKpc?: number): Measurement {
  const laidOut = layOutRays(data, ({ pixels }) => pixels, distanceKpc)
  const { directions, maxDistanceKpc } = laidOut
  const rayCount = directions.length / 3
  const frequencies = new Set(
    data.flatMap(({ band }) => band.map(({ frequencyGhz }) => frequencyGhz)),
  )
  const frequenciesGhz = frequencies.size > 0 ? [...frequencies] : [1]
  const channels = data.map((vector): Channel => {
    const numbers =
      vector.kind === 'map' ? laidOut.ofPixels.get(vector.nside) : laidOut.ofPoints.get(vector)
    if (!numbers) throw new Error(`No rays were laid out for "${vector.name}".`)
    return {
      observable: vector.quantity,
      terms: hasFrequency(vector.quantity)
        ? vector.band.map(({ frequencyGhz, weight }) => ({
            offset: rayCount * frequenciesGhz.indexOf(frequencyGhz),
            weight,
          }))
        : [{ offset: 0, weight: 1 }],
      rays: vector.kind === 'map' ? vector.pixels.map((pixel) => numbers[pixel]) : numbers,
    }
  })
  return {
    directions,
    maxDistanceKpc,
    frequenciesGhz,
    observables: [...new Set(channels.map(({ observable }) => observable))],
    apply: (observables) => channels.map((channel) => gather(channel, observables)),
    transpose: (cotangents) => {
      const result: Observables = {}
      channels.forEach((channel, i) => {
        const { observable } = channel
        const length = rayCount * (hasFrequency(observable) ? frequenciesGhz.length : 1)
        spread(channel, cotangents[i], (result[observable] ??= new Float64Array(length)))
      })
      return result
    },
  }
}

export function hasFrequency(observable: Observable): observable is 'I' | 'Q' | 'U' {
  return observable === 'I' || observable === 'Q' || observable === 'U'
}

function gather({ observable, terms, rays }: Channel, observables: Observables): Float64Array {
  const values = observables[observable]
  if (!values) throw new Error(`The kernel did not compute ${observable}.`)
  return Float64Array.from(rays, (ray) => {
    let sum = 0
    for (const { offset, weight } of terms) sum += weight * values[offset + ray]
    return sum
  })
}

function spread({ terms, rays }: Channel, cotangent: Float64Array, into: Float64Array): void {
  for (const { offset, weight } of terms) {
    for (let i = 0; i < rays.length; i++) into[offset + rays[i]] += weight * cotangent[i]
  }
}
