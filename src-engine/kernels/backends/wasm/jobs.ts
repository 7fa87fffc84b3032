import type { OptimiserMethod, OptimiserOptions } from '#shared/inference/optimisers.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { DensityChoices, GridValues, RegularisationName } from '../../interface.ts'
import type { KernelChoice } from './kernel-choice.ts'
import type { MemoryPlan } from './memory-plan.ts'
import type { GridPlaces, PackedGrids } from './transfer.ts'

/** A regularisation term as the kernels want it: factors in float32, places in memory. */
export interface CompiledTerm {
  readonly term: RegularisationName
  /** Per axis: weight dV / h^2 (smoothness), 1 / h^2 (total variation), 1 / (2 h) (divergence). */
  readonly axes: readonly [number, number, number]
  /** weight dV */
  readonly scale: number
  /** Norms, divergences or the reference field; 0: none. */
  readonly data: number
  /** Values per plane, float64. */
  readonly values: number
}

/** What a kernel thread is started with. */
export interface ThreadSetup {
  readonly thread: number
  readonly threads: number
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly plan: MemoryPlan
  readonly shape: readonly [number, number, number]
  readonly kernel: KernelChoice
  readonly terms: readonly CompiledTerm[]
  /** Where the threads fill in the weights of each segment. */
  readonly weights?: {
    readonly grid: GridGeometry
    readonly nodesPerCrossing: number
    readonly observerKpc: readonly [number, number, number]
    /** The observer in lattice coordinates. */
    readonly origin: readonly [number, number, number]
    readonly densities: DensityChoices
  }
}

/** Fills in the records of crossings, those of a segment from `firstCrossing` on. */
export interface WeightsJob {
  readonly kind: 'weights'
  readonly firstCrossing: number
  readonly first: number
  readonly last: number
}

/** One thread's share of an operation. Ranges are half open; rays in the kernels' order. */
export type Job =
  /** Copies grids in shared memory to those of the kernels; answers whether anything changed. */
  | {
      readonly kind: 'load'
      readonly source: PackedGrids
      readonly target: GridPlaces
      readonly first: number
      readonly last: number
    }
  /** Passes over rays; `adjoint` adds to the thread's gradient, which is zero until then. */
  | {
      readonly kind: 'forward' | 'jvp' | 'adjoint'
      readonly first: number
      readonly last: number
    }
  /** Norms and divergences, on planes; must end on all threads before `gradient`. */
  | { readonly kind: 'term-data'; readonly first: number; readonly last: number }
  /** Sums the threads' gradients, adds the regularisation's, masks and packs them, on planes; leaves zeros behind. */
  | {
      readonly kind: 'gradient'
      readonly first: number
      readonly last: number
      readonly likelihood: boolean
      readonly regularisation: boolean
      /** Shared memory that takes the packed gradient. */
      readonly into?: PackedGrids
    }
  | {
      readonly kind: 'update'
      readonly method: OptimiserMethod
      readonly parameters: GridValues
      readonly gradient: GridValues
      readonly firstMoment: GridValues
      readonly secondMoment: GridValues
      readonly step: number
      readonly options: OptimiserOptions
      readonly first: number
      readonly last: number
    }

/** What a thread answers. */
export interface JobReply {
  /** Of `load`: whether the kernels' copy was another one before. */
  readonly changed?: boolean
  /** What went wrong. */
  readonly error?: string
}
