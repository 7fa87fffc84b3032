import { adjointRays, forwardRays, tangentRays } from '#shared/physics/line-of-sight/index.ts'
import type { Setup } from '#shared/physics/line-of-sight/index.ts'
import type { KernelBackend } from '../../interface.ts'
import { allCapabilities, requireProblem } from '../../problem.ts'
import { version } from '../../../version.ts'
import { HostOperator } from '../host-operator.ts'
import type { HostBackend } from '../host-operator.ts'

/** The float64 reference of shared/physics as a backend: slow, on one thread, and right. */
export const referenceBackend: KernelBackend = {
  name: 'reference',
  precision: 'float64',
  build: () => version,
  describe: () =>
    'Plain float64 on one thread, the oracle of the other backends: every observable and every unknown.',
  memory: () => ({ host: [], card: [], threads: 1 }),
  prepare: async (problem, options = {}) => {
    requireProblem('reference', allCapabilities, problem)
    return new HostOperator(problem, options, hostBackend)
  },
}

function hostBackend(setup: Setup): HostBackend {
  return {
    threads: 1,
    memoryBytes: 0,
    description: 'float64 reference, one thread',
    Grid: Float64Array,
    raysPerTurn: 1024,
    sums: {
      forward: (...rays) => forwardRays(setup, ...rays),
      tangent: (...rays) => tangentRays(setup, ...rays),
      adjoint: (...rays) => adjointRays(setup, ...rays),
    },
  }
}
