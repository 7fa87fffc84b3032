/**
 * Sense of Stokes U: IAU counts the polarisation angle from north through east, COSMO (HEALPix, WMAP,
 * Planck) from south through east, so its U has the opposite sign (Hamaker & Bregman 1996, A&AS 117,
 * 161; HEALPix Primer).
 */
export type PolarisationConvention = 'IAU' | 'COSMO'

/** The convention that a POLCCONV value names; undefined where it names none: then it is asked for. */
export function parsePolcconv(text: string | undefined): PolarisationConvention | undefined {
  const word = text?.trim().toUpperCase()
  return word === 'IAU' || word === 'COSMO' ? word : undefined
}

/**
 * Stokes U in the IAU sense, which everything inside uses; also its own inverse, from IAU to the given
 * convention on output. NaN stays NaN.
 */
export function toIau(u: number, convention: PolarisationConvention): number {
  return convention === 'IAU' ? u : -u
}
