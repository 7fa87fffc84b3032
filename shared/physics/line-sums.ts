/** Integrals along a stretch of a ray, and how two neighbouring stretches combine. */

/** How radiation of each frequency travels: [frequency]. */
export interface Propagation {
  /** lambda^2 in m^2; 0 where Faraday rotation is left out. */
  readonly wavelengthsSquared: readonly number[]
  /** Free-free optical depth per kpc at n_e = 1 cm^-3; 0 where it is left out. */
  readonly opacities: readonly number[]
}

/**
 * Sums over a stretch from a to b, seen from a: what lies in front of the stretch turns and weakens them when it is joined
 * to that.
 */
export interface LineSums {
  /** phi(b) - phi(a), rad m^-2. */
  faradayDepth: number
  /** Integral of |d phi|, rad m^-2. */
  faradayVariation: number
  /** Integral of n_e, cm^-3 kpc. */
  column: number
  /** Integral of n_e^2, cm^-6 kpc. */
  emissionMeasure: number
  /** Per frequency: integral of C B_perp^((p+1)/2) exp(-tau), m^-3 microgauss^((p+1)/2) kpc. */
  emission: Float64Array
  /** Per frequency: the same times exp(2 i chi0) exp(2 i lambda^2 (phi(s) - phi(a))), real and imaginary part. */
  polarisedCos: Float64Array
  polarisedSin: Float64Array
}

export function emptyLineSums(frequencies: number): LineSums {
  return {
    faradayDepth: 0,
    faradayVariation: 0,
    column: 0,
    emissionMeasure: 0,
    emission: new Float64Array(frequencies),
    polarisedCos: new Float64Array(frequencies),
    polarisedSin: new Float64Array(frequencies),
  }
}

/** Adds the stretch that follows `sums` on the ray to it, turned and weakened by what is in front of it. */
export function joinLineSums(
  sums: LineSums,
  next: LineSums,
  { wavelengthsSquared, opacities }: Propagation,
): void {
  for (let f = 0; f < wavelengthsSquared.length; f++) {
    const angle = 2 * wavelengthsSquared[f] * sums.faradayDepth
    const left = Math.exp(-opacities[f] * sums.emissionMeasure)
    const cos = left * Math.cos(angle)
    const sin = left * Math.sin(angle)
    sums.emission[f] += left * next.emission[f]
    sums.polarisedCos[f] += cos * next.polarisedCos[f] - sin * next.polarisedSin[f]
    sums.polarisedSin[f] += sin * next.polarisedCos[f] + cos * next.polarisedSin[f]
  }
  sums.faradayDepth += next.faradayDepth
  sums.faradayVariation += next.faradayVariation
  sums.column += next.column
  sums.emissionMeasure += next.emissionMeasure
}
