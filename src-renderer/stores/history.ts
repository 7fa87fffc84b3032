import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { EngineError } from '#shared/contract/errors.ts'
import { useMessages } from './messages.ts'

const mostSteps = 200
const sameStepMs = 1000

/** What a step is about is gone for good: its run, its place in the queue, its session. */
const goneCodes: readonly string[] = ['unknown-run', 'not-waiting', 'no-session']
const isGone = (error: unknown) => error instanceof EngineError && goneCodes.includes(error.code)

/** Something that was changed, and how to change it back and again. */
export interface Step {
  /** As in "Undo: Projection". */
  readonly title: string
  /** Steps of the same key within a second are one: a drag, a word that is typed. */
  readonly key: string
  /** Either may ask the engine, which may refuse. */
  readonly back: () => void | Promise<void>
  readonly forth: () => void | Promise<void>
}

type Steps = ShallowRef<readonly Step[]>

/** Undo and redo across project and view, in the order in which things were changed. */
export const useHistory = defineStore('history', () => {
  const messages = useMessages()
  const past = shallowRef<readonly Step[]>([])
  const future = shallowRef<readonly Step[]>([])
  /** While a step is taken back or made again: what follows from it is part of it. */
  const applying = ref(false)
  let lastKey = ''
  let lastTime = 0

  function record(step: Step, now = Date.now()) {
    const last = past.value[past.value.length - 1]
    const same = last && step.key === lastKey && now - lastTime <= sameStepMs
    past.value = same
      ? [...past.value.slice(0, -1), { ...step, back: last.back }]
      : [...past.value.slice(1 - mostSteps), step]
    lastKey = step.key
    lastTime = now
    future.value = []
  }
  /** Makes something part of the step that was recorded last. */
  function join({ back, forth }: { back: () => void; forth: () => void }) {
    const last = past.value[past.value.length - 1]
    if (!last) return
    const joined: Step = {
      ...last,
      back: () => {
        back()
        return last.back()
      },
      forth: () => {
        const done = last.forth()
        forth()
        return done
      },
    }
    past.value = [...past.value.slice(0, -1), joined]
  }
  /** Moves the last step of one list to the other; resolves when what it changes is changed. */
  async function move(from: Steps, to: Steps, direction: 'back' | 'forth') {
    const step = from.value[from.value.length - 1]
    if (!step) return
    from.value = from.value.slice(0, -1)
    to.value = [...to.value, step]
    lastKey = ''
    applying.value = true
    const change = async () => step[direction]()
    const done = change()
    // Behind what follows from it.
    void nextTick(() => (applying.value = false))
    try {
      await done
    } catch (error) {
      // Whatever else was in the way, a full disk or an engine that is away, it may be tried again.
      if (!isGone(error) && to.value.includes(step)) from.value = [...from.value, step]
      to.value = to.value.filter((one) => one !== step)
      messages.fail(`Not ${direction === 'back' ? 'undone' : 'made again'}: ${step.title}`, error)
    }
  }
  const undo = () => move(past, future, 'back')
  const redo = () => move(future, past, 'forth')
  /** Another document: nothing to undo. */
  function reset() {
    past.value = []
    future.value = []
    lastKey = ''
  }
  const undoTitle = computed(() => past.value[past.value.length - 1]?.title)
  const redoTitle = computed(() => future.value[future.value.length - 1]?.title)
  return { applying, record, join, undo, redo, reset, undoTitle, redoTitle }
})
