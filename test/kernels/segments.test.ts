import { describe, expect, it } from 'vitest'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import type { DensityChoices, LineOfSightProblem } from '#engine/kernels/interface.ts'
import { bindDensity, resolveModel } from '#shared/fields/index.ts'
import { field, noiseField, randomDirections, smallProblem } from './problems.ts'

const thermalElectrons = {
  model: 'formula',
  formula: {
    n_e: '0.03 cm^-3 * exp(-abs(z) / h) * gaussian(r, 12 kpc)',
    parameters: { h: { value: 1, unit: 'kpc' } },
  },
  parameters: { h: 0.8 },
}
const densities: DensityChoices = {
  cosmicRays: { model: 'wmap', parameters: { h_r_kpc: 4 } },
  thermalElectrons,
}

/** The small problem with densities of the model library and of a formula. */
function problem(observables: LineOfSightProblem['observables']): LineOfSightProblem {
  const plain = smallProblem({ directions: randomDirections(200, 7), observables })
  const context = { observerKpc: plain.observerKpc }
  const cosmicRays = bindDensity(
    resolveModel('cosmic-ray-electrons', densities.cosmicRays),
    context,
  )
  const electrons = bindDensity(resolveModel('thermal-electrons', thermalElectrons), context)
  return {
    ...plain,
    cosmicRayDensity: (x, y, z) => cosmicRays.evaluate([x, y, z]),
    thermalElectronDensity: (x, y, z) => electrons.evaluate([x, y, z]),
  }
}

describe.each([[['I']], [['I', 'Q', 'U', 'faraday_depth']]] as const)(
  'weights that do not all fit into the cache, %j',
  (observables) => {
    it('give the same sums and gradients, whichever thread computes them', async () => {
      const at = field(noiseField(problem(observables), 3))
      const results: { values: Float64Array; gradient: ArrayLike<number> }[] = []
      // A segment of all rays; some, by the thread that prepares; the same by the kernel threads.
      for (const options of [{}, { cacheBytes: 2 ** 13 }, { cacheBytes: 2 ** 13, densities }]) {
        const operator = await wasmBackend.prepare(problem(observables), { threads: 2, ...options })
        await operator.forward(at)
        const cotangent = Float64Array.from({ length: 200 }, (_, n) => Math.cos(n))
        const { magneticField } = await operator.adjoint(at, { I: cotangent })
        const { I = new Float64Array() } = await operator.forward(at)
        results.push({ values: I, gradient: magneticField })
        if ('cacheBytes' in options) {
          expect(operator.description).toMatch(/computed anew in each pass, in \d+ parts/)
        }
        await operator.dispose()
      }
      const [all, parts, threads] = results
      expect(threads).toEqual(parts)
      expect(parts.values).toEqual(all.values)
      // Gradients are float32 sums over rays, here in another order.
      const scale = Math.hypot(...Array.from(all.gradient))
      const change = Math.hypot(
        ...Array.from(all.gradient, (value, i) => value - parts.gradient[i]),
      )
      expect(change / scale).toBeLessThan(1e-6)
    })
  },
)

describe('a density that threads cannot have', () => {
  it('is an error that names it', async () => {
    const operator = await wasmBackend.prepare(problem(['I']), {
      threads: 1,
      cacheBytes: 2 ** 13,
      densities: { cosmicRays: { model: 'wmap', parameters: { c0_m3: Number.NaN } } },
    })
    const at = field(noiseField(problem(['I']), 3))
    await expect(operator.forward(at)).rejects.toThrow(/kernel thread failed: .*c0_m3/)
    await operator.dispose()
  })
})
