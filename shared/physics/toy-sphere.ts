/**
 * The one case with a closed form: uniform B, n_e and C in a sphere about the observer (Burn 1966, eq. 18;
 * Diao, Li, Grumitt & Mao 2024, eq. 10 and 11):
 *
 *   I = K_I B_perp^((p+1)/2) C R
 *   Q + iU = K_P B_perp^((p+1)/2) C R exp(2 i chi0) (exp(2ix) - 1) / (2ix),  x = phi lambda^2,  phi = RM n_e B_los R
 */
import { PC_PER_KPC } from './constants.ts'
import { RM_CONSTANT_MICROGAUSS, wavelengthSquared } from './faraday.ts'
import { lineOfSightBasis } from './geometry.ts'
import { sinc } from './special-functions.ts'
import { emissivityConstantsMicrogauss } from './synchrotron.ts'
import type { Vector3 } from './vector.ts'
import { dot } from './vector.ts'

export interface UniformSphere {
  fieldMicrogauss: Vector3
  thermalElectronsCm3: number
  cosmicRayElectronsM3: number
  radiusKpc: number
  spectralIndex: number
}

export interface UniformSphereSight {
  /** K. */
  I: number
  Q: number
  U: number
  /** rad m^-2. */
  faradayDepth: number
  /** pc cm^-3. */
  dispersionMeasure: number
  /** Intrinsic polarisation angle, rad, IAU. */
  chi0: number
}

/** The exact observables of the sphere in a unit direction. */
export function uniformSphereSight(
  sphere: UniformSphere,
  direction: Vector3,
  frequencyGhz: number,
): UniformSphereSight {
  const { fieldMicrogauss: b, thermalElectronsCm3, radiusKpc, spectralIndex: p } = sphere
  const { north, east } = lineOfSightBasis(direction)
  const bNorth = dot(b, north)
  const bEast = dot(b, east)
  const chi0 = Math.atan2(bNorth, -bEast)
  const perpendicular = Math.hypot(bNorth, bEast)
  const faradayDepth =
    -RM_CONSTANT_MICROGAUSS * thermalElectronsCm3 * dot(b, direction) * radiusKpc + 0
  const constants = emissivityConstantsMicrogauss(frequencyGhz, p)
  const emission = perpendicular ** ((p + 1) / 2) * sphere.cosmicRayElectronsM3 * radiusKpc
  const x = wavelengthSquared(frequencyGhz) * faradayDepth
  const polarised = constants.polarised * emission * sinc(x)
  return {
    I: constants.intensity * emission,
    Q: polarised * Math.cos(2 * chi0 + x),
    U: polarised * Math.sin(2 * chi0 + x),
    faradayDepth,
    dispersionMeasure: PC_PER_KPC * thermalElectronsCm3 * radiusKpc,
    chi0,
  }
}
