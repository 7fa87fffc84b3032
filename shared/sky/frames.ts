import {
  applyMatrix,
  axesTurnedAboutX,
  axesTurnedAboutY,
  axesTurnedAboutZ,
  directionVector,
  dot,
  IDENTITY,
  multiply,
  tangentBasis,
  transpose,
  vectorDirection,
} from './matrix.ts'
import type { Matrix3 } from './matrix.ts'

/** Celestial frames that maps come in. */
export type Frame = 'galactic' | 'equatorial-J2000' | 'equatorial-B1950' | 'ecliptic'

export const FRAMES: readonly Frame[] = [
  'galactic',
  'equatorial-J2000',
  'equatorial-B1950',
  'ecliptic',
]

/**
 * Rotation into Galactic coordinates from equatorial ones in which the north Galactic pole is at
 * (ra, dec) and the north celestial pole has the given Galactic longitude.
 */
function galacticFromPole(raDeg: number, decDeg: number, celestialPoleLonDeg: number): Matrix3 {
  return multiply(
    axesTurnedAboutZ(180 - celestialPoleLonDeg),
    multiply(axesTurnedAboutY(90 - decDeg), axesTurnedAboutZ(raDeg)),
  )
}

/**
 * The definition of Galactic coordinates: pole at 12h 49m, +27.4 deg (B1950), position angle 123 deg
 * (Blaauw et al. 1960, MNRAS 121, 123). Taken as a pure rotation, so B1950 positions are without the
 * elliptic terms of aberration; catalogued FK4 places contain them (up to 0.34 arcsec, far below a
 * pixel of any map here).
 */
const GALACTIC_FROM_B1950 = galacticFromPole(192.25, 27.4, 123)

/**
 * The same axes in FK5 J2000 as computed by Reid & Brunthaler 2004, ApJ 616, 872, appendix, with the
 * digits that astropy uses. ICRS is taken as equal to FK5 J2000: they differ by 0.02 arcsec.
 */
const GALACTIC_FROM_J2000 = galacticFromPole(
  192.8594812065348,
  27.12825118085622,
  122.9319185680026,
)

/**
 * Mean ecliptic and equinox of J2000, obliquity 84381.406 arcsec (IAU 2006; Capitaine et al. 2003,
 * A&A 412, 567). Ecliptic coordinates of equinox B1950 are 0.7 deg away in longitude and are not
 * supported.
 */
const J2000_FROM_ECLIPTIC = axesTurnedAboutX(-84381.406 / 3600)

const GALACTIC_FROM: Record<Frame, Matrix3> = {
  galactic: IDENTITY,
  'equatorial-J2000': GALACTIC_FROM_J2000,
  'equatorial-B1950': GALACTIC_FROM_B1950,
  ecliptic: multiply(GALACTIC_FROM_J2000, J2000_FROM_ECLIPTIC),
}

/** Matrix that takes a unit vector's coordinates in frame `from` to those in frame `to`. */
export function frameRotation(from: Frame, to: Frame): Matrix3 {
  if (from === to) return IDENTITY
  return multiply(transpose(GALACTIC_FROM[to]), GALACTIC_FROM[from])
}

/** A position in another frame; degrees, longitude in [0, 360). */
export function rotateFrame(
  lonDeg: number,
  latDeg: number,
  from: Frame,
  to: Frame,
): { lonDeg: number; latDeg: number } {
  return vectorDirection(applyMatrix(frameRotation(from, to), directionVector(lonDeg, latDeg)))
}

/**
 * Angle psi (radians) to add to a polarisation angle counted from north through east (IAU) in frame
 * `from` to get the angle in frame `to`, at the position given in frame `from`:
 * Q' = Q cos 2psi - U sin 2psi, U' = Q sin 2psi + U cos 2psi.
 */
export function polarisationAngleChange(
  lonDeg: number,
  latDeg: number,
  from: Frame,
  to: Frame,
): number {
  const rotation = frameRotation(from, to)
  const position = directionVector(lonDeg, latDeg)
  const oldNorth = applyMatrix(rotation, tangentBasis(position).north)
  const { north, east } = tangentBasis(applyMatrix(rotation, position))
  return Math.atan2(dot(oldNorth, east), dot(oldNorth, north))
}
