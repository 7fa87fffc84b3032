import { formatUnit } from '#shared/sky/index.ts'
import { formatRound, significantDigits } from '../format/text.ts'
import { ticksFor } from './colour-scale.ts'
import type { Tick } from '#shared/sky/index.ts'
import type { ColourScale } from './colour-scale.ts'
import type { CanvasPalette } from './palette.ts'
import type { Pen } from './pen.ts'

export interface ColourBarPicture {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly scale: ColourScale
  /** 256 colours, RGB bytes. */
  readonly colourMap: Uint8Array
  readonly palette: CanvasPalette
  /** Under the bar, left and right. */
  readonly quantity: string
  readonly unit: string
  /** The sign is shown on positive ticks. */
  readonly signed: boolean
  /** Value to mark on the bar; null: none. */
  readonly mark: number | null
}

/** Room for a pointed end, on both sides whether it is drawn or not, so that bars line up. */
export const endWidth = 7
const barHeight = 8
/** Bar, ticks, labels and the line of words, CSS pixels. */
export const pictureHeight = 44

/** Draws in CSS pixels; the caller has scaled the context for the device. */
export function drawColourBar(context: Pen, bar: ColourBarPicture): void {
  const { x, y, palette, scale } = bar
  const left = x + endWidth
  const width = bar.width - 2 * endWidth
  if (width <= 0) return
  context.save()
  // Whole columns of one colour each: the bar shows the very colours of the map.
  for (let column = 0; column < width; column++) {
    context.fillStyle = colour(bar.colourMap, Math.floor(((column + 0.5) / width) * 256))
    context.fillRect(left + column, y, Math.min(1.5, width - column), barHeight)
  }
  if (scale.clippedBelow) pointedEnd(context, left, -1, y, colour(bar.colourMap, 0))
  if (scale.clippedAbove) pointedEnd(context, left + width, 1, y, colour(bar.colourMap, 255))
  drawTicks(context, bar, left, width)
  drawMark(context, bar, left, width)
  context.font = `400 11px ${palette.fontUi}`
  context.fillStyle = palette.textQuiet
  context.textBaseline = 'alphabetic'
  const words = bar.unit === '' ? scale.kind : `${formatUnit(bar.unit)}, ${scale.kind}`
  context.textAlign = 'right'
  context.fillText(words, x + bar.width, y + 40)
  context.textAlign = 'left'
  context.fillText(
    shortened(context, bar.quantity, bar.width - context.measureText(words).width - 12),
    x,
    y + 40,
  )
  context.restore()
}

function colour(map: Uint8Array, index: number): string {
  return `rgb(${map[3 * index]} ${map[3 * index + 1]} ${map[3 * index + 2]})`
}

function pointedEnd(context: Pen, at: number, direction: 1 | -1, y: number, fill: string): void {
  context.beginPath()
  context.moveTo(at - 0.5 * direction, y)
  context.lineTo(at + endWidth * direction, y + barHeight / 2)
  context.lineTo(at - 0.5 * direction, y + barHeight)
  context.closePath()
  context.fillStyle = fill
  context.fill()
}

function drawTicks(context: Pen, bar: ColourBarPicture, left: number, width: number): void {
  const { scale, palette, y } = bar
  context.font = `400 11px ${palette.fontUi}`
  context.textAlign = 'center'
  context.textBaseline = 'alphabetic'
  const ticks = ticksFor(scale, width)
  const labelled = placeLabels(context, bar, ticks, left, width)
  context.strokeStyle = palette.textQuiet
  context.lineWidth = 1
  context.beginPath()
  for (const tick of ticks) {
    const at = Math.round(left + tick.position * width) + 0.5
    context.moveTo(at, y + barHeight)
    context.lineTo(at, y + barHeight + (labelled.has(tick) ? 4 : 2))
  }
  context.stroke()
  context.fillStyle = palette.text
  context.globalAlpha = 0.8
  for (const [tick, text] of labelled) {
    const half = context.measureText(text).width / 2
    const at = left + tick.position * width
    context.fillText(text, clamp(at, bar.x + half, bar.x + bar.width - half), y + 23)
  }
  context.globalAlpha = 1
}

/** The labels that fit, important ones first. */
function placeLabels(
  context: Pen,
  bar: ColourBarPicture,
  ticks: readonly Tick[],
  left: number,
  width: number,
): Map<Tick, string> {
  const placed = new Map<Tick, string>()
  const taken: [number, number][] = []
  // Zero and powers of ten first: they say most.
  const candidates = ticks
    .filter((tick) => tick.major)
    .sort((a, b) => significantDigits(a.value) - significantDigits(b.value) || a.value - b.value)
  for (const tick of candidates) {
    const text = formatRound(tick.value, bar.signed)
    const half = context.measureText(text).width / 2
    const at = clamp(left + tick.position * width, bar.x + half, bar.x + bar.width - half)
    const span: [number, number] = [at - half - 5, at + half + 5]
    if (taken.some(([from, to]) => span[0] < to && span[1] > from)) continue
    taken.push(span)
    placed.set(tick, text)
  }
  return placed
}

function drawMark(context: Pen, bar: ColourBarPicture, left: number, width: number): void {
  if (bar.mark === null || Number.isNaN(bar.mark)) return
  const at = left + bar.scale.norm.toUnit(bar.mark) * width
  context.beginPath()
  context.moveTo(at, bar.y - 3)
  context.lineTo(at, bar.y + barHeight + 3)
  context.strokeStyle = bar.palette.surface
  context.lineWidth = 3.5
  context.stroke()
  context.strokeStyle = bar.palette.text
  context.lineWidth = 1.5
  context.stroke()
}

/** Text cut at the end until it fits. */
function shortened(context: Pen, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text
  let cut = text
  while (cut.length > 1 && context.measureText(`${cut}…`).width > room) cut = cut.slice(0, -1)
  return `${cut}…`
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
