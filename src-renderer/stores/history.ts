import { computed, shallowRef } from 'vue'

const mostSteps = 200

/** Undo and redo over immutable values. Edits with the same key within a second count as one step. */
export function useHistory<T>(initial: T) {
  const value = shallowRef<T>(initial)
  const past = shallowRef<readonly { value: T; title: string }[]>([])
  const future = shallowRef<readonly { value: T; title: string }[]>([])
  let lastKey = ''
  let lastTime = 0

  function edit(next: T, title: string, key: string, now = Date.now()) {
    if (key !== lastKey || now - lastTime > 1000)
      past.value = [...past.value.slice(1 - mostSteps), { value: value.value, title }]
    lastKey = key
    lastTime = now
    future.value = []
    value.value = next
  }
  function undo() {
    const step = past.value[past.value.length - 1]
    if (!step) return
    past.value = past.value.slice(0, -1)
    future.value = [...future.value, { value: value.value, title: step.title }]
    value.value = step.value
    lastKey = ''
  }
  function redo() {
    const step = future.value[future.value.length - 1]
    if (!step) return
    future.value = future.value.slice(0, -1)
    past.value = [...past.value, { value: value.value, title: step.title }]
    value.value = step.value
    lastKey = ''
  }
  /** Another document: nothing to undo. */
  function reset(next: T) {
    past.value = []
    future.value = []
    lastKey = ''
    value.value = next
  }
  const undoTitle = computed(() => past.value[past.value.length - 1]?.title)
  const redoTitle = computed(() => future.value[future.value.length - 1]?.title)
  return { value, edit, undo, redo, reset, undoTitle, redoTitle }
}
