import { RM_CONSTANT_MICROGAUSS, wavelengthSquared } from '#shared/physics/faraday.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import type { LineOfSightProblem, Observable } from '../../interface.ts'

/** What is needed at the nodes of a ray; `toward` is the field toward the observer, north and east are those of the sky. */
export const quantityNames = [
  'north',
  'east',
  'toward',
  'thermalElectrons',
  'cosmicRays',
  'spectralIndex',
] as const
export type QuantityName = (typeof quantityNames)[number]

/** The constants of one frequency. */
export interface FrequencyRecipe {
  readonly frequencyGhz: number
  /** K_I and K_P for B in microgauss at the problem's spectral index. */
  readonly intensity: number
  readonly polarised: number
  /** lambda^2 in m^2; 0 without Faraday rotation. */
  readonly lambdaSquared: number
  /** Optical depth per kpc cm^-6; 0 without free-free absorption. */
  readonly opacity: number
}

/** What of a problem decides the arithmetic along a ray. */
export interface Recipe {
  readonly observables: readonly Observable[]
  readonly frequencies: readonly FrequencyRecipe[]
  readonly spectralIndex: number
  /** Undefined without free-free emission and absorption. */
  readonly electronTemperatureK: number | undefined
  /** Positions (0..1), weights (sum 1) and A_ij = int_0^xi_i l_j of the Gauss-Legendre nodes. */
  readonly nodes: Float64Array
  readonly weights: Float64Array
  readonly partial: Float64Array
  /** Whether the sums along a ray contain this. */
  readonly emission: boolean
  readonly polarisation: boolean
  readonly rotation: boolean
  readonly uses: ReadonlySet<QuantityName>
}

/** Rotation of the plane of polarisation, rad m^-2 per (cm^-3 microgauss kpc). */
export const ROTATION = RM_CONSTANT_MICROGAUSS

const order: readonly Observable[] = ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure']

/** Observables with one row of values per frequency. */
export function hasFrequencies(observable: Observable): boolean {
  return observable === 'I' || observable === 'Q' || observable === 'U'
}

export function recipeOf(problem: LineOfSightProblem): Recipe {
  const { frequenciesGhz, spectralIndex, freeFree, nodesPerCrossing, unknowns = [] } = problem
  const asked = new Set(problem.observables)
  const observables = order.filter((observable) => asked.has(observable))
  const emission = observables.some(hasFrequencies)
  const polarisation = asked.has('Q') || asked.has('U')
  const rotation = polarisation && problem.faradayRotation !== false
  const absorbed = emission && freeFree !== undefined
  const uses = new Set<QuantityName>()
  if (emission) uses.add('north').add('east').add('cosmicRays')
  if (rotation || asked.has('faraday_depth')) uses.add('toward').add('thermalElectrons')
  if (absorbed || asked.has('dispersion_measure')) uses.add('thermalElectrons')
  if (emission && (unknowns.includes('spectralIndex') || unknowns.includes('raySpectralIndex'))) {
    uses.add('spectralIndex')
  }
  const rule = gaussLegendre(nodesPerCrossing)
  return {
    observables,
    frequencies: emission
      ? frequenciesGhz.map((frequencyGhz) => ({
          frequencyGhz,
          ...emissivityConstantsMicrogauss(frequencyGhz, spectralIndex),
          lambdaSquared: rotation ? wavelengthSquared(frequencyGhz) : 0,
          opacity: absorbed ? freeFreeOpacity(frequencyGhz, freeFree.electronTemperatureK) : 0,
        }))
      : [],
    spectralIndex,
    electronTemperatureK: absorbed ? freeFree.electronTemperatureK : undefined,
    nodes: rule.nodes.map((node) => 0.5 * (1 + node)),
    weights: rule.weights.map((weight) => 0.5 * weight),
    partial: rule.partial.map((weight) => 0.5 * weight),
    emission,
    polarisation,
    rotation,
    uses,
  }
}

/** Optical depth per (kpc cm^-6) (Mezger & Henderson 1967). */
function freeFreeOpacity(frequencyGhz: number, temperatureK: number): number {
  return 3.28e-7 * (temperatureK / 1e4) ** -1.35 * frequencyGhz ** -2.1 * 1000
}

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
