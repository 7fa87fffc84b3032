/**
 * What one cosmic-ray electron per m^3 radiates at a point, per kpc, at every frequency:
 *
 *   dI/ds = C e_f(b^2, p),   d(Q + iU)/ds = C h_f(b^2, p) beta^2,   beta = b_E - i b_N,  b^2 = |beta|^2
 *
 * (the emitted E vector is perpendicular to the field: beta^2 / b^2 = exp(2 i chi0), see ../medium.ts). For a power law
 * N = C gamma^-p (Rybicki & Lightman 1979, section 6.4; K_I and K_P in ../synchrotron.ts)
 *
 *   e_f = K_I(nu_f, p) (b^2)^((p+1)/4),   h_f = K_P(nu_f, p) (b^2)^((p-3)/4).
 */
import { emissivityConstantsMicrogauss, emissivityLogSlopes } from '../synchrotron.ts'

/** Below this b^2 in microgauss^2 nothing is emitted: its powers would leave the range of float64. */
export const SMALLEST_SQUARE = 1e-150

/** Values at the last point evaluated, one per frequency. */
export interface EmissionLaw {
  /** e_f in K kpc^-1 per m^-3. */
  readonly intensity: Float64Array
  /** h_f, the same per microgauss^2. */
  readonly polarised: Float64Array
  /** Derivatives by b^2 (at constant beta^2 / b^2 and p) and by p; filled by `differentiate` only. */
  readonly intensityBySquare: Float64Array
  readonly polarisedBySquare: Float64Array
  readonly intensityByIndex: Float64Array
  readonly polarisedByIndex: Float64Array
  evaluate(square: number, spectralIndex: number): void
  /** `evaluate`, and the derivatives. */
  differentiate(square: number, spectralIndex: number): void
}

/** The six lists, zero-filled. */
export class EmissionValues {
  readonly intensity: Float64Array
  readonly polarised: Float64Array
  readonly intensityBySquare: Float64Array
  readonly polarisedBySquare: Float64Array
  readonly intensityByIndex: Float64Array
  readonly polarisedByIndex: Float64Array

  constructor(frequencies: number) {
    this.intensity = new Float64Array(frequencies)
    this.polarised = new Float64Array(frequencies)
    this.intensityBySquare = new Float64Array(frequencies)
    this.polarisedBySquare = new Float64Array(frequencies)
    this.intensityByIndex = new Float64Array(frequencies)
    this.polarisedByIndex = new Float64Array(frequencies)
  }

  /** The values without a perpendicular field. The derivatives vanish too, for p > 1. */
  protected clear(): void {
    this.intensity.fill(0)
    this.polarised.fill(0)
    this.intensityBySquare.fill(0)
    this.polarisedBySquare.fill(0)
    this.intensityByIndex.fill(0)
    this.polarisedByIndex.fill(0)
  }
}

export class PowerLawEmission extends EmissionValues implements EmissionLaw {
  private readonly frequenciesGhz: readonly number[]
  /** K_I, K_P and the derivatives of their logarithms at the spectral index met last. */
  private readonly constantI: Float64Array
  private readonly constantP: Float64Array
  private readonly slopeI: Float64Array
  private readonly slopeP: Float64Array
  private index = NaN

  constructor(frequenciesGhz: readonly number[]) {
    super(frequenciesGhz.length)
    this.frequenciesGhz = frequenciesGhz
    this.constantI = new Float64Array(frequenciesGhz.length)
    this.constantP = new Float64Array(frequenciesGhz.length)
    this.slopeI = new Float64Array(frequenciesGhz.length)
    this.slopeP = new Float64Array(frequenciesGhz.length)
  }

  evaluate(square: number, spectralIndex: number): void {
    if (spectralIndex !== this.index) this.take(spectralIndex)
    if (square < SMALLEST_SQUARE) {
      this.clear()
      return
    }
    const reduced = spectralIndex === 3 ? 1 : square ** ((spectralIndex - 3) / 4)
    for (let f = 0; f < this.intensity.length; f++) {
      this.intensity[f] = this.constantI[f] * reduced * square
      this.polarised[f] = this.constantP[f] * reduced
    }
  }

  differentiate(square: number, spectralIndex: number): void {
    this.evaluate(square, spectralIndex)
    if (square < SMALLEST_SQUARE) return
    const logarithm = 0.25 * Math.log(square)
    for (let f = 0; f < this.intensity.length; f++) {
      const e = this.intensity[f]
      const h = this.polarised[f]
      this.intensityBySquare[f] = (((spectralIndex + 1) / 4) * e) / square
      this.polarisedBySquare[f] = (((spectralIndex - 3) / 4) * h) / square
      this.intensityByIndex[f] = e * (logarithm + this.slopeI[f])
      this.polarisedByIndex[f] = h * (logarithm + this.slopeP[f])
    }
  }

  private take(spectralIndex: number): void {
    this.index = spectralIndex
    this.frequenciesGhz.forEach((frequency, f) => {
      const constants = emissivityConstantsMicrogauss(frequency, spectralIndex)
      const slopes = emissivityLogSlopes(frequency, spectralIndex)
      this.constantI[f] = constants.intensity
      this.constantP[f] = constants.polarised
      this.slopeI[f] = slopes.intensity
      this.slopeP[f] = slopes.polarised
    })
  }
}
