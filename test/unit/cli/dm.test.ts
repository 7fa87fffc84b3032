import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { larmor, temporaryFolder } from './fake-io.ts'
import { publishedCases } from './model-cases.ts'

const document = z.object({
  model: z.string(),
  variant: z.string().nullable(),
  sightlines: z.array(
    z.strictObject({
      l_deg: z.number(),
      b_deg: z.number(),
      distance_pc: z.number().nullable(),
      dm_pc_cm3: z.number(),
    }),
  ),
})

async function dm(...args: string[]) {
  const { out, code } = await larmor(['dm', ...args, '--json'])
  expect(code).toBe(0)
  return document.parse(JSON.parse(out)).sightlines
}

const sightline = { id: z.string(), l_deg: z.number(), b_deg: z.number(), abs_tol: z.number() }
const values = { dm: z.number(), distance_pc: z.number() }
const schema = z.object({ ...sightline, ...values })

describe('larmor dm ymw16', () => {
  it.each(publishedCases('dm', schema))(
    '$id',
    async ({ l_deg, b_deg, distance_pc, dm: expected, abs_tol }) => {
      const [found] = await dm('ymw16', '--at', `${l_deg},${b_deg}`, '--distance', `${distance_pc}`)
      expect(Math.abs(found.dm_pc_cm3 - expected)).toBeLessThan(abs_tol)
      expect(found.distance_pc).toBeCloseTo(distance_pc, 6)
    },
  )

  it.each(publishedCases('distance-from-dm', schema))(
    '$id',
    async ({ l_deg, b_deg, dm: column, distance_pc, abs_tol }) => {
      const [found] = await dm('ymw16', '--at', `${l_deg},${b_deg}`, '--dm', `${column}`)
      expect(Math.abs((found.distance_pc ?? NaN) - distance_pc)).toBeLessThan(abs_tol)
    },
  )

  it('grows with the distance where the official integrator does not', async () => {
    // The official distances of 11.21 and 11.22 pc cm^-3 are 817.3 and 803.9 pc: its step changes in between. The true ones lie between them.
    const at = ['--at', '243.49,45.782']
    const [[nearer], [farther]] = [
      await dm('ymw16', ...at, '--dm', '11.21'),
      await dm('ymw16', ...at, '--dm', '11.22'),
    ]
    const distances = [803.9, nearer.distance_pc ?? NaN, farther.distance_pc ?? NaN, 817.3]
    expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    const [back] = await dm('ymw16', ...at, '--distance', `${nearer.distance_pc}`)
    // The density is taken as constant over 5 pc, of 0.01 cm^-3: a thousandth of its column.
    expect(Math.abs(back.dm_pc_cm3 - 11.21)).toBeLessThan(5e-5)
  })
})

describe('larmor dm', () => {
  it('is n times the distance where the density is uniform, for every direction asked', async () => {
    const uniform = ['uniform', '--param', 'n_e_cm3=0.02']
    const found = await dm(...uniform, '--at', '10,-5', '--at', '-200,90', '--distance', '2500')
    expect(found.map(({ l_deg, b_deg }) => [l_deg, b_deg])).toEqual([
      [10, -5],
      [-200, 90],
    ])
    for (const { dm_pc_cm3 } of found) expect(dm_pc_cm3).toBeCloseTo(50, 10)
    const [{ distance_pc }] = await dm(...uniform, '--at', '10,-5', '--dm', '7.5')
    expect(distance_pc).toBeCloseTo(375, 9)
  })

  it('takes a formula and another place to look from', async () => {
    const path = join(temporaryFolder(), 'slab.yaml')
    writeFileSync(path, 'n_e: 0.03 cm^-3 * exp(-abs(z) / 1 kpc)\n')
    const [found] = await dm(
      ...['--formula', path, '--observer', '2,1,0', '--at', '0,90', '--distance', '20000'],
    )
    // 30 (1 - e^-20) pc cm^-3; two nodes in 5 pc of an exponential over 1 kpc: 1e-13.
    expect(found.dm_pc_cm3).toBeCloseTo(30 * (1 - Math.exp(-20)), 9)
  })

  it('says so where the model never reaches a dispersion measure', async () => {
    const args = ['dm', 'ymw16', '--at', '0,90', '--dm', '300', '--within', '10000']
    const { out, err, code } = await larmor(args)
    expect(code).toBe(0)
    expect(out).toMatch(/^l_deg +b_deg +distance_pc +dm_pc_cm3\n +0 +90 +none +300\.000\n$/)
    expect(err).toBe(
      'larmor: toward 0,90 the model has 19.55 pc cm^-3 to 10000 pc, less than 300.\n',
    )
  })

  it.each([
    [['ymw16', '--distance', '1'], '--at is missing: give l,b in degrees.'],
    [
      ['ymw16', '--at', '0,0'],
      'Give one of --distance, for a dispersion measure, and --dm, for a distance.',
    ],
    [['ymw16', '--at', '0,0', '--dm', '1', '--distance', '1'], 'Give one of --distance'],
    [['ymw16', '--at', '0,91', '--dm', '1'], '--at 0,91: b is between -90 and 90 degrees.'],
    [['ymw16', '--at', '0', '--dm', '1'], '--at needs two numbers l,b in degrees, not "0".'],
    [['ymw16', '--at', '0,0', '--dm', '0'], '--dm needs a positive number in pc cm^-3, not "0".'],
    [
      ['ymw16', '--at', '0,0', '--distance', '1', '--within', '9'],
      '--within says how far --dm is looked for',
    ],
    [['jf12', '--at', '0,0', '--dm', '1'], 'There is no thermal-electrons model "jf12".'],
  ])('refuses %j', async (args, message) => {
    const { err, code } = await larmor(['dm', ...args])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})
