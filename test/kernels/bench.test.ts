import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { listModels } from '#shared/fields/index.ts'
import { larmor } from '#test/unit/cli/fake-io.ts'

const positive = z.number().positive()
const document = z.object({
  environment: z.looseObject({ node: z.string(), cpu: z.string(), cores: z.int() }),
  setting: z.looseObject({ nside: z.literal(4), rays: z.literal(192), crossings: z.int() }),
  speed: z.array(
    z.looseObject({
      threads: z.int(),
      forward_ns_per_crossing: positive,
      gradient_ns_per_crossing: positive,
      iterations_per_second: positive,
      speedup: positive,
    }),
  ),
  accuracy: z.array(
    z.object({
      field: z.string(),
      sightlines: z.int(),
      cells_relative_rms: positive,
      midpoint_512_relative_rms: positive,
    }),
  ),
  polarised: z.looseObject({
    gradient_ns_per_crossing: positive,
    extra_frequency: z.number(),
    growth: z.array(
      z.object({
        of: z.enum(['rays', 'crossings', 'frequencies']),
        sizes: z.array(positive).min(3),
        milliseconds: z.array(positive).min(3),
        exponent: z.number(),
      }),
    ),
  }),
  multi_resolution: z.looseObject({
    nside: z.literal(2),
    iterations: z.literal(20),
    levels: z.literal(3),
    loss: positive,
    fine_grid_s: positive,
    ratio: positive.nullable(),
  }),
  peak_memory_bytes: positive,
})

describe('larmor bench', () => {
  // The standard grid, a dozen operators and four fits: minutes where the machine is busy with other things.
  const timeout = 300_000
  it(
    'prints one JSON document with every figure, and the integrals are as exact as promised',
    { timeout },
    async () => {
      const call = ['--nside', '4', '--threads', '2', '--repeats', '1']
      const { code, out } = await larmor(['bench', ...call, '--json'])
      expect(code).toBe(0)
      const { speed, accuracy, polarised } = document.parse(JSON.parse(out))
      expect(speed.map(({ threads }) => threads)).toEqual([1, 2])
      expect(polarised.growth.map(({ of }) => of)).toEqual(['rays', 'crossings', 'frequencies'])
      const [smooth, noise] = accuracy
      // A smooth field: what float32 leaves. White noise, the hardest: the sixth degree that three nodes miss.
      expect(smooth.cells_relative_rms).toBeLessThan(1e-7)
      expect(noise.cells_relative_rms).toBeLessThan(2e-4)
      for (const { cells_relative_rms: cells, midpoint_512_relative_rms: midpoint } of accuracy) {
        expect(cells).toBeLessThan(midpoint / 3)
      }
    },
  )
})

describe('larmor bench --models', () => {
  it('evaluates every model both ways, with the same values', async () => {
    const { code, out } = await larmor(['bench', '--models', '--repeats', '1', '--json'])
    expect(code).toBe(0)
    const figures = z.object({
      models: z.array(
        z.looseObject({
          model: z.string(),
          wasm_million_points_per_second: positive,
          javascript_million_points_per_second: positive,
          ready_ms: positive,
          ready_again_ms: positive,
          largest_relative_difference: z.number().max(1e-11),
        }),
      ),
      median_speedup: positive,
      formula: z.object({
        ready_ms: positive,
        further_ready_ms: positive,
        ready_again_ms: positive,
      }),
    })
    const { models } = figures.parse(JSON.parse(out))
    expect(models.map(({ model }) => model)).toEqual(listModels().map(({ name }) => name))
  })
})
