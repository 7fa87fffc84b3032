import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBackend } from '#engine/kernels/index.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { modelsOf } from '#engine/simulation/medium.ts'
import { raysOf } from '#engine/simulation/rays.ts'
import { simulateGrid } from '#engine/simulation/simulate-grid.ts'
import { sightlineOptionsOf, simulateRays } from '#engine/simulation/simulate.ts'
import { mediumOf } from '#engine/simulation/medium.ts'
import type { ParameterFigures } from '#engine/storage/records.ts'
import { Session } from '#engine/storage/session.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { normalPair, randomStreams } from '#shared/inference/random.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'

type Free = NonNullable<NonNullable<RunFileInput['magnetic_field']>['free']>

/** Q and U at 2.4 GHz of a model of the library, through n_e of Cordes91, with white noise, and how it is fitted. */
export interface ParametricMock {
  readonly nside: number
  readonly model: string
  readonly variant?: string
  /** True values of what is free. */
  readonly truth: Readonly<Record<string, number>>
  /** Of what is not, where it differs from the model's own. */
  readonly fixed?: Readonly<Record<string, number>>
  readonly free: Free
  readonly noiseMk: number
  readonly shape: [number, number, number]
  /** Where the mock comes from: the converged integral through the model itself, or the grid that is fitted too. */
  readonly made: 'exactly' | 'on the grid'
  readonly optimiser?: RunFileInput['optimiser']
  readonly threads?: number
}

export interface MockFit {
  readonly seed: number
  readonly seconds: number
  /** Of all threads: what the seconds would be on one idle core, at most. */
  readonly processorSeconds: number
  readonly iterations: number
  readonly chi2PerPixel: number | null
  readonly parameters: ParameterFigures
  /** (fitted - true) / sigma by parameter. */
  readonly pulls: Readonly<Record<string, number>>
}

const frequency = 2.4

function runFileOf(mock: ParametricMock): RunFileInput {
  return {
    title: `Mock of ${mock.model}`,
    sky: { nside: mock.nside, frequencies_ghz: [frequency], stokes: ['Q', 'U'] },
    thermal_electrons: { model: 'cordes91' },
    cosmic_ray_electrons: { model: 'wmap', spectral_index: 3 },
    backend: 'wasm',
  }
}

/** Q and U without noise, K. */
async function skyOf(mock: ParametricMock): Promise<Float64Array[]> {
  const { model, variant, truth, fixed, shape, made } = mock
  const field = { model, variant, parameters: { ...fixed, ...truth } }
  const runFile = runFileSchema.parse({
    ...runFileOf(mock),
    magnetic_field:
      made === 'exactly'
        ? field
        : { model: 'grid', grid: { shape, initial: field, region: { r_kpc: [0, 1000] } } },
  })
  const models = modelsOf(runFile)
  const rays = raysOf(runFile)
  const seen =
    made === 'exactly'
      ? await simulateRays(
          mediumOf(models),
          rays.count,
          rays.rayAt,
          sightlineOptionsOf(runFile, [frequency]),
        )
      : (await simulateGrid(runFile, models, rays, () => loadBackend('wasm')))?.seen
  if (seen === undefined) throw new Error('The simulation was stopped.')
  return [seen.Q[0], seen.U[0]]
}

/** Makes the mock once and fits it with the noise of every seed. */
export async function fitMock(
  mock: ParametricMock,
  seeds: readonly number[],
  onFit: (fit: MockFit) => void = () => {},
): Promise<MockFit[]> {
  const clean = await skyOf(mock)
  const folder = mkdtempSync(join(tmpdir(), 'larmor-mock-'))
  const manager = new RunManager()
  const fits: MockFit[] = []
  try {
    for (const seed of seeds) {
      const fit = await fitOnce(mock, clean, seed, folder, manager)
      onFit(fit)
      fits.push(fit)
    }
    return fits
  } finally {
    await manager.shutdown()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fitOnce(
  mock: ParametricMock,
  clean: readonly Float64Array[],
  seed: number,
  folder: string,
  manager: RunManager,
): Promise<MockFit> {
  const file = join(folder, `mock-${seed}.fits`)
  const columns = (['Q', 'U'] as const).map((stokes, i) => ({
    name: `${stokes}_POLARISATION`,
    unit: 'K',
    values: clean[i].map(
      (value, pixel) =>
        value + 1e-3 * mock.noiseMk * normalPair(seed, randomStreams.randomField, pixel)[i],
    ),
  }))
  const cards = [{ keyword: 'POLCCONV', value: 'IAU' }]
  writeFileSync(
    file,
    writeHealpixMap({ nside: mock.nside, ordering: 'RING', coordsys: 'G', columns, cards }),
  )
  const { model, variant, fixed, free, shape } = mock
  const runFile = runFileSchema.parse({
    ...runFileOf(mock),
    data: (['Q', 'U'] as const).map((quantity, column) => ({
      name: quantity,
      file,
      column,
      quantity,
      unit: 'K_RJ',
      polarisation: 'IAU',
      frequency_ghz: frequency,
      sigma: 1e-3 * mock.noiseMk,
      nuisance: { offset: 'none' },
    })),
    magnetic_field: { model, variant, parameters: fixed, free, grid: { shape } },
    held_out: { fraction: 0 },
    optimiser: {
      method: 'lbfgs',
      iterations: 200,
      // What the grid makes of the model is the truth, or not.
      corrections: mock.made === 'on the grid' ? 0 : 2,
      ...mock.optimiser,
    },
    checkpoint: { every_s: 1000 },
  })
  const session = Session.create(join(folder, `fit-${seed}.larmor`), runFile.title, runFile)
  try {
    const started = performance.now()
    const before = process.cpuUsage()
    const { run } = manager.start(session, { threads: mock.threads })
    const summary = await manager.settled(session, run)
    const seconds = (performance.now() - started) / 1000
    const used = process.cpuUsage(before)
    if (summary.error !== undefined) throw new Error(summary.error)
    const parameters = session.runs.get(run).figures?.parameters
    if (parameters === undefined) throw new Error('The run has no fitted parameters.')
    const pulls = parameters.numbers.map(({ name, value, sigma }) => {
      const own = name.replace('magnetic_field.', '')
      return [own, (value - mock.truth[own]) / (sigma ?? NaN)] as const
    })
    return {
      seed,
      seconds,
      processorSeconds: (used.user + used.system) / 1e6,
      iterations: summary.iteration,
      chi2PerPixel: summary.chi2_n_fitted,
      parameters,
      pulls: Object.fromEntries(pulls),
    }
  } finally {
    session.close()
  }
}
