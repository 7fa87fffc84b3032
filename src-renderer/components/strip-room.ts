/** Between neighbours in a strip, px; as .tool-strip has it. */
export const stripGap = 2

/** What counts for whether a tool finds room. */
export interface SizedTool {
  /** px */
  readonly width: number
  /** Tools of lower rank give way first, of the same rank the later ones. */
  readonly rank: number
}

/**
 * The tools that give way in a strip that is too narrow for all of them.
 * @param tools in their order
 * @param room width of the strip, px
 * @param more width of the button behind which the others are, px; it is there only when one is
 */
export function givingWay<Tool extends SizedTool>(
  tools: readonly Tool[],
  room: number,
  more: number,
): Tool[] {
  const shown = tools.filter(({ width }) => width > 0)
  const total = shown.reduce((sum, { width }) => sum + width + stripGap, -stripGap)
  if (total <= room) return []
  const byRank = [...shown].sort((a, b) => b.rank - a.rank)
  let left = room - more
  const stay = new Set<Tool>()
  for (const tool of byRank) {
    left -= tool.width + stripGap
    if (left < 0) break
    stay.add(tool)
  }
  return shown.filter((tool) => !stay.has(tool))
}
