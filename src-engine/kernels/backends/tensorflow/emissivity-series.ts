import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'

/** The range of spectral indices that problems take. */
const LOWEST_INDEX = 1
const HIGHEST_INDEX = 6
/** Terms of the series below: without the two poles next to the range it has converged to 1e-10. */
const TERMS = 17

export interface EmissivitySeries {
  /** Of the Chebyshev polynomials of (p - centre) / halfRange. */
  readonly coefficients: readonly number[]
  readonly centre: number
  readonly halfRange: number
}

let series: EmissivitySeries | undefined

/**
 * ln [K_I(1 GHz, p) (p + 1) (p/4 - 1/12)] as a Chebyshev series: TensorFlow.js has no Gamma function, and those in the
 * emissivity have their nearest pole at p = 1/3.
 */
export function emissivitySeries(): EmissivitySeries {
  series ??= fitSeries()
  return series
}

function fitSeries(): EmissivitySeries {
  const centre = (LOWEST_INDEX + HIGHEST_INDEX) / 2
  const halfRange = (HIGHEST_INDEX - LOWEST_INDEX) / 2
  const angles = Array.from({ length: TERMS }, (_, k) => (Math.PI * (k + 0.5)) / TERMS)
  const values = angles.map((angle) => {
    const p = centre + halfRange * Math.cos(angle)
    const { intensity } = emissivityConstantsMicrogauss(1, p)
    return Math.log(intensity * (p + 1) * (p / 4 - 1 / 12))
  })
  const coefficients = angles.map((_, n) => {
    const sum = values.reduce((total, value, k) => total + value * Math.cos(n * angles[k]), 0)
    return ((n === 0 ? 1 : 2) / TERMS) * sum
  })
  return { coefficients, centre, halfRange }
}
