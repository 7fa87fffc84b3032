import { colourAt, formatNumber, formatUnit, ticksOf } from '#shared/sky/index.ts'
import type { ColourMapName, Norm } from '#shared/sky/index.ts'
import { BLACK } from './canvas.ts'
import type { Canvas, Rgb } from './canvas.ts'

/** How values become colours. */
export interface ColourScale {
  readonly norm: Norm
  readonly colourMap: ColourMapName
  /** Name of the quantity and its unit, under the bar. */
  readonly label: string
  readonly unit: string
}

/** Pixels without a value. */
const NO_VALUE: Rgb = [205, 205, 205]

export function colourOf({ norm, colourMap }: ColourScale, value: number): Rgb {
  return colourAt(colourMap, norm.toUnit(value)) ?? NO_VALUE
}

/** A horizontal colour bar with ticks and label; takes about five times its height. */
export function drawColourBar(
  canvas: Canvas,
  scale: ColourScale,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  for (let i = 0; i < width; i++) {
    const colour = colourAt(scale.colourMap, (i + 0.5) / width) ?? NO_VALUE
    for (let j = 0; j < height; j++) canvas.set(x + i, y + j, colour)
  }
  canvas.rectangle(x, y, width, height, BLACK)
  const textHeight = height * 0.7
  let free = -Infinity
  for (const { value, position, major } of ticksOf(scale.norm, 5)) {
    const at = x + position * width
    const end = y + height * (major ? 1.4 : 1.2)
    canvas.line(
      [
        [at, y + height],
        [at, end],
      ],
      2,
      BLACK,
    )
    const text = formatNumber(value, { digits: 3 }).replace(/\.0+$/, '')
    const room = text.length * textHeight * 0.5
    if (!major || at - room < free) continue
    canvas.text(text, at, end + 1.4 * textHeight, textHeight, 'centre')
    free = at + room
  }
  const unit = formatUnit(scale.unit)
  const label = unit === '' ? scale.label : `${scale.label} (${unit})`
  canvas.text(label, x + width / 2, y + height * 4.2, textHeight, 'centre')
}
