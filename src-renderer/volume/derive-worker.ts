import { answerQuestions } from '../workers/questions.ts'
import { derive } from './derived.ts'
import type { DerivedScalar } from './derived.ts'
import type { DeriveQuestion } from './derive-ahead.ts'

/** Derives scalars beside the window, which would stand still for it otherwise. */
answerQuestions<DeriveQuestion, DerivedScalar>(({ field, quantity }) => {
  const content = derive(field, quantity)
  return { content, moved: [content.grid.values, content.grid.inside] }
})
