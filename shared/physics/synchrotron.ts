/**
 * Synchrotron emission of electrons with N(gamma) dgamma = C gamma^-p dgamma and isotropic pitch angles.
 *
 * Emissivities per steradian (Rybicki & Lightman 1979, section 6.4; Ginzburg & Syrovatskii 1965), in SI:
 *
 *   j_I = sqrt(3) e^3 C B_perp / (16 pi^2 eps0 m_e c (p + 1)) * [2 pi nu m_e / (3 e B_perp)]^((1 - p)/2)
 *         * Gamma(p/4 - 1/12) Gamma(p/4 + 19/12)
 *   j_P = j_I (p + 1) / (p + 7/3)
 *
 * A path of length L adds the Rayleigh-Jeans brightness temperature T = j L c^2 / (2 k nu^2), so that
 *
 *   T_I = K_I(nu, p) B_perp^((p+1)/2) C L.
 */
import {
  BOLTZMANN_J_K,
  ELECTRON_MASS_KG,
  ELEMENTARY_CHARGE_C,
  GAUSS_PER_MICROGAUSS,
  HZ_PER_GHZ,
  KPC_M,
  SPEED_OF_LIGHT_M_S,
  TESLA_PER_GAUSS,
  VACUUM_PERMITTIVITY_F_M,
} from './constants.ts'
import { digamma, gamma } from './special-functions.ts'

/** Brightness temperature per unit of B_perp^((p+1)/2) [gauss] * C [m^-3] * length [kpc]. */
export interface EmissivityConstants {
  /** Total intensity, K. */
  intensity: number
  /** Linearly polarised intensity, K. */
  polarised: number
}

/**
 * K_I and K_P for B in gauss.
 *
 * @param frequencyGhz observing frequency, GHz, > 0
 * @param p spectral index of the electrons (N ~ gamma^-p), > 1
 */
export function emissivityConstants(frequencyGhz: number, p: number): EmissivityConstants {
  requireSpectralIndex(p)
  if (!(frequencyGhz > 0) || !Number.isFinite(frequencyGhz)) {
    throw new RangeError(`Frequency must be a positive number of GHz, not ${frequencyGhz}.`)
  }
  const e = ELEMENTARY_CHARGE_C
  const nu = frequencyGhz * HZ_PER_GHZ
  const b = TESLA_PER_GAUSS // j of one gauss; the power of B is taken out below
  const perFieldUnit =
    (Math.sqrt(3) * e ** 3 * b) /
    (16 * Math.PI ** 2 * VACUUM_PERMITTIVITY_F_M * ELECTRON_MASS_KG * SPEED_OF_LIGHT_M_S * (p + 1))
  const spectrum = ((2 * Math.PI * nu * ELECTRON_MASS_KG) / (3 * e * b)) ** ((1 - p) / 2)
  const emissivity = perFieldUnit * spectrum * gamma(p / 4 - 1 / 12) * gamma(p / 4 + 19 / 12)
  const rayleighJeans = SPEED_OF_LIGHT_M_S ** 2 / (2 * BOLTZMANN_J_K * nu ** 2)
  const intensity = emissivity * rayleighJeans * KPC_M
  return { intensity, polarised: intensity * polarisationFraction(p) }
}

/** K_I and K_P for B in microgauss. */
export function emissivityConstantsMicrogauss(
  frequencyGhz: number,
  p: number,
): EmissivityConstants {
  const { intensity, polarised } = emissivityConstants(frequencyGhz, p)
  const scale = GAUSS_PER_MICROGAUSS ** ((p + 1) / 2)
  return { intensity: intensity * scale, polarised: polarised * scale }
}

/** Derivatives of ln K_I and ln K_P (B in microgauss) by p. */
export function emissivityLogSlopes(frequencyGhz: number, p: number): EmissivityConstants {
  const nu = frequencyGhz * HZ_PER_GHZ
  const unitField = TESLA_PER_GAUSS * GAUSS_PER_MICROGAUSS
  const ratio = (2 * Math.PI * nu * ELECTRON_MASS_KG) / (3 * ELEMENTARY_CHARGE_C * unitField)
  const gammas = digamma(p / 4 - 1 / 12) + digamma(p / 4 + 19 / 12)
  const intensity = -1 / (p + 1) - 0.5 * Math.log(ratio) + 0.25 * gammas
  return { intensity, polarised: intensity + 3 / (3 * p + 3) - 3 / (3 * p + 7) }
}

/** Intrinsic polarised fraction of a uniform field, (p + 1) / (p + 7/3). */
export function polarisationFraction(p: number): number {
  // Written with whole numbers so that p = 3 gives 3/4 without rounding.
  return (3 * p + 3) / (3 * p + 7)
}

/** Throws unless p > 1: below, the emission is not differentiable where the perpendicular field vanishes. */
function requireSpectralIndex(p: number): void {
  if (!(p > 1) || !Number.isFinite(p)) {
    throw new RangeError(
      `spectral_index must be a number above 1 (electrons per gamma fall as gamma^-p), not ${p}.`,
    )
  }
}

/** Synchrotron function F(x) = x * integral from x to infinity of K_5/3(t) dt (x >= 0). */
export function synchrotronF(x: number): number {
  return x * besselIntegral(x, (t) => Math.cosh((5 / 3) * t) / Math.cosh(t))
}

/** Synchrotron function G(x) = x K_2/3(x) of the polarised part (x >= 0). */
export function synchrotronG(x: number): number {
  return x * besselIntegral(x, (t) => Math.cosh((2 / 3) * t))
}

/** Integral of F(x) x^mu over x from 0 to infinity. */
export function synchrotronFMoment(mu: number): number {
  return (2 ** (mu + 1) / (mu + 2)) * gamma(mu / 2 + 7 / 3) * gamma(mu / 2 + 2 / 3)
}

/** Integral of G(x) x^mu over x from 0 to infinity. */
export function synchrotronGMoment(mu: number): number {
  return 2 ** mu * gamma(mu / 2 + 4 / 3) * gamma(mu / 2 + 2 / 3)
}

/**
 * Integral over t from 0 to infinity of exp(-x cosh t) weight(t), with
 * K_nu(x) = int exp(-x cosh t) cosh(nu t) dt and int_x^inf K_nu = int exp(-x cosh t) cosh(nu t) / cosh t dt
 * (DLMF 10.32.9). The trapezoidal rule converges exponentially: the integrand is even, analytic in a
 * strip of half-width pi/2 and falls doubly exponentially.
 */
function besselIntegral(x: number, weight: (t: number) => number): number {
  if (!(x >= 0) || x === Infinity) {
    throw new RangeError(`The synchrotron functions need a finite x >= 0, not ${x}.`)
  }
  // At x = 0 the prefactor is 0 and the integral diverges more slowly: F(0) = G(0) = 0.
  if (x === 0) return 0
  const largestExponent = 60
  const end = Math.acosh(1 + largestExponent / x)
  const step = Math.min(0.2, 0.6 / Math.sqrt(x))
  let sum = weight(0) / 2
  for (let t = step; t < end; t += step) {
    const growth = 2 * Math.sinh(t / 2) ** 2 // cosh t - 1
    sum += Math.exp(-x * growth) * weight(t)
  }
  return step * Math.exp(-x) * sum
}
