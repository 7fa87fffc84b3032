import { z } from 'zod'
import { runFileSchema } from '#shared/session/run-file.ts'
import { formatCount } from '#shared/sky/index.ts'
import { formatRound } from '../format/text.ts'

/** What kind of control a key of the run file needs, read from its schema. */
export interface NumberNode {
  readonly kind: 'number'
  readonly integer: boolean
  readonly minimum?: number
  readonly maximum?: number
  /** The minimum itself is not allowed. */
  readonly open: boolean
  readonly initial?: number
}
export interface ChoiceNode {
  readonly kind: 'choice'
  readonly options: readonly string[]
  readonly initial?: string
}
export interface TextNode {
  readonly kind: 'text'
  readonly initial?: string
}
/** Yes or no. */
export interface FlagNode {
  readonly kind: 'flag'
  readonly initial?: boolean
}
export interface ConstantNode {
  readonly kind: 'constant'
  readonly initial: string
}
export interface TupleNode {
  readonly kind: 'tuple'
  readonly items: readonly FormNode[]
  readonly initial?: unknown
}
export interface ObjectNode {
  readonly kind: 'object'
  readonly entries: ReadonlyMap<string, FormNode>
  readonly required: ReadonlySet<string>
  readonly initial?: unknown
}
export interface VariantsNode {
  readonly kind: 'variants'
  readonly variants: readonly FormNode[]
  readonly initial?: unknown
}
export interface ListNode {
  readonly kind: 'list'
  readonly item: FormNode
  readonly initial?: unknown
}
export interface RecordNode {
  readonly kind: 'record'
  /** Of every key. */
  readonly item: FormNode
  readonly initial?: unknown
}
export type FormNode =
  | NumberNode
  | ChoiceNode
  | TextNode
  | FlagNode
  | ConstantNode
  | TupleNode
  | ObjectNode
  | VariantsNode
  | ListNode
  | RecordNode

type JsonSchema = z.core.JSONSchema.BaseSchema

const asSchema = (value: JsonSchema | boolean | undefined): JsonSchema =>
  typeof value === 'object' ? value : {}
const asNumber = (value: unknown) => (typeof value === 'number' ? value : undefined)
const asText = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** Largest safe integer stands for "no limit" in the generated schema. */
const limit = (value: number | boolean | undefined) =>
  typeof value !== 'number' || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value

/** Translates a JSON Schema node. */
function toNode(schema: JsonSchema): FormNode {
  const initial: unknown = schema.default
  const variants = schema.oneOf ?? schema.anyOf
  if (variants)
    return { kind: 'variants', variants: variants.map((one) => toNode(asSchema(one))), initial }
  if (schema.const !== undefined) return { kind: 'constant', initial: String(schema.const) }
  if (schema.enum)
    return { kind: 'choice', options: schema.enum.map(String), initial: asText(initial) }
  if (schema.type === 'boolean')
    return { kind: 'flag', initial: typeof initial === 'boolean' ? initial : undefined }
  if (schema.type === 'number' || schema.type === 'integer')
    return {
      kind: 'number',
      integer: schema.type === 'integer',
      minimum: limit(schema.minimum ?? schema.exclusiveMinimum),
      maximum: limit(schema.maximum ?? schema.exclusiveMaximum),
      open: schema.exclusiveMinimum !== undefined,
      initial: asNumber(initial),
    }
  if (schema.type === 'array' && schema.prefixItems)
    return {
      kind: 'tuple',
      items: schema.prefixItems.map((item) => toNode(asSchema(item))),
      initial,
    }
  if (schema.type === 'array') {
    const { items } = schema
    return {
      kind: 'list',
      item: toNode(asSchema(Array.isArray(items) ? items[0] : items)),
      initial,
    }
  }
  if (schema.type === 'object' && schema.properties)
    return {
      kind: 'object',
      entries: new Map(
        Object.entries(schema.properties).map(([key, value]) => [key, toNode(asSchema(value))]),
      ),
      required: new Set(schema.required ?? []),
      initial,
    }
  if (schema.type === 'object') {
    const { additionalProperties: item } = schema
    return { kind: 'record', item: toNode(asSchema(item)), initial }
  }
  return { kind: 'text', initial: asText(initial) }
}

/** The whole run file as form nodes. */
export const runFileNode: FormNode = toNode(
  z.toJSONSchema(runFileSchema, { io: 'input', unrepresentable: 'any' }),
)

export type Path = readonly (string | number)[]

/** The node at a path of the run file; list indices lead to the item's node, keys of a variant to the first that has them. */
export function nodeAt(path: Path, root: FormNode = runFileNode): FormNode | undefined {
  let node: FormNode | undefined = root
  for (const key of path) {
    if (node?.kind === 'variants')
      node = node.variants.find((one) => one.kind === 'object' && one.entries.has(String(key)))
    if (node?.kind === 'object') node = node.entries.get(String(key))
    else if (node?.kind === 'list') node = node.item
    else if (node?.kind === 'tuple') node = node.items[Number(key)]
    else return undefined
  }
  return node
}

/** Whether a value has the outline of a node: enough to tell which of several variants it follows. */
export function follows(node: FormNode, value: unknown): boolean {
  switch (node.kind) {
    case 'number':
      return typeof value === 'number' || value === null
    case 'constant':
      return value === node.initial
    case 'choice':
      return typeof value === 'string' && node.options.includes(value)
    case 'text':
      return typeof value === 'string'
    case 'flag':
      return typeof value === 'boolean'
    case 'tuple':
    case 'list':
      return Array.isArray(value)
    case 'record':
      return isRecord(value)
    case 'variants':
      return node.variants.some((one) => follows(one, value))
    case 'object': {
      if (!isRecord(value)) return false
      const known = Object.keys(value).every((key) => node.entries.has(key))
      const constants = [...node.entries].every(
        ([key, entry]) => entry.kind !== 'constant' || value[key] === entry.initial,
      )
      return known && constants && [...node.required].every((key) => key in value)
    }
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value to begin with when the user turns a key on or chooses a variant. */
export function startingValue(node: FormNode): unknown {
  if (node.initial !== undefined) return node.initial
  switch (node.kind) {
    case 'number':
      return node.open || node.minimum === undefined ? 1 : node.minimum
    case 'choice':
      return node.options[0]
    case 'text':
      return ''
    case 'flag':
      return false
    case 'tuple':
      return node.items.map(startingValue)
    case 'list':
      return []
    case 'record':
      return {}
    case 'variants':
      return startingValue(node.variants[0])
    case 'object':
      return Object.fromEntries(
        [...node.entries]
          .filter(([key]) => node.required.has(key))
          .map(([key, entry]) => [key, startingValue(entry)]),
      )
  }
}

/** The range of a number in words, for help and errors. */
export function rangeText(node: NumberNode): string {
  const what = node.integer ? 'a whole number' : 'a number'
  const { minimum, maximum } = node
  if (minimum !== undefined && maximum !== undefined)
    return `${what} from ${bound(minimum)} to ${bound(maximum)}`
  if (minimum !== undefined)
    return `${what} ${node.open ? 'above' : 'of at least'} ${bound(minimum)}`
  return maximum === undefined ? what : `${what} of at most ${bound(maximum)}`
}

function bound(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : formatRound(value)
}
