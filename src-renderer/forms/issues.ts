import type { z } from 'zod'
import { runFileSchema } from '#shared/session/run-file.ts'
import { plainWords } from '#shared/session/run-file-issues.ts'
import { pathKey } from './paths.ts'

/** What is wrong with one key. `plain` errors are better said by the control, which knows the allowed range. */
export interface Issue {
  readonly message: string
  readonly plain: boolean
}
export type Issues = ReadonlyMap<string, Issue>

const plainCodes = new Set(['too_small', 'too_big', 'invalid_type', 'invalid_value'])

/** Problems of a configuration by key (`data.0.unit`), from the schema alone. */
export function schemaIssues(configuration: unknown): Issues {
  const result = runFileSchema.safeParse(configuration)
  const issues = new Map<string, Issue>()
  if (result.success) return issues
  for (const issue of result.error.issues.flatMap((one) => flatten(one, []))) {
    const key = pathKey(issue.path)
    if (!issues.has(key)) issues.set(key, { message: issue.message, plain: issue.plain })
  }
  return issues
}

interface FlatIssue extends Issue {
  readonly path: readonly (string | number)[]
}

/** Of a union only the variant that comes closest speaks: the one whose problems lie deepest. */
function flatten(issue: z.core.$ZodIssue, base: readonly (string | number)[]): FlatIssue[] {
  const path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? '' : key))]
  if (issue.code !== 'invalid_union' || issue.errors.length === 0)
    return [{ path, message: sentenceOf(issue), plain: plainCodes.has(issue.code) }]
  const depth = (list: readonly z.core.$ZodIssue[]) =>
    list.every((one) => one.code !== 'unrecognized_keys') ? (list[0]?.path.length ?? 0) : -1
  const closest = issue.errors.reduce((best, list) => (depth(list) > depth(best) ? list : best))
  return closest.flatMap((one) => flatten(one, path))
}

/** What is wrong, for those who type into a field. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return issue.message
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'Give a number.'
  if (issue.code === 'invalid_type' && issue.expected === 'int') return 'Give a whole number.'
  const words = plainWords(issue.message)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.replace(/(?<!\.)$/, '.')
}
