/**
 * Physical constants in SI units, CODATA 2018, and the unit conversions used throughout.
 *
 * Source: Tiesinga, Mohr, Newell & Taylor 2021, Rev. Mod. Phys. 93, 025010 (CODATA 2018);
 * the parsec is that of IAU 2015 Resolution B2; T0 is Fixsen 2009, ApJ 707, 916.
 */

/** Speed of light in vacuum, m s^-1 (exact). */
export const SPEED_OF_LIGHT_M_S = 299792458
/** Elementary charge, C (exact). */
export const ELEMENTARY_CHARGE_C = 1.602176634e-19
/** Electron mass, kg. */
export const ELECTRON_MASS_KG = 9.1093837015e-31
/** Vacuum electric permittivity, F m^-1. */
export const VACUUM_PERMITTIVITY_F_M = 8.8541878128e-12
/** Boltzmann constant, J K^-1 (exact). */
export const BOLTZMANN_J_K = 1.380649e-23
/** Planck constant, J s (exact). */
export const PLANCK_J_S = 6.62607015e-34
/** One kiloparsec, m. */
export const KPC_M = 3.0856775814913673e19
/** Temperature of the cosmic microwave background, K. */
export const CMB_TEMPERATURE_K = 2.7255

export const TESLA_PER_GAUSS = 1e-4
export const GAUSS_PER_MICROGAUSS = 1e-6
export const HZ_PER_GHZ = 1e9
export const PC_PER_KPC = 1e3
export const M3_PER_CM3 = 1e-6

/** Thermodynamic over Rayleigh-Jeans temperature of a small fluctuation, (e^x - 1)^2 / (x^2 e^x), x = h nu / (k T0). */
export function thermodynamicOverRayleighJeans(
  frequencyGhz: number,
  temperatureK: number = CMB_TEMPERATURE_K,
): number {
  const x = (PLANCK_J_S * frequencyGhz * HZ_PER_GHZ) / (BOLTZMANN_J_K * temperatureK)
  // (e^x - 1)^2 / e^x = (2 sinh(x/2))^2, which does not cancel at small x.
  return ((2 * Math.sinh(x / 2)) / x) ** 2
}
