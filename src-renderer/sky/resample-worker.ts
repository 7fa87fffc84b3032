import { answerQuestions } from '../workers/questions.ts'
import { resample } from './resample.ts'
import type { PixelArray } from './resample.ts'
import type { ResampleQuestion } from './resample-ahead.ts'

/** Brings maps to another NSIDE beside the window, which would stand still for it otherwise. */
answerQuestions<ResampleQuestion, PixelArray>(({ values, from, to }) => {
  const content = resample(values, from, to)
  return { content, moved: [content] }
})
