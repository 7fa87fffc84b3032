import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useConnection } from '#renderer/stores/connection.ts'
import { useHistory } from '#renderer/stores/history.ts'
import { useKept } from '#renderer/stores/kept.ts'
import { useMessages } from '#renderer/stores/messages.ts'
import { useProject } from '#renderer/stores/project.ts'
import { useReconnection } from '#renderer/stores/reconnection.ts'
import { useRecovery } from '#renderer/stores/recovery.ts'
import { useView } from '#renderer/stores/view.ts'
import { contractCodes, EngineError } from '#shared/contract/errors.ts'
import type { SessionState } from '#shared/contract/methods.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'

interface Sent {
  readonly session?: string
  readonly grant?: string
  readonly configuration?: RunFile
  readonly view?: { readonly preset: string }
  readonly id?: string
}

/** What is on the disk: it outlives every engine. */
const disk = vi.hoisted(() => ({
  settings: null as RunFile | null,
  preset: 'fit',
  isThere: true,
  isFull: false,
  readOnly: false,
  issues: [] as { path: string; message: string }[],
  draft: null as RunFile | null,
}))
/** Stands for the engine that runs now, which has a word of its own for the session. */
const engine = vi.hoisted(() => ({
  start: 1,
  cut: () => undefined as void,
  /** What the user does while the session is opened. */
  opening: () => undefined as void,
  writes: 0,
  /** The line is cut before the answer to this method is there. */
  losing: '',
  taken: [] as unknown[],
  closed: [] as unknown[],
}))
const sky = 'grant:sky'
const stateOf = (): SessionState => ({
  session: `session:${engine.start}`,
  fileId: 'a',
  name: 'a',
  title: 'a',
  readOnly: disk.readOnly,
  inputs: [
    {
      name: 'sky',
      grant: sky,
      fileName: 'sky.fits',
      sha256: '',
      missing: false,
      changed: false,
    },
  ],
  configuration: disk.settings ?? settings(20),
  runs: [],
  queue: [],
  problems: [],
  view: { preset: disk.preset },
})

function answer(method: string, params: Sent): unknown {
  const known = params.session === `session:${engine.start}`
  switch (method) {
    case 'run.check':
      return { issues: disk.issues }
    case 'sessions.recent':
      return [
        { grant: 'grant:another', fileId: 'b', name: 'a.larmor', missing: false },
        { grant: 'grant:a', fileId: 'a', name: 'a.larmor', missing: !disk.isThere },
      ]
    case 'session.open':
      if (params.grant !== 'grant:a') throw new Error('This is another session.')
      engine.opening()
      return stateOf()
    case 'session.configure':
      if (!known || !params.configuration) throw new Error('not open')
      if (disk.isFull) throw new Error('The disk is full.')
      engine.writes++
      disk.settings = params.configuration
      return stateOf()
    case 'session.view':
      if (!known) throw new Error('not open')
      disk.preset = params.view?.preset ?? ''
      return { ok: true }
    case 'session.close':
      engine.closed.push(params.session)
      return { ok: true }
    case 'draft.keep':
      disk.draft = params.configuration ?? null
      return { id: 'd' }
    case 'recovery.open':
      engine.taken.push(params.id)
      return {}
    default:
      return {}
  }
}

vi.mock('#renderer/stores/preferences.ts', () => ({ usePreferences: () => ({ current: {} }) }))
vi.mock('#renderer/engine/connect.ts', () => ({
  openEngine() {
    let isOpen = true
    const closed = new Promise<string>((resolve) => {
      engine.cut = () => {
        isOpen = false
        resolve('The connection was cut.')
      }
    })
    return Promise.resolve({
      closed,
      on: () => undefined,
      request: async (method: string, params: Sent) => {
        await Promise.resolve()
        if (!isOpen) throw new EngineError({ code: contractCodes.closed, message: 'cut' })
        const result = answer(method, params)
        if (method !== engine.losing) return { result, payloads: [] }
        engine.cut()
        throw new EngineError({ code: contractCodes.closed, message: 'cut' })
      },
    })
  },
}))

const settings = (iterations: number): RunFile =>
  runFileSchema.parse({
    data: [{ name: 'sky', file: sky, frequency_ghz: 0.408 }],
    magnetic_field: { grid: {} },
    optimiser: { method: 'adam', iterations },
  })
const type = (iterations: number) => useProject().set(['optimiser', 'iterations'], iterations)
const shown = () => useProject().get(['optimiser', 'iterations'])
/** All that is put off for a moment. */
async function settle() {
  await nextTick()
  await vi.advanceTimersByTimeAsync(3000)
}
async function lose() {
  engine.cut()
  await settle()
  expect(useConnection().state).toBe('lost')
}
const connect = async () => {
  await useReconnection().connect()
  await settle()
}

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('location', { port: '9000' })
  setActivePinia(createPinia())
  const whole = { isThere: true, isFull: false, readOnly: false, issues: [], draft: null }
  Object.assign(disk, { settings: settings(20), preset: 'fit', ...whole })
  const opening = () => undefined
  Object.assign(engine, { start: 1, writes: 0, losing: '', taken: [], closed: [], opening })
  useKept()
  useRecovery()
  await useConnection().connect()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('a session that is connected again', () => {
  beforeEach(async () => {
    const state = stateOf()
    useProject().enter(state)
    useView().restore(state.view)
    await settle()
    type(25)
    await settle()
    expect(disk.settings).toEqual(settings(25))
    engine.writes = 0
  })

  for (const [what, starts] of [
    ['by the same engine', 0],
    ['by one that was started anew', 1],
    ['by the second one that was started anew', 2],
  ] as const)
    it(`stores ${what} what was changed without it, and can still take it back`, async () => {
      await lose()
      type(33)
      useView().settings.preset = 'explore'
      await settle()
      expect(disk.settings).toEqual(settings(25))
      expect(useReconnection().unstored).toBe('What was changed in a')
      if (starts === 2) {
        engine.start++
        await connect()
        await lose()
      }
      if (starts > 0) engine.start++
      await connect()
      expect(useReconnection().unstored).toBe('')
      expect([disk.settings, disk.preset]).toEqual([settings(33), 'explore'])
      const history = useHistory()
      expect(history.undoTitle).toBe('Layout')
      history.undo()
      await settle()
      for (const before of [25, 20]) {
        history.undo()
        await settle()
        expect([shown(), disk.settings]).toEqual([before, settings(before)])
      }
      for (const after of [25, 33]) {
        history.redo()
        await settle()
        expect([shown(), disk.settings]).toEqual([after, settings(after)])
      }
    })

  it('writes nothing where nothing was changed', async () => {
    await lose()
    engine.start++
    disk.preset = 'inspect'
    await connect()
    expect([engine.writes, disk.preset, shown()]).toEqual([0, 'inspect', 25])
    expect(useHistory().undoTitle).toBe('Iterations')
  })

  it('shows the settings that were stored elsewhere, and keeps those of the screen one step away', async () => {
    await lose()
    type(33)
    engine.start++
    disk.settings = settings(4000)
    await connect()
    expect([shown(), disk.settings]).toEqual([4000, settings(4000)])
    expect(useMessages().toasts.map(({ title }) => title)).toEqual(['a has other settings now'])
    useHistory().undo()
    await settle()
    expect([shown(), disk.settings]).toEqual([33, settings(33)])
  })

  it('knows its own settings again, of which it was not told that they are stored', async () => {
    engine.losing = 'session.configure'
    type(33)
    await settle()
    expect([useConnection().state, disk.settings]).toEqual(['lost', settings(33)])
    type(55)
    engine.losing = ''
    await connect()
    expect([shown(), disk.settings]).toEqual([55, settings(55)])
    expect(useMessages().toasts).toEqual([])
    // What another window stores of that kind later is another's.
    await lose()
    disk.settings = settings(33)
    await connect()
    expect(shown()).toBe(33)
  })

  it('forgets them with the session', async () => {
    engine.losing = 'session.configure'
    type(33)
    await settle()
    engine.losing = ''
    disk.isThere = false
    await connect()
    disk.isThere = true
    useProject().enter(stateOf())
    await settle()
    type(55)
    await settle()
    await lose()
    disk.settings = settings(33)
    await connect()
    expect(shown()).toBe(33)
  })

  it('keeps what is on the screen where the session is not to be found, and says so', async () => {
    await lose()
    type(33)
    disk.isThere = false
    await connect()
    const project = useProject()
    expect(project.adrift).toBe('a.larmor is not where it was. Put it back and try again.')
    expect([shown(), engine.writes]).toEqual([33, 0])
    expect(useReconnection().unstored).not.toBe('')
    // It is back ...
    disk.isThere = true
    await useReconnection().takeUp()
    await settle()
    expect([project.adrift, disk.settings]).toEqual(['', settings(33)])
  })

  it('asks about what has errors, and stores it when it is mended', async () => {
    await lose()
    type(33)
    type(NaN)
    await connect()
    expect([shown(), disk.settings]).toEqual([NaN, settings(25)])
    expect(useReconnection().unstored).toBe('What was changed in a')
    type(34)
    await settle()
    expect(disk.settings).toEqual(settings(34))
    expect(useReconnection().unstored).toBe('')
    disk.issues = [{ path: 'data', message: 'is not there' }]
    type(35)
    await settle()
    expect(disk.settings).toEqual(settings(34))
    expect(useReconnection().unstored).not.toBe('')
  })

  it('keeps what is on the screen where the session can only be read now, and says that it is not stored', async () => {
    await lose()
    type(33)
    disk.readOnly = true
    await connect()
    expect([shown(), disk.settings]).toEqual([33, settings(25)])
    expect(useMessages().toasts.map(({ title }) => title)).toEqual(['a can only be read now'])
    expect(useProject().readOnly).toBe(true)
  })

  it('leaves what was begun while it was opened again as it is', async () => {
    await lose()
    engine.start++
    engine.opening = () => {
      useProject().reset()
      type(7)
    }
    await connect()
    expect([useProject().session, shown(), engine.closed]).toEqual([null, 7, ['session:2']])
    expect(disk.settings).toEqual(settings(25))
  })

  it('goes on as a project of its own where it is not to be found', async () => {
    await lose()
    type(33)
    disk.isThere = false
    await connect()
    useProject().leaveSession()
    await settle()
    expect(useProject().session).toBeNull()
    expect(disk.draft).toEqual(settings(33))
    expect(useReconnection().unstored).toBe('')
  })
})

it('says that settings are not stored while they cannot be, and stores them when asked to try again', async () => {
  useProject().enter(stateOf())
  await settle()
  disk.isFull = true
  type(33)
  await settle()
  expect(disk.settings).toEqual(settings(20))
  expect(useReconnection().unstored).toBe('What was changed in a')
  const [{ title, text, actions }] = useMessages().toasts
  expect([title, text]).toEqual(['Settings not stored', 'The disk is full.'])
  disk.isFull = false
  void actions[0].run()
  await settle()
  expect(disk.settings).toEqual(settings(33))
  expect(useReconnection().unstored).toBe('')
})

it('goes on with a project without a session as it is on the screen', async () => {
  const configuration = settings(20)
  useProject().begin({
    name: '',
    configuration,
    files: [{ grant: sky, name: 'sky.fits' }],
  })
  await settle()
  await lose()
  type(33)
  await settle()
  expect(useReconnection().unstored).not.toBe('')
  engine.start++
  await connect()
  expect([shown(), engine.taken]).toEqual([33, ['d']])
  expect(disk.draft).toEqual(settings(33))
  expect(useReconnection().unstored).toBe('')
  useHistory().undo()
  await settle()
  expect(disk.draft).toEqual(settings(20))
})
