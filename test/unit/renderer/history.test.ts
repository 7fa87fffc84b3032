import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick, ref, watch } from 'vue'
import { useHistory } from '#renderer/stores/history.ts'
import { recordView, titleOf } from '#renderer/stores/view-history.ts'

let history: ReturnType<typeof useHistory>
beforeEach(() => {
  setActivePinia(createPinia())
  history = useHistory()
})

describe('history', () => {
  it('takes steps of project and view back in the order they were made, and makes them again', () => {
    const done: string[] = []
    const step = (title: string) => ({
      title,
      key: title,
      back: () => void done.push(`-${title}`),
      forth: () => void done.push(`+${title}`),
    })
    history.record(step('a'), 0)
    history.record(step('b'), 1)
    expect(history.undoTitle).toBe('b')
    history.undo()
    history.undo()
    history.undo()
    history.redo()
    expect(done).toEqual(['-b', '-a', '+a'])
    expect([history.undoTitle, history.redoTitle]).toEqual(['a', 'b'])
    history.record(step('c'), 2)
    expect(history.redoTitle).toBeUndefined()
  })

  it('counts a drag as one step, and no longer a second after its last move', () => {
    let value = 0
    const move = (to: number, now: number) => {
      const from = value
      value = to
      const key = 'drag'
      history.record(
        { title: key, key, back: () => void (value = from), forth: () => void (value = to) },
        now,
      )
    }
    move(1, 0)
    move(2, 900)
    move(3, 1800)
    move(4, 3000)
    history.undo()
    expect(value).toBe(3)
    history.undo()
    expect(value).toBe(0)
    history.redo()
    expect(value).toBe(3)
  })

  it('takes what was joined to a step back before it, and makes it again after it', () => {
    const done: string[] = []
    const change = (title: string) => ({
      back: () => void done.push(`-${title}`),
      forth: () => void done.push(`+${title}`),
    })
    history.join(change('nothing'))
    // Twice within a second: one step.
    for (const name of ['a', 'b']) {
      history.record({ title: 'Add', key: 'add', ...change(name) }, 0)
      history.join(change(`shown ${name}`))
    }
    history.undo()
    history.redo()
    expect(done).toEqual(['-shown b', '-shown a', '-a', '+b', '+shown b'])
    expect(history.undoTitle).toBe('Add')
  })

  it('keeps 200 steps', () => {
    const noted: number[] = []
    for (let i = 0; i < 250; i++) {
      const forth = () => undefined
      history.record({ title: 'x', key: `${i}`, back: () => void noted.push(i), forth }, i)
    }
    while (history.undoTitle !== undefined) history.undo()
    expect(noted).toHaveLength(200)
    expect(noted.at(-1)).toBe(50)
  })
})

describe('the view in it', () => {
  interface View {
    projection: string
    sky: { zoom: number; panX: number }
    limits: number[] | null
  }
  const makeView = () =>
    ref<View>({ projection: 'mollweide', sky: { zoom: 1, panX: 0 }, limits: null })

  it('undoes changes anywhere in the settings, with what followed from them', async () => {
    const view = makeView()
    recordView(view)
    // Another projection has other limits: a consequence, not a step of its own.
    watch(
      () => view.value.projection,
      () => (view.value.limits = null),
    )
    view.value.limits = [1, 2]
    await nextTick()
    view.value.projection = 'globe'
    await nextTick()
    expect(view.value.limits).toBeNull()
    view.value.sky.zoom = 4
    await nextTick()
    expect(history.undoTitle).toBe('Part of the sky')
    history.undo()
    await nextTick()
    expect(view.value.sky).toEqual({ zoom: 1, panX: 0 })
    history.undo()
    expect(view.value).toMatchObject({ projection: 'mollweide', limits: [1, 2] })
    await nextTick()
    expect(history.redoTitle).toBeDefined()
    history.redo()
    await nextTick()
    history.redo()
    await nextTick()
    expect(view.value).toEqual({ projection: 'globe', sky: { zoom: 4, panX: 0 }, limits: null })
  })

  it('counts choices as steps of their own, however soon, and a drag, which changes numbers only, as one', async () => {
    const view = makeView()
    recordView(view)
    const states = [
      { projection: 'globe', sky: { zoom: 1, panX: 0 }, limits: null },
      { projection: 'gnomonic', sky: { zoom: 1, panX: 0 }, limits: null },
      { projection: 'gnomonic', sky: { zoom: 1, panX: 0.5 }, limits: null },
      { projection: 'gnomonic', sky: { zoom: 1, panX: -2e-7 }, limits: null },
    ]
    for (const state of states) {
      view.value = state
      await nextTick()
    }
    for (const before of [states[1], states[0], makeView().value]) {
      history.undo()
      await nextTick()
      expect(view.value).toEqual(before)
    }
    expect(history.undoTitle).toBeUndefined()
  })

  it.each([
    ['runs', 'shownRun', 1, 2],
    ['runs that are compared', 'comparedRuns', [1], [2]],
    ['maps', 'dataName', 'Haslam 408', 'Haslam 1420'],
    ['catalogues', 'overlay', 'NVSS-1', 'NVSS-2'],
  ])(
    'counts the choice of %s that differ in digits only as steps',
    async (_what, key, one, two) => {
      const view = ref<Record<string, unknown>>({ [key]: null })
      recordView(view)
      for (const value of [one, two]) {
        view.value[key] = value
        await nextTick()
      }
      history.undo()
      await nextTick()
      expect(view.value[key]).toEqual(one)
      history.undo()
      await nextTick()
      expect(view.value[key]).toBeNull()
    },
  )

  it("does not count another session's settings as a step", async () => {
    const view = makeView()
    const { forget } = recordView(view)
    view.value = { ...makeView().value, projection: 'globe' }
    forget()
    await nextTick()
    expect(history.undoTitle).toBeUndefined()
  })

  it('names what changed', () => {
    expect(titleOf(['dataLimits'])).toBe('Limits')
    expect(titleOf(['preset', 'docks'])).toBe('Layout')
    expect(titleOf(['vectorDensity'])).toBe('Vector density')
    expect(titleOf(['projection', 'sky', 'norm'])).toBe('Projection, Part of the sky')
  })
})
