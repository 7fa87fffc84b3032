import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useKept } from '#renderer/stores/kept.ts'
import { useProject } from '#renderer/stores/project.ts'
import { useView } from '#renderer/stores/view.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'

/** Stands for the engine: what it was asked to store, in order, and how it checks settings. */
const engine = vi.hoisted(() => ({
  info: {},
  sent: [] as unknown[],
  issues: [] as { path: string; message: string }[],
  checkTakesMs: 0,
}))
vi.mock('#renderer/stores/preferences.ts', () => ({ usePreferences: () => ({ current: {} }) }))
vi.mock('#renderer/stores/connection.ts', () => ({
  useConnection: () => ({
    state: 'ready',
    get info() {
      return engine.info
    },
    async request(method: string, params: Sent) {
      if (method === 'run.check') {
        await new Promise((resolve) => setTimeout(resolve, engine.checkTakesMs))
        return { result: { issues: engine.issues } }
      }
      engine.sent.push(params.configuration?.optimiser.iterations ?? params.view?.preset)
      return { result: state(params.configuration ?? withIterations(20)) }
    },
  }),
}))
interface Sent {
  readonly configuration?: RunFile
  readonly view?: { readonly preset: string }
}

const state = (configuration: RunFile) => ({
  session: 'session:a',
  fileId: 'a',
  name: 'a',
  title: 'a',
  readOnly: false,
  inputs: [],
  configuration,
  runs: [],
  queue: [],
  problems: [],
  view: {},
})
const withIterations = (iterations: number): RunFile =>
  runFileSchema.parse({ magnetic_field: { grid: {} }, optimiser: { method: 'adam', iterations } })
const type = (iterations: number) => useProject().set(['optimiser', 'iterations'], iterations)

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  setActivePinia(createPinia())
  Object.assign(engine, { info: {}, issues: [], checkTakesMs: 0 })
  useKept()
  useProject().enter(state(withIterations(20)))
  await vi.advanceTimersByTimeAsync(2000)
  engine.sent = []
})
afterEach(() => vi.unstubAllGlobals())

it('stores what was changed the moment before, and nothing else', async () => {
  await useKept().store()
  expect(engine.sent).toEqual([])
  useView().settings.preset = 'explore'
  type(30)
  await nextTick()
  await useKept().store()
  expect(engine.sent).toEqual(['explore', 30])
})

it('is not undone by a check of older settings that was under way', async () => {
  engine.checkTakesMs = 300
  type(30)
  await vi.advanceTimersByTimeAsync(450)
  type(31)
  await useKept().store()
  await vi.advanceTimersByTimeAsync(5000)
  expect(engine.sent.at(-1)).toBe(31)
  expect(engine.sent).not.toContain(30)
})

it('leaves settings alone that the engine has found something wrong with', async () => {
  engine.issues = [{ path: 'data', message: 'is not there' }]
  type(30)
  await vi.advanceTimersByTimeAsync(2000)
  await useKept().store()
  expect(engine.sent).toEqual([])
})

it('sends nothing of a session to an engine that was started anew', async () => {
  type(30)
  const store = useKept().note()
  engine.info = {}
  await store()
  expect(engine.sent).toEqual([])
})
