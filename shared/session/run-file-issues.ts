import { z } from 'zod'
import { suggestion } from './nearest-name.ts'
import { runFileSchema } from './run-file.ts'
import type { RunFile } from './run-file.ts'

/** One thing that is wrong in a run file: where (keys and list positions) and what, in a sentence. */
export interface RunFileIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
}

export type CheckedRunFile =
  | { readonly ok: true; readonly runFile: RunFile }
  | { readonly ok: false; readonly issues: readonly RunFileIssue[] }

/** `data[0].sigma.floor` */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? part : `${text}.${part}`
  }, '')
}

/** Checks any value against the run-file schema and fills in the defaults. */
export function checkRunFile(value: unknown): CheckedRunFile {
  const parsed = runFileSchema.safeParse(value ?? {})
  if (parsed.success) {
    const issues = [
      ...repeatedNames(parsed.data),
      ...whitenedLevels(parsed.data),
      ...startLevels(parsed.data),
    ]
    return issues.length === 0 ? { ok: true, runFile: parsed.data } : { ok: false, issues }
  }
  return { ok: false, issues: parsed.error.issues.flatMap((issue) => describe(issue, [], value)) }
}

/** Maps are told apart by their names. */
function repeatedNames({ data }: RunFile): RunFileIssue[] {
  return data.flatMap(({ name }, i) => {
    const first = data.findIndex((entry) => entry.name === name)
    if (first === i) return []
    const message = `data[${first}] is called "${name}" too. Give each its own name.`
    return [{ path: ['data', i, 'name'], message }]
  })
}

/** White noise of a padded box has no values on a coarser grid. */
function whitenedLevels({ magnetic_field: { grid }, optimiser }: RunFile): RunFileIssue[] {
  if (grid?.representation !== 'whitened' || optimiser.levels === 0) return []
  const message =
    'whitened coordinates have no coarser ones to begin with: set it to 0, or choose another magnetic_field.grid.representation.'
  return [{ path: ['optimiser', 'levels'], message }]
}

/** What a run found on a fine grid would be lost on a coarse one. */
function startLevels({ start_from, optimiser }: RunFile): RunFileIssue[] {
  if (start_from === undefined || optimiser.levels === 0) return []
  const message =
    'a run that starts from the result of another one begins on the fine grid: set it to 0, or leave out start_from.'
  return [{ path: ['optimiser', 'levels'], message }]
}

function describe(
  issue: z.core.$ZodIssue,
  prefix: readonly (string | number)[],
  root: unknown,
): RunFileIssue[] {
  const path = [...prefix, ...issue.path.filter((part) => typeof part !== 'symbol')]
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path)
    const model = valueAt(root, [...path, 'model'])
    return issue.keys.map((key) =>
      key === model
        ? { path: [...path, 'model'], message: notAModel(key) }
        : {
            path: [...path, key],
            message: `unknown key "${key}".${suggestion(key, known) || list(known)}`,
          },
    )
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return mostSpecific(issue.errors, valueAt(root, path)).flatMap((inner) =>
      describe(inner, path, root),
    )
  }
  const value = valueAt(root, path)
  if (value === undefined) return [{ path, message: 'this key is missing.' }]
  const known = knownValues(issue)
  if (known !== undefined) return [{ path, message: notOneOf(value, known) }]
  // Our own messages are in plain words, and may show the text of a formula with a caret below it.
  const text = issue.code === 'custom' ? issue.message : plainWords(issue.message)
  return [{ path, message: /[.^]$/.test(text) ? text : `${text}.` }]
}

/** The values that would be right, where there are so few that they can be listed. */
function knownValues(issue: z.core.$ZodIssue): readonly unknown[] | undefined {
  if (issue.code === 'invalid_value') return issue.values
  if (issue.code !== 'invalid_union' || !('options' in issue)) return undefined
  return Array.isArray(issue.options) ? issue.options : undefined
}

/** `must be one of RING, NESTED, not "ring". Did you mean "RING"?` */
function notOneOf(value: unknown, known: readonly unknown[]): string {
  const words = known.map(String)
  const what = `must be ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}, not ${JSON.stringify(value)}.`
  return typeof value === 'string' ? what + suggestion(value, words) : what
}

/** For `model: table, table: field.npy` and its like: the key is not the mistake. */
function notAModel(source: string): string {
  return `"${source}" is not possible here: a field is one of the models that \`larmor models\` lists, a table from a file (\`model: file\`), or (the magnetic field) a grid.`
}

/** 'Too small: expected number to be >=0' as 'must be at least 0'. */
export function plainWords(message: string): string {
  return message
    .replace(/^Invalid input: /, '')
    .replace(/^Too (?:small|big): expected \w+ to (be|have) /, 'must $1 ')
    .replace('>=', 'at least ')
    .replace('<=', 'at most ')
    .replace(/>(?=-?\d)/, 'greater than ')
    .replace(/<(?=-?\d)/, 'less than ')
}

function list(keys: readonly string[]): string {
  return keys.length > 0 ? ` Known keys here: ${keys.join(', ')}.` : ''
}

/** The branch of a union that the value came nearest to: the one whose complaints lie deepest, or are fewest. */
function mostSpecific(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  value: unknown,
): readonly z.core.$ZodIssue[] {
  const isObject = typeof value === 'object' && value !== null
  const score = (issues: readonly z.core.$ZodIssue[]): number => {
    const wrongType = issues.some(
      (issue) => issue.code === 'invalid_type' && issue.path.length === 0,
    )
    const unknown = issues.flatMap((i) => (i.code === 'unrecognized_keys' ? i.keys : [])).length
    const missing = isObject
      ? issues.filter(({ path }) => path.length > 0 && valueAt(value, path) === undefined).length
      : 0
    return (wrongType ? 1000 : 0) + 10 * unknown + 5 * missing + issues.length
  }
  return branches.reduce((best, branch) => (score(branch) < score(best) ? branch : best))
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

type SchemaNode = z.core.JSONSchema._JSONSchema

/** The keys that the schema knows at a path. */
function knownKeys(path: readonly (string | number)[]): string[] {
  let nodes: SchemaNode[] = [z.toJSONSchema(runFileSchema, { io: 'input' })]
  for (const part of path) {
    nodes = branches(nodes).flatMap((node) => {
      const next = typeof part === 'number' ? node.items : node.properties?.[part]
      return next === undefined || Array.isArray(next) ? [] : [next]
    })
  }
  return [...new Set(branches(nodes).flatMap((node) => Object.keys(node.properties ?? {})))]
}

function branches(nodes: readonly SchemaNode[]): z.core.JSONSchema.BaseSchema[] {
  return nodes.flatMap((node) =>
    typeof node === 'boolean'
      ? []
      : [node, ...branches(node.anyOf ?? []), ...branches(node.oneOf ?? [])],
  )
}
