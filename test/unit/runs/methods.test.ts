import { describe, expect, it } from 'vitest'
import type { Session } from '#engine/storage/session.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { useRuns } from '#test/tools/use-runs.ts'

const runs = useRuns()

type Grid = NonNullable<NonNullable<RunFileInput['magnetic_field']>['grid']>

function create(name: string, changes: RunFileInput, grid: Grid = {}): Session {
  const field = { model: 'grid', grid: { shape: [10, 10, 6] as [number, number, number], ...grid } }
  return runs.create(name, { magnetic_field: field, ...changes })
}

const runThrough = (session: Session) => runs.through(session, 1)

function lossesOf(session: Session): number[] {
  const { columns, rows, values } = session.runs.curves(1)
  return Array.from({ length: rows }, (_, row) => values[row * columns.length + 1])
}

const prior = [{ term: 'gaussian-random-field' as const, weight: 1, sigma_microgauss: 3 }]

const cases: [string, RunFileInput, Grid][] = [
  ['lbfgs', { optimiser: { method: 'lbfgs', iterations: 8, memory: 3 } }, {}],
  ['gauss-newton', { optimiser: { method: 'gauss-newton', iterations: 4 } }, {}],
  [
    'a schedule and clipping',
    { optimiser: { schedule: 'cosine', clip_norm: 100, iterations: 8 } },
    {},
  ],
  [
    'a vector potential',
    { optimiser: { iterations: 8, learning_rate: 1 } },
    { representation: 'vector-potential' },
  ],
  ['a correction', { optimiser: { iterations: 8 } }, { representation: 'correction' }],
  [
    'a coarser grid to begin with',
    { optimiser: { iterations: 8, levels: 1 } },
    { shape: [12, 12, 8], representation: 'correction' },
  ],
  [
    'lbfgs from a coarser grid',
    { optimiser: { method: 'lbfgs', iterations: 9, levels: 1 } },
    { shape: [12, 12, 8] },
  ],
  [
    'lbfgs in whitened coordinates',
    { optimiser: { method: 'lbfgs', iterations: 8 }, regularisation: prior },
    { representation: 'whitened' },
  ],
  [
    'gauss-newton in whitened coordinates',
    { optimiser: { method: 'gauss-newton', iterations: 6 }, regularisation: prior },
    { representation: 'whitened' },
  ],
]

describe.each(cases)('a run with %s', (_, changes, grid) => {
  it('lowers the loss, and gives the same bits when it is paused and resumed', async () => {
    const straight = create('straight.larmor', { backend: 'wasm', ...changes }, grid)
    const summary = await runThrough(straight)
    expect(summary.error).toBeUndefined()
    expect(summary.state).toBe('done')
    const losses = lossesOf(straight)
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0])

    const whole = straight.runs.get(1).iteration
    const broken = create(
      'broken.larmor',
      {
        backend: 'wasm',
        ...changes,
        optimiser: { ...changes.optimiser },
        checkpoint: { every_s: 1e-6 },
      },
      grid,
    )
    pauseAfter(runs.manager, broken, 2)
    await runThrough(broken)
    expect(broken.runs.get(1).iteration).toBeLessThan(whole)
    await runs.restart()
    runs.manager.resume(broken, 1)
    await runs.manager.settled(broken, 1)
    expect(runBits(broken, 1)).toBe(runBits(straight, 1))
  })
})

describe('a run with several unknowns', () => {
  it('moves field, scale and spectral index together, within bounds', async () => {
    const session = create('a.larmor', {
      backend: 'reference',
      sky: { nside: 4 },
      cosmic_ray_electrons: { free: ['scale', 'spectral_index'] },
      optimiser: { method: 'lbfgs', iterations: 6 },
    })
    const summary = await runThrough(session)
    expect(summary.error).toBeUndefined()
    const losses = lossesOf(session)
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0])
    const [checkpoint] = session.runs.checkpoints(1)
    const { values } = session.runs.checkpointArray(checkpoint, 'parameters/spectral_index')
    expect(values[0]).not.toBe(3)
    expect(values[0]).toBeGreaterThanOrEqual(1.05)
    expect(values[0]).toBeLessThanOrEqual(5.95)
    const [logarithm] = session.runs.checkpointArray(
      checkpoint,
      'parameters/ln_cosmic_ray_electrons_scale',
    ).values
    expect(session.runs.get(1).figures?.scales).toEqual([
      { of: 'cosmic_ray_electrons', value: Math.exp(logarithm) },
    ])
  })

  it('moves cosmic-ray electrons and spectral indices in every voxel', async () => {
    const session = create('a.larmor', {
      backend: 'reference',
      sky: { nside: 4 },
      cosmic_ray_electrons: {
        model: 'grid',
        grid: { initial: { model: 'wmap' } },
        free: ['spectral_index_grid'],
      },
      regularisation: [
        { term: 'smoothness', weight: 0.1 },
        { term: 'smoothness', weight: 1, of: 'spectral_index' },
        { term: 'amplitude', weight: 0.1, of: 'cosmic_ray_electrons' },
      ],
      optimiser: { iterations: 6 },
    })
    expect((await runThrough(session)).error).toBeUndefined()
    const losses = lossesOf(session)
    expect(losses.at(-1)).toBeLessThan(losses[0])
    const { columns } = session.runs.curves(1)
    expect(columns).toContain('smoothness_spectral_index')
    expect(columns).toContain('amplitude_cosmic_ray_electrons')
  })
})

describe('methods that end by themselves', () => {
  it('stop when no step lowers the loss by more than the tolerance', async () => {
    const session = create('a.larmor', {
      backend: 'reference',
      sky: { nside: 4 },
      optimiser: { method: 'lbfgs', iterations: 500, tolerance: 1e-3 },
    })
    const summary = await runThrough(session)
    expect(summary.state).toBe('done')
    expect(summary.iteration).toBeLessThan(200)
    const losses = lossesOf(session)
    losses.slice(1).forEach((loss, i) => expect(loss).toBeLessThanOrEqual(losses[i]))
  })

  it('say that Gauss-Newton needs quadratic terms', async () => {
    const session = create('a.larmor', {
      optimiser: { method: 'gauss-newton' },
      regularisation: [{ term: 'total-variation', weight: 0.1 }],
    })
    expect((await runThrough(session)).error).toMatch(/total-variation.*choose lbfgs/)
  })

  it('say that whitened coordinates need their prior, and the prior them', async () => {
    const without = create('a.larmor', {}, { representation: 'whitened' })
    expect((await runThrough(without)).error).toMatch(/add the term gaussian-random-field/)
    const alone = create('b.larmor', { regularisation: prior })
    expect((await runThrough(alone)).error).toMatch(/representation to whitened/)
  })
})

describe('a first step that is far too long', () => {
  it('is shortened by a line search', async () => {
    const session = create('a.larmor', {
      optimiser: { method: 'lbfgs', iterations: 3, learning_rate: 1e6 },
    })
    const summary = await runThrough(session)
    expect(summary.error).toBeUndefined()
    const losses = lossesOf(session)
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0])
  })
})
