import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, expect, it, vi } from 'vitest'
import { useHistory } from '#renderer/stores/history.ts'
import { useProject } from '#renderer/stores/project.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'

/** Stands for the engine: one session, which this window and another one change. */
const engine = vi.hoisted(() => ({ stored: null as unknown, writes: 0 }))
vi.mock('#renderer/stores/preferences.ts', () => ({ usePreferences: () => ({}) }))
vi.mock('#renderer/stores/connection.ts', () => ({
  useConnection: () => ({
    state: 'ready',
    request(method: string, { configuration }: { configuration?: unknown }) {
      if (method === 'session.configure') {
        engine.stored = configuration
        engine.writes++
      }
      if (method === 'run.check') return Promise.resolve({ result: { issues: [] } })
      return Promise.resolve({ result: state() })
    },
  }),
}))

const state = () => ({
  session: 'session:a',
  fileId: 'a',
  name: 'a',
  title: 'a',
  readOnly: false,
  inputs: [],
  configuration: runFileSchema.parse(engine.stored),
  runs: [],
  queue: [],
  problems: [],
  view: null,
})
const withIterations = (iterations: number): RunFile =>
  runFileSchema.parse({ magnetic_field: { grid: {} }, optimiser: { method: 'adam', iterations } })
const iterations = () => useProject().get(['optimiser', 'iterations'])
/** All that is put off for a moment. */
async function settle() {
  await nextTick()
  await vi.advanceTimersByTimeAsync(2000)
}

beforeEach(async () => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  engine.stored = withIterations(20)
  useProject().enter(state())
  await settle()
  engine.writes = 0
})

it('settings that another window has stored are taken over, and not written back', async () => {
  engine.stored = withIterations(4000)
  await useProject().refresh()
  await settle()
  expect(iterations()).toBe(4000)
  expect(engine.writes).toBe(0)
  useHistory().undo()
  await settle()
  expect([iterations(), engine.stored]).toEqual([20, withIterations(20)])
})

it('what is being typed goes before it', async () => {
  useProject().set(['optimiser', 'iterations'], 30)
  engine.stored = withIterations(4000)
  await useProject().refresh()
  await settle()
  expect(iterations()).toBe(30)
  expect(engine.stored).toEqual(withIterations(30))
})
