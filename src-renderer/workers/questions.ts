/** Questions to a worker are answered one by one, each under its own number. */
interface Numbered<Content> {
  readonly id: number
  readonly content: Content
}

/**
 * How a worker is asked, which starts with the first question. null: there are no workers here, or this one failed. Whoever
 * asked works it out then, and reports what is wrong; the next question starts another worker.
 */
export function askWorker<Question, Answer>(
  start: () => Worker,
): (question: Question) => Promise<Answer | null> {
  let worker: Worker | null = null
  let asked = 0
  const waiting = new Map<number, (answer: Answer | null) => void>()

  function started(): Worker {
    const fresh = start()
    fresh.addEventListener('message', ({ data }: MessageEvent<Numbered<Answer>>) => {
      waiting.get(data.id)?.(data.content)
      waiting.delete(data.id)
    })
    fresh.addEventListener('error', () => {
      for (const resolve of waiting.values()) resolve(null)
      waiting.clear()
      worker = null
    })
    return fresh
  }

  return async (content) => {
    if (typeof Worker === 'undefined') return null
    const asking = (worker ??= started())
    const id = ++asked
    return new Promise((resolve) => {
      waiting.set(id, resolve)
      const message: Numbered<Question> = { id, content }
      asking.postMessage(message)
    })
  }
}

/** The other side, in the worker. Arrays among `moved` go to the window instead of being copied. */
export function answerQuestions<Question, Answer>(
  answer: (question: Question) => {
    readonly content: Answer
    readonly moved: readonly ArrayBufferView[]
  },
): void {
  self.addEventListener('message', ({ data }: MessageEvent<Numbered<Question>>) => {
    const { content, moved } = answer(data.content)
    const message: Numbered<Answer> = { id: data.id, content }
    self.postMessage(message, { transfer: moved.map(({ buffer }) => buffer) })
  })
}
