import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportRun } from '#engine/exports/export-run.ts'
import { inspectSession } from '#engine/cli/inspect-session.ts'
import { prepareProblem } from '#engine/runs/prepare-problem.ts'
import type { Session } from '#engine/storage/session.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { fitMock } from '#test/tools/parametric-mock.ts'
import { lsaMock } from '#test/tools/parametric-mocks.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { sampleRun } from '#test/tools/sample-run.ts'
import { useRuns } from '#test/tools/use-runs.ts'

const runs = useRuns(4)

const shape: [number, number, number] = [10, 10, 6]

function create(name: string, changes: RunFileInput): Session {
  return runs.create(name, {
    sky: { nside: 4 },
    magnetic_field: {
      model: 'lsa',
      free: { b0_microgauss: { initial: 3, bounds: [0.1, 10] }, chi0_deg: {} },
      grid: { shape },
    },
    held_out: { fraction: 0 },
    backend: 'wasm',
    ...changes,
  })
}

async function runThrough(session: Session) {
  const { run, iteration, error, state } = await runs.through(session, 1)
  expect(error).toBeUndefined()
  expect(state).toBe('done')
  const { figures } = session.runs.get(run)
  return { iteration, figures, parameters: figures?.parameters }
}

const joint: RunFileInput = {
  magnetic_field: {
    model: 'lsa',
    free: ['b0_microgauss', 'psi0_deg'],
    grid: { shape, representation: 'correction' },
  },
  cosmic_ray_electrons: { free: { h_d_kpc: { transform: 'log' } } },
  regularisation: [
    { term: 'smoothness', weight: 0.5 },
    { term: 'amplitude', weight: 0.5 },
  ],
}

const methods: [string, RunFileInput][] = [
  ['lbfgs', { optimiser: { method: 'lbfgs' } }],
  ['gauss-newton', { optimiser: { method: 'gauss-newton' } }],
  ['adam', { optimiser: { method: 'adam', iterations: 8 } }],
  [
    'lbfgs with a correction on the grid',
    { ...joint, optimiser: { method: 'lbfgs', iterations: 6 } },
  ],
  [
    'gauss-newton with a correction on the grid, from a coarser one',
    {
      ...joint,
      magnetic_field: {
        ...joint.magnetic_field,
        grid: { shape: [12, 12, 8], representation: 'correction' },
      },
      optimiser: { method: 'gauss-newton', iterations: 5, levels: 1 },
    },
  ],
]

describe.each(methods)('a fit of parameters by %s', (_, changes) => {
  it('lowers the loss, and gives the same bits when it is paused and resumed', async () => {
    const straight = create('straight.larmor', changes)
    const { iteration } = await runThrough(straight)
    const { columns, values, rows } = straight.runs.curves(1)
    expect(values[(rows - 1) * columns.length + 1]).toBeLessThan(values[1])
    const at = columns.indexOf('magnetic_field.b0_microgauss')
    expect(values[at]).toBe(changes.magnetic_field ? 1.2 : 3)

    // Before the models are integrated without the grid, and after it.
    const broken = create('broken.larmor', { ...changes, checkpoint: { every_s: 1e-6 } })
    pauseAfter(runs.manager, broken, 2)
    runs.manager.start(broken, { threads: 1 })
    for (const pause of [iteration - 1, undefined]) {
      await runs.manager.settled(broken, 1)
      expect(broken.runs.get(1).state).toBe('paused')
      await runs.restart()
      if (pause !== undefined) pauseAfter(runs.manager, broken, pause)
      runs.manager.resume(broken, 1)
    }
    await runs.manager.settled(broken, 1)
    expect(runBits(broken, 1)).toBe(runBits(straight, 1))
    expect(broken.runs.get(1).figures?.parameters).toEqual(straight.runs.get(1).figures?.parameters)
  })
})

describe('fitted parameters', () => {
  it('have the value and uncertainty of the formula where there is one', async () => {
    // T = b0^2 t without Faraday rotation, and an offset of the map: b0 from a linear fit of b0^2.
    const sigma = 0.5
    type Free = NonNullable<RunFileInput['magnetic_field']>['free']
    const at = async (name: string, free: Free, data: string, offset: 'free' | 'none') => {
      const session = create(name, {
        magnetic_field: { model: 'lsa', free, grid: { shape } },
        data: [
          {
            name: 'sky',
            file: runs.folder.file(data),
            frequency_ghz: 0.408,
            sigma,
            nuisance: { offset },
          },
        ],
        optimiser: { method: 'gauss-newton', iterations: 50, tolerance: 1e-12, corrections: 0 },
        backend: 'reference',
      })
      const found = await runThrough(session)
      const [checkpoint] = session.runs.checkpoints(1)
      const model = session.runs.checkpointArray(checkpoint, 'model/sky').values
      return { ...found, model: Float64Array.from(model) }
    }
    const bounds: [number, number] = [0.1, 10]
    const free = { b0_microgauss: { initial: 2, bounds } }
    const { parameters, model } = await at('a.larmor', free, 'sky.fits', 'free')
    const [b0] = parameters?.numbers ?? []
    const mean = model.reduce((sum, t) => sum + t, 0) / model.length
    const spread = Math.sqrt(model.reduce((sum, t) => sum + (t - mean) ** 2, 0))
    // d T / d b0 = 2 T / b0, less its mean, which the offset takes.
    expect(b0.sigma).toBeCloseTo((sigma * b0.value) / (2 * spread), 8)
    expect(parameters?.conditional).toBe(false)

    // The model itself as data: no residual, so that the start does not matter.
    writeFileSync(
      runs.folder.file('model.fits'),
      writeHealpixMap({
        nside: 4,
        ordering: 'RING',
        coordsys: 'G',
        columns: [{ name: 'T', unit: 'K', values: model }],
        cards: [],
      }),
    )
    const prior = { mean: b0.value + 0.01, sigma: 0.02 }
    const again = await at(
      'b.larmor',
      { b0_microgauss: { initial: 1, bounds, prior } },
      'model.fits',
      'none',
    )
    const [weighed] = again.parameters?.numbers ?? []
    const own = (sigma * b0.value) / (2 * Math.sqrt(model.reduce((sum, t) => sum + t * t, 0)))
    const both = Math.sqrt(1 / (1 / own ** 2 + 1 / prior.sigma ** 2))
    // The curvature changes by some per cent between the two means.
    expect(weighed.sigma).toBeCloseTo(both, 4)
    expect(Math.abs(weighed.value - (b0.value + 0.01 * (both / prior.sigma) ** 2))).toBeLessThan(
      0.05 * both,
    )
    const { regularisation = [] } = again.figures ?? {}
    const term = regularisation.find(({ term: name }) => name.startsWith('prior'))
    expect(term?.value).toBeCloseTo(((weighed.value - prior.mean) / prior.sigma) ** 2 / 2, 9)
  })

  it('end at a bound that holds them, without an uncertainty', async () => {
    for (const method of ['lbfgs', 'gauss-newton'] as const) {
      const session = create(`${method}.larmor`, {
        magnetic_field: {
          model: 'lsa',
          free: { b0_microgauss: { initial: 1, bounds: [0.5, 1.5] }, chi0_deg: {} },
          grid: { shape },
        },
        optimiser: { method, iterations: 40 },
      })
      const { parameters } = await runThrough(session)
      const [b0, chi0] = parameters?.numbers ?? []
      // The sky of the folder is bright.
      expect(b0).toMatchObject({ value: 1.5, sigma: null, at_bound: 'upper' })
      expect(chi0.sigma ?? NaN).toBeGreaterThan(0)
      expect(parameters?.correlations?.[0]).toEqual([1, 0])
    }
  })

  it('are printed by inspect and exported, and a moved surface is warned of', async () => {
    const warnings: string[] = []
    runs.manager.onNotice(({ level, text }) => {
      if (level === 'warning') warnings.push(text)
    })
    const session = create('a.larmor', {
      magnetic_field: {
        model: 'uniform',
        B_microgauss: [1, 2, 0],
        free: { B_microgauss: { bounds: [-20, 20] }, radius_kpc: { initial: 6, bounds: [4, 8] } },
        grid: { shape },
      },
      optimiser: { method: 'lbfgs', iterations: 3 },
    })
    const { parameters } = await runThrough(session)
    const told = runs.manager.summary(session, 1).parameters
    expect(told?.[0]).toEqual({
      name: 'magnetic_field.B_microgauss[0]',
      unit: 'microgauss',
      value: parameters?.numbers[0].value,
      sigma: parameters?.numbers[0].sigma,
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^magnetic_field\.radius_kpc moves a surface/)
    expect(parameters?.numbers.map(({ name }) => name)).toEqual([
      'magnetic_field.B_microgauss[0]',
      'magnetic_field.B_microgauss[1]',
      'magnetic_field.B_microgauss[2]',
      'magnetic_field.radius_kpc',
    ])
    // Nothing but the surface depends on it: no voxel knows its derivative.
    expect(parameters?.numbers[3].sigma).toBeNull()
    const lines = inspectSession(session.path).lines.join('\n')
    expect(lines).toMatch(
      /magnetic_field\.B_microgauss\[0\] = -?[\d.]+(?:e-?\d+)? \+- [\d.e-]+ microgauss/,
    )
    const folderOut = runs.folder.file('out')
    const files = await exportRun(session, 1, {
      what: ['curves'],
      formats: ['csv'],
      folder: folderOut,
    })
    const name = files.find((file) => file.endsWith('-parameters.csv')) ?? ''
    const [head, first] = readFileSync(join(folderOut, name), 'utf8').split('\n')
    expect(head).toMatch(
      /^parameter,unit,value,sigma,initial,.*correlation_magnetic_field\.radius_kpc$/,
    )
    expect(first.split(',').slice(0, 3)).toEqual([
      'magnetic_field.B_microgauss[0]',
      'microgauss',
      String(parameters?.numbers[0].value),
    ])
  })

  it('come back from a mock of LSA far from the start, through rotation and noise', async () => {
    const [{ pulls, chi2PerPixel }] = await fitMock(
      // A coarse grid, whose field would be 5 sigma too strong without the correction.
      { ...lsaMock, nside: 8, shape: [48, 48, 24], made: 'exactly', threads: 1 },
      [1],
    )
    // 1536 numbers: their chi-square per number varies by 0.04.
    expect(Math.abs((chi2PerPixel ?? NaN) - 1)).toBeLessThan(0.2)
    for (const pull of Object.values(pulls)) expect(Math.abs(pull)).toBeLessThan(3)
  })

  it('come back where they move a jump that has a width', async () => {
    const fitted = async (smoothing_kpc: number) => {
      const [{ parameters, pulls }] = await fitMock(
        {
          nside: 8,
          model: 'tt02',
          truth: { b0_microgauss: 1.4, r_max_kpc: 12 },
          fixed: { smoothing_kpc },
          free: {
            b0_microgauss: { initial: 2, bounds: [0.1, 10] },
            r_max_kpc: { initial: 9.3, bounds: [5, 18] },
          },
          noiseMk: 1,
          shape: [40, 40, 10],
          made: 'on the grid',
          threads: 1,
        },
        [1],
      )
      return { radius: parameters.numbers[1].value, pulls }
    }
    // No voxel knows that the edge should move.
    expect((await fitted(0)).radius).toBe(9.3)
    // One and a half voxels.
    for (const pull of Object.values((await fitted(1.5)).pulls)) {
      expect(Math.abs(pull)).toBeLessThan(3)
    }
  })

  it('are said to be unsettled where the grid is too coarse for its corrections', async () => {
    const warnings: string[] = []
    runs.manager.onNotice(({ level, text }) => {
      if (level === 'warning') warnings.push(text)
    })
    const changes = (corrections: number): RunFileInput => ({
      data: [
        { name: 'sky', file: runs.folder.file('sky.fits'), frequency_ghz: 0.408, sigma: 0.01 },
      ],
      optimiser: { method: 'lbfgs', corrections },
    })
    await runThrough(create('a.larmor', changes(1)))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^The parameters still moved .* more optimiser\.corrections\.$/)
    await runThrough(create('b.larmor', changes(0)))
    expect(warnings).toHaveLength(1)
  })

  it('refuses to fit parameters of what is free in every voxel', () => {
    const refused: [RunFileInput, RegExp][] = [
      [
        { magnetic_field: { model: 'grid', free: ['b0_microgauss'] } },
        /^magnetic_field\.free: every voxel is free already/,
      ],
      [
        {
          thermal_electrons: {
            model: 'grid',
            grid: { initial: { model: 'cordes91' } },
            free: ['n1_cm3'],
          },
        },
        /^thermal_electrons\.free: every voxel is free already/,
      ],
      [
        { cosmic_ray_electrons: { free: ['scale', 'h_d_kpc'] } },
        /^cosmic_ray_electrons\.free: the scale is one of the whole model/,
      ],
      [
        {
          magnetic_field: {
            model: 'lsa',
            free: ['psi0_deg'],
            grid: { representation: 'whitened' },
          },
        },
        /^magnetic_field\.grid\.representation: what is added to a model is a correction/,
      ],
    ]
    for (const [changes, message] of refused) {
      expect(() => prepareProblem(sampleRun(runs.folder, changes), [])).toThrow(message)
    }
  })
})
