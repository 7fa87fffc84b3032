/** Settings that are typed in one line: numbers, groups of numbers, numbers by key. */
import { isRecord } from './nodes.ts'
import type { FormNode } from './nodes.ts'

/** Numbers as typed, divided by commas, semicolons or spaces; undefined when there is anything else. */
export function parseNumbers(text: string): number[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const values = parts.map(Number)
  return values.every(Number.isFinite) ? values : undefined
}

const isGroup = (node: FormNode): boolean =>
  node.kind === 'tuple' || (node.kind === 'variants' && node.variants.every(isGroup))
const holdsGroups = (node: FormNode) => node.kind === 'list' && isGroup(node.item)

/** `3, 5`; of groups `30 5; 120 -2`; of a record `1: 2.9, 2: 3.1`. */
export function printTyped(node: FormNode, value: unknown): string {
  if (node.kind === 'record')
    return isRecord(value)
      ? Object.entries(value)
          .map(([key, one]) => `${key}: ${String(one)}`)
          .join(', ')
      : ''
  if (!Array.isArray(value)) return ''
  return holdsGroups(node)
    ? value.map((group) => (Array.isArray(group) ? group.join(' ') : '')).join('; ')
    : value.join(', ')
}

/** The value that a line means; undefined where it cannot be read. */
export function parseTyped(node: FormNode, text: string): unknown {
  if (node.kind === 'record') return parseRecord(text)
  if (!holdsGroups(node)) return parseNumbers(text)
  const groups = text
    .split(';')
    .filter((part) => part.trim() !== '')
    .map(parseNumbers)
  return groups.includes(undefined) ? undefined : groups
}

function parseRecord(text: string): Record<string, number> | undefined {
  const parts = text.split(/[,;]/).filter((part) => part.trim() !== '')
  const entries = parts.map((part) => /^\s*([^:\s]+)\s*:\s*(\S+)\s*$/.exec(part))
  const pairs = entries.map((found): [string, number] => [found?.[1] ?? '', Number(found?.[2])])
  return pairs.every(([, value]) => Number.isFinite(value)) ? Object.fromEntries(pairs) : undefined
}

/** How such a line is written, for the empty field and for what cannot be read. */
export function typedHint(node: FormNode): {
  readonly placeholder: string
  readonly problem: string
} {
  if (node.kind === 'record')
    return {
      placeholder: 'key: number, …',
      problem: 'Give pairs such as 1: 2.9, divided by commas',
    }
  if (holdsGroups(node))
    return {
      placeholder: 'divided by semicolons',
      problem: 'Give groups of numbers, divided by semicolons',
    }
  return { placeholder: 'divided by commas', problem: 'Give numbers, divided by commas' }
}
