import { resample } from './resample.ts'
import type { PixelArray } from './resample.ts'

export interface ResampleQuestion {
  readonly id: number
  readonly values: PixelArray
  readonly from: number
  readonly to: number
}
export interface ResampleAnswer {
  readonly id: number
  readonly values: PixelArray
}

let worker: Worker | null = null
let questions = 0
const waiting = new Map<number, (values: PixelArray | null) => void>()

function workerOrNull(): Worker | null {
  if (worker || typeof Worker === 'undefined') return worker
  worker = new Worker(new URL('./resample-worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', ({ data }: MessageEvent<ResampleAnswer>) => {
    waiting.get(data.id)?.(data.values)
    waiting.delete(data.id)
  })
  // Whoever asked works it out here then, and reports what is wrong.
  worker.addEventListener('error', () => {
    for (const resolve of waiting.values()) resolve(null)
    waiting.clear()
    worker = null
  })
  return worker
}

/** `resample` in a worker. Rejects with RangeError where the numbers do not fit. */
export async function resampleAhead<T extends PixelArray>(
  values: T,
  from: number,
  to: number,
): Promise<PixelArray> {
  if (from === to) return values.slice()
  const helper = workerOrNull()
  if (!helper) return resample(values, from, to)
  const id = ++questions
  const answer = await new Promise<PixelArray | null>((resolve) => {
    waiting.set(id, resolve)
    const question: ResampleQuestion = { id, values, from, to }
    helper.postMessage(question)
  })
  return answer ?? resample(values, from, to)
}
