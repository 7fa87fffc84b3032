import { defineStore } from 'pinia'
import { computed, nextTick, ref, shallowRef } from 'vue'

const mostSteps = 200
const sameStepMs = 1000

/** Something that was changed, and how to change it back and again. */
export interface Step {
  /** As in "Undo: Projection". */
  readonly title: string
  /** Steps of the same key within a second are one: a drag, a word that is typed. */
  readonly key: string
  readonly back: () => void
  readonly forth: () => void
}

/** Undo and redo across project and view, in the order in which things were changed. */
export const useHistory = defineStore('history', () => {
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
  function apply(change: () => void) {
    lastKey = ''
    applying.value = true
    change()
    void nextTick(() => (applying.value = false))
  }
  function undo() {
    const step = past.value[past.value.length - 1]
    if (!step) return
    past.value = past.value.slice(0, -1)
    future.value = [...future.value, step]
    apply(step.back)
  }
  function redo() {
    const step = future.value[future.value.length - 1]
    if (!step) return
    future.value = future.value.slice(0, -1)
    past.value = [...past.value, step]
    apply(step.forth)
  }
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
