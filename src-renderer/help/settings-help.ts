import { helpOfKey, runFileHelp } from '#shared/session/run-file-help.ts'
import type { KeyHelp } from '#shared/session/run-file-help.ts'
import { rangeText, runFileNode } from '../forms/nodes.ts'
import type { FormNode } from '../forms/nodes.ts'
import { labelOf, unitOf } from '../forms/words.ts'

/** One key of the run file that has a value of its own, without list positions. */
export interface Leaf {
  readonly key: string
  readonly node: FormNode
}

const holdsKeys = (node: FormNode): boolean =>
  node.kind === 'object' ||
  ((node.kind === 'list' || node.kind === 'record') && holdsKeys(node.item))

/** Every key of the run file that has a value: data.sigma.floor, optimiser.method, magnetic_field.free.*.bounds, ... */
export function leaves(node: FormNode = runFileNode, key = ''): Leaf[] {
  if (node.kind === 'object')
    return [...node.entries].flatMap(([name, entry]) =>
      leaves(entry, key === '' ? name : `${key}.${name}`),
    )
  if (node.kind === 'list' && (holdsKeys(node.item) || node.item.kind === 'variants'))
    return leaves(node.item, key)
  if (node.kind === 'record' && holdsKeys(node.item)) return leaves(node.item, `${key}.*`)
  if (node.kind !== 'variants') return [{ key, node }]
  const own = node.variants.some((variant) => !holdsKeys(variant)) ? [{ key, node }] : []
  return [...own, ...node.variants.filter(holdsKeys).flatMap((variant) => leaves(variant, key))]
}

export interface SettingHelp extends KeyHelp {
  readonly label: string
  /** What values are possible, where that is a range or a list. */
  readonly range: string
}

function rangeOf(node: FormNode | undefined, key: string): string {
  if (node?.kind === 'choice') return `One of ${node.options.join(', ')}.`
  if (node?.kind !== 'number') return ''
  const unit = unitOf(key.slice(key.lastIndexOf('.') + 1))
  return `Must be ${rangeText(node)}${unit && ` ${unit}`}.`
}

const allLeaves = leaves()

/** The settings as the page of the manual lists them. */
export const settingsHelp: readonly SettingHelp[] = runFileHelp.map((entry) => {
  const leaf = allLeaves.find(({ key }) => helpOfKey(key) === entry)
  const name = entry.key.slice(entry.key.lastIndexOf('.') + 1)
  return { ...entry, label: labelOf(name), range: rangeOf(leaf?.node, entry.key) }
})
