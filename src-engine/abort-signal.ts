import type { CancelSignal } from '#shared/contract/cancellation.ts'

/** Does work that wants an AbortSignal, which follows the signal of a request. */
export async function withAbortSignal<Value>(
  signal: CancelSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const control = new AbortController()
  const abort = () => control.abort()
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await work(control.signal)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
