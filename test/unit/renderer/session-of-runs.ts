import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, vi } from 'vitest'
import { useFiles } from '#renderer/stores/files.ts'
import { useKept } from '#renderer/stores/kept.ts'
import { engine, resetEngine } from './engine-of-runs.ts'

/** All that is put off for a moment. */
export async function settle() {
  await nextTick()
  await vi.advanceTimersByTimeAsync(3000)
}
/** Opens a session with this view. */
export async function open(view: unknown, session = 'session:a') {
  engine.view = view
  await useFiles().enterSession(session)
  await settle()
}

/** Every test of the file begins anew, with the engine of `engine-of-runs` and without waiting. */
export function beginWithRuns() {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('window', new EventTarget())
    setActivePinia(createPinia())
    resetEngine()
    useKept()
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
}
