import type { ModelDefinition } from '#shared/fields/index.ts'
import type { OptimiserMethod, OptimiserOptions } from '#shared/inference/optimisers.ts'
import type {
  GridValues,
  LineOfSightProblem,
  Observables,
  Unknowns,
} from '#shared/physics/line-of-sight/problem.ts'

/**
 * The compute kernels behind one interface. Every backend (reference, wasm, ...) implements it and is held
 * against the same tests: values, adjoint dot product, finite differences, determinism.
 *
 * Lifecycle: `backend.prepare(problem, options)` does once what a run needs once (walking the rays through the
 * grid, evaluating the cosmic-ray density at every quadrature node) and returns an operator. The operator is used by
 * one caller at a time: calls are asynchronous (worker threads do the work) but must not overlap.
 */

export type {
  CosmicRaySpectrum,
  DensityBatch,
  FreeFree,
  GridValues,
  LineOfSightProblem,
  Observable,
  Observables,
  UnknownName,
  Unknowns,
} from '#shared/physics/line-of-sight/problem.ts'

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

/** A density by name or by what it is made of, as `resolveModel` of shared/fields takes it: plain data. */
export interface DensityChoice extends ModelDefinition {
  readonly model: string
  readonly variant?: string
  readonly parameters: Readonly<Record<string, number | readonly [number, number, number]>>
}

/** What the density functions of a problem are called; the thermal electrons are absent where the problem has none. */
export interface DensityChoices {
  readonly cosmicRays: DensityChoice
  readonly thermalElectrons?: DensityChoice
}

export interface PrepareOptions {
  /** The same functions as those of the problem: threads that cannot be sent functions evaluate them too. */
  readonly densities?: DensityChoices
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

/**
 * Arrays made by `createGrid` that lie in the backend's own memory (a graphics card's) between calls, instead of being copied by
 * every call. While they do, the host's copies are stale and what the host writes to them has no effect.
 */
export interface GridResidence {
  /** Moves arrays there. */
  upload(arrays: readonly GridValues[]): Promise<void>
  /** Copies those of the arrays that lie there back; they are the host's again. */
  download(arrays: readonly GridValues[]): Promise<void>
  /** The arrays are the host's again, with the values it last had. */
  discard(arrays: readonly GridValues[]): void
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
  /** Where the backend computes in memory of its own: what lies there. */
  readonly residence?: GridResidence
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

/** A share of memory, for people to read. */
export interface MemoryPart {
  readonly name: string
  readonly bytes: number
}

/** What an operator will take, worked out without making it. */
export interface OperatorMemory {
  /** In the machine's memory, beyond the caller's arrays. */
  readonly host: readonly MemoryPart[]
  /** In that of a graphics card. */
  readonly card: readonly MemoryPart[]
  /** Threads that it will have: fewer than asked for where the gradients of all do not fit. */
  readonly threads: number
}

export interface KernelBackend {
  readonly name: 'reference' | 'wasm' | 'webgpu' | 'tensorflow'
  readonly precision: 'float32' | 'float64'
  /** Names the build of the kernels: another build may give other bits. @throws KernelError when they have not been built */
  build(): string
  /** One sentence for people: what it is and what it computes. */
  describe(): string
  /**
   * What `prepare` would take for `rays` lines of sight, of which the problem may have a sample only: they are not walked for it.
   * @throws KernelError when that is more than the backend can have, with what to reduce
   */
  memory(problem: LineOfSightProblem, rays: number, options?: PrepareOptions): OperatorMemory
  /** Throws KernelError when the backend does not compute what the problem asks for, or the problem is inconsistent. */
  prepare(problem: LineOfSightProblem, options?: PrepareOptions): Promise<LineOfSightOperator>
}

/** A problem that a kernel cannot take, said in a sentence a user understands. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
}

/**
 * The device that computes was lost (driver reset, unplugged, power state): the operator is of no use any more, the
 * caller's arrays on the host are as they were. A new operator, of this backend or another, can go on.
 */
export class KernelDeviceLostError extends Error {
  override readonly name = 'KernelDeviceLostError'
}
