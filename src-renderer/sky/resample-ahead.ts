import { askWorker } from '../workers/questions.ts'
import { resample } from './resample.ts'
import type { PixelArray } from './resample.ts'

export interface ResampleQuestion {
  readonly values: PixelArray
  readonly from: number
  readonly to: number
}

const ask = askWorker<ResampleQuestion, PixelArray>(
  () => new Worker(new URL('./resample-worker.ts', import.meta.url), { type: 'module' }),
)

/** `resample` in a worker. Rejects with RangeError where the numbers do not fit. */
export async function resampleAhead(
  values: PixelArray,
  from: number,
  to: number,
): Promise<PixelArray> {
  if (from === to) return values.slice()
  return (await ask({ values, from, to })) ?? resample(values, from, to)
}
