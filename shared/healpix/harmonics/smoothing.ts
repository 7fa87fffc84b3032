import type { Coefficients, Harmonics } from './coefficients.ts'
import { columnStart } from './coefficients.ts'
import { PolarisationHarmonics } from './polarisation.ts'
import { ScalarHarmonics } from './scalar.ts'

/**
 * Corrections of the coefficients by those of what is left: pixels do not integrate harmonics exactly. As many as healpy
 * makes; with one, Q and U differ by up to 1 per cent where a beam is as wide as a pixel.
 */
const CORRECTIONS = 3

/**
 * Smoothing of full HEALPix maps (RING) with a Gaussian beam, in spherical harmonics up to 3 NSIDE - 1, and its exact
 * transpose. In harmonics because beams are often no wider than pixels: sums over neighbouring pixels are then wrong by
 * per cents. Polarisation is smoothed as a field of spin 2, so Q and U go together.
 */
export class GaussianSmoothing {
  readonly #harmonics: Harmonics
  /** At [l]. */
  readonly #response: Float64Array

  /** @param spin 0 for one scalar map, 2 for Q and U */
  constructor(nside: number, fwhmRad: number, spin: 0 | 2) {
    // All of them also for wide beams: what is left out would be taken for others by the sums over pixels.
    const lmax = 3 * nside - 1
    this.#response = beamResponse(fwhmRad, lmax, spin)
    this.#harmonics =
      spin === 0 ? new ScalarHarmonics(nside, lmax) : new PolarisationHarmonics(nside, lmax)
  }

  /** @param maps [map] or [Q, U] with U in the IAU sense, of finite numbers */
  apply(maps: readonly Float64Array[]): Float64Array[] {
    const weight = this.#pixelWeight
    const harmonics = this.#harmonics
    const coefficients = harmonics.adjoint(maps)
    coefficients.forEach((part) => scale(part, weight))
    for (let i = 0; i < CORRECTIONS; i++) {
      const synthesised = harmonics.synthesise(coefficients)
      const rest = maps.map((map, k) => map.map((value, pixel) => value - synthesised[k][pixel]))
      harmonics.adjoint(rest).forEach((part, k) => add(coefficients[k], part, weight))
    }
    this.#attenuate(coefficients)
    return harmonics.synthesise(coefficients)
  }

  /** <apply(x), y> = <x, transpose(y)> */
  transpose(maps: readonly Float64Array[]): Float64Array[] {
    const weight = this.#pixelWeight
    const harmonics = this.#harmonics
    const last = harmonics.adjoint(maps)
    this.#attenuate(last)
    last.forEach((part) => scale(part, weight))
    const sum = last.map(({ real, imaginary }) => ({
      real: real.slice(),
      imaginary: imaginary.slice(),
    }))
    for (let i = 0; i < CORRECTIONS; i++) {
      const repeated = harmonics.adjoint(harmonics.synthesise(last))
      repeated.forEach((part, k) => add(last[k], part, -weight))
      last.forEach((part, k) => add(sum[k], part, 1))
    }
    return harmonics.synthesise(sum)
  }

  get #pixelWeight(): number {
    return (4 * Math.PI) / this.#harmonics.npix
  }

  #attenuate(coefficients: readonly Coefficients[]): void {
    const { lmax } = this.#harmonics
    for (const { real, imaginary } of coefficients) {
      for (let m = 0; m <= lmax; m++) {
        const start = columnStart(lmax, m)
        for (let l = m; l <= lmax; l++) {
          real[start + l] *= this.#response[l]
          imaginary[start + l] *= this.#response[l]
        }
      }
    }
  }
}

/**
 * Response of a Gaussian beam at the multipoles 0..lmax: exp(-(l (l+1) - s^2) sigma^2 / 2) for spin s (Challinor et al. 2000).
 */
export function beamResponse(fwhmRad: number, lmax: number, spin: 0 | 2): Float64Array {
  const sigma = fwhmRad / Math.sqrt(8 * Math.LN2)
  return Float64Array.from({ length: lmax + 1 }, (_, l) =>
    Math.exp(-0.5 * (l * (l + 1) - spin * spin) * sigma * sigma),
  )
}

function scale({ real, imaginary }: Coefficients, factor: number): void {
  for (let i = 0; i < real.length; i++) {
    real[i] *= factor
    imaginary[i] *= factor
  }
}

function add(target: Coefficients, { real, imaginary }: Coefficients, factor: number): void {
  for (let i = 0; i < real.length; i++) {
    target.real[i] += factor * real[i]
    target.imaginary[i] += factor * imaginary[i]
  }
}
