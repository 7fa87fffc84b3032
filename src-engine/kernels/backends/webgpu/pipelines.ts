import type { RegularisationTerm } from '../../interface.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import type { OptimiserMethod } from '#shared/inference/optimisers.ts'
import type { GpuDevice } from './adapter.ts'
import { compileKernel } from './kernel.ts'
import type { Kernel } from './kernel.ts'
import type { KernelSettings } from './settings.ts'
import { adjointBindings, adjointWgsl } from './shaders/adjoint.ts'
import { forwardBindings, forwardWgsl } from './shaders/forward.ts'
import {
  addCornerBindings,
  addCornerWgsl,
  packBindings,
  packWgsl,
  sumBlocksBindings,
  sumBlocksWgsl,
  sumGroupsBindings,
  sumGroupsWgsl,
} from './shaders/reduce.ts'
import { regulariserBindings, regulariserWgsl } from './shaders/regularisers.ts'
import { updateBindings, updateWgsl } from './shaders/update.ts'

/** Every kernel of an operator, compiled when it is first asked for. */
export class Pipelines {
  readonly forward: () => Promise<Kernel>
  readonly tangent: () => Promise<Kernel>
  readonly adjoint: () => Promise<Kernel>
  readonly pack: () => Promise<Kernel>
  readonly sumGroups: () => Promise<Kernel>
  readonly addCorner: () => Promise<Kernel>
  readonly sumBlocks: () => Promise<Kernel>
  readonly sumSquares: () => Promise<Kernel>
  /** One per term, in their order. */
  readonly regularisers: readonly (() => Promise<Kernel>)[]
  readonly update: Readonly<Record<OptimiserMethod, () => Promise<Kernel>>>

  constructor(
    gpu: GpuDevice,
    settings: KernelSettings,
    grid: GridGeometry,
    terms: readonly RegularisationTerm[],
  ) {
    const lazily = (...[label, bindings, body]: KernelSource): (() => Promise<Kernel>) => {
      let compiled: Promise<Kernel> | undefined
      return () => (compiled ??= compileKernel(gpu, label, bindings, body))
    }
    const update = (method: OptimiserMethod): (() => Promise<Kernel>) =>
      lazily(method, updateBindings, updateWgsl(method))
    this.forward = lazily('forward', forwardBindings(settings), forwardWgsl(settings, false))
    this.tangent = lazily('tangent', forwardBindings(settings), forwardWgsl(settings, true))
    this.adjoint = lazily('adjoint', adjointBindings(settings), adjointWgsl(settings))
    this.pack = lazily('pack', packBindings, packWgsl(settings))
    this.sumGroups = lazily('sums of groups', sumGroupsBindings, sumGroupsWgsl(settings))
    this.addCorner = lazily('corners', addCornerBindings, addCornerWgsl(settings))
    this.sumBlocks = lazily('sums of blocks', sumBlocksBindings, sumBlocksWgsl(false))
    this.sumSquares = lazily('sums of squares', sumBlocksBindings, sumBlocksWgsl(true))
    this.regularisers = terms.map((term) =>
      lazily(term.term, regulariserBindings(term), regulariserWgsl(grid, term)),
    )
    this.update = { adam: update('adam'), yogi: update('yogi'), adabelief: update('adabelief') }
  }
}

type KernelSource = [...Parameters<typeof compileKernel>] extends [unknown, ...infer Rest]
  ? Rest
  : never
