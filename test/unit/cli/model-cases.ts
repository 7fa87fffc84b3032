import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { columns, triple } from '../physics/cases.ts'
import { larmor, temporaryFolder } from './fake-io.ts'

/**
 * The published values of field models (cases.json and models.json of test/fixtures/physics) through the command line: points by
 * `larmor field`, sightlines by `larmor simulate`.
 */

const entry = z.looseObject({ kind: z.string(), id: z.string(), skip: z.string().optional() })

/** The cases of a kind in both files that are tested. */
export function publishedCases<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
): z.output<Schema>[] {
  return ['cases.json', 'models.json'].flatMap((name) => {
    const url = new URL(`../../fixtures/physics/${name}`, import.meta.url)
    return z
      .array(entry)
      .parse(JSON.parse(readFileSync(url, 'utf8')))
      .filter((one) => one.kind === kind && one.skip === undefined)
      .map((one) => schema.parse(one))
  })
}

function grouped<Entry>(entries: readonly Entry[], key: (entry: Entry) => string) {
  const groups = new Map<string, Entry[]>()
  for (const one of entries) groups.set(key(one), [...(groups.get(key(one)) ?? []), one])
  return [...groups]
}

interface PointCase {
  readonly id: string
  readonly position_kpc: readonly [number, number, number]
  readonly expected: readonly number[]
  readonly tolerance: number
}

export interface PointCases {
  readonly label: string
  readonly model: string
  readonly variant?: string
  readonly parameters: Readonly<Record<string, number>>
  readonly points: readonly PointCase[]
}

const fieldPoint = z.object({
  id: z.string(),
  model: z.string(),
  variant: z.string().optional(),
  model_parameters: z.record(z.string(), z.number()).default({}),
  position_kpc: triple,
  B_microgauss: triple,
  rel_tol: z.number(),
})
const densityPoint = z.object({
  id: z.string(),
  model: z.string(),
  position_kpc: triple,
  value_cm3: z.number(),
  rel_tol: z.number(),
})

/** Every model and variant that has values at points, with all of them. */
export function pointCases(): PointCases[] {
  const magnetic = publishedCases('field-point', fieldPoint).map(
    ({ B_microgauss: expected, ...one }) => {
      // Masks that leave 1e-16 of a field are zero.
      return { ...one, expected, tolerance: one.rel_tol * Math.hypot(...expected) + 1e-12 }
    },
  )
  const densities = publishedCases('ne-point', densityPoint).map(({ value_cm3: value, ...one }) => {
    return {
      ...one,
      variant: undefined,
      model_parameters: {},
      expected: [value],
      tolerance: one.rel_tol * value,
    }
  })
  const key = (one: { model: string; variant?: string; model_parameters: object }) =>
    `${one.model} ${one.variant ?? ''} ${JSON.stringify(one.model_parameters)}`
  return grouped([...magnetic, ...densities], key).map(([, points]) => {
    const [{ model, variant, model_parameters: parameters }] = points
    return { label: `${model} ${variant ?? ''}`.trim(), model, variant, parameters, points }
  })
}

/** Of |B|: tf17 winds most, by some ten turns. */
const MOST = 2e-5

const fieldDocument = z.looseObject({ values: z.array(z.union([z.number(), triple])) })

/** What `larmor field` prints at the points of a model. */
export async function fieldAt(
  { model, variant, parameters, points }: PointCases,
  backend: string,
): Promise<number[][]> {
  const result = await larmor([
    'field',
    model,
    ...(variant === undefined ? [] : ['--variant', variant]),
    ...Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
    '--at',
    ...points.map(({ position_kpc: position }) => position.join(',')),
    '--backend',
    backend,
    '--json',
  ])
  if (result.code !== 0) throw new Error(result.err)
  const { values } = fieldDocument.parse(JSON.parse(result.out))
  return values.map((value) => [value].flat())
}

/** The published values on a device that computes in float32. */
export async function expectSinglePrecision(cases: PointCases, backend: string): Promise<void> {
  const found = await fieldAt(cases, backend)
  const largest = Math.max(...cases.points.flatMap(({ expected }) => expected.map(Math.abs)))
  cases.points.forEach(({ id, expected }, i) => {
    const size = Math.hypot(...expected)
    expected.forEach((component, k) => {
      const difference = Math.abs(found[i][k] - component)
      // Angles of several turns have some 1e-6 rad; a value that is small because terms cancel has the errors of the terms.
      expect(difference, `${id}: ${found[i][k]}, not ${component}`).toBeLessThan(
        MOST * size + 1e-6 * largest,
      )
    })
  })
}

const tolerance = z.union([z.number(), z.record(z.string(), z.number())])
const sightline = z.object({
  id: z.string(),
  model: z.string(),
  variant: z.string().optional(),
  model_parameters: z.record(z.string(), z.number()).optional(),
  pixel: z.int(),
  ne: z.enum(['none', 'uniform', 'cordes91', 'ymw16']),
  ne_cm3: z.number().optional(),
  frequency_ghz: z.number(),
  p: z.number(),
  n_samples: z.int(),
  scheme: z.enum(['any', 'fixed', 'synax']),
  columns,
  rel_tol: tolerance,
})
export type SightlineCase = z.output<typeof sightline>

/** Sightlines that one run file describes. */
export interface SightlineCases {
  readonly label: string
  readonly lines: readonly SightlineCase[]
}

/** Every sightline, those of a model, its electrons and its samples together. */
export function sightlineCases(): SightlineCases[] {
  return grouped(publishedCases('sightline', sightline), (one) =>
    [
      one.model,
      one.variant,
      `${one.ne} ${one.ne_cm3 ?? ''}`.trim(),
      one.scheme === 'synax' ? 'first-order' : 'half-cell',
      `${one.n_samples} samples`,
      `p ${one.p}`,
      `${one.frequency_ghz} GHz`,
      one.model_parameters && Object.values(one.model_parameters).join(' '),
    ]
      .filter((part) => part !== undefined)
      .join(', '),
  ).map(([label, lines]) => ({ label, lines }))
}

/** The run file of some sightlines; `grid` instead of the model has it sampled there. */
export function sightlineRun({ lines }: SightlineCases, grid?: object): object {
  const [one] = lines
  const choice = {
    model: one.model,
    ...(one.variant === undefined ? {} : { variant: one.variant }),
    ...(one.model_parameters ? { parameters: one.model_parameters } : {}),
  }
  return {
    sky: {
      nside: 64,
      pixels: [...new Set(lines.map(({ pixel }) => pixel))],
      frequencies_ghz: [one.frequency_ghz],
    },
    ...(grid
      ? {}
      : {
          integrator: { rule: 'midpoint', samples: one.n_samples },
          faraday: { phase: one.scheme === 'synax' ? 'first-order' : 'half-cell' },
        }),
    magnetic_field: grid ? { model: 'grid', grid: { ...grid, initial: choice } } : choice,
    thermal_electrons:
      one.ne === 'uniform' ? { model: one.ne, n_e_cm3: one.ne_cm3 } : { model: one.ne },
    cosmic_ray_electrons: { model: 'wmap', spectral_index: one.p },
  }
}

const list = z.array(z.number())
const seen = z.looseObject({
  backend: z.string(),
  pixels: list,
  columns: z.object({
    I: z.array(list),
    Q: z.array(list),
    U: z.array(list),
    faraday_depth: list,
  }),
})

/** What `larmor simulate` prints for a run file. */
export async function simulatedColumns(run: object, backend: string) {
  const path = join(temporaryFolder(), 'run.json')
  writeFileSync(path, JSON.stringify(run))
  const { out, err, code } = await larmor(['simulate', path, '--backend', backend, '--json'])
  if (code !== 0) throw new Error(err)
  const { columns: found, ...rest } = seen.parse(JSON.parse(out))
  const { I, Q, U, faraday_depth: FD } = found
  return { ...rest, columns: { I_K: I[0], Q_K: Q[0], U_K: U[0], FD_rad_m2: FD } }
}

/** Checks that what `larmor simulate` prints are the values of the cases. */
export async function expectSightlines(cases: SightlineCases): Promise<void> {
  const { pixels, columns: found } = await simulatedColumns(sightlineRun(cases), 'reference')
  for (const { id, pixel, columns: expected, rel_tol } of cases.lines) {
    const at = pixels.indexOf(pixel)
    const polarised = Math.hypot(expected.Q_K ?? 0, expected.U_K ?? 0)
    for (const name of ['I_K', 'Q_K', 'U_K', 'FD_rad_m2'] as const) {
      const right = expected[name]
      if (right === undefined) continue
      const scale = name === 'Q_K' || name === 'U_K' ? polarised : Math.abs(right)
      const most = typeof rel_tol === 'number' ? rel_tol : rel_tol[name]
      expect(Math.abs(found[name][at] - right), `${id} ${name}`).toBeLessThanOrEqual(most * scale)
    }
  }
}

const grid = { shape: [24, 24, 8], region: { r_kpc: [0, 30] } }

/**
 * Kernels integrate grids: the model of the cases sampled on one, by a backend and by the float64 reference. How near a grid is to
 * the model depends on its cells and not on the backend.
 */
export async function expectSameOnGrid(cases: SightlineCases, backend: string): Promise<void> {
  const run = sightlineRun(cases, grid)
  const { columns: expected } = await simulatedColumns(run, 'reference')
  const { columns: found, backend: used } = await simulatedColumns(run, backend)
  expect(used).toBe(backend)
  cases.lines.forEach(({ id, pixel }) => {
    const at = cases.lines.findIndex((one) => one.pixel === pixel)
    for (const name of ['I_K', 'Q_K', 'U_K', 'FD_rad_m2'] as const) {
      // The intensity is the scale of Q and U, which may cancel; depths cancel along a ray, of some rad m^-2 per kpc.
      const scale =
        name === 'FD_rad_m2' ? Math.max(...expected.FD_rad_m2.map(Math.abs)) : expected.I_K[at]
      const difference = Math.abs(found[name][at] - expected[name][at]) / scale
      expect(difference, `${id} ${name}`).toBeLessThan(1e-5)
    }
  })
}

const evaluation = z.looseObject({
  loss: z.number(),
  backend: z.string(),
  gradient: z.record(z.string(), z.number()),
  gradient_norm: z.number(),
})

/**
 * The likelihood of V6 with its models on a grid, against a sky of zeros: loss, its derivatives with respect to every voxel and to
 * the parameters of the electrons, by the kernels of a backend.
 */
export async function gridLikelihood(backend: string): Promise<z.output<typeof evaluation>> {
  const folder = temporaryFolder()
  const pixels = [...new Set(sightlineCases().flatMap(({ lines }) => lines.map((l) => l.pixel)))]
  const zeros = new Float64Array(pixels.length)
  const map = writeHealpixMap({
    nside: 64,
    ordering: 'RING',
    coordsys: 'G',
    polcconv: 'IAU',
    pixels: pixels.toSorted((a, b) => a - b),
    columns: ['Q', 'U'].map((name) => ({ name, unit: 'K_RJ', values: zeros })),
  })
  writeFileSync(join(folder, 'zeros.fits'), map)
  const path = join(folder, 'run.json')
  const run = {
    sky: { nside: 64 },
    data: ['Q', 'U'].map((quantity) => ({
      name: quantity,
      file: 'zeros.fits',
      column: quantity,
      quantity,
      frequency_ghz: 2.4,
      sigma: 1e-3,
      nuisance: { offset: 'none' },
    })),
    held_out: { fraction: 0 },
    regularisation: [],
    magnetic_field: { model: 'grid', grid: { ...grid, initial: { model: 'lsa' } } },
    thermal_electrons: { model: 'cordes91', free: ['n1_cm3', 'h1_kpc', 'n2_cm3'] },
  }
  writeFileSync(path, JSON.stringify(run))
  const args = ['evaluate', path, '--gradient', '--backend', backend, '--json']
  const { out, err, code } = await larmor(args)
  if (code !== 0) throw new Error(err)
  return evaluation.parse(JSON.parse(out))
}

/** Compares that of a backend with that of the float64 reference. */
export async function expectSameLikelihood(backend: string): Promise<void> {
  const [expected, found] = [await gridLikelihood('reference'), await gridLikelihood(backend)]
  expect(found.backend).toBe(backend)
  const close = (value: number, right: number, what: string) =>
    expect(Math.abs(value / right - 1), what).toBeLessThan(1e-5)
  close(found.loss, expected.loss, 'loss')
  close(found.gradient_norm, expected.gradient_norm, 'gradient of the voxels')
  for (const [name, right] of Object.entries(expected.gradient)) {
    close(found.gradient[name], right, name)
  }
}
