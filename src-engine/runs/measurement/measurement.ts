import { allPixels } from '#shared/healpix/index.ts'
import type { Observable, Observables } from '../../kernels/interface.ts'
import type { DataVector, MapVector } from '../../storage/run-store.ts'
import { gather, spread } from './channel.ts'
import type { Channel } from './channel.ts'
import { layOutRays } from './rays.ts'
import { SmoothedSky } from './smoothed-sky.ts'
import type { SkyPart } from './smoothed-sky.ts'

/**
 * What telescopes make of the sky: the linear map from the observables of rays to the values that data vectors are
 * compared with (averaged over a band, smoothed by a beam, at pixels or points), and its exact transpose.
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

/** @param distanceKpc where rays without a distance of their own end; undefined: at the face of the box */
export function createMeasurement(data: readonly DataVector[], distanceKpc?: number): Measurement {
  const laidOut = layOutRays(data, pixelsOf, distanceKpc)
  const { directions, maxDistanceKpc } = laidOut
  const rayCount = directions.length / 3
  const frequencies = new Set(
    data.flatMap(({ band }) => band.map(({ frequencyGhz }) => frequencyGhz)),
  )
  const frequenciesGhz = frequencies.size > 0 ? [...frequencies] : [1]

  const channelOf = (vector: DataVector, observable: Observable, rays: Int32Array): Channel => ({
    observable,
    terms: hasFrequency(observable)
      ? vector.band.map(({ frequencyGhz, weight }) => ({
          offset: rayCount * frequenciesGhz.indexOf(frequencyGhz),
          weight,
        }))
      : [{ offset: 0, weight: 1 }],
    rays,
  })
  const sharp: { index: number; channel: Channel }[] = []
  const skies = new Map<string, SkyPart[]>()
  data.forEach((vector, index) => {
    if (vector.kind === 'map' && vector.beamFwhmArcmin !== null) {
      const key = skyKey(vector)
      skies.set(key, [...(skies.get(key) ?? []), { index, vector }])
      return
    }
    const numbers =
      vector.kind === 'map' ? laidOut.ofPixels.get(vector.nside) : laidOut.ofPoints.get(vector)
    if (!numbers) throw new Error(`No rays were laid out for "${vector.name}".`)
    const rays = vector.kind === 'map' ? vector.pixels.map((pixel) => numbers[pixel]) : numbers
    sharp.push({ index, channel: channelOf(vector, vector.quantity, rays) })
  })
  const observables = new Set<Observable>(sharp.map(({ channel }) => channel.observable))
  const smoothed = [...skies.values()].map((parts) => {
    const [{ vector }] = parts
    const rays = laidOut.ofPixels.get(vector.nside) ?? new Int32Array()
    const seen = smoothedTogether(vector)
    for (const observable of seen) observables.add(observable)
    const channels = seen.map((observable) => channelOf(vector, observable, rays))
    return new SmoothedSky(channels, vector.nside, vector.beamFwhmArcmin ?? 0, parts)
  })

  return {
    directions,
    maxDistanceKpc,
    frequenciesGhz,
    observables: [...observables],
    apply(seen) {
      const models: Float64Array[] = []
      for (const { index, channel } of sharp) models[index] = gather(channel, seen)
      for (const sky of smoothed) sky.apply(seen, models)
      return models
    },
    transpose(cotangents) {
      const result: Observables = {}
      for (const observable of observables) {
        const length = rayCount * (hasFrequency(observable) ? frequenciesGhz.length : 1)
        result[observable] = new Float64Array(length)
      }
      for (const { index, channel } of sharp) spread(channel, cotangents[index], result)
      for (const sky of smoothed) sky.transpose(cotangents, result)
      return result
    },
  }
}

/** A beam is applied in spherical harmonics, which need the whole sky. */
function pixelsOf({ beamFwhmArcmin, nside, pixels }: MapVector): Int32Array {
  if (beamFwhmArcmin === null) return pixels
  return allPixels(nside)
}

/** Q and U turn into each other where the beam covers several directions of north. */
function smoothedTogether({ quantity }: MapVector): readonly Observable[] {
  return quantity === 'Q' || quantity === 'U' ? ['Q', 'U'] : [quantity]
}

/** Maps with the same key are pixels of one smoothed sky. */
function skyKey(vector: MapVector): string {
  const { nside, beamFwhmArcmin, band } = vector
  return JSON.stringify([smoothedTogether(vector), nside, beamFwhmArcmin, band])
}

function hasFrequency(observable: Observable): boolean {
  return observable === 'I' || observable === 'Q' || observable === 'U'
}
