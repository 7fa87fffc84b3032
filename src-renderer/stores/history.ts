import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { contractCodes, EngineError } from '#shared/contract/errors.ts'
import { useMessages } from './messages.ts'

const mostSteps = 200
const sameStepMs = 1000

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
      // Refused once, it always is: what it is about is gone. An engine that is away has refused nothing.
      const isAway = error instanceof EngineError && error.code === contractCodes.closed
      if (isAway && to.value.includes(step)) from.value = [...from.value, step]
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
  return { applying, record, undo, redo, reset, undoTitle, redoTitle }
})
