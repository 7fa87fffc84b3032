import type { DensityChoice } from '../../interface.ts'
import type { ThreadSetup } from './jobs.ts'
import { instantiate } from './module.ts'
import { WeightWriter } from './weights.ts'

/**
 * What fills in weights on a kernel thread: the densities are made anew there from what they are called, since functions
 * cannot be sent.
 */
export async function createThreadWeights(setup: ThreadSetup): Promise<WeightWriter> {
  const { thread, module, memory, plan, kernel, weights } = setup
  if (!weights) throw new Error('This operator computes its weights elsewhere.')
  const { resolveModel } = await import('#shared/fields/index.ts')
  const { bindDensity } = await import('../../../models/fields.ts')
  const { densities, observerKpc, ...problem } = weights
  const bind = (kind: 'thermal-electrons' | 'cosmic-ray-electrons', choice: DensityChoice) => {
    const { evaluate, evaluateMany } = bindDensity(resolveModel(kind, choice), { observerKpc })
    return {
      one: (x: number, y: number, z: number): number => evaluate([x, y, z]),
      many: evaluateMany,
    }
  }
  const cosmicRays = bind('cosmic-ray-electrons', densities.cosmicRays)
  const thermalElectrons =
    densities.thermalElectrons && bind('thermal-electrons', densities.thermalElectrons)
  return new WeightWriter(
    {
      ...problem,
      cosmicRayDensity: cosmicRays.one,
      cosmicRayDensities: cosmicRays.many,
      ...(thermalElectrons
        ? {
            thermalElectronDensity: thermalElectrons.one,
            thermalElectronDensities: thermalElectrons.many,
          }
        : {}),
    },
    kernel,
    plan,
    instantiate(module, memory),
    memory.buffer,
    weights.origin,
    plan.scratch + thread * plan.scratchBytes,
  )
}
