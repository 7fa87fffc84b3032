import { beforeEach, expect, it, vi } from 'vitest'
import { answerQuestions, askWorker } from '#renderer/workers/questions.ts'

interface Message {
  readonly id: number
  readonly content: string
}
/** A worker that answers when told to. */
class FakeWorker extends EventTarget {
  static made: FakeWorker[] = []
  readonly questions: Message[] = []
  constructor() {
    super()
    FakeWorker.made.push(this)
  }
  postMessage(question: Message): void {
    this.questions.push(structuredClone(question))
  }
  answer(index: number): void {
    const { id, content } = this.questions[index]
    const data: Message = { id, content: content.toUpperCase() }
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}
const asker = () => askWorker<string, string>(() => new Worker('worker.js'))

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker)
  FakeWorker.made = []
  return () => vi.unstubAllGlobals()
})

it('gives each answer to its own question, in whatever order they come', async () => {
  const ask = asker()
  const both = Promise.all([ask('one'), ask('two')])
  expect(FakeWorker.made).toHaveLength(1)
  FakeWorker.made[0].answer(1)
  FakeWorker.made[0].answer(0)
  expect(await both).toEqual(['ONE', 'TWO'])
})

it('lets everybody go on when the worker fails, and asks a new one the next time', async () => {
  const ask = asker()
  const both = Promise.all([ask('one'), ask('two')])
  FakeWorker.made[0].dispatchEvent(new Event('error'))
  expect(await both).toEqual([null, null])
  const again = ask('three')
  expect(FakeWorker.made).toHaveLength(2)
  FakeWorker.made[1].answer(0)
  expect(await again).toBe('THREE')
})

it('answers nothing where there are no workers', async () => {
  vi.stubGlobal('Worker', undefined)
  expect(await asker()('one')).toBeNull()
  expect(FakeWorker.made).toHaveLength(0)
})

it('answers in the worker under the number of the question, and moves what it is told to', () => {
  const posted: unknown[] = []
  const inWorker = Object.assign(new EventTarget(), {
    postMessage: (message: unknown, options: unknown) => posted.push([message, options]),
  })
  vi.stubGlobal('self', inWorker)
  const halves = Float32Array.of(0.5, 1)
  answerQuestions<number, Float32Array>((scale) => {
    const content = halves.map((value) => value * scale)
    return { content, moved: [content] }
  })
  inWorker.dispatchEvent(new MessageEvent('message', { data: { id: 7, content: 4 } }))
  const content = Float32Array.of(2, 4)
  expect(posted).toEqual([[{ id: 7, content }, { transfer: [content.buffer] }]])
})
