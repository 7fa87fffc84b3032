import { effectScope, nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useRunWords } from '#renderer/runs/run-words.ts'
import { useFiles } from '#renderer/stores/files.ts'
import { useHistory } from '#renderer/stores/history.ts'
import { useMessages } from '#renderer/stores/messages.ts'
import { useProject } from '#renderer/stores/project.ts'
import { useRuns } from '#renderer/stores/runs.ts'
import { aRun, engine } from './engine-of-runs.ts'
import { beginWithRuns, open, settle } from './session-of-runs.ts'

vi.mock('#renderer/stores/preferences.ts', () => ({ usePreferences: () => ({ current: {} }) }))
vi.mock('#renderer/stores/connection.ts', async () => {
  const { useConnection } = await import('./engine-of-runs.ts')
  return { useConnection }
})

beginWithRuns()

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

describe('a change that failed', () => {
  beforeEach(() => open({}))

  it('for what passes, as on a full disk, can be undone later', async () => {
    const history = useHistory()
    await useRuns().describe(2, { notes: 'Streaks.' })
    engine.failing = 'run.describe'
    await history.undo()
    expect(useMessages().toasts).toMatchObject([
      { title: 'Not undone: Notes', text: 'The disk is full.' },
    ])
    engine.failing = ''
    await history.undo()
    expect(engine.runs[1].notes).toBe('')
    expect([history.undoTitle, history.redoTitle]).toEqual([undefined, 'Notes'])
  })

  it('only after the engine had made it is a step, and is undone', async () => {
    engine.failing = 'session.state'
    expect(await useRuns().describe(2, { notes: 'Streaks.' })).toBe(true)
    const history = useHistory()
    expect(history.undoTitle).toBe('Notes')
    await history.undo()
    expect([engine.runs[1].notes, history.redoTitle]).toEqual(['', 'Notes'])
    expect(useMessages().toasts).toEqual([])
  })

  it('is dropped where no session is open any more', async () => {
    await useRuns().describe(2, { notes: 'Streaks.' })
    useProject().leaveSession()
    await useHistory().undo()
    expect([useHistory().undoTitle, useHistory().redoTitle]).toEqual([undefined, undefined])
    expect(engine.runs[1].notes).toBe('Streaks.')
  })
})

describe('words of a run of a session that is not open any more', () => {
  const first = { ...aRun(2), notes: 'Of the first.' }
  beforeEach(() => open({}))

  it('are not written onto the run of that number of another one, though they waited', async () => {
    let release = () => undefined as void
    engine.held = new Promise((resolve) => (release = resolve))
    const runs = useRuns()
    const slow = runs.describe(1, { notes: 'Slow.' })
    const waiting = runs.describe(2, { notes: first.notes })
    await useFiles().enterSession('session:b')
    release()
    expect(await Promise.all([slow, waiting])).toEqual([true, false])
    expect(engine.runs[1]).toEqual(aRun(2))
    expect(useHistory().undoTitle).toBeUndefined()
    expect(useMessages().toasts).toMatchObject([
      { title: 'Not noted', text: 'The session of the run is not open any more.' },
    ])
  })

  it('nor as their fields go', async () => {
    const { words } = fieldsOf(2)
    words.notes.value = first.notes
    words.edited()
    await useFiles().enterSession('session:b')
    await words.save()
    expect(engine.runs[1]).toEqual(aRun(2))
  })
})

/** The fields of a run, without the form around them. */
function fieldsOf(number: number) {
  const runs = useRuns()
  const run = () => runs.list[number - 1]
  const words = effectScope().run(() => useRunWords(run))
  if (!words) throw new Error('No fields.')
  return { words, run }
}

describe('the fields of a run', () => {
  beforeEach(() => open({}))
  function type(words: ReturnType<typeof useRunWords>, text: string) {
    words.notes.value = text
    words.edited()
  }

  it('keep what is being saved, whatever comes of the run meanwhile', async () => {
    let release = () => undefined as void
    engine.held = new Promise((resolve) => (release = resolve))
    const { words } = fieldsOf(2)
    type(words, 'Streaks.')
    const saved = words.save()
    await useProject().refresh()
    // Another window has given it a name.
    engine.runs[1].name = 'Renamed'
    await useProject().refresh()
    await nextTick()
    expect(words.notes.value).toBe('Streaks.')
    release()
    await saved
    expect(engine.runs[1].notes).toBe('Streaks.')
  })

  it('keep what could not be saved, and save it with the next try', async () => {
    const { words } = fieldsOf(2)
    engine.failing = 'run.describe'
    type(words, 'Streaks.')
    await words.save()
    engine.runs[1].tags = ['paper']
    await useProject().refresh()
    await nextTick()
    expect(words.notes.value).toBe('Streaks.')
    engine.failing = ''
    await words.save()
    expect(engine.runs[1].notes).toBe('Streaks.')
  })

  it('keep their text where a run only goes on, and follow what is undone', async () => {
    const { words, run } = fieldsOf(2)
    type(words, 'Streaks.')
    await words.save()
    await settle()
    const before = run()
    // Emptied, to type another one.
    words.name.value = ''
    words.edited()
    await words.save()
    await useProject().refresh()
    await nextTick()
    expect(run()).not.toBe(before)
    expect(words.name.value).toBe('')
    await useHistory().undo()
    await nextTick()
    expect(words.notes.value).toBe('')
  })
})
