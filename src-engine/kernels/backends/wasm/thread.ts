import { optimiserSteps } from '#shared/inference/optimisers.ts'
import type { CompiledTerm, Job, JobReply, ThreadSetup } from './jobs.ts'
import { planeNames } from './kernel-choice.ts'
import { VOXEL_BYTES } from './memory-plan.ts'
import type { KernelFunctions } from './module.ts'
import { instantiate } from './module.ts'
import { TOTAL_VARIATION_EPSILON } from '../../regularisation.ts'
import { copyPacked, loadGrids } from './transfer.ts'

/** Rays per call into the kernels: short calls let the engine replace its first quick code by optimised code. */
const RAYS_PER_CALL = 512

/** The work of one kernel thread. */
export class KernelThread {
  private readonly setup: ThreadSetup
  private readonly functions: KernelFunctions
  private readonly buffer: ArrayBufferLike
  private readonly scratch: number
  /** This thread's gradient. */
  private readonly gradient: number
  /** Change of p of each ray, or the derivative by it; 0: none. */
  private readonly rayIndexOther: number
  private readonly voxels: number
  private readonly voxelsPerPlane: number

  constructor(setup: ThreadSetup) {
    const { thread, plan, shape } = setup
    this.setup = setup
    this.functions = instantiate(setup.module, setup.memory)
    this.buffer = setup.memory.buffer
    this.scratch = plan.scratch + thread * plan.scratchBytes
    this.gradient = plan.gradients + thread * plan.gradientBytes
    this.rayIndexOther = setup.kernel.raySpectralIndex ? setup.plan.rayIndexOther : 0
    this.voxelsPerPlane = shape[1] * shape[2]
    this.voxels = shape[0] * this.voxelsPerPlane
  }

  run(job: Job): JobReply {
    if (job.kind === 'load') {
      const { source, target, first, last } = job
      return { changed: loadGrids(this.buffer, source, target, first, last) }
    }
    this.work(job)
    return {}
  }

  private work(job: Exclude<Job, { kind: 'load' }>): void {
    switch (job.kind) {
      case 'forward':
        return inShortCalls(job, (first, last) => this.forward(first, last))
      case 'jvp':
        return inShortCalls(job, (first, last) => this.jvp(first, last))
      case 'adjoint':
        return inShortCalls(job, (first, last) => this.adjoint(first, last))
      case 'term-data':
        for (const term of this.setup.terms) this.prepareTerm(term, job.first, job.last)
        return
      case 'gradient':
        return this.gatherGradient(job)
      case 'update':
        return optimiserSteps[job.method](
          job.parameters,
          job.gradient,
          job.firstMoment,
          job.secondMoment,
          job.step,
          job.options,
          job.first,
          job.last,
        )
    }
  }

  private forward(first: number, last: number): void {
    const { problem, field, sums } = this.setup.plan
    const { functions, scratch } = this
    switch (this.setup.kernel.kind) {
      case 'intensity-fast':
        return functions.forwardFast(problem, field, sums, first, last, scratch)
      case 'intensity':
        return functions.forward(problem, field, sums, first, last, scratch)
      case 'polarised':
        return functions.forwardPolarised(problem, field, sums, first, last, scratch)
      case 'general':
        return functions.forwardGeneral(problem, field, sums, first, last, scratch)
    }
  }

  private jvp(first: number, last: number): void {
    const { problem, field, tangent, tangentPlanes, changes } = this.setup.plan
    const { functions, scratch } = this
    const { kind } = this.setup.kernel
    if (kind === 'general') {
      const [cosmicRays, indices] = this.planesAt(tangentPlanes)
      return functions.jvpGeneral(
        problem,
        field,
        tangent,
        cosmicRays,
        indices,
        this.rayIndexOther,
        changes,
        first,
        last,
        scratch,
      )
    }
    const jvp = kind === 'polarised' ? functions.jvpPolarised : functions.jvp
    return jvp(problem, field, tangent, changes, first, last, scratch)
  }

  private adjoint(first: number, last: number): void {
    const { problem, field, cotangents, sums } = this.setup.plan
    const { functions, scratch, gradient } = this
    switch (this.setup.kernel.kind) {
      case 'intensity-fast':
        return functions.adjointFast(problem, field, gradient, cotangents, first, last, scratch)
      case 'intensity':
        return functions.adjoint(problem, field, gradient, cotangents, first, last, scratch)
      case 'polarised':
        return functions.adjointPolarised(
          problem,
          field,
          gradient,
          cotangents,
          sums,
          first,
          last,
          scratch,
        )
      case 'general': {
        const [cosmicRays, indices] = this.planesAt(gradient + VOXEL_BYTES * this.voxels)
        return functions.adjointGeneral(
          problem,
          field,
          gradient,
          cosmicRays,
          indices,
          this.rayIndexOther,
          cotangents,
          sums,
          first,
          last,
          scratch,
        )
      }
    }
  }

  /** Places of C and p on the grid among planes that start at `at`; 0 for one that is not among them. */
  private planesAt(at: number): number[] {
    const { planes } = this.setup.kernel
    return planeNames.map((name) => {
      const plane = planes.indexOf(name)
      return plane === -1 ? 0 : at + 4 * plane * this.voxels
    })
  }

  /** Plane by plane, so that a plane stays in the cache from the sum to the copy. */
  private gatherGradient(job: Extract<Job, { kind: 'gradient' }>): void {
    const { plan, threads, terms, kernel } = this.setup
    const allVoxels = this.voxels
    const voxels = this.voxelsPerPlane
    const packed = { voxels: allVoxels, field: plan.tangent, planes: plan.tangentPlanes }
    const electrons = kernel.electrons === 'grid' ? plan.tangent + 12 * allVoxels : 0
    const squares = new Float64Array(this.buffer, plan.squares, this.setup.shape[0])
    for (let plane = job.first; plane < job.last; plane++) {
      const first = plane * voxels
      const last = first + voxels
      if (job.likelihood && threads > 1) {
        this.functions.sumBuffers(plan.gradients, plan.gradientBytes, threads, first, last)
      }
      if (job.regularisation) for (const term of terms) this.addTerm(term, plane)
      squares[plane] = this.functions.packGradient(
        plan.gradients,
        plan.mask,
        plan.tangent,
        electrons,
        first,
        last,
      )
      for (const index of kernel.planes.keys()) {
        squares[plane] += this.functions.packPlane(
          plan.gradients + VOXEL_BYTES * allVoxels + 4 * index * allVoxels,
          plan.gradientBytes,
          threads,
          plan.mask,
          plan.tangentPlanes + 4 * index * allVoxels,
          first,
          last,
        )
      }
      if (job.into) copyPacked(this.buffer, packed, job.into, first, last)
    }
  }

  /** What a term needs of its neighbours before its gradient can be gathered. */
  private prepareTerm(
    { term, axes: [x, y, z], scale, data, values }: CompiledTerm,
    first: number,
    last: number,
  ): void {
    const { plan, shape } = this.setup
    const { field, mask } = plan
    const [nx, ny, nz] = shape
    const { functions } = this
    if (term === 'total-variation') {
      const epsilonSquared = TOTAL_VARIATION_EPSILON ** 2
      functions.totalVariationNorms(
        field,
        mask,
        data,
        values,
        nx,
        ny,
        nz,
        x,
        y,
        z,
        epsilonSquared,
        scale,
        first,
        last,
      )
    } else if (term === 'divergence') {
      functions.divergences(field, mask, data, values, nx, ny, nz, x, y, z, scale, first, last)
    }
  }

  private addTerm(
    { term, axes: [x, y, z], scale, data, values }: CompiledTerm,
    plane: number,
  ): void {
    const { field, mask, gradients } = this.setup.plan
    const [nx, ny, nz] = this.setup.shape
    const { functions } = this
    const end = plane + 1
    switch (term) {
      case 'smoothness':
        return functions.smoothness(field, mask, gradients, values, nx, ny, nz, x, y, z, plane, end)
      case 'total-variation':
        return functions.totalVariationGradient(
          field,
          mask,
          data,
          gradients,
          nx,
          ny,
          nz,
          x,
          y,
          z,
          plane,
          end,
        )
      case 'divergence':
        return functions.divergenceGradient(mask, data, gradients, nx, ny, nz, x, y, z, plane, end)
      case 'amplitude':
        return functions.amplitude(field, data, mask, gradients, values, ny * nz, scale, plane, end)
    }
  }
}

function inShortCalls(
  { first, last }: { readonly first: number; readonly last: number },
  call: (first: number, last: number) => void,
): void {
  for (let ray = first; ray < last; ray += RAYS_PER_CALL) {
    call(ray, Math.min(last, ray + RAYS_PER_CALL))
  }
}
