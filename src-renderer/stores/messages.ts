import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { contractCodes, EngineError } from '#shared/contract/errors.ts'

export interface MessageAction {
  readonly label: string
  readonly run: () => void | Promise<void>
}
export type MessageLevel = 'info' | 'warning' | 'error'

/** An event the user should see for a while. Errors stay until they are closed. */
export interface Toast {
  readonly id: number
  readonly level: MessageLevel
  readonly title: string
  readonly text: string
  readonly actions: readonly MessageAction[]
}

export interface LogEntry {
  readonly id: number
  readonly time: number
  readonly level: MessageLevel
  readonly text: string
}

const mostToasts = 4
const mostEntries = 1000
const toastMs = 6000

/** A failure in words: what happened and, in a second sentence, what to do. */
export function describeError(error: unknown): string {
  if (error instanceof EngineError) {
    const missing = [error.file, error.field].filter(
      (name) => name !== undefined && name !== '' && !error.message.includes(name),
    )
    const place = missing.length > 0 ? `${missing.join(', ')}: ` : ''
    return [`${place}${error.message}`, error.advice].filter(Boolean).join(' ')
  }
  return error instanceof Error ? error.message : String(error)
}

export const useMessages = defineStore('messages', () => {
  const toasts = ref<Toast[]>([])
  const log = shallowRef<readonly LogEntry[]>([])
  let nextId = 1

  const problems = computed(() => log.value.filter((entry) => entry.level === 'error').length)

  function write(level: MessageLevel, text: string, time = Date.now()) {
    log.value = [...log.value.slice(1 - mostEntries), { id: nextId++, time, level, text }]
  }
  function dismiss(id: number) {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }
  function show(
    level: MessageLevel,
    title: string,
    text = '',
    actions: readonly MessageAction[] = [],
  ) {
    const id = nextId++
    toasts.value = [...toasts.value.slice(1 - mostToasts), { id, level, title, text, actions }]
    write(level, text === '' ? title : `${title}: ${text}`)
    if (level === 'info') setTimeout(() => dismiss(id), toastMs)
  }
  /** An error as a toast. Requests that the user cancelled are no errors. */
  function fail(title: string, error: unknown, actions: readonly MessageAction[] = []) {
    if (error instanceof EngineError && error.code === contractCodes.cancelled) return
    show('error', title, describeError(error), actions)
  }
  function clearLog() {
    log.value = []
  }
  return { toasts, log, problems, write, show, fail, dismiss, clearLog }
})
