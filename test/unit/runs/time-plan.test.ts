import { describe, expect, it } from 'vitest'
import { loadBackend } from '#engine/kernels/index.ts'
import { meanCrossings, modelledSeconds, planTime } from '#engine/runs/time-plan.ts'
import { memoryProblem } from '#engine/runs/memory-plan.ts'
import { directionFromPixel } from '#shared/physics/geometry.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const nside = 8
const directions = new Float64Array(36 * nside ** 2)
for (let pixel = 0; pixel < directions.length / 3; pixel++) {
  directions.set(directionFromPixel(nside, 'RING', pixel), 3 * pixel)
}

describe('the time that a run will take', () => {
  it('counts the cells that lines of sight enter as the kernels do', async () => {
    const runFile = runFileSchema.parse({ magnetic_field: { grid: { shape: [48, 48, 16] } } })
    const grid = { shape: [48, 48, 16], halfSizeKpc: [20, 20, 5] } as const
    const backend = await loadBackend('wasm')
    const problem = memoryProblem(runFile, {
      directions,
      frequenciesGhz: [0.408],
      observables: ['I'],
    })
    const operator = await backend.prepare(problem, { threads: 1 })
    try {
      const crossings = meanCrossings(grid, runFile.box.observer_kpc, directions)
      // Faces on average: a ray that starts within a cell crosses one more or less.
      expect(crossings / (operator.crossings / operator.rays)).toBeCloseTo(1, 1)
    } finally {
      await operator.dispose()
    }
  })

  it('is that of the table where nothing was measured', () => {
    const runFile = runFileSchema.parse({
      data: [{ name: 'a', file: 'a.fits', frequency_ghz: 0.408 }],
      magnetic_field: { grid: {} },
    })
    const seconds = modelledSeconds(runFile, 49152, 1.57e6, directions)
    // ARCHITECTURE.md: 149 ms per step on one thread, 200 steps; crossings are told to 10 %.
    expect(Math.abs(seconds / (200 * 0.149) - 1)).toBeLessThan(0.1)
    expect(planTime(seconds, 2)).toMatchObject({ basis: 'table', lowSeconds: seconds / 4 })
    const coarse = { ...runFile, optimiser: { ...runFile.optimiser, levels: 2 } }
    // Three grids share the iterations: (1 + 1/2 + 1/4) / 3 of the crossings, less of the unknowns.
    expect(modelledSeconds(coarse, 49152, 1.57e6, directions) / seconds).toBeCloseTo(0.55, 1)
  })

  it('follows a run that was measured', () => {
    const runFile = runFileSchema.parse({ optimiser: { iterations: 100 } })
    const record = { iteration: 50, seconds: 30, threads: 2, configuration: runFile }
    // Half of the iterations took 60 s of threads where the model says 10: six times as slow.
    const time = planTime(40, 4, { record, modelled: 20 })
    expect(time.basis).toBe('runs')
    expect(time.lowSeconds).toBeCloseTo((0.8 * 40 * 6) / 4, 10)
    expect(time.highSeconds).toBeCloseTo((1.3 * 40 * 6) / 4, 10)
  })
})
