import { GaussianSmoothing } from '#shared/healpix/harmonics/index.ts'
import type { Observables } from '../../kernels/interface.ts'
import type { MapVector } from '../../storage/run-store.ts'
import { gather, spread } from './channel.ts'
import type { Channel } from './channel.ts'

/** A data vector that is part of a smoothed sky. */
export interface SkyPart {
  /** Its place among the data. */
  readonly index: number
  readonly vector: MapVector
}

/**
 * A full sky seen through one band and one beam, and the data vectors that are pixels of it. Q and U are smoothed
 * together, for both maps of a survey at once.
 */
export class SmoothedSky {
  readonly #channels: readonly Channel[]
  readonly #smoothing: GaussianSmoothing
  readonly #parts: readonly SkyPart[]

  /** @param channels every pixel (RING) of one scalar observable, or of Q and U */
  constructor(channels: readonly Channel[], nside: number, fwhmArcmin: number, parts: SkyPart[]) {
    this.#channels = channels
    const fwhmRad = ((fwhmArcmin / 60) * Math.PI) / 180
    this.#smoothing = new GaussianSmoothing(nside, fwhmRad, channels.length === 2 ? 2 : 0)
    this.#parts = parts
  }

  /** Model values of its data vectors, written to `into` at their places. */
  apply(observables: Observables, into: Float64Array[]): void {
    const skies = this.#smoothing.apply(
      this.#channels.map((channel) => gather(channel, observables)),
    )
    for (const { index, vector } of this.#parts) {
      const sky = skies[this.#component(vector)]
      into[index] = Float64Array.from(vector.pixels, (pixel) => sky[pixel])
    }
  }

  /** Adds the cotangents of its data vectors to that of the observables. */
  transpose(cotangents: readonly Float64Array[], into: Observables): void {
    const skies = this.#channels.map(({ rays }) => new Float64Array(rays.length))
    for (const { index, vector } of this.#parts) {
      const sky = skies[this.#component(vector)]
      vector.pixels.forEach((pixel, i) => (sky[pixel] += cotangents[index][i]))
    }
    this.#smoothing.transpose(skies).forEach((sky, k) => spread(this.#channels[k], sky, into))
  }

  #component(vector: MapVector): number {
    return this.#channels.findIndex(({ observable }) => observable === vector.quantity)
  }
}
