import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { larmor } from './fake-io.ts'
import { fitSimulated } from './simulated-fit.ts'

const weights = { spiral: 0.5, halo: 0.3, flat: 0.2 }
const of = (given: Partial<typeof weights>) => [
  { name: 'spiral', model: 'lsa', weight: given.spiral },
  { name: 'halo', model: 'svt22', weight: given.halo },
  {
    name: 'flat',
    model: 'uniform',
    parameters: { B_microgauss: [2, -1, 0.5] },
    weight: given.flat,
  },
]
const grid = { shape: [12, 12, 4], region: { r_kpc: [0, 40] } }

const result = z.looseObject({
  parameters: z.looseObject({
    numbers: z.array(z.looseObject({ name: z.string(), value: z.number(), sigma: z.number() })),
    correlations: z.array(z.array(z.number())),
    weights: z.array(z.object({ name: z.string(), value: z.number(), sigma: z.number() })),
  }),
})

describe('a mixture whose weights are fitted', () => {
  it('tells the weights and their uncertainties wherever results are told', async () => {
    const { file, session, document } = await fitSimulated(
      2,
      grid,
      { model: 'mixture', of: of(weights) },
      { model: 'mixture', of: of({}), free: ['log_weight_halo', 'log_weight_flat'] },
      10,
    )
    const found = result.parse(document).parameters
    expect(found.weights.map(({ name }) => name)).toEqual(
      ['spiral', 'halo', 'flat'].map((name) => `magnetic_field.weight_${name}`),
    )
    const values = found.weights.map(({ value }) => value)
    Object.values(weights).forEach((weight, i) => expect(values[i]).toBeCloseTo(weight, 4))
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 14)

    // Of the halo: d w / d l_halo = w (1 - w), d w / d l_flat = -w w_flat.
    const [a, b] = found.numbers.map(({ sigma }) => sigma)
    const slopes = [values[1] * (1 - values[1]), -values[1] * values[2]]
    const covariance = found.correlations[0][1] * a * b
    const variance =
      (slopes[0] * a) ** 2 + (slopes[1] * b) ** 2 + 2 * slopes[0] * slopes[1] * covariance
    expect(found.weights[1].sigma / Math.sqrt(variance)).toBeCloseTo(1, 10)

    const inspected = await larmor(['inspect', session])
    expect(inspected.out).toMatch(/magnetic_field\.weight_halo = 0\.300\d* \+- /)
    expect((await larmor(['export', session, '--what', 'curves', '--out', file('out')])).code).toBe(
      0,
    )
    const [csv] = readdirSync(file('out')).filter((name) => name.endsWith('parameters.csv'))
    const rows = readFileSync(join(file('out'), csv), 'utf8')
      .trim()
      .split('\n')
    const cells = rows.map((row) => row.split(','))
    expect(new Set(cells.map((row) => row.length)).size).toBe(1)
    expect(cells.at(-2)?.slice(0, 2)).toEqual(['magnetic_field.weight_halo', 'dimensionless'])
    expect(Number(cells.at(-2)?.[2])).toBe(values[1])
    expect(Number(cells.at(-2)?.[3])).toBe(found.weights[1].sigma)
  })
})
