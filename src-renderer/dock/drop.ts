import type { PanelName } from './panels.ts'
import type { Drop, Side } from './tree.ts'

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}
/** A group as it lies on the screen, px. */
export interface GroupBox {
  readonly box: Box
  /** What is below its tabs. */
  readonly body: Box
  readonly tabs: readonly { readonly panel: PanelName; readonly box: Box }[]
}
/** Where a panel would go, and the part of the screen that it would have there. */
export interface DropPlace {
  readonly drop: Drop
  readonly mark: Box
}

/** Along the border of the whole, px: beside everything. */
const edgePx = 12
const edgeShare = 0.3
/** Of a group from each side: beside it; nearer to its middle: among its tabs. */
const sideShare = 0.25

const isIn = ({ left, top, width, height }: Box, x: number, y: number) =>
  x >= left && x < left + width && y >= top && y < top + height

/** Distances to the sides, the nearest first. */
function sidesOf({ left, top, width, height }: Box, x: number, y: number): [Side, number][] {
  const sides: [Side, number][] = [
    ['left', x - left],
    ['right', left + width - x],
    ['up', y - top],
    ['down', top + height - y],
  ]
  return sides.sort((a, b) => a[1] - b[1])
}

function partOf({ left, top, width, height }: Box, side: Side, share: number): Box {
  const [w, h] = [width * share, height * share]
  if (side === 'left') return { left, top, width: w, height }
  if (side === 'right') return { left: left + width - w, top, width: w, height }
  if (side === 'up') return { left, top, width, height: h }
  return { left, top: top + height - h, width, height: h }
}

/** Where a panel that is dragged to a point of the screen would go; null where it would stay as it is. */
export function dropAt(
  x: number,
  y: number,
  panel: PanelName,
  groups: readonly GroupBox[],
  area: Box,
): DropPlace | null {
  if (!isIn(area, x, y)) return null
  const found = groups.find(({ box }) => isIn(box, x, y))
  if (!found) return null
  const others = found.tabs.filter((tab) => tab.panel !== panel)
  const inStrip = y < found.body.top
  const [edge, distance] = sidesOf(area, x, y)[0]
  // The strip at the very top stays a row of tabs.
  if (distance < edgePx && !inStrip && groups.length > 1)
    return {
      drop: { to: 'side', beside: null, side: edge },
      mark: partOf(area, edge, edgeShare),
    }
  if (others.length === 0) return null
  const beside = others[0].panel
  const isOwn = others.length < found.tabs.length
  if (inStrip) {
    const index = others.filter(({ box }) => box.left + box.width / 2 < x).length
    const last = others[others.length - 1].box
    const left = index < others.length ? others[index].box.left : last.left + last.width
    const { top, height } = last
    return { drop: { to: 'tabs', beside, index }, mark: { left: left - 1, top, width: 3, height } }
  }
  const { body } = found
  // Counted in shares of the group, so that a wide one has no wider side than a high one.
  const within = { left: 0, top: 0, width: 1, height: 1 }
  const [u, v] = [(x - body.left) / body.width, (y - body.top) / body.height]
  const [side, share] = sidesOf(within, u, v)[0]
  if (share < sideShare)
    return { drop: { to: 'side', beside, side }, mark: partOf(found.box, side, 0.5) }
  return isOwn ? null : { drop: { to: 'tabs', beside, index: others.length }, mark: body }
}
