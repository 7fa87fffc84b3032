/**
 * Faraday rotation (Burn 1966; in SI e.g. Ferriere, West & Jaffe 2021):
 *
 *   phi(s) = RM * integral from 0 to s of n_e B_los ds,  B_los = -n.B (positive toward the observer),
 *   chi = chi0 + lambda^2 phi,  RM = e^3 / (8 pi^2 eps0 m_e^2 c^3).
 */
import {
  ELECTRON_MASS_KG,
  ELEMENTARY_CHARGE_C,
  GAUSS_PER_MICROGAUSS,
  HZ_PER_GHZ,
  KPC_M,
  M3_PER_CM3,
  SPEED_OF_LIGHT_M_S,
  TESLA_PER_GAUSS,
  VACUUM_PERMITTIVITY_F_M,
} from './constants.ts'
import { sinc } from './special-functions.ts'

/** Rotation measure constant, rad m^-2 per (cm^-3 gauss kpc). */
export const RM_CONSTANT =
  ((ELEMENTARY_CHARGE_C ** 3 / (8 * Math.PI ** 2 * VACUUM_PERMITTIVITY_F_M)) *
    (TESLA_PER_GAUSS / M3_PER_CM3) *
    KPC_M) /
  (ELECTRON_MASS_KG ** 2 * SPEED_OF_LIGHT_M_S ** 3)

/** The same with 3.08e19 m in a kpc, as published synax maps have it (Diao et al. 2024); for comparison with those only. */
export const RM_CONSTANT_SYNAX = RM_CONSTANT * (3.08e19 / KPC_M)

/** Rotation measure constants for B in microgauss, rad m^-2 per (cm^-3 microgauss kpc). */
export const RM_CONSTANT_MICROGAUSS = RM_CONSTANT * GAUSS_PER_MICROGAUSS
export const RM_CONSTANT_SYNAX_MICROGAUSS = RM_CONSTANT_SYNAX * GAUSS_PER_MICROGAUSS

/**
 * How the rotation along a ray enters Q and U:
 * - `off`: not at all;
 * - `exact`: the phase is integrated inside each step;
 * - `half-cell`: midpoint samples, each rotated by the depth at its own middle;
 * - `first-order`: midpoint samples, each rotated by the depth at its far end, and RM_CONSTANT_SYNAX.
 */
export type PhaseScheme = 'off' | 'exact' | 'half-cell' | 'first-order'

/** lambda^2 in m^2. */
export function wavelengthSquared(frequencyGhz: number): number {
  return (SPEED_OF_LIGHT_M_S / (frequencyGhz * HZ_PER_GHZ)) ** 2
}

/**
 * Depolarisation of a step with constant emission and constant n_e B_los: the mean of exp(2 i lambda^2 phi)
 * over the step is its value at the middle times sin(x)/x with x = lambda^2 (phi_end - phi_start)
 * (Burn 1966, eq. 18).
 */
export function slabDepolarisation(lambdaSquared: number, depthDifference: number): number {
  return sinc(lambdaSquared * depthDifference)
}
