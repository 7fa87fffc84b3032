import type { PanelName } from './panels.ts'

/** Panels at one place: their tabs from left to right, and the one that is seen. */
export interface DockGroup {
  readonly kind: 'group'
  readonly tabs: readonly PanelName[]
  readonly front: PanelName
}
/** Two parts, one above the other or beside each other. */
export interface DockSplit {
  readonly kind: 'rows' | 'columns'
  /** Of the first part, 0 to 1; null: what suits what is in it. */
  readonly share: number | null
  readonly first: DockNode
  readonly second: DockNode
}
export type DockNode = DockGroup | DockSplit

export type Side = 'left' | 'right' | 'up' | 'down'
/** Where a panel goes: among the tabs of a group, or to a side of it. A group is known by a panel in it. */
export type Drop =
  | {
      readonly to: 'tabs'
      readonly beside: PanelName
      /** Among the tabs without the panel itself. */
      readonly index: number
    }
  | {
      readonly to: 'side'
      /** null: beside everything. */
      readonly beside: PanelName | null
      readonly side: Side
    }

/** Of a panel that is put beside everything else. */
const edgeShare = 0.3

export const group = (tabs: readonly PanelName[], front: PanelName = tabs[0]): DockGroup => ({
  kind: 'group',
  tabs,
  front,
})

/** From left to right and from top to bottom. */
export function groupsOf(node: DockNode): readonly DockGroup[] {
  return node.kind === 'group' ? [node] : [...groupsOf(node.first), ...groupsOf(node.second)]
}
export const panelsOf = (node: DockNode): readonly PanelName[] =>
  groupsOf(node).flatMap(({ tabs }) => tabs)
export const groupOf = (node: DockNode, panel: PanelName): DockGroup | undefined =>
  groupsOf(node).find(({ tabs }) => tabs.includes(panel))

/** Another node in place of the group that has the panel. */
function replaced(
  node: DockNode,
  panel: PanelName,
  change: (group: DockGroup) => DockNode,
): DockNode {
  if (node.kind === 'group') return node.tabs.includes(panel) ? change(node) : node
  const first = replaced(node.first, panel, change)
  const second = replaced(node.second, panel, change)
  return first === node.first && second === node.second ? node : { ...node, first, second }
}

/** Without the panel; null when nothing is left. What a group leaves empty is taken by its neighbour. */
export function without(node: DockNode, panel: PanelName): DockNode | null {
  if (node.kind === 'group') {
    const at = node.tabs.indexOf(panel)
    if (at < 0) return node
    const tabs = node.tabs.filter((tab) => tab !== panel)
    if (tabs.length === 0) return null
    return group(tabs, node.front === panel ? tabs[Math.max(0, at - 1)] : node.front)
  }
  const first = without(node.first, panel)
  const second = without(node.second, panel)
  if (!first || !second) return first ?? second
  return first === node.first && second === node.second ? node : { ...node, first, second }
}

/** The panel is what is seen of its group. */
export const inFront = (node: DockNode, panel: PanelName): DockNode =>
  replaced(node, panel, ({ tabs }) => group(tabs, panel))

function atSide(node: DockNode, side: Side, panel: PanelName, share: number): DockSplit {
  const kind = side === 'left' || side === 'right' ? 'columns' : 'rows'
  return side === 'left' || side === 'up'
    ? { kind, share, first: group([panel]), second: node }
    : { kind, share: 1 - share, first: node, second: group([panel]) }
}

/** With a panel that was not there. */
export function added(node: DockNode, panel: PanelName, drop: Drop): DockNode {
  if (drop.to === 'tabs') {
    const { beside, index } = drop
    return replaced(node, beside, ({ tabs }) =>
      group([...tabs.slice(0, index), panel, ...tabs.slice(index)], panel),
    )
  }
  if (drop.beside === null) return atSide(node, drop.side, panel, edgeShare)
  return replaced(node, drop.beside, (one) => atSide(one, drop.side, panel, 0.5))
}

/** With the panel somewhere else. Beside itself is where it is. */
export function moved(node: DockNode, panel: PanelName, drop: Drop): DockNode {
  const rest = without(node, panel)
  return rest && drop.beside !== panel ? added(rest, panel, drop) : node
}

/** The group that lies next to that of the panel on one side. */
export function neighbour(node: DockNode, panel: PanelName, side: Side): DockGroup | undefined {
  if (node.kind === 'group') return undefined
  const inFirst = groupOf(node.first, panel) !== undefined
  const nearer = neighbour(inFirst ? node.first : node.second, panel, side)
  if (nearer) return nearer
  const along = (node.kind === 'columns') === (side === 'left' || side === 'right')
  const back = side === 'left' || side === 'up'
  if (!along || inFirst === back) return undefined
  // Of the other part the group at the border between both.
  const nearest = (one: DockNode): DockGroup => {
    if (one.kind === 'group') return one
    return nearest(one.kind === node.kind && back ? one.second : one.first)
  }
  return nearest(inFirst ? node.second : node.first)
}

/** One place further: out of its group, into the next group, and at last beside everything. */
export function movedBy(node: DockNode, panel: PanelName, side: Side): DockNode {
  const own = groupOf(node, panel)
  if (!own) return node
  const other = own.tabs.find((tab) => tab !== panel)
  if (other) return moved(node, panel, { to: 'side', beside: other, side })
  const next = neighbour(node, panel, side)
  // Behind what is seen there, which comes back to the front when the panel goes on.
  const index = next ? next.tabs.indexOf(next.front) + 1 : 0
  if (next) return moved(node, panel, { to: 'tabs', beside: next.front, index })
  const edge = moved(node, panel, { to: 'side', beside: null, side })
  return sameShape(edge, node) ? node : edge
}

/** The same panels at the same places, whatever their sizes. */
function sameShape(a: DockNode, b: DockNode): boolean {
  if (a.kind === 'group' || b.kind === 'group')
    return a.kind === b.kind && panelsOf(a).join() === panelsOf(b).join()
  return a.kind === b.kind && sameShape(a.first, b.first) && sameShape(a.second, b.second)
}

/** With another share of a split. `path` has a 0 or 1 for each split on the way, for its first or second part. */
export function resized(node: DockNode, path: string, share: number | null): DockNode {
  if (node.kind === 'group') return node
  if (path === '') return { ...node, share }
  const rest = path.slice(1)
  return path.startsWith('0')
    ? { ...node, first: resized(node.first, rest, share) }
    : { ...node, second: resized(node.second, rest, share) }
}
