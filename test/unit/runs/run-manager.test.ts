import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunManager } from '#engine/runs/run-manager.ts'
import type { GridCopy } from '#engine/runs/run-loop.ts'
import { Session } from '#engine/storage/session.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { pauseAfter } from '#test/tools/pause-after.ts'
import { runBits } from '#test/tools/run-bits.ts'
import { sampleFolder, sampleRun } from '#test/tools/sample-run.ts'
import type { SampleFolder } from '#test/tools/sample-run.ts'

let folder: SampleFolder
let manager: RunManager
const sessions: Session[] = []

beforeEach(() => {
  folder = sampleFolder()
  manager = new RunManager()
})
afterEach(async () => {
  await manager.shutdown()
  for (const session of sessions.splice(0)) session.close()
  folder.remove()
})

function create(name: string, changes: RunFileInput = {}): Session {
  const configuration = sampleRun(folder, changes)
  const session = Session.create(folder.file(name), configuration.title, configuration)
  sessions.push(session)
  return session
}

async function runThrough(session: Session) {
  const { run } = manager.start(session, { threads: 2 })
  return manager.settled(session, run)
}

it('stops a run that was paused in an earlier start', async () => {
  const session = create('a.larmor', { backend: 'reference' })
  pauseAfter(manager, session, 3)
  const { run } = await runThrough(session)
  await manager.shutdown()
  manager = new RunManager()
  expect(manager.stop(session, run)).toMatchObject({ state: 'stopped', iteration: 3 })
  expect(session.runs.get(run).state).toBe('stopped')
})

describe.each(['reference', 'wasm'] as const)('a run on the %s backend', (backend) => {
  it('lowers the loss, and stores data, curves, checkpoint and figures', async () => {
    const session = create('a.larmor', { backend })
    const summary = await runThrough(session)
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
    const straight = create('straight.larmor', { backend })
    const { run } = await runThrough(straight)
    const broken = create('broken.larmor', { backend, checkpoint: { every_s: 1e-6 } })
    for (const steps of [1, 4, 9]) {
      pauseAfter(manager, broken, steps)
      if (steps === 1) await runThrough(broken)
      else {
        manager.resume(broken, run)
        await manager.settled(broken, run)
      }
    }
    // Another process, as far as the manager knows.
    await manager.shutdown()
    manager = new RunManager()
    manager.resume(broken, run)
    const summary = await manager.settled(broken, run)
    expect(summary.state).toBe('done')
    expect(runBits(broken, run)).toBe(runBits(straight, run))
    expect(broken.runs.get(run).bitIdentical).toBe(true)
    const kinds = broken.runs.marks(run).map(({ kind }) => kind)
    expect(kinds).toContain('pause')
    expect(kinds).toContain('resume')
  })

  it('gives the same bits when it is extended as when it was longer from the start', async () => {
    const long = create('long.larmor', { backend })
    const { run } = await runThrough(long)
    const short = create('short.larmor', { backend, optimiser: { iterations: 5 } })
    await runThrough(short)
    manager.resume(short, run, { iterations: 12 })
    await manager.settled(short, run)
    expect(runBits(short, run)).toBe(runBits(long, run))
    expect(() => manager.resume(short, run, { iterations: 3 })).toThrow(/done 12 iterations/)
  })
})

describe('the run manager', () => {
  it('marks a run that is resumed on another backend', async () => {
    const session = create('a.larmor', { backend: 'wasm' })
    pauseAfter(manager, session, 2)
    const { run } = await runThrough(session)
    manager.resume(session, run, { backend: 'reference' })
    await manager.settled(session, run)
    expect(session.runs.get(run)).toMatchObject({ bitIdentical: false, backend: 'reference' })
  })

  it('marks a run that is resumed with another build of the kernels', async () => {
    const session = create('a.larmor', { backend: 'wasm' })
    pauseAfter(manager, session, 2)
    const { run } = await runThrough(session)
    const { build } = session.runs.get(run)
    expect(build).toMatch(/^[0-9a-f]{16}$/)
    pauseAfter(manager, session, 5)
    manager.resume(session, run)
    await manager.settled(session, run)
    expect(session.runs.get(run).bitIdentical).toBe(true)
    session.transaction(() => session.runs.update(run, { build: '0123456789abcdef' }))
    manager.resume(session, run)
    await manager.settled(session, run)
    expect(session.runs.get(run)).toMatchObject({ bitIdentical: false, build })
    expect(session.runs.marks(run).at(-1)?.text).toMatch(/other kernels/)
  })

  it('goes on from the checkpoint before a damaged one, to the same bits', async () => {
    const straight = create('straight.larmor')
    await runThrough(straight)
    const session = create('a.larmor', { checkpoint: { every_s: 1e-6 } })
    pauseAfter(manager, session, 5)
    const { run } = await runThrough(session)
    const damage = (which: string): void => {
      const database = new DatabaseSync(session.path)
      database.exec(`UPDATE chunks SET data = zeroblob(length(data)) WHERE array IN
        (SELECT id FROM arrays WHERE name = 'second_moment' AND checkpoint ${which})`)
      database.close()
    }
    damage('= (SELECT max(id) FROM checkpoints)')
    manager.resume(session, run)
    expect((await manager.settled(session, run)).state).toBe('done')
    expect(runBits(session, run)).toBe(runBits(straight, run))
    expect(session.runs.marks(run).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/later checkpoint.*a\.larmor: the array "second_moment" is damaged/),
    )
    damage('IS NOT NULL')
    manager.resume(session, run, { iterations: 20 })
    const { state, error } = await manager.settled(session, run)
    expect(state).toBe('failed')
    expect(error).toMatch(/"second_moment" is damaged.*Restore the session from a copy/)
  })

  it('gives the field between two steps, not in the middle of one', async () => {
    const session = create('a.larmor', { backend: 'wasm', optimiser: { iterations: 1000 } })
    const { run } = manager.start(session, { threads: 2 })
    const copy = await new Promise<GridCopy | undefined>((resolve) => {
      const look = (): void => {
        const loop = manager.live(session, run)
        if (!loop || loop.iteration < 3) return void setImmediate(look)
        // The pause ends the run with the step that is under way: its checkpoint holds what was copied.
        resolve(loop.gridBetweenSteps())
        manager.pause(session, run)
      }
      look()
    })
    await manager.settled(session, run)
    const [checkpoint] = session.runs.checkpoints(run)
    expect(copy?.iteration).toBe(checkpoint.iteration)
    expect(copy?.values).toEqual(session.runs.checkpointArray(checkpoint, 'magnetic_field').values)
  })

  it('works in the same memory run after run, so that ten folds take the room of one', async () => {
    const session = create('a.larmor', { backend: 'wasm', optimiser: { iterations: 2 } })
    const memory = new Set<unknown>()
    manager.onProgress(({ summary: { run } }) => {
      const loop = manager.live(session, run)
      if (loop) memory.add(loop.field.buffer)
    })
    const first = await runThrough(session)
    const second = await runThrough(session)
    expect(memory.size).toBe(1)
    expect(runBits(session, second.run)).toBe(runBits(session, first.run))
  })

  it('resumes from the stored data when the map file is gone', async () => {
    const session = create('a.larmor')
    pauseAfter(manager, session, 2)
    const { run } = await runThrough(session)
    folder.removeMap()
    manager.resume(session, run)
    expect((await manager.settled(session, run)).state).toBe('done')
  })

  it('queues runs, and can stop one that waits', async () => {
    const session = create('a.larmor')
    const first = manager.start(session)
    const second = manager.start(session, { name: 'Later' })
    expect(manager.summary(session, second.run).state).toBe('queued')
    manager.stop(session, second.run)
    expect((await manager.settled(session, first.run)).state).toBe('done')
    expect((await manager.settled(session, second.run)).state).toBe('stopped')
    manager.resume(session, second.run)
    expect((await manager.settled(session, second.run)).state).toBe('done')
    // The same data and settings give the same bits in one process, with the operator used again.
    expect(runBits(session, second.run)).toBe(runBits(session, first.run))
  })

  it('stops at a number that is not finite, names it, and keeps no state that is meaningless', async () => {
    const session = create('a.larmor', {
      optimiser: { iterations: 12, learning_rate: 1e25 },
      checkpoint: { every_s: 1e-6 },
    })
    const summary = await runThrough(session)
    expect(summary.state).toBe('failed')
    expect(summary.error).toMatch(/became meaningless: .*last sound checkpoint.*learning_rate/)
    // The first step already leaves a state that cannot be evaluated.
    expect(session.runs.checkpoints(summary.run)).toEqual([])
    expect(session.runs.get(summary.run).iteration).toBe(0)
    expect(session.runs.marks(summary.run).at(-1)?.kind).toBe('failure')
  })

  it('fails a run whose file is missing with a sentence that names it', async () => {
    const session = create('a.larmor')
    folder.removeMap()
    const summary = await runThrough(session)
    expect(summary.state).toBe('failed')
    expect(summary.error).toMatch(/sky\.fits: no such file/)
  })

  it('announces every row once, in order', async () => {
    const session = create('a.larmor')
    const rows: number[] = []
    manager.onRows(({ from, values, columns, rows: count }) => {
      expect(from).toBe(rows.length)
      for (let i = 0; i < count; i++) rows.push(values[i * columns.length])
    })
    await runThrough(session)
    expect(rows).toEqual(Array.from({ length: 13 }, (_, i) => i))
  })
})
