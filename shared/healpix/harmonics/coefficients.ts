/** Coefficients a_lm of m >= 0 at [coefficientIndex(lmax, l, m)]; those of m < 0 follow because maps are real. */
export interface Coefficients {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/** Where a_0m of a column would stand; a_lm is l places on. The order is that of healpy. */
export function columnStart(lmax: number, m: number): number {
  return (m * (2 * lmax + 1 - m)) / 2
}

export function createCoefficients(lmax: number): Coefficients {
  const length = ((lmax + 1) * (lmax + 2)) / 2
  return { real: new Float64Array(length), imaginary: new Float64Array(length) }
}

/** Where lambda_lm cannot be told from 0 for all l up to lmax: m is far beyond lmax sin theta. */
export function isNegligible(m: number, lmax: number, sinTheta: number): boolean {
  return m > lmax * sinTheta + 100
}

/** One kind of spherical harmonics on HEALPix maps in RING order: Y and its exact transpose. */
export interface Harmonics {
  readonly lmax: number
  readonly npix: number
  /** Maps from coefficients, map = Y a: one of each for a scalar, (Q, U) from (E, B) for polarisation. */
  synthesise(coefficients: readonly Coefficients[]): Float64Array[]
  /**
   * The transpose of `synthesise` for the inner products sum over pixels, and sum over l of a_l0 b_l0 + 2 Re sum over m > 0 of
   * a_lm conj(b_lm). Times 4 pi / npix it is the usual estimate of the coefficients of a map.
   */
  adjoint(maps: readonly Float64Array[]): Coefficients[]
}
