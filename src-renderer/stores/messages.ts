import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { EngineError, isCancelled } from '#shared/contract/errors.ts'

export interface MessageAction {
  readonly label: string
  readonly run: () => void | Promise<void>
}
export type MessageLevel = 'info' | 'warning' | 'error'
/** The least that is shown. */
export const logLevels = ['all', 'warning', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** An event the user should see for a while (`stays`: until it is put away): errors longer, and all of them for as long as they are looked at. */
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
const toastMs = { info: 6000, warning: 15_000, error: 30_000 } as const
/** A warning that offers something to do is about what would be lost otherwise. */
const stays = ({ level, actions }: Toast) => level === 'warning' && actions.length > 0

/** A line of the log as it is copied. */
export const logLine = ({ time, level, text }: LogEntry) =>
  `${new Date(time).toISOString()} ${level} ${text}`

/** A failure in words: what happened and, in a second sentence, what to do. */
export function describeError(error: unknown): string {
  if (error instanceof EngineError) {
    const unsaid = (name: string | undefined) => name && !error.message.includes(name)
    const file = unsaid(error.file) ? `${error.file}: ` : ''
    // A sentence about a file begins with the file; the keyword it is about ends the first one, before what to do.
    const field = unsaid(error.field) ? ` (${error.field})` : ''
    const sentence = field ? error.message.replace(/\.(?=\s|$)|$/, `${field}.`) : error.message
    return [`${file}${sentence}`, error.advice].filter(Boolean).join(' ')
  }
  return error instanceof Error ? error.message : String(error)
}

export const useMessages = defineStore('messages', () => {
  const toasts = ref<Toast[]>([])
  const log = shallowRef<readonly LogEntry[]>([])
  let nextId = 1

  /** What the log view shows. */
  const logLevel = ref<LogLevel>('all')
  const logFilter = ref('')
  const shownLog = computed(() => {
    const words = logFilter.value.toLowerCase().split(/\s+/).filter(Boolean)
    return log.value.filter(
      ({ level, text }) =>
        (logLevel.value === 'all' ||
          level === 'error' ||
          (logLevel.value === 'warning' && level === 'warning')) &&
        words.every((word) => text.toLowerCase().includes(word)),
    )
  })
  const problems = computed(() => log.value.filter((entry) => entry.level === 'error').length)

  function write(level: MessageLevel, text: string, time = Date.now()) {
    log.value = [...log.value.slice(1 - mostEntries), { id: nextId++, time, level, text }]
  }
  const closing = new Map<number, ReturnType<typeof setTimeout>>()
  /** A message that is pointed at or has the focus stays. */
  function hold(id: number) {
    clearTimeout(closing.get(id))
    closing.delete(id)
  }
  function release(toast: Toast) {
    const { id, level } = toast
    hold(id)
    if (stays(toast)) return
    closing.set(
      id,
      setTimeout(() => dismiss(id), toastMs[level]),
    )
  }
  function dismiss(id: number) {
    hold(id)
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }
  function show(
    level: MessageLevel,
    title: string,
    text = '',
    actions: readonly MessageAction[] = [],
  ) {
    const toast: Toast = { id: nextId++, level, title, text, actions }
    // The newest message of a kind says it all, but for warnings, each of which tells something else; the older ones are in the log.
    for (const one of toasts.value) {
      if (one.title === title && (level !== 'warning' || one.text === text)) dismiss(one.id)
    }
    const [oldest] = [...toasts.value.filter((one) => !stays(one)), ...toasts.value]
    if (toasts.value.length >= mostToasts) dismiss(oldest.id)
    toasts.value = [...toasts.value, toast]
    write(level, text === '' ? title : `${title}: ${text}`)
    release(toast)
  }
  /** An error as a toast. Requests that the user cancelled are no errors. */
  function fail(title: string, error: unknown, actions: readonly MessageAction[] = []) {
    if (isCancelled(error)) return
    show('error', title, describeError(error), actions)
  }
  function clearLog() {
    log.value = []
  }
  return {
    toasts,
    log,
    logLevel,
    logFilter,
    shownLog,
    problems,
    write,
    show,
    fail,
    hold,
    release,
    dismiss,
    clearLog,
  }
})
