import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { listModels } from '#shared/fields/index.ts'
import type { FieldKind } from '#shared/fields/index.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

/** Models of a kind, each with the last of its variants, as sections of a run file. */
const choicesOf = (kind: FieldKind) =>
  listModels()
    .filter((model) => model.kind === kind)
    .map(({ name, variants }) => ({ model: name, variant: variants.at(-1)?.name }))
const magnetic = choicesOf('magnetic')
const thermal = choicesOf('thermal-electrons')
const cosmic = choicesOf('cosmic-ray-electrons')
const strengths = choicesOf('random-field-strength')

const list = z.array(z.number())
const seen = z.looseObject({
  columns: z.object({
    I: z.array(list),
    Q: z.array(list),
    U: z.array(list),
    faraday_depth: list,
    dispersion_measure: list,
  }),
})

async function simulate(run: object, ...options: string[]): Promise<number[]> {
  const path = join(temporaryFolder(), 'run.json')
  const sky = { nside: 4, pixels: [3, 96, 104], frequencies_ghz: [0.408, 2.3] }
  writeFileSync(path, JSON.stringify({ sky, ...run }))
  const { out, err, code } = await larmor(['simulate', path, '--json', ...options])
  if (code !== 0) throw new Error(err)
  const { columns } = seen.parse(JSON.parse(out))
  return [columns.I, columns.Q, columns.U, columns.faraday_depth, columns.dispersion_measure].flat(
    2,
  )
}

/** Numbers, of which some are not zero: NaN is no number to the schema of what is printed. */
function expectSky(values: readonly number[]): void {
  expect(values).toHaveLength(3 * (3 * 2 + 2))
  expect(values.some((value) => value !== 0)).toBe(true)
}

const all = {
  model: 'sum',
  of: [
    { model: 'uf23' },
    { model: 'lsa', scale: 0.5 },
    {
      name: 'vertical',
      model: 'formula',
      formula: { B_z: '1 microgauss * exp(-abs(z) / 1 kpc)' },
    },
    {
      model: 'mixture',
      of: [
        { model: 'kst24', weight: 0.25 },
        { model: 'jf12', weight: 0.75 },
      ],
    },
  ],
}

describe('larmor simulate with any combination', () => {
  it.each(magnetic.map((choice, i) => [choice.model, i, choice] as const))(
    '%s',
    async (_, i, choice) => {
      const medium = {
        thermal_electrons: thermal[i % thermal.length],
        cosmic_ray_electrons: cosmic[i % cosmic.length],
      }
      expectSky(await simulate({ magnetic_field: choice, ...medium }))
      const grid = { shape: [10, 10, 4], initial: choice, region: { r_kpc: [0, 30] } }
      const gridded = { magnetic_field: { model: 'grid', grid }, ...medium }
      expectSky(await simulate(gridded, '--backend', 'reference'))
    },
  )

  it.each(strengths.map((one) => [one.model, one] as const))(
    'a random field with the strength %s',
    async (_, strength) => {
      const random = { strength, outer_scale_kpc: 12, striation: 0.5, anisotropy: 1.2 }
      const beside = { ...all, random: { ...random, shape: [16, 16, 4] } }
      expectSky(await simulate({ magnetic_field: beside }))
      const grid = { shape: [16, 16, 4], initial: { ...all, random } }
      expectSky(await simulate({ magnetic_field: { model: 'grid', grid } }, '--backend', 'wasm'))
    },
  )

  it('sums and mixtures of all kinds, also of one another, and formulas', async () => {
    const electrons = {
      thermal_electrons: {
        model: 'sum',
        of: [{ model: 'ymw16' }, { model: 'cordes91', scale: 0.1 }],
        free_free: { electron_temperature_k: 8000 },
      },
      cosmic_ray_electrons: { model: 'mixture', of: [{ model: 'wmap' }, { model: 'sun08' }] },
    }
    expectSky(await simulate({ magnetic_field: all, ...electrons }))
    const nested = all.of[3]
    const [whole, parts] = [
      await simulate({ magnetic_field: nested }),
      await simulate({
        magnetic_field: {
          model: 'sum',
          of: [
            { model: 'kst24', scale: 0.25 },
            { model: 'jf12', scale: 0.75 },
          ],
        },
      }),
    ]
    // The weights are quotients of rounded exponentials.
    whole.forEach((value, i) => {
      expect(Math.abs(value - parts[i])).toBeLessThanOrEqual(1e-9 * Math.abs(value))
    })
    expectSky(
      await simulate({
        magnetic_field: { model: 'formula', formula: { B_phi: '3 microgauss * cos(phi)' } },
        thermal_electrons: { model: 'formula', formula: { n_e: '0.03 cm^-3 * exp(-r / 10 kpc)' } },
        cosmic_ray_electrons: { model: 'formula', formula: { C: '40 m^-3 * exp(-r / 10 kpc)' } },
      }),
    )
  })

  it.each(['npy', 'fits'])('tables that larmor field wrote, as %s', async (ending) => {
    const folder = temporaryFolder()
    const table = async (model: string, kind: FieldKind) => {
      const file = join(folder, `${kind}.${ending}`)
      const args = ['field', model, '--kind', kind, '--grid', '12x12x6', '--out', file]
      expect((await larmor(args)).code).toBe(0)
      return { model: 'file', file }
    }
    const field = await table('jf12', 'magnetic')
    const run = {
      magnetic_field: field,
      thermal_electrons: await table('ymw16', 'thermal-electrons'),
      cosmic_ray_electrons: await table('wmap', 'cosmic-ray-electrons'),
    }
    expectSky(await simulate(run))
    const grid = { shape: [12, 12, 6], initial: field, region: { r_kpc: [0, 30] } }
    const magnetic_field = { model: 'grid', grid }
    const values = await simulate({ ...run, magnetic_field }, '--backend', 'wasm')
    expectSky(values)
    const reference = await simulate({ ...run, magnetic_field }, '--backend', 'reference')
    // float32, and rotation by many turns at 0.408 GHz.
    const largest = Math.max(...reference.slice(0, 18).map(Math.abs))
    reference.slice(0, 18).forEach((value, i) => {
      expect(Math.abs(value - values[i])).toBeLessThan(1e-4 * largest)
    })
  })
})

describe('what does not go together', () => {
  it.each<[string, string[], RegExp]>([
    ['a parameter twice', ['lsa', '--param', 'psi0_deg=1', '--param', 'psi0_deg=2'], /given twice/],
    ['a formula by name', ['formula'], /--formula FILE/],
    ['a sum by name', ['sum', '--kind', 'thermal-electrons'], /"model: sum" and "of"/],
    ['a table by name', ['file'], /--run RUN\.yaml/],
    ['points as an array', ['lsa', '--out', 'x.npy'], /points are written as \.csv/],
  ])('is said: %s', async (_, args, message) => {
    const { code, out, err } = await larmor(['field', ...args, '--at', '1,2,3'])
    expect(err).toMatch(message)
    expect(code).toBe(2)
    expect(out).toBe('')
  })

  it('names what an HDF5 file can be exchanged for', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'b.h5')
    expect((await larmor(['field', 'lsa', '--grid', '4x4x4', '--out', file])).code).toBe(0)
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('HDF')
    await expect(simulate({ magnetic_field: { model: 'file', file } })).rejects.toThrow(
      /is an HDF5 file: tables are read from NumPy files/,
    )
  })
})
