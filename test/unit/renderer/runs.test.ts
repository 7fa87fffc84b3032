import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useFiles } from '#renderer/stores/files.ts'
import { useHistory } from '#renderer/stores/history.ts'
import { useMaps } from '#renderer/stores/maps.ts'
import { useMessages } from '#renderer/stores/messages.ts'
import { useProject } from '#renderer/stores/project.ts'
import { useRuns } from '#renderer/stores/runs.ts'
import { useView } from '#renderer/stores/view.ts'
import { aRun, engine } from './engine-of-runs.ts'
import { beginWithRuns, open, settle } from './session-of-runs.ts'

vi.mock('#renderer/stores/preferences.ts', () => ({ usePreferences: () => ({ current: {} }) }))
vi.mock('#renderer/stores/connection.ts', async () => {
  const { useConnection } = await import('./engine-of-runs.ts')
  return { useConnection }
})

beginWithRuns()

describe('the order of the queue', () => {
  beforeEach(async () => {
    engine.runs = [1, 2, 3, 4, 5].map(aRun)
    engine.queue = [2, 3, 4, 5]
    await open({})
  })

  it('is a step, taken back and made again by the engine', async () => {
    const history = useHistory()
    await useRuns().reorder(5, 0)
    expect(engine.queue).toEqual([5, 2, 3, 4])
    expect(history.undoTitle).toBe('Order of runs')
    await history.undo()
    expect(engine.queue).toEqual([2, 3, 4, 5])
    expect(useRuns().queue).toEqual([2, 3, 4, 5])
    await history.redo()
    expect(engine.queue).toEqual([5, 2, 3, 4])
  })

  it('comes back as far as its runs still wait', async () => {
    await useRuns().reorder(4, 0)
    // Run 2 has had its turn since, and run 6 has come.
    engine.queue = [4, 3, 5, 6]
    await useProject().refresh()
    await useHistory().undo()
    expect(engine.queue).toEqual([3, 4, 5, 6])
  })

  it('is not undone for a run that has begun, which is told', async () => {
    await useRuns().reorder(4, 0)
    engine.queue = [2, 3, 5]
    await useHistory().undo()
    expect(useMessages().toasts).toMatchObject([
      {
        title: 'Not undone: Order of runs',
        text: 'Run 4 does not wait for its turn any more.',
      },
    ])
    expect(useHistory().redoTitle).toBeUndefined()
  })

  it('is no step where a run stays where it is', async () => {
    await useRuns().reorder(2, 0)
    expect(useHistory().undoTitle).toBeUndefined()
  })

  it('is ended as a whole, behind what is still being done', async () => {
    let letGo = () => {}
    engine.held = new Promise((resolve) => (letGo = resolve))
    const [reordered, ended] = [useRuns().reorder(4, 0), useRuns().endAll('pause')]
    await settle()
    expect(engine.sent.filter((one) => one.startsWith('run.pause'))).toEqual([])
    letGo()
    await Promise.all([reordered, ended])
    expect(engine.sent.filter((one) => one.startsWith('run.pause'))).toEqual(
      [4, 2, 3, 5].map((run) => `run.pause ${run}`),
    )
  })

  it('is not ended where the engine does not answer, which is told', async () => {
    engine.held = new Promise(() => {})
    void useRuns().reorder(4, 0)
    const ended = expect(useRuns().endAll('stop')).rejects.toThrow('has not answered yet')
    await vi.advanceTimersByTimeAsync(10_000)
    await ended
    expect(engine.sent.filter((one) => one.startsWith('run.stop'))).toEqual([])
  })
})

describe('the map and the run on the screen', () => {
  const shown = () => [useMaps().entry?.name, useRuns().shownId]

  it.each([
    ['kept with the view', { dataName: 'Reich', shownRun: 2 }, ['Reich', 2]],
    ['of a session of old', {}, ['Haslam', 3]],
    ['that are not there any more', { dataName: 'Berkhuijsen', shownRun: 7 }, ['Haslam', 3]],
    ['that cannot be read', { dataName: 1, shownRun: 'last' }, ['Haslam', 3]],
  ])('are those %s', async (_what, view, expected) => {
    await open(view)
    expect(shown()).toEqual(expected)
    expect(useView().selection).toEqual({ kind: 'run', run: expected[1] })
    // Opening changes nothing in the file, and is no step.
    expect([engine.stored, useHistory().undoTitle]).toEqual([[], undefined])
  })

  it('are stored when they change, and undone', async () => {
    await open({})
    useView().settings.dataName = 'Reich'
    await settle()
    useRuns().shownId = 1
    await settle()
    expect(engine.stored.at(-1)).toMatchObject({ dataName: 'Reich', shownRun: 1 })
    const history = useHistory()
    expect(history.undoTitle).toBe('Run shown')
    await history.undo()
    await settle()
    expect([history.undoTitle, ...shown()]).toEqual(['Map shown', 'Reich', 3])
    await history.undo()
    await settle()
    expect([history.undoTitle, ...shown()]).toEqual([undefined, 'Haslam', 3])
    expect(engine.stored.at(-1)).toMatchObject({ dataName: null, shownRun: 3 })
  })

  it('are steps of their own, however soon they are chosen', async () => {
    await open({ shownRun: 3 })
    for (const run of [1, 2]) {
      useRuns().shownId = run
      await nextTick()
    }
    await useHistory().undo()
    await nextTick()
    expect(useRuns().shownId).toBe(1)
    await useHistory().undo()
    await nextTick()
    expect(useRuns().shownId).toBe(3)
  })

  it('have the inspector follow the run, where it has one', async () => {
    await open({ shownRun: 3 })
    const [runs, view] = [useRuns(), useView()]
    runs.shownId = 1
    view.selection = { kind: 'run', run: 1 }
    await settle()
    await useHistory().undo()
    await settle()
    expect([runs.shownId, view.selection]).toEqual([3, { kind: 'run', run: 3 }])
    view.selection = { kind: 'settings' }
    await useHistory().redo()
    await settle()
    expect([runs.shownId, view.selection]).toEqual([1, { kind: 'settings' }])
  })

  it('leave what the tree chose of a run chosen when the run is shown', async () => {
    await open({ shownRun: 3 })
    const chosen = { kind: 'run', run: 2, part: 'B' } as const
    useView().selection = chosen
    useRuns().shownId = 2
    await settle()
    expect(useView().selection).toEqual(chosen)
  })

  it.each([
    ['with runs', 3, 'fit'],
    ['without, in the layout for looking', 0, 'inspect'],
  ])('come back as they were when a map that was added goes: %s', async (_what, count, preset) => {
    engine.runs = engine.runs.slice(0, count)
    await open({ dataName: 'Reich', preset: 'fit' })
    const [maps, view, history] = [useMaps(), useView(), useHistory()]
    const screen = () => [maps.entry?.name, view.settings.preset]
    const map = { hdu: 1, name: '', kind: 'healpix', questions: [], problems: [], columns: [] }
    const file = {
      grant: 'grant:c',
      name: 'Dwingeloo.fits',
      kind: 'map',
      bytes: 7,
      modified: 0,
    } as const
    useFiles().addMap({ file, maps: [] }, { ...map, kind: 'healpix' }, { frequency_ghz: 0.82 })
    await settle()
    expect([history.undoTitle, ...screen()]).toEqual(['Add data', 'Dwingeloo', preset])
    await history.undo()
    await settle()
    expect([history.undoTitle, ...screen()]).toEqual([undefined, 'Reich', 'fit'])
    await history.redo()
    await settle()
    expect([history.redoTitle, ...screen()]).toEqual([undefined, 'Dwingeloo', preset])
  })

  it('stay when the map gets another name', async () => {
    await open({ dataName: 'Reich' })
    expect(shown()).toEqual(['Reich', 3])
    useProject().set(['data', 1, 'name'], 'Stockert')
    await settle()
    expect(shown()).toEqual(['Stockert', 3])
    await useHistory().undo()
    await settle()
    expect([useHistory().undoTitle, ...shown()]).toEqual([undefined, 'Reich', 3])
  })

  it('begin with a run that was interrupted, until another one is chosen', async () => {
    engine.interrupted = 1
    await open({ shownRun: 2 })
    expect(useRuns().shownId).toBe(1)
    useRuns().shownId = 2
    await settle()
    expect(useRuns().shownId).toBe(2)
  })

  it('follow a start and a deletion, which are no steps', async () => {
    await open({ shownRun: 2 })
    await useRuns().start('')
    await settle()
    expect(useRuns().shownId).toBe(4)
    expect(engine.stored.at(-1)).toMatchObject({ shownRun: 4 })
    await useRuns().remove(4)
    await settle()
    expect(useRuns().shownId).toBe(3)
    expect(engine.stored.at(-1)).toMatchObject({ shownRun: 3 })
    expect(useHistory().undoTitle).toBeUndefined()
  })

  it('have their curves, also where another session has a run of that number', async () => {
    await open({ shownRun: 2 })
    expect(useRuns().shownCurves).not.toBeNull()
    await open({ shownRun: 2 }, 'session:b')
    expect(useRuns().shownCurves).not.toBeNull()
  })
})
