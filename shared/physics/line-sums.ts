/** Integrals along a stretch of a ray, and how two neighbouring stretches combine. */

/**
 * Sums over a stretch from a to b. The polarised parts are the integral of
 * C B_perp^((p+1)/2) exp(2 i chi0) exp(2 i lambda^2 (phi(s) - phi(a))): the rotation in front of a is applied
 * when the stretch is joined to what lies before it.
 */
export interface LineSums {
  /** Integral of C B_perp^((p+1)/2), m^-3 microgauss^((p+1)/2) kpc. */
  emission: number
  /** phi(b) - phi(a), rad m^-2. */
  faradayDepth: number
  /** Integral of |d phi|, rad m^-2. */
  faradayVariation: number
  /** Integral of n_e, cm^-3 kpc. */
  column: number
  /** Per frequency. */
  polarisedCos: Float64Array
  polarisedSin: Float64Array
}

export function emptyLineSums(frequencies: number): LineSums {
  return {
    emission: 0,
    faradayDepth: 0,
    faradayVariation: 0,
    column: 0,
    polarisedCos: new Float64Array(frequencies),
    polarisedSin: new Float64Array(frequencies),
  }
}

/** Adds the stretch that follows `sums` on the ray to it, rotated by the depth in front of it. */
export function joinLineSums(
  sums: LineSums,
  next: LineSums,
  wavelengthsSquared: readonly number[],
): void {
  for (let f = 0; f < wavelengthsSquared.length; f++) {
    const angle = 2 * wavelengthsSquared[f] * sums.faradayDepth
    const cos = Math.cos(angle)
    const sin = Math.sin(angle)
    sums.polarisedCos[f] += cos * next.polarisedCos[f] - sin * next.polarisedSin[f]
    sums.polarisedSin[f] += sin * next.polarisedCos[f] + cos * next.polarisedSin[f]
  }
  sums.emission += next.emission
  sums.faradayDepth += next.faradayDepth
  sums.faradayVariation += next.faradayVariation
  sums.column += next.column
}
