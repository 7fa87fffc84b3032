import { describe, expect, it } from 'vitest'
import { loadBackend } from '#engine/kernels/index.ts'
import { Optimisation } from '#engine/runs/optimise.ts'
import { prepareProblem } from '#engine/runs/prepare-problem.ts'
import type { PointVector } from '#engine/storage/run-store.ts'
import { sampleDensity } from '#shared/fields/index.ts'
import { pixelSets } from '#shared/inference/likelihood.ts'
import { cellCentre } from '#shared/physics/grid.ts'
import type { Vector3 } from '#shared/physics/vector.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { randomGenerator } from '#test/tools/random.ts'

const shape: [number, number, number] = [12, 12, 4]
const halfSizeKpc: [number, number, number] = [10, 10, 2]
const pulsars = 600
const meanDensity = 0.03

/** ln(n_e / mean) of the truth: waves of 8 and 11 kpc, an amplitude of a half. */
const truth = ([x, y]: Vector3) => 0.3 * Math.sin(x / 1.3 + 0.5) + 0.3 * Math.cos(y / 1.7 - 0.2)

/** A known field, a start at the mean density, and what the run leaves free: n_e in every voxel. */
const runFile = runFileSchema.parse({
  box: { half_size_kpc: halfSizeKpc },
  magnetic_field: {
    grid: {
      shape,
      region: { r_kpc: [0, 20] },
      initial: { model: 'uniform', parameters: { B_microgauss: [1, 3, 0.5] } },
      free: false,
    },
  },
  thermal_electrons: {
    model: 'grid',
    grid: { initial: { model: 'uniform', parameters: { n_e_cm3: meanDensity } } },
  },
  regularisation: [{ term: 'smoothness', weight: 10, of: 'thermal_electrons' }],
  optimiser: { method: 'gauss-newton', iterations: 20, inner_iterations: 30, tolerance: 1e-4 },
})

function catalogue(quantity: 'dispersion_measure' | 'faraday_depth'): PointVector {
  const random = randomGenerator(5)
  const directionsDeg = new Float64Array(2 * pulsars)
  const distancesKpc = new Float64Array(pulsars)
  for (let i = 0; i < pulsars; i++) {
    directionsDeg[2 * i] = 360 * random()
    directionsDeg[2 * i + 1] = 16 * (random() - 0.5)
    distancesKpc[i] = 1 + 12 * Math.sqrt(random())
  }
  return {
    kind: 'points',
    name: quantity,
    quantity,
    unit: quantity === 'faraday_depth' ? 'rad m^-2' : 'pc cm^-3',
    frequencyGhz: null,
    band: [],
    offset: 0,
    gain: 1,
    notes: [],
    directionsDeg,
    distancesKpc,
    values: new Float64Array(pulsars),
    sigma: new Float64Array(pulsars).fill(quantity === 'faraday_depth' ? 5 : 3),
    set: new Uint8Array(pulsars).fill(pixelSets.fitted),
  }
}

/** A normal deviate from twelve uniform ones. */
const deviate = (random: () => number) =>
  Array.from({ length: 12 }, random).reduce((sum, x) => sum + x, -6)

describe('a free grid of thermal electrons', () => {
  it('is recovered from dispersion and rotation measures of pulsars', async () => {
    const empty = [catalogue('dispersion_measure'), catalogue('faraday_depth')]
    const prepared = prepareProblem(runFile, empty)
    const backend = await loadBackend('wasm', prepared.problem)
    const operator = await backend.prepare(prepared.problem, {
      threads: 1,
      region: prepared.region,
      regularisation: prepared.kernelTerms,
    })
    try {
      const grid = { shape, halfSizeKpc }
      const mockDensity = sampleDensity(grid, {
        gridded: false,
        evaluate: (position) => meanDensity * Math.exp(truth(position)),
        panelEdges: () => [],
      })
      const sky = await operator.forward({
        magneticField: Float32Array.from(prepared.unknowns.initialField),
        thermalElectrons: Float32Array.from(mockDensity),
      })
      const random = randomGenerator(8)
      const data = prepared.measurement.apply(sky).map((values, i) => ({
        ...empty[i],
        values: values.map((value) => value + empty[i].sigma[0] * deviate(random)),
      }))
      const { optimiser } = runFile
      const run = new Optimisation({ operator, data, prepared, optimiser })
      await run.start()
      const first = await run.evaluate()
      while (run.iteration < optimiser.iterations && !run.converged) await run.step()
      const last = await run.evaluate()
      // The noise is what the mock added: chi-square per value ends near 1, from far above.
      expect(first.maps[0].fitted.chi2 / pulsars).toBeGreaterThan(20)
      for (const { fitted } of last.maps) expect(fitted.chi2 / pulsars).toBeLessThan(1.15)

      // Where there are pulsars beyond: within 8 kpc of the observer in the plane.
      const found: number[] = []
      const wanted: number[] = []
      const recovered = run.grids.find(({ name }) => name === 'thermal_electrons')
      for (let i = 0; i < shape[0]; i++) {
        for (let j = 0; j < shape[1]; j++) {
          for (let k = 1; k < 3; k++) {
            const [x, y, z] = [i, j, k].map((n, axis) => cellCentre(grid, axis, n))
            if (Math.hypot(x + 8.3, y) > 8) continue
            const value = recovered?.values[(i * shape[1] + j) * shape[2] + k] ?? NaN
            found.push(Math.log(value / meanDensity))
            wanted.push(truth([x, y, z]))
          }
        }
      }
      const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
      const [a, b] = [mean(found), mean(wanted)]
      const covariance = mean(found.map((x, i) => (x - a) * (wanted[i] - b)))
      const spread = (values: number[], m: number) =>
        Math.sqrt(mean(values.map((x) => (x - m) ** 2)))
      const correlation = covariance / (spread(found, a) * spread(wanted, b))
      // 0.987 and 0.004 were found: what is left is noise and smoothing.
      expect(correlation).toBeGreaterThan(0.97)
      expect(Math.abs(a - b)).toBeLessThan(0.02)
    } finally {
      await operator.dispose()
    }
  })
})
