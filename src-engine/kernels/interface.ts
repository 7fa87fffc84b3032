import type { OptimiserMethod, OptimiserOptions } from '#shared/inference/optimisers.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'

/**
 * The compute kernels behind one interface. Every backend (reference, wasm, ...) implements it and is held
 * against the same tests: values, adjoint dot product, finite differences, determinism.
 *
 * Lifecycle: `backend.prepare(problem, options)` does once what a run needs once (walking the rays through the
 * grid, evaluating the cosmic-ray density at every quadrature node) and returns an operator. The operator is used by
 * one caller at a time: calls are asynchronous (worker threads do the work) but must not overlap.
 */

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

/** The grids and lists that an operator may be evaluated at; the magnetic field always is one of them. */
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
  /** Whether the plane of polarisation turns on its way (default) or Q and U are as emitted. */
  readonly faradayRotation?: boolean
  readonly freeFree?: FreeFree
  /** What the operator will be evaluated at, always all of these; default: the magnetic field alone. */
  readonly unknowns?: readonly UnknownName[]
  readonly observables: readonly Observable[]
  /** C in m^-3 at (x, y, z) kpc; must be finite and not negative. */
  readonly cosmicRayDensity: (x: number, y: number, z: number) => number
  /** n_e in cm^-3 at (x, y, z) kpc; default 0. Not asked where it is among the unknowns (the same holds for C). */
  readonly thermalElectronDensity?: (x: number, y: number, z: number) => number
}

/** What an operator is evaluated at. Arrays made by `operator.createGrid` are shared with the worker threads. */
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

/** Derivatives with respect to the unknowns, in the same shapes; those of grids are zero outside the region. */
export type Gradient = Unknowns

export type RegularisationName = 'smoothness' | 'total-variation' | 'divergence' | 'amplitude'

export interface RegularisationTerm {
  readonly term: RegularisationName
  readonly weight: number
  /** `amplitude` only: B_ref [nx, ny, nz, 3] in microgauss; default zero. */
  readonly reference?: GridValues
}

export interface RegularisationValue {
  readonly term: RegularisationName
  readonly weight: number
  /** The term's contribution to the loss, weight included. */
  readonly value: number
}

/** Gradient of likelihood and regularisation together, from one pass. */
export interface LossGradient {
  readonly gradient: Gradient
  /** Euclidean norm of the gradient. */
  readonly gradientNorm: number
  /** In the order given to `prepare`. */
  readonly regularisation: readonly RegularisationValue[]
}

export interface PrepareOptions {
  /** Worker threads; default: the cores this process may use. The reference backend always uses one. */
  readonly threads?: number
  /** [nx, ny, nz], non-zero = free voxel. Gradients are zero elsewhere, regulariser pairs count only inside. Default: all. */
  readonly region?: Uint8Array
  readonly regularisation?: readonly RegularisationTerm[]
  /** Bytes for data cached per crossing (node weights, positions); beyond it they are recomputed in each pass. Default 256 MiB. */
  readonly cacheBytes?: number
  readonly signal?: AbortSignal
  /** Called with the fraction of the preparation that is done. */
  readonly onProgress?: (fraction: number) => void
}

/** One elementwise optimiser step, done in place on arrays made by `createGrid`. */
export interface OptimiserUpdate {
  readonly method: OptimiserMethod
  readonly parameters: GridValues
  readonly gradient: GridValues
  readonly firstMoment: GridValues
  readonly secondMoment: GridValues
  /** t of the published rule: 1 for the first step. */
  readonly step: number
  readonly options: OptimiserOptions
}

export interface LineOfSightOperator {
  readonly rays: number
  /** Cell crossings of all rays: the unit of work. */
  readonly crossings: number
  readonly threads: number
  /** Memory held by the operator beyond the caller's own arrays. */
  readonly memoryBytes: number
  /** How the work is done (caches, what is recomputed, precision), for logs and `doctor`. */
  readonly description: string

  /** A zero-filled array of grid values with `components` per voxel, in the backend's precision, visible to its threads. */
  createGrid(components: 1 | 3): GridValues
  /** The model's observables at `unknowns`. */
  forward(unknowns: Unknowns): Promise<Observables>
  /**
   * J'y: derivative of <y, observables> with respect to the free voxels, the adjoint of `jvp` there.
   * Written to `into` when given, else to a new array.
   */
  adjoint(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<Gradient>
  /** Jx: change of the observables for a change `tangent` of the unknowns. */
  jvp(unknowns: Unknowns, tangent: Unknowns): Promise<Observables>
  /** `adjoint` plus the gradient of the regularisation terms, and their values, in one pass over the grid. */
  lossGradient(unknowns: Unknowns, cotangent: Observables, into?: Gradient): Promise<LossGradient>
  /** Values of the regularisation terms alone. */
  regularisation(unknowns: Unknowns): Promise<readonly RegularisationValue[]>
  /** One optimiser step over the threads; bit-identical for every number of threads. */
  update(step: OptimiserUpdate): Promise<void>
  /** Ends the threads. Any later call is an error. */
  dispose(): Promise<void>
}

export interface KernelBackend {
  readonly name: 'reference' | 'wasm' | 'webgpu' | 'tensorflow'
  readonly precision: 'float32' | 'float64'
  /** Names the build of the kernels: another build may give other bits. @throws KernelError when they have not been built */
  build(): string
  /** One sentence for people: what it is and what it computes. */
  describe(): string
  /** Throws KernelError when the backend does not compute what the problem asks for, or the problem is inconsistent. */
  prepare(problem: LineOfSightProblem, options?: PrepareOptions): Promise<LineOfSightOperator>
}

/** A problem that a kernel cannot take, said in a sentence a user understands. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
}
