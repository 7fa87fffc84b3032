import { FourierTransform, createComplexField } from '../../inference/fft.ts'
import { ringGeometry } from '../rings.ts'
import type { Ring } from '../rings.ts'

/** Two rings of the same length, mirrored at the equator; the equator itself has no second one. */
export interface RingPair {
  readonly north: Ring
  readonly south: Ring | undefined
}

function ringPairs(nside: number): RingPair[] {
  return Array.from({ length: 2 * nside }, (_, i) => ({
    north: ringGeometry(nside, i + 1),
    south: i + 1 < 2 * nside ? ringGeometry(nside, 4 * nside - i - 1) : undefined,
  }))
}

/** Per ring pair and m, [pair][mmax + 1]. */
export interface Phases {
  readonly northReal: Float64Array
  readonly northImaginary: Float64Array
  readonly southReal: Float64Array
  readonly southImaginary: Float64Array
}

/** Fourier sums along the rings of a HEALPix map (RING). Both rings of a pair go through one complex transform. */
export class RingTransform {
  readonly pairs: readonly RingPair[]
  readonly #mmax: number
  readonly #transforms = new Map<number, FourierTransform>()

  constructor(nside: number, mmax: number) {
    this.pairs = ringPairs(nside)
    this.#mmax = mmax
    for (const { north } of this.pairs) {
      if (!this.#transforms.has(north.count)) {
        this.#transforms.set(north.count, new FourierTransform([1, 1, north.count]))
      }
    }
  }

  createPhases(): Phases {
    const length = this.pairs.length * (this.#mmax + 1)
    return {
      northReal: new Float64Array(length),
      northImaginary: new Float64Array(length),
      southReal: new Float64Array(length),
      southImaginary: new Float64Array(length),
    }
  }

  /** map(phi) = Re(F_0) + 2 sum over m > 0 of Re(F_m exp(i m phi)) on every ring. */
  synthesise(phases: Phases, map: Float64Array): void {
    this.pairs.forEach(({ north, south }, pair) => {
      const n = north.count
      const x = createComplexField(n)
      const at = pair * (this.#mmax + 1)
      for (let m = 0; m <= this.#mmax; m++) {
        const cos = Math.cos(m * north.offset * north.stepRad)
        const sin = Math.sin(m * north.offset * north.stepRad)
        const nr = phases.northReal[at + m] * cos - phases.northImaginary[at + m] * sin
        const ni = phases.northReal[at + m] * sin + phases.northImaginary[at + m] * cos
        const sr = phases.southReal[at + m] * cos - phases.southImaginary[at + m] * sin
        const si = phases.southReal[at + m] * sin + phases.southImaginary[at + m] * cos
        // North + i south, at m and, conjugated, at -m. The transform turns the other way, so both change places.
        const minus = (n - (m % n)) % n
        x.real[minus] += nr - si
        x.imaginary[minus] += ni + sr
        if (m === 0) continue
        x.real[m % n] += nr + si
        x.imaginary[m % n] += sr - ni
      }
      this.#transform(n).forward(x)
      map.set(x.real, north.firstPixel)
      if (south) map.set(x.imaginary, south.firstPixel)
    })
  }

  /** G_m = sum over the pixels of every ring of map(phi) exp(-i m phi). */
  analyse(map: Float64Array, phases: Phases): void {
    this.pairs.forEach(({ north, south }, pair) => {
      const n = north.count
      const x = createComplexField(n)
      x.real.set(map.subarray(north.firstPixel, north.firstPixel + n))
      if (south) x.imaginary.set(map.subarray(south.firstPixel, south.firstPixel + n))
      this.#transform(n).forward(x)
      const at = pair * (this.#mmax + 1)
      for (let m = 0; m <= this.#mmax; m++) {
        const cos = Math.cos(m * north.offset * north.stepRad)
        const sin = -Math.sin(m * north.offset * north.stepRad)
        const plus = m % n
        const minus = (n - plus) % n
        // Both maps are real, so their transforms part by symmetry.
        const nr = 0.5 * (x.real[plus] + x.real[minus])
        const ni = 0.5 * (x.imaginary[plus] - x.imaginary[minus])
        const sr = 0.5 * (x.imaginary[plus] + x.imaginary[minus])
        const si = 0.5 * (x.real[minus] - x.real[plus])
        phases.northReal[at + m] = nr * cos - ni * sin
        phases.northImaginary[at + m] = nr * sin + ni * cos
        phases.southReal[at + m] = sr * cos - si * sin
        phases.southImaginary[at + m] = sr * sin + si * cos
      }
    })
  }

  #transform(n: number): FourierTransform {
    const transform = this.#transforms.get(n)
    if (!transform) throw new Error(`No ring has ${n} pixels.`)
    return transform
  }
}
