import type { FormNode } from './nodes.ts'
import { choiceLabel } from './words.ts'

const byKeys: readonly (readonly [string, string])[] = [
  ['relative', 'Relative, with a floor'],
  ['file', 'From a file'],
  ['galactic_latitude_above_deg', 'Latitude cut'],
  ['fold', 'One fold of blocks'],
  ['frequencies_ghz', 'Frequencies and weights'],
  ['fraction', 'Random blocks'],
]

/** A column of a file is named in two ways. */
export const columnName = (node: FormNode) =>
  node.kind === 'number' ? 'By number, from 0' : 'By name'

/** What a variant of a key is called in its select. */
export function variantName(node: FormNode): string {
  if (node.kind === 'constant') return choiceLabel(node.initial)
  if (node.kind === 'number') return 'Fixed value'
  if (node.kind === 'text') return 'Name'
  if (node.kind !== 'object') return 'Values'
  const constant = [...node.entries.values()].find((entry) => entry.kind === 'constant')
  if (constant?.kind === 'constant') return choiceLabel(constant.initial)
  return byKeys.find(([key]) => node.entries.has(key))?.[1] ?? 'Settings'
}
