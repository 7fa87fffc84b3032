/**
 * What a line of sight through gridded fields is asked for and what it is a function of: the terms in which the
 * reference here and the kernels of the engine speak.
 */
import type { GridGeometry } from '../grid.ts'

export type Observable = 'I' | 'Q' | 'U' | 'faraday_depth' | 'dispersion_measure'

/** Values on a grid: float32 for the fast backends, float64 for the reference. */
export type GridValues = Float32Array | Float64Array

/** Per-ray values of observables, float64. I, Q, U are [frequency][ray] in K (Rayleigh-Jeans); the others [ray]. */
export interface Observables {
  I?: Float64Array
  Q?: Float64Array
  U?: Float64Array
  /** rad m^-2, positive for a field toward the observer. */
  faraday_depth?: Float64Array
  /** pc cm^-3 */
  dispersion_measure?: Float64Array
}

/** The grids and lists that the observables may be functions of; the magnetic field always is one of them. */
export type UnknownName = keyof Unknowns

/**
 * Free-free emission and absorption of the thermal electrons at one temperature: the optical depth is
 * 3.28e-7 (T / 1e4 K)^-1.35 (nu / GHz)^-2.1 times the integral of n_e^2 in pc cm^-6 (Mezger & Henderson 1967, as used by
 * ULSA); synchrotron emission behind an optical depth tau counts e^-tau, and T (1 - e^-tau) is added to I.
 */
export interface FreeFree {
  readonly electronTemperatureK: number
}

/**
 * N(gamma) = C(x) shape(gamma) of the cosmic-ray electrons with the shape given at Lorentz factors (ascending, at least
 * two) and straight between them in log-log; there are no electrons beyond the first and the last.
 */
export interface CosmicRaySpectrum {
  readonly gamma: Float64Array
  readonly shape: Float64Array
}

/**
 * What stays fixed during a run. Positions are Galactocentric kpc.
 *
 * Inside a crossing of length L the nodes are Gauss-Legendre's, xi_i in 0..1 with weights w_i (sum 1). The magnetic field and
 * gridded densities are trilinear, so exact there; densities given as functions are their Lagrange interpolants
 * through the nodes. The Faraday depth to node i is that at the crossing's entry plus R L sum_j A_ij n_j B_los,j with
 * A_ij the integral from 0 to xi_i of the Lagrange polynomial j; the integral of n_e^2 likewise. A crossing in which 2 lambda^2 |d phi| or
 * tau would change by more than LARGEST_STEP is cut into equal parts with nodes of their own.
 */
export interface LineOfSightProblem {
  readonly grid: GridGeometry
  /** Must lie inside the box. */
  readonly observerKpc: readonly [number, number, number]
  /** [ray][3] unit vectors, outward from the observer. Any order: the backend sorts internally and answers in this order. */
  readonly directions: Float64Array
  /** [ray] where a ray ends if before the box face. Default: the box face. */
  readonly maxDistanceKpc?: Float64Array
  /** Gauss-Legendre nodes per crossing of a cell of the interpolation lattice; 3 is nearly exact, 4 exact for p = 3. */
  readonly nodesPerCrossing: number
  readonly frequenciesGhz: readonly number[]
  /** p of the cosmic-ray electron spectrum E^-p, unless it is among the unknowns. */
  readonly spectralIndex: number
  /** A spectrum of another shape than a power law; `spectralIndex` is not used then. */
  readonly cosmicRaySpectrum?: CosmicRaySpectrum
  /** Whether the plane of polarisation turns on its way (default) or Q and U are as emitted. */
  readonly faradayRotation?: boolean
  readonly freeFree?: FreeFree
  /** What the observables are evaluated at, always all of these; default (and always among them): the magnetic field. */
  readonly unknowns?: readonly UnknownName[]
  readonly observables: readonly Observable[]
  /** C in m^-3 at (x, y, z) kpc; must be finite and not negative. */
  readonly cosmicRayDensity: (x: number, y: number, z: number) => number
  /** n_e in cm^-3 at (x, y, z) kpc; default 0. Not asked where it is among the unknowns (the same holds for C). */
  readonly thermalElectronDensity?: (x: number, y: number, z: number) => number
  /** The same functions for many points at once, where that is faster. */
  readonly cosmicRayDensities?: DensityBatch
  readonly thermalElectronDensities?: DensityBatch
}

/** Writes a density at points, [n, 3] kpc, to `out`, [n]. */
export type DensityBatch = (pointsKpc: Float64Array, out: Float64Array) => void

/** What the observables are functions of. Arrays made by a kernel operator's `createGrid` are shared with its threads. */
export interface Unknowns {
  /** [nx, ny, nz, 3] microgauss, C order, x slowest. */
  readonly magneticField: GridValues
  /** [nx, ny, nz] cm^-3 */
  readonly thermalElectrons?: GridValues
  /** [nx, ny, nz] m^-3 */
  readonly cosmicRays?: GridValues
  /** p, [nx, ny, nz], or */
  readonly spectralIndex?: GridValues
  /** [ray], where it is a map of the sky (or one number for all rays). */
  readonly raySpectralIndex?: Float64Array
}
