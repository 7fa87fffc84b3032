import type { CanvasPalette } from '../sky/palette.ts'
import type { Pen } from '../sky/pen.ts'
import type { ScreenPoint } from './types.ts'

// What slices and volume draw alike over the field.

/** What the drawings over slices and volume use of a canvas. */
export interface OverlayPen
  extends Pen, Pick<CanvasRenderingContext2D, 'setLineDash' | 'strokeRect'> {}

/** Galactocentric circles that every panel shows, kpc. */
export const ringRadiiKpc: readonly number[] = [5, 10, 15, 20]

/** Circle with a dot, as in every panel. */
export function drawSun(
  context: OverlayPen,
  { x, y }: ScreenPoint,
  palette: CanvasPalette,
  labelled: boolean,
): void {
  const circle = () => {
    context.beginPath()
    context.arc(x, y, 5, 0, 2 * Math.PI)
    context.stroke()
  }
  context.strokeStyle = palette.mapHalo
  context.lineWidth = 3.5
  circle()
  context.strokeStyle = palette.mapText
  context.lineWidth = 1.5
  circle()
  context.beginPath()
  context.arc(x, y, 1.5, 0, 2 * Math.PI)
  context.fillStyle = palette.mapText
  context.fill()
  context.textAlign = 'right'
  if (labelled) haloText(context, 'Sun', x - 8, y - 8, palette)
}

/** Cross at the Galactic centre. */
export function drawCentre(
  context: OverlayPen,
  { x, y }: ScreenPoint,
  palette: CanvasPalette,
  labelled: boolean,
): void {
  context.beginPath()
  context.moveTo(x - 5, y - 5)
  context.lineTo(x + 5, y + 5)
  context.moveTo(x - 5, y + 5)
  context.lineTo(x + 5, y - 5)
  context.strokeStyle = palette.mapHalo
  context.lineWidth = 3.5
  context.stroke()
  context.strokeStyle = palette.mapText
  context.lineWidth = 1.5
  context.stroke()
  context.textAlign = 'left'
  if (labelled) haloText(context, 'GC', x + 8, y - 8, palette)
}

function trace(context: OverlayPen, points: readonly ScreenPoint[]): void {
  context.beginPath()
  points.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
}

/** A spiral arm in the line that it has in every panel. */
export function strokeArm(
  context: OverlayPen,
  points: readonly ScreenPoint[],
  palette: CanvasPalette,
): void {
  trace(context, points)
  context.globalAlpha = 0.45
  context.lineWidth = 1.25
  context.strokeStyle = palette.mapText
  context.stroke()
  context.globalAlpha = 1
  context.lineWidth = 1
}

/** A line of sight in the colour that it has in every panel. */
export function strokeRay(
  context: OverlayPen,
  points: readonly ScreenPoint[],
  palette: CanvasPalette,
): void {
  for (const [width, colour] of [
    [3.5, palette.mapHalo],
    [2, palette.ray],
  ] as const) {
    trace(context, points)
    context.lineWidth = width
    context.strokeStyle = colour
    context.stroke()
  }
  context.lineWidth = 1
}

/** Where the cursor is on a line of sight. */
export function drawRayMark(
  context: OverlayPen,
  { x, y }: ScreenPoint,
  palette: CanvasPalette,
): void {
  context.beginPath()
  context.arc(x, y, 4, 0, 2 * Math.PI)
  context.fillStyle = palette.ray
  context.fill()
  context.lineWidth = 1.5
  context.strokeStyle = palette.mapHalo
  context.stroke()
  context.lineWidth = 1
}

export function haloText(
  context: OverlayPen,
  text: string,
  x: number,
  y: number,
  palette: CanvasPalette,
): void {
  context.font = `500 11px ${palette.fontUi}`
  context.lineWidth = 2.5
  context.strokeStyle = palette.mapHalo
  context.strokeText(text, x, y)
  context.fillStyle = palette.mapText
  context.fillText(text, x, y)
}
