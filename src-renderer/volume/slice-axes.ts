import { formatRound } from '../format/text.ts'
import type { CanvasPalette } from '../sky/palette.ts'
import type { OverlayPen } from './overlay-marks.ts'
import type { Box, SliceLayout } from './slice-layout.ts'
import type { Vector3 } from './types.ts'

/** Round steps with two to four ticks either side of zero. */
export function axisTicks(halfSizeKpc: number): number[] {
  const rough = halfSizeKpc / 2.4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const count = Math.floor(halfSizeKpc / step + 1e-9)
  return Array.from({ length: 2 * count + 1 }, (_, i) => (i - count) * step)
}

/** Ticks and numbers beside the slices, kpc. */
export function drawAxes(
  context: OverlayPen,
  layout: SliceLayout,
  halfSizeKpc: Vector3,
  palette: CanvasPalette,
): void {
  const { xy, xz, yz } = layout.boxes
  context.font = `400 11px ${palette.fontUi}`
  context.fillStyle = palette.textQuiet
  context.strokeStyle = palette.line
  context.lineWidth = 1
  context.textBaseline = 'alphabetic'
  context.textAlign = 'right'
  vertical(context, xy, axisTicks(halfSizeKpc[1]), halfSizeKpc[1])
  vertical(context, xz, zTicks(halfSizeKpc[2], xz.height), halfSizeKpc[2])
  context.textAlign = 'center'
  horizontal(context, xz, axisTicks(halfSizeKpc[0]), halfSizeKpc[0])
  horizontal(context, yz, zTicks(halfSizeKpc[2], yz.width), halfSizeKpc[2])
  context.textAlign = 'left'
  context.fillText('z', yz.x + yz.width + 8, yz.y + yz.height + 15)
}

/** The ends and zero where there is no room for more. */
function zTicks(half: number, pixels: number): number[] {
  return pixels < 120 ? [-half, 0, half] : axisTicks(half)
}

function vertical(context: OverlayPen, box: Box, ticks: readonly number[], half: number): void {
  for (const tick of ticks) {
    const y = Math.round(box.y + ((1 - tick / half) / 2) * box.height)
    const line = Math.min(y, box.y + box.height - 1) + 0.5
    context.beginPath()
    context.moveTo(box.x - 4, line)
    context.lineTo(box.x, line)
    context.stroke()
    // The ends stay beside their slice.
    const inward = tick === ticks[0] ? 0 : tick === ticks[ticks.length - 1] ? 8 : 4
    context.fillText(formatRound(tick), box.x - 8, y + inward)
  }
}

function horizontal(context: OverlayPen, box: Box, ticks: readonly number[], half: number): void {
  for (const tick of ticks) {
    const x = Math.round(box.x + ((1 + tick / half) / 2) * box.width)
    const line = Math.min(x, box.x + box.width - 1) + 0.5
    context.beginPath()
    context.moveTo(line, box.y + box.height)
    context.lineTo(line, box.y + box.height + 4)
    context.stroke()
    context.fillText(formatRound(tick), x, box.y + box.height + 15)
  }
}
