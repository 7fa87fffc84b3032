import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { GridCopy } from '#engine/runs/run-loop.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { useRuns } from '#test/tools/use-runs.ts'

const runs = useRuns()

it('stops a run that was paused in an earlier start', async () => {
  const session = runs.create('a.larmor', { backend: 'reference' })
  pauseAfter(runs.manager, session, 3)
  const { run } = await runs.through(session)
  await runs.restart()
  expect(runs.manager.stop(session, run)).toMatchObject({ state: 'stopped', iteration: 3 })
  expect(session.runs.get(run).state).toBe('stopped')
})

describe.each(['reference', 'wasm'] as const)('a run on the %s backend', (backend) => {
  it('lowers the loss, and stores data, curves, checkpoint and figures', async () => {
    const session = runs.create('a.larmor', { backend })
    const summary = await runs.through(session)
    expect(summary).toMatchObject({ state: 'done', iteration: 12, iterations: 12 })
    const { columns, rows, values } = session.runs.curves(summary.run)
    expect(rows).toBe(13)
    expect(columns.slice(0, 3)).toEqual(['iteration', 'loss', 'chi2'])
    const last = values.slice(12 * columns.length)
    expect(last[0]).toBe(12)
    expect(last[1]).toBeLessThan(0.7 * values[1])
    const { figures, heldOutBlocks } = session.runs.get(summary.run)
    // loss = chi-square / 2 + regularisation, exactly: the same sum in the same order.
    expect(figures?.loss).toBe(last[1])
    expect(last[1]).toBe(last[2] / 2 + last[columns.indexOf('smoothness')])
    expect(figures?.maps[0].fitted.pixels).toBe(768 - (figures?.maps[0].held_out.pixels ?? 0))
    expect(figures?.field?.b_max_microgauss).toBeGreaterThan(0)
    expect(heldOutBlocks).toHaveLength(20)
    expect(session.inputs[0].name).toBe('sky')
  })

  it('gives the same bits when it is paused and resumed, whatever the checkpoint times', async () => {
    const straight = runs.create('straight.larmor', { backend })
    const { run } = await runs.through(straight)
    const broken = runs.create('broken.larmor', { backend, checkpoint: { every_s: 1e-6 } })
    for (const steps of [1, 4, 9]) {
      pauseAfter(runs.manager, broken, steps)
      if (steps === 1) await runs.through(broken)
      else {
        runs.manager.resume(broken, run)
        await runs.manager.settled(broken, run)
      }
    }
    // Another process, as far as the manager knows.
    await runs.restart()
    runs.manager.resume(broken, run)
    const summary = await runs.manager.settled(broken, run)
    expect(summary.state).toBe('done')
    expect(runBits(broken, run)).toBe(runBits(straight, run))
    expect(broken.runs.get(run).bitIdentical).toBe(true)
    const kinds = broken.runs.marks(run).map(({ kind }) => kind)
    expect(kinds).toContain('pause')
    expect(kinds).toContain('resume')
  })

  it('gives the same bits when it is extended as when it was longer from the start', async () => {
    const long = runs.create('long.larmor', { backend })
    const { run } = await runs.through(long)
    const short = runs.create('short.larmor', { backend, optimiser: { iterations: 5 } })
    await runs.through(short)
    runs.manager.resume(short, run, { iterations: 12 })
    await runs.manager.settled(short, run)
    expect(runBits(short, run)).toBe(runBits(long, run))
    expect(() => runs.manager.resume(short, run, { iterations: 3 })).toThrow(/done 12 iterations/)
  })
})

describe('the run manager', () => {
  it('marks a run that is resumed on another backend', async () => {
    const session = runs.create('a.larmor', { backend: 'wasm' })
    pauseAfter(runs.manager, session, 2)
    const { run } = await runs.through(session)
    runs.manager.resume(session, run, { backend: 'reference' })
    await runs.manager.settled(session, run)
    expect(session.runs.get(run)).toMatchObject({ bitIdentical: false, backend: 'reference' })
  })

  it('marks a run that is resumed with another build of the kernels', async () => {
    const session = runs.create('a.larmor', { backend: 'wasm' })
    pauseAfter(runs.manager, session, 2)
    const { run } = await runs.through(session)
    const { build } = session.runs.get(run)
    expect(build).toMatch(/^[0-9a-f]{16}$/)
    pauseAfter(runs.manager, session, 5)
    runs.manager.resume(session, run)
    await runs.manager.settled(session, run)
    expect(session.runs.get(run).bitIdentical).toBe(true)
    session.transaction(() => session.runs.update(run, { build: '0123456789abcdef' }))
    runs.manager.resume(session, run)
    await runs.manager.settled(session, run)
    expect(session.runs.get(run)).toMatchObject({ bitIdentical: false, build })
    expect(session.runs.marks(run).at(-1)?.text).toMatch(/other kernels/)
  })

  it('goes on from the checkpoint before a damaged one, to the same bits', async () => {
    const straight = runs.create('straight.larmor')
    await runs.through(straight)
    const session = runs.create('a.larmor', { checkpoint: { every_s: 1e-6 } })
    pauseAfter(runs.manager, session, 5)
    const { run } = await runs.through(session)
    const damage = (which: string): void => {
      const database = new DatabaseSync(session.path)
      database.exec(`UPDATE chunks SET data = zeroblob(length(data)) WHERE array IN
        (SELECT id FROM arrays WHERE name = 'second_moment' AND checkpoint ${which})`)
      database.close()
    }
    damage('= (SELECT max(id) FROM checkpoints)')
    runs.manager.resume(session, run)
    expect((await runs.manager.settled(session, run)).state).toBe('done')
    expect(runBits(session, run)).toBe(runBits(straight, run))
    expect(session.runs.marks(run).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/later checkpoint.*a\.larmor: the array "second_moment" is damaged/),
    )
    damage('IS NOT NULL')
    runs.manager.resume(session, run, { iterations: 20 })
    const { state, error } = await runs.manager.settled(session, run)
    expect(state).toBe('failed')
    expect(error).toMatch(/"second_moment" is damaged.*Restore the session from a copy/)
  })

  it('gives the field between two steps, not in the middle of one', async () => {
    const session = runs.create('a.larmor', { backend: 'wasm', optimiser: { iterations: 1000 } })
    const { run } = runs.manager.start(session, { threads: 2 })
    const copy = await new Promise<GridCopy | undefined>((resolve) => {
      const look = (): void => {
        const loop = runs.manager.live(session, run)
        if (!loop || loop.iteration < 3) return void setImmediate(look)
        // The pause ends the run with the step that is under way: its checkpoint holds what was copied.
        resolve(loop.gridBetweenSteps())
        runs.manager.pause(session, run)
      }
      look()
    })
    await runs.manager.settled(session, run)
    const [checkpoint] = session.runs.checkpoints(run)
    expect(copy?.iteration).toBe(checkpoint.iteration)
    expect(copy?.values).toEqual(session.runs.checkpointArray(checkpoint, 'magnetic_field').values)
  })

  it('works in the same memory run after run, so that ten folds take the room of one', async () => {
    const session = runs.create('a.larmor', { backend: 'wasm', optimiser: { iterations: 2 } })
    const memory = new Set<unknown>()
    runs.manager.onProgress(({ summary: { run } }) => {
      const loop = runs.manager.live(session, run)
      if (loop) memory.add(loop.field.buffer)
    })
    const first = await runs.through(session)
    const second = await runs.through(session)
    expect(memory.size).toBe(1)
    expect(runBits(session, second.run)).toBe(runBits(session, first.run))
  })

  it('resumes from the stored data when the map file is gone', async () => {
    const session = runs.create('a.larmor')
    pauseAfter(runs.manager, session, 2)
    const { run } = await runs.through(session)
    runs.folder.removeMap()
    runs.manager.resume(session, run)
    expect((await runs.manager.settled(session, run)).state).toBe('done')
  })

  it('queues runs, and can stop one that waits', async () => {
    const session = runs.create('a.larmor')
    const first = runs.manager.start(session)
    const second = runs.manager.start(session, { name: 'Later' })
    expect(runs.manager.summary(session, second.run).state).toBe('queued')
    runs.manager.stop(session, second.run)
    expect((await runs.manager.settled(session, first.run)).state).toBe('done')
    expect((await runs.manager.settled(session, second.run)).state).toBe('stopped')
    runs.manager.resume(session, second.run)
    expect((await runs.manager.settled(session, second.run)).state).toBe('done')
    // The same data and settings give the same bits in one process, with the operator used again.
    expect(runBits(session, second.run)).toBe(runBits(session, first.run))
  })

  it('stops at a number that is not finite, names it, and keeps no state that is meaningless', async () => {
    const session = runs.create('a.larmor', {
      optimiser: { iterations: 12, learning_rate: 1e25 },
      checkpoint: { every_s: 1e-6 },
    })
    const summary = await runs.through(session)
    expect(summary).toMatchObject({ state: 'failed', failure: 'settings' })
    expect(summary.error).toMatch(/became meaningless: .*last sound checkpoint.*learning_rate/)
    // The first step already leaves a state that cannot be evaluated.
    expect(session.runs.checkpoints(summary.run)).toEqual([])
    expect(session.runs.get(summary.run).iteration).toBe(0)
    expect(session.runs.marks(summary.run).at(-1)?.kind).toBe('failure')
  })

  it('fails a run whose file is missing with a sentence that names it', async () => {
    const session = runs.create('a.larmor')
    runs.folder.removeMap()
    const summary = await runs.through(session)
    expect(summary).toMatchObject({ state: 'failed', failure: 'other' })
    expect(summary.error).toMatch(/sky\.fits: no such file/)
  })

  it('says that a setting is wrong for as long as the run has failed by it', async () => {
    const session = runs.create('a.larmor', {
      magnetic_field: { grid: { shape: [12, 12, 6], region: { r_kpc: [100, 101] } } },
    })
    const { run, error, failure } = await runs.through(session)
    expect([error, failure]).toEqual([
      expect.stringMatching(/^magnetic_field\.grid\.region/),
      'settings',
    ])
    expect(runs.manager.resume(session, run).failure).toBeUndefined()
    expect((await runs.manager.settled(session, run)).failure).toBe('settings')
  })

  it('announces every row once, in order', async () => {
    const session = runs.create('a.larmor')
    const rows: number[] = []
    runs.manager.onRows(({ from, values, columns, rows: count }) => {
      expect(from).toBe(rows.length)
      for (let i = 0; i < count; i++) rows.push(values[i * columns.length])
    })
    await runs.through(session)
    expect(rows).toEqual(Array.from({ length: 13 }, (_, i) => i))
  })
})
