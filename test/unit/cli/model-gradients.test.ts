import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { casesOf, columns, sightlineFields } from '../physics/cases.ts'
import { expectSameLikelihood } from './model-cases.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

const degrees = 180 / Math.PI
const quantities = {
  I_K: 'I',
  Q_K: 'Q',
  U_K: 'U',
  FD_rad_m2: 'faraday_depth',
} as const

const gradientCase = z.object({
  ...sightlineFields,
  model: z.string(),
  pixels: z.array(z.int()),
  parameters: z.record(z.string(), z.number()),
  with_respect_to: z.string(),
  columns,
  rel_tol: z.number(),
})
type GradientCase = z.output<typeof gradientCase>

const evaluation = z.looseObject({
  loss: z.number(),
  backend: z.string(),
  gradient: z.record(z.string(), z.number()),
})

async function evaluate(run: object, ...options: string[]) {
  const folder = temporaryFolder()
  const path = join(folder, 'run.json')
  writeFileSync(path, JSON.stringify(run))
  const { out, err, code } = await larmor(['evaluate', path, '--gradient', '--json', ...options])
  if (code !== 0) throw new Error(err)
  return evaluation.parse(JSON.parse(out))
}

/** A map that has the same value in some pixels, and nothing elsewhere. */
function constantMap(pixels: readonly number[], unit: string, value: number): string {
  const path = join(temporaryFolder(), 'constant.fits')
  const values = Float64Array.from(pixels, () => value)
  const map = writeHealpixMap({
    nside: 64,
    ordering: 'RING',
    coordsys: 'G',
    polcconv: 'IAU',
    pixels: pixels.toSorted((a, b) => a - b),
    columns: [{ name: 'VALUE', unit, values }],
  })
  writeFileSync(path, map)
  return path
}

/** The parameter in the unit of the model. */
function inDegrees(name: string, value: number): [string, number] {
  return name.endsWith('_rad') ? [name.replace('_rad', '_deg'), value * degrees] : [name, value]
}

/**
 * d(sum of the model over the pixels) / d(parameter): half the difference of the derivatives of the loss for data of -1 and of 1
 * everywhere, with sigma 1.
 */
async function derivativeOfSum(
  entry: GradientCase,
  column: keyof typeof quantities,
): Promise<number> {
  const quantity = quantities[column]
  const [name] = inDegrees(entry.with_respect_to, 0)
  const derivative = async (value: number): Promise<number> => {
    const stokes = quantity !== 'faraday_depth'
    const run = {
      sky: { nside: 64 },
      data: [
        {
          name: 'sum',
          file: constantMap(entry.pixels, stokes ? 'K_RJ' : 'rad/m^2', value),
          quantity,
          sigma: 1,
          nuisance: { offset: 'none' },
          ...(stokes ? { frequency_ghz: entry.frequency_ghz } : {}),
        },
      ],
      held_out: { fraction: 0 },
      integrator: { rule: 'midpoint', samples: entry.n_samples },
      faraday: { phase: 'half-cell' },
      magnetic_field: {
        model: entry.model,
        variant: entry.variant,
        parameters: Object.fromEntries(
          Object.entries(entry.parameters).map(([own, at]) => inDegrees(own, at)),
        ),
        free: [name],
      },
      thermal_electrons: { model: entry.ne },
      cosmic_ray_electrons: { model: 'wmap', spectral_index: entry.p },
    }
    return (await evaluate(run)).gradient[`magnetic_field.${name}`]
  }
  const perUnit = ((await derivative(-1)) - (await derivative(1))) / 2
  return entry.with_respect_to.endsWith('_rad') ? perUnit * degrees : perUnit
}

describe('derivatives of V6 by larmor evaluate', () => {
  it.each(casesOf('gradient', gradientCase).map((entry) => [entry.id, entry] as const))(
    '%s',
    async (_, entry) => {
      for (const column of ['I_K', 'Q_K', 'U_K', 'FD_rad_m2'] as const) {
        const right = entry.columns[column]
        if (right === undefined) continue
        const found = await derivativeOfSum(entry, column)
        expect(Math.abs(found / right - 1), column).toBeLessThan(entry.rel_tol)
      }
    },
  )
})

describe('likelihood and derivatives on a grid, by the kernels of the other backends', () => {
  it.each(['wasm', 'tensorflow'])('%s', (backend) => expectSameLikelihood(backend))
})
