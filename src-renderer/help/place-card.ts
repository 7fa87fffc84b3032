interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}
type Size = Pick<Box, 'width' | 'height'>

/** Between the card and what it points at, and around the window, px. */
const gap = 12

/**
 * Where a card goes so that it covers nothing of what it points at: right of it, left, below or above, whichever has room; where none
 * has (a panel as wide as the window), within it at the lower right. Without a target, in the middle of the window.
 */
export function placeCard(
  target: Box | null,
  card: Size,
  window: Size,
): { left: number; top: number } {
  const held = (value: number, size: number, all: number) =>
    Math.round(Math.min(Math.max(value, gap), Math.max(gap, all - size - gap)))
  const at = (left: number, top: number) => ({
    left: held(left, card.width, window.width),
    top: held(top, card.height, window.height),
  })
  if (!target) return at((window.width - card.width) / 2, (window.height - card.height) / 2)
  const right = target.left + target.width
  const bottom = target.top + target.height
  const need = { across: card.width + 2 * gap, down: card.height + 2 * gap }
  if (window.width - right >= need.across) return at(right + gap, target.top)
  if (target.left >= need.across) return at(target.left - card.width - gap, target.top)
  if (window.height - bottom >= need.down) return at(target.left, bottom + gap)
  if (target.top >= need.down) return at(target.left, target.top - card.height - gap)
  return at(right - card.width - gap, bottom - card.height - gap)
}
