import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useFiles } from '#renderer/stores/files.ts'
import { useHistory } from '#renderer/stores/history.ts'
import { useKept } from '#renderer/stores/kept.ts'
import { useMaps } from '#renderer/stores/maps.ts'
import { useMessages } from '#renderer/stores/messages.ts'
import { useProject } from '#renderer/stores/project.ts'
import { useRuns } from '#renderer/stores/runs.ts'
import { useView } from '#renderer/stores/view.ts'
import { contractCodes, EngineError } from '#shared/contract/errors.ts'
import type { RunSummary, SessionState } from '#shared/contract/methods.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

interface Sent {
  readonly session?: string
  readonly grant?: string
  readonly run?: number
  readonly name?: string
  readonly notes?: string
  readonly tags?: string[]
  readonly position?: number
  readonly view?: unknown
}
/** Stands for the engine: one session, with its runs. */
const engine = vi.hoisted(() => ({
  runs: [] as { run: number; name: string; notes: string; tags: string[] }[],
  queue: [] as number[],
  view: null as unknown,
  interrupted: undefined as number | undefined,
  isAway: false,
  sent: [] as string[],
  stored: [] as unknown[],
}))
vi.mock('#renderer/stores/preferences.ts', () => ({ usePreferences: () => ({ current: {} }) }))
vi.mock('#renderer/stores/connection.ts', () => ({
  useConnection: () => ({
    state: 'ready',
    info: {},
    on: () => undefined,
    request: async (method: string, params: Sent) => {
      await Promise.resolve()
      if (engine.isAway) throw new EngineError({ code: contractCodes.closed, message: 'Away.' })
      return { result: answer(method, params), payloads: [] }
    },
  }),
}))

function find(wanted: number | undefined) {
  const found = engine.runs.find(({ run }) => run === wanted)
  if (found) return found
  const message = `The session has no run ${wanted}.`
  throw new EngineError({ code: 'unknown-run', message })
}
function answer(method: string, { session, run, position = 0, view, ...said }: Sent): unknown {
  engine.sent.push(run === undefined ? method : `${method} ${run}`)
  switch (method) {
    case 'session.open':
      return stateOf(said.grant ?? '')
    case 'session.state':
    case 'session.configure':
      return stateOf(session ?? '')
    case 'session.view':
      engine.stored.push(view)
      return {}
    case 'run.check':
      return { issues: [] }
    case 'run.curves':
      return { columns: [], rows: 0, marks: [] }
    case 'run.describe':
      return summaryOf(Object.assign(find(run), said))
    case 'run.start':
      return summaryOf(engine.runs[engine.runs.push(aRun(engine.runs.length + 1)) - 1])
    case 'run.remove':
      engine.runs = engine.runs.filter((one) => one.run !== run)
      return {}
    case 'run.reorder': {
      if (run === undefined || !engine.queue.includes(run))
        throw new Error(`Run ${run} does not wait for its turn any more.`)
      const others = engine.queue.filter((one) => one !== run)
      engine.queue = [...others.slice(0, position), run, ...others.slice(position)]
      return engine.queue
    }
    default:
      throw new Error(`Not asked for: ${method}`)
  }
}
const aRun = (run: number) => ({ run, name: `Run ${run}`, notes: '', tags: [] as string[] })
const summaryOf = (run: (typeof engine.runs)[number]): RunSummary => ({
  ...run,
  state: engine.queue.includes(run.run) ? 'queued' : 'done',
  ...{ iteration: 5, iterations: 5, grids: [], chi2_n_fitted: 1, chi2_n_held_out: null },
  ...{ started: 0, seconds: 1, unconstrained: [] },
})
const configuration = runFileSchema.parse({
  data: [
    { name: 'Haslam', file: 'grant:a', frequency_ghz: 0.408 },
    { name: 'Reich', file: 'grant:b', frequency_ghz: 1.42 },
  ],
  magnetic_field: { grid: {} },
})
const stateOf = (session: string): SessionState => ({
  session,
  fileId: session,
  name: session,
  title: session,
  readOnly: false,
  inputs: [],
  configuration,
  runs: engine.runs.map(summaryOf),
  queue: engine.queue,
  problems: [],
  view: engine.view,
  ...(engine.interrupted === undefined
    ? {}
    : {
        interrupted: {
          ...{ run: engine.interrupted, name: 'Run', iteration: 3, iterations: 5 },
          ...{ stored: 3, time: 0 },
        },
      }),
})

/** All that is put off for a moment. */
async function settle() {
  await nextTick()
  await vi.advanceTimersByTimeAsync(3000)
}
async function open(view: unknown, session = 'session:a') {
  engine.view = view
  await useFiles().enterSession(session)
  await settle()
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  setActivePinia(createPinia())
  const nothing = { queue: [], interrupted: undefined, isAway: false, sent: [], stored: [] }
  Object.assign(engine, { runs: [1, 2, 3].map(aRun), ...nothing })
  useKept()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('what is said of a run', () => {
  beforeEach(() => open({}))

  it('is a step for what is new in it, taken back and made again by the engine', async () => {
    const history = useHistory()
    await useRuns().describe(2, { name: 'Weak prior', tags: [], notes: 'Streaks.' })
    expect(engine.runs[1]).toMatchObject({ name: 'Weak prior', notes: 'Streaks.' })
    expect(history.undoTitle).toBe('Name of run, Notes')
    await settle()
    await useRuns().describe(2, { name: 'Weak prior', tags: ['paper'], notes: 'Streaks.' })
    expect(history.undoTitle).toBe('Tags')
    await history.undo()
    expect(engine.runs[1]).toEqual({ ...aRun(2), name: 'Weak prior', notes: 'Streaks.' })
    await history.undo()
    expect(engine.runs[1]).toEqual(aRun(2))
    expect(useRuns().list[1].name).toBe('Run 2')
    await history.redo()
    await history.redo()
    const all = { name: 'Weak prior', tags: ['paper'], notes: 'Streaks.' }
    expect(engine.runs[1]).toEqual({ run: 2, ...all })
  })

  it('is a step for each field, however soon they follow one another', async () => {
    const runs = useRuns()
    await Promise.all([
      runs.describe(2, { name: 'Weak prior', tags: [], notes: '' }),
      runs.describe(2, { name: 'Weak prior', tags: ['paper'], notes: '' }),
    ])
    expect(useHistory().undoTitle).toBe('Tags')
    await useHistory().undo()
    expect(engine.runs[1]).toEqual({ ...aRun(2), name: 'Weak prior' })
  })

  it('is neither a step nor asked of the engine where nothing is new', async () => {
    engine.sent = []
    await useRuns().describe(2, { name: 'Run 2', tags: [], notes: '' })
    expect([engine.sent, useHistory().undoTitle]).toEqual([[], undefined])
  })

  it('is no step where the engine refuses it', async () => {
    engine.isAway = true
    await useRuns().describe(2, { name: 'Weak prior' })
    expect(useMessages().toasts).toMatchObject([{ title: 'Not noted', text: 'Away.' }])
    expect(useHistory().undoTitle).toBeUndefined()
  })

  it('of a run that was deleted is not undone, which is told, and the step before it is', async () => {
    const history = useHistory()
    await useRuns().describe(1, { name: 'First' })
    await useRuns().describe(2, { name: 'Weak prior' })
    await useRuns().remove(2)
    await history.undo()
    expect(useMessages().toasts).toMatchObject([
      { title: 'Not undone: Name of run', text: 'The session has no run 2.' },
    ])
    expect([history.undoTitle, history.redoTitle]).toEqual(['Name of run', undefined])
    await history.undo()
    expect(engine.runs.map(({ name }) => name)).toEqual(['Run 1', 'Run 3'])
    await history.redo()
    expect(engine.runs.map(({ name }) => name)).toEqual(['First', 'Run 3'])
  })

  it('can be undone later where the engine is away', async () => {
    const history = useHistory()
    await useRuns().describe(2, { notes: 'Streaks.' })
    engine.isAway = true
    await history.undo()
    expect(useMessages().toasts).toMatchObject([{ title: 'Not undone: Notes', text: 'Away.' }])
    engine.isAway = false
    await history.undo()
    expect(engine.runs[1].notes).toBe('')
    expect(history.redoTitle).toBe('Notes')
  })
})

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
