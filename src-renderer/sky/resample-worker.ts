import { resample } from './resample.ts'
import type { ResampleAnswer, ResampleQuestion } from './resample-ahead.ts'

/** Brings maps to another NSIDE beside the window, which would stand still for it otherwise. */
self.addEventListener('message', ({ data }: MessageEvent<ResampleQuestion>) => {
  const values = resample(data.values, data.from, data.to)
  const answer: ResampleAnswer = { id: data.id, values }
  self.postMessage(answer, { transfer: [values.buffer] })
})
