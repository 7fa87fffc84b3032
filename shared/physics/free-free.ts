import { PC_PER_KPC } from './constants.ts'

/** Optical depth at 1 GHz of electrons at 1e4 K with an emission measure of 1 pc cm^-6. */
const UNIT_OPTICAL_DEPTH = 3.28e-7

/**
 * Free-free optical depth per kpc of n_e = 1 cm^-3: 3.28e-7 (T / 1e4 K)^-1.35 (nu / GHz)^-2.1 per pc cm^-6
 * (Mezger & Henderson 1967, eq. 7 with a_ff = 1; as used by ULSA, Cong et al. 2021). Multiply by the integral of
 * n_e^2 in kpc cm^-6.
 */
export function freeFreeOpacity(frequencyGhz: number, electronTemperatureK: number): number {
  const temperature = (electronTemperatureK / 1e4) ** -1.35
  return UNIT_OPTICAL_DEPTH * temperature * frequencyGhz ** -2.1 * PC_PER_KPC
}
