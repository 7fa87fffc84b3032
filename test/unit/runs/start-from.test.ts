import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sampleGrid } from '#engine/runs/sample-grid.ts'
import { Session } from '#engine/storage/session.ts'
import { coordinateOf } from '#engine/unknowns/coordinates.ts'
import { cellCentre, regionMask, voxelCount } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { checkRunFile } from '#shared/session/run-file-issues.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { sampleRun } from '#test/tools/sample-run.ts'
import { useRuns } from '#test/tools/use-runs.ts'

const runs = useRuns()

async function through(session: Session, changes?: RunFileInput) {
  if (changes) {
    session.transaction(() => session.configure(sampleRun(runs.folder, changes)))
  }
  const summary = await runs.through(session)
  expect(summary.error).toBeUndefined()
  return summary
}
function array(session: Session, run: number, name = 'magnetic_field') {
  const [checkpoint] = session.runs.checkpoints(run)
  return session.runs.checkpointArray(checkpoint, name).values
}
function column(session: Session, run: number, name: string): number[] {
  const { columns, rows, values } = session.runs.curves(run)
  return Array.from(
    { length: rows },
    (_, row) => values[row * columns.length + columns.indexOf(name)],
  )
}

describe('a run that starts from the result of another one', () => {
  it('begins with its field, exactly, and counts from 0', async () => {
    const session = runs.create('a.larmor')
    const first = await through(session)
    const second = await through(session, {
      optimiser: { iterations: 3, learning_rate: 0.1 },
      start_from: { run: first.run },
    })
    expect(session.runs.start(second.run).get('magnetic_field')).toEqual(array(session, first.run))
    expect(second).toMatchObject({ iteration: 3, start_from: { run: 1 } })
    // The same unknowns and the same loss give the same number.
    expect(column(session, second.run, 'loss')[0]).toBe(column(session, first.run, 'loss')[12])
  })

  it('takes the last run that has a result where none is named', async () => {
    const steps = (iterations: number): RunFileInput => ({
      backend: 'reference',
      optimiser: { iterations },
    })
    const session = runs.create('a.larmor', steps(1))
    await through(session)
    await through(session, steps(2))
    runs.manager.stop(session, runs.manager.start(session).run)
    const last = await through(session, { ...steps(1), start_from: {} })
    const begun = session.runs.start(last.run).get('magnetic_field')
    expect(begun).toEqual(array(session, 2))
    expect(begun).not.toEqual(array(session, 1))
  })

  it('begins with nothing where its own region does not reach', async () => {
    const session = runs.create('a.larmor', { optimiser: { iterations: 2 } })
    await through(session)
    const shape: [number, number, number] = [12, 12, 6]
    const narrower = await through(session, {
      magnetic_field: { grid: { shape, region: { r_kpc: [4, 12] } } },
      optimiser: { iterations: 1 },
      start_from: { run: 1 },
    })
    const geometry = { shape, halfSizeKpc: [20, 20, 5] } as const
    const region = regionMask(geometry, { r_kpc: [4, 12] })
    const begun = session.runs.start(narrower.run).get('magnetic_field')
    const whole = array(session, 1)
    const expected = whole.map((value, i) => (region[Math.floor(i / 3)] === 1 ? value : 0))
    expect(begun).toEqual(expected)
    expect(begun).not.toEqual(whole)
  })

  it('resumes to the same bits, without the run that it began with', async () => {
    const from = runs.create('from.larmor')
    const { run } = await through(from)
    const settings = { start_from: { file: from.path, run } }
    const straight = runs.create('straight.larmor', settings)
    await through(straight)
    const broken = runs.create('broken.larmor', settings)
    pauseAfter(runs.manager, broken, 4)
    await through(broken)
    await runs.manager.remove(from, run)
    runs.manager.resume(broken, 1)
    expect((await runs.manager.settled(broken, 1)).state).toBe('done')
    expect(runBits(broken, 1)).toBe(runBits(straight, 1))
  })

  it('takes the field over to another grid and to a correction', async () => {
    const session = runs.create('a.larmor')
    await through(session)
    const finer = await through(session, {
      magnetic_field: { grid: { shape: [16, 16, 8] } },
      start_from: {},
    })
    const coarse = { shape: [12, 12, 6], halfSizeKpc: [20, 20, 5] } as const
    const expected = sampleGrid(coarse, Float32Array.from(array(session, 1)), 3, {
      ...coarse,
      shape: [16, 16, 8],
    })
    const begun = session.runs.start(finer.run).get('magnetic_field')
    // Inside the region (x = 8.75, y = 1.25, z = 0.625 kpc): float32 of the same number.
    const voxel = 3 * ((11 * 16 + 8) * 8 + 4)
    expect(begun?.[voxel]).toBe(Math.fround(expected[voxel]))
    const corrected = await through(session, {
      magnetic_field: { grid: { shape: [12, 12, 6], representation: 'correction' } },
      start_from: { run: 1 },
    })
    // Model and correction are float32, and their sum is the field to rounding.
    const difference = column(session, corrected.run, 'chi2')[0] / column(session, 1, 'chi2')[12]
    expect(difference).toBeCloseTo(1, 4)
  })

  it('takes over densities, spectral indices and the scale', async () => {
    const session = runs.create('a.larmor')
    const pulsars = runs.folder.file('pulsars.csv')
    writeFileSync(pulsars, 'l,b,dm,d\n10,5,90,2\n100,-20,30,1.5\n200,6,40,2\n300,-3,150,4\n')
    const changes: RunFileInput = {
      backend: 'reference',
      data: [
        { name: 'sky', file: runs.folder.file('sky.fits'), frequency_ghz: 0.408 },
        {
          name: 'pulsars',
          file: pulsars,
          quantity: 'dispersion_measure',
          unit: 'pc/cm^3',
          sigma: 3,
          catalogue: { value: 'dm', distance: 'd' },
        },
      ],
      sky: { nside: 4 },
      magnetic_field: { model: 'grid', grid: { shape: [8, 8, 4] } },
      thermal_electrons: { model: 'grid', grid: { initial: { model: 'cordes91' } } },
      cosmic_ray_electrons: { free: ['scale', 'spectral_index_grid'] },
      regularisation: [
        { term: 'smoothness', weight: 0.1 },
        { term: 'smoothness', weight: 1, of: 'thermal_electrons' },
        { term: 'smoothness', weight: 1, of: 'spectral_index' },
      ],
      optimiser: { iterations: 6 },
    }
    await through(session, changes)
    await through(session, { ...changes, start_from: { run: 1 } })
    const figures = [
      'chi2',
      'smoothness',
      'smoothness_thermal_electrons',
      'smoothness_spectral_index',
    ]
    for (const figure of figures) {
      const [first, second] = [1, 2].map((run) => column(session, run, figure))
      // The run has moved it by far more than the rounding of logarithms of float32 ratios.
      expect(Math.abs(first[6] - first[0]) / first[6], figure).toBeGreaterThan(1e-2)
      expect(Math.abs(second[0] / first[6] - 1), figure).toBeLessThan(1e-5)
    }
  })

  it('takes over the parameters of the same model, and says where the model is another one', async () => {
    const session = runs.create('a.larmor')
    const grid = { shape: [12, 12, 6] as [number, number, number] }
    const lsa = { model: 'lsa', free: ['b0_microgauss'], grid }
    const optimiser = { method: 'lbfgs' as const, iterations: 4, corrections: 0 }
    const first = await through(session, {
      magnetic_field: lsa,
      optimiser,
    })
    const found = first.parameters?.[0].value ?? NaN
    const second = await through(session, {
      magnetic_field: lsa,
      optimiser,
      start_from: { run: first.run },
    })
    // float64 coordinates: to rounding.
    expect(column(session, second.run, 'magnetic_field.b0_microgauss')[0]).toBeCloseTo(found, 10)
    const heard: string[] = []
    runs.manager.onNotice(({ text }) => heard.push(text))
    await through(session, {
      magnetic_field: { ...lsa, free: ['psi0_deg'] },
      optimiser,
      start_from: { run: first.run },
    })
    expect(heard.join('\n')).toMatch(/psi0_deg: not fitted by the earlier run/)
  })

  it('warns where it holds out what the other one was fitted to', async () => {
    const session = runs.create('a.larmor')
    await through(session)
    const heard: string[] = []
    runs.manager.onNotice(({ level, text }) => {
      if (level === 'warning') heard.push(text)
    })
    await through(session, { start_from: { run: 1 } })
    expect(heard.join()).not.toMatch(/held out/)
    await through(session, {
      held_out: { fold: 3, of: 10, block_nside: 4 },
      start_from: { run: 1 },
    })
    expect(heard.join()).toMatch(/"Run 1", which was fitted to part of what is held out now/)
  })

  it('is refused in words where there is nothing to start from, or no way to it', async () => {
    const session = runs.create('a.larmor', { start_from: { run: 7 } })
    const { run } = runs.manager.start(session)
    expect((await runs.manager.settled(session, run)).error).toMatch(/a\.larmor has no run 7/)
    await through(session, {})
    session.transaction(() =>
      session.configure(
        sampleRun(runs.folder, {
          magnetic_field: { grid: { shape: [12, 12, 6], representation: 'vector-potential' } },
          start_from: { run: 2 },
        }),
      ),
    )
    const potential = runs.manager.start(session)
    expect((await runs.manager.settled(session, potential.run)).error).toMatch(
      /representation: a run of this representation starts only from one of the same/,
    )
    const checked = checkRunFile({ start_from: {}, optimiser: { levels: 2 } })
    expect(checked.ok ? '' : checked.issues[0].message).toMatch(/begins on the fine grid/)
  })
})

describe('a grid at the voxels of another one', () => {
  it('is trilinear between the centres, held from there to the faces, and not known beyond', () => {
    const from = { shape: [4, 3, 2], halfSizeKpc: [4, 3, 1] } as const
    const to = { shape: [10, 4, 5], halfSizeKpc: [5, 3, 1] } as const
    const linear = (x: number, y: number, z: number) => 2 + x - 0.5 * y + 3 * z
    const centres = (grid: GridGeometry) =>
      Array.from({ length: voxelCount(grid) }, (_, voxel) => {
        const [, ny, nz] = grid.shape
        const at = [Math.floor(voxel / (ny * nz)), Math.floor(voxel / nz) % ny, voxel % nz]
        const [x, y, z] = at.map((n, axis) => cellCentre(grid, axis, n))
        return [x, y, z] as const
      })
    const values = Float64Array.from(centres(from).flatMap((at) => [linear(...at), -linear(...at)]))
    const held = (x: number, most: number) => Math.max(-most, Math.min(most, x))
    const expected = centres(to).flatMap(([x, y, z]) => {
      const value = Math.abs(x) > 4 ? NaN : linear(held(x, 3), held(y, 2), held(z, 0.5))
      return [value, -value]
    })
    const found = sampleGrid(from, values, 2, to)
    expect(found).toHaveLength(expected.length)
    expect([...found].filter(Number.isNaN)).toHaveLength(2 * 2 * 4 * 5)
    expected.forEach((value, i) => {
      if (Number.isNaN(value)) expect(found[i]).toBeNaN()
      else expect(found[i]).toBeCloseTo(value, 12)
    })
  })
})

describe('the queue', () => {
  it('is put in another order, and loses a run that is deleted', async () => {
    const session = runs.create('a.larmor', { optimiser: { iterations: 2 } })
    const order: number[] = []
    runs.manager.onProgress(({ summary }) => {
      if (summary.state === 'done') order.push(summary.run)
    })
    const [first] = ['A', 'B', 'C', 'D'].map((name) => runs.manager.start(session, { name }).run)
    expect(runs.manager.waiting(session)).toEqual([1, 2, 3, 4])
    expect(runs.manager.reorder(session, 4, 0)).toEqual([4, 1, 2, 3])
    expect(runs.manager.reorder(session, 1, 9)).toEqual([4, 2, 3, 1])
    await runs.manager.remove(session, 2)
    expect(runs.manager.waiting(session)).toEqual([4, 3, 1])
    await runs.manager.settled(session, first)
    expect(order).toEqual([4, 3, 1])
    expect(session.runs.list().map(({ id }) => id)).toEqual([1, 3, 4])
    expect(() => runs.manager.reorder(session, 1, 0)).toThrow(
      expect.objectContaining({ code: 'not-waiting' }),
    )
  })

  it('keeps the turns of runs of other sessions', async () => {
    const [a, b] = ['a', 'b'].map((name) =>
      runs.create(`${name}.larmor`, { backend: 'reference', optimiser: { iterations: 1 } }),
    )
    const order: string[] = []
    runs.manager.onProgress(({ session, summary }) => {
      if (summary.state === 'done') order.push(`${session === a ? 'a' : 'b'}${summary.run}`)
    })
    for (const session of [a, b, a, b, a]) runs.manager.start(session)
    expect(runs.manager.reorder(a, 3, 0)).toEqual([3, 1, 2])
    expect(runs.manager.waiting(b)).toEqual([1, 2])
    await runs.manager.settled(a, 2)
    expect(order).toEqual(['a3', 'b1', 'a1', 'b2', 'a2'])
  })

  it('lets a run that waits start from the one before it', async () => {
    const session = runs.create('a.larmor', { optimiser: { iterations: 4 } })
    const first = runs.manager.start(session)
    session.transaction(() =>
      session.configure(sampleRun(runs.folder, { start_from: { run: first.run } })),
    )
    const second = runs.manager.start(session)
    expect((await runs.manager.settled(session, second.run)).state).toBe('done')
    expect(column(session, 2, 'loss')[0]).toBe(column(session, 1, 'loss')[4])
  })

  it('does not delete a run that goes on', async () => {
    const session = runs.create('a.larmor', { optimiser: { iterations: 1000 } })
    const { run } = runs.manager.start(session)
    const heard = new Promise<void>((resolve) => {
      runs.manager.onProgress(({ summary }) => {
        if (summary.state === 'running') resolve()
      })
    })
    await heard
    await expect(runs.manager.remove(session, run)).rejects.toThrow(/going on/)
    runs.manager.stop(session, run)
    await runs.manager.settled(session, run)
  })
})

describe('what a session keeps of a run', () => {
  it('has name, notes and tags, and clocks in its curves', async () => {
    const session = runs.create('a.larmor')
    const { run } = await through(session)
    expect(session.runs.get(run)).toMatchObject({ notes: '', tags: [] })
    session.transaction(() =>
      session.runs.update(run, { name: 'Best', notes: 'weak prior', tags: ['paper', 'n64'] }),
    )
    session.close()
    const again = runs.keep(Session.open(session.path))
    expect(again.runs.get(run)).toMatchObject({
      name: 'Best',
      notes: 'weak prior',
      tags: ['paper', 'n64'],
    })
    const seconds = column(again, run, 'seconds')
    expect(seconds.every((value, row) => row === 0 || value >= seconds[row - 1])).toBe(true)
    // A first-order method's step is its learning rate; after the last one there is none.
    expect(column(again, run, 'step_size').slice(-2)).toEqual([0.4, NaN])
  })

  it('gets new columns where an earlier version of the program began it', async () => {
    const session = runs.create('a.larmor')
    pauseAfter(runs.manager, session, 4)
    const { run } = await through(session)
    const { columns, rows, values } = session.runs.curves(run)
    const old = columns.slice(0, -3)
    const kept = values.filter((_, at) => at % columns.length < old.length)
    session.transaction(() => {
      session.runs.truncateCurves(run, 0, old)
      session.runs.appendCurves(run, 0, old.length, kept)
    })
    runs.manager.resume(session, run)
    expect((await runs.manager.settled(session, run)).state).toBe('done')
    expect(column(session, run, 'loss')).toHaveLength(13)
    expect(column(session, run, 'loss').every(Number.isFinite)).toBe(true)
    const seconds = column(session, run, 'seconds')
    expect(seconds.slice(0, rows).every(Number.isNaN)).toBe(true)
    expect(seconds[12]).toBeGreaterThan(0)
  })
})

describe('a coordinate', () => {
  const request = { initial: 2, bounds: [0.5, 6], scale: 0.3 } as const
  it.each(['linear', 'log', 'wrap', 'smooth'] as const)('of %s goes back', (transform) => {
    const coordinate = coordinateOf({ ...request, transform })
    // exp, log, sin and asin: a few last digits.
    expect(coordinate.valueAt(coordinate.coordinateAt(3.7))).toBeCloseTo(3.7, 12)
    if (transform !== 'wrap') {
      expect(coordinate.valueAt(coordinate.coordinateAt(99))).toBeCloseTo(6, 12)
    }
  })
})
