import { layOutText } from './stroke-font.ts'
import type { Stroke } from './stroke-font.ts'

export type Rgb = readonly [number, number, number]

export const BLACK: Rgb = [0, 0, 0]
export const GREY: Rgb = [140, 140, 140]

type Point = readonly [number, number]

/** A white sheet of paper: anti-aliased lines and text over filled pixels. x to the right, y downward. */
export class Canvas {
  readonly width: number
  readonly height: number
  /** [height][width][3] */
  readonly pixels: Uint8Array

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.pixels = new Uint8Array(3 * width * height).fill(255)
  }

  set(x: number, y: number, colour: Rgb): void {
    this.pixels.set(colour, 3 * (y * this.width + x))
  }

  /** A line through the points, `width` pixels wide, with round ends. */
  line(points: readonly Point[], width: number, colour: Rgb): void {
    for (let i = 1; i < points.length; i++) this.#segment(points[i - 1], points[i], width, colour)
  }

  rectangle(x: number, y: number, width: number, height: number, colour: Rgb): void {
    const right = x + width
    const bottom = y + height
    this.line(
      [
        [x, y],
        [right, y],
        [right, bottom],
        [x, bottom],
        [x, y],
      ],
      2,
      colour,
    )
  }

  /** One line of text; `align` says which part of it stands at x, y is its baseline. */
  text(
    text: string,
    x: number,
    y: number,
    height: number,
    align: 'left' | 'centre' | 'right' = 'left',
  ): void {
    const { strokes, width } = layOutText(text, height)
    const start = x - width * { left: 0, centre: 0.5, right: 1 }[align]
    this.#write(strokes, height, ([px, py]) => [start + px, y - py])
  }

  /** One line of text that is read from below to above: its baseline at x, its middle at y. */
  textUpward(text: string, x: number, y: number, height: number): void {
    const { strokes, width } = layOutText(text, height)
    this.#write(strokes, height, ([px, py]) => [x - py, y + width / 2 - px])
  }

  #write(strokes: readonly Stroke[], height: number, place: (point: Point) => Point): void {
    const pen = Math.max(1.2, height / 8)
    for (const stroke of strokes) this.line(stroke.map(place), pen, BLACK)
  }

  #segment(from: Point, to: Point, width: number, colour: Rgb): void {
    const reach = width / 2 + 1
    const x0 = Math.max(0, Math.floor(Math.min(from[0], to[0]) - reach))
    const x1 = Math.min(this.width - 1, Math.ceil(Math.max(from[0], to[0]) + reach))
    const y0 = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach))
    const y1 = Math.min(this.height - 1, Math.ceil(Math.max(from[1], to[1]) + reach))
    const dx = to[0] - from[0]
    const dy = to[1] - from[1]
    const squared = dx * dx + dy * dy
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const px = x - from[0]
        const py = y - from[1]
        const along = squared > 0 ? Math.min(Math.max((px * dx + py * dy) / squared, 0), 1) : 0
        const distance = Math.hypot(px - along * dx, py - along * dy)
        const cover = Math.min(Math.max(width / 2 + 0.5 - distance, 0), 1)
        if (cover > 0) this.#blend(x, y, cover, colour)
      }
    }
  }

  #blend(x: number, y: number, cover: number, colour: Rgb): void {
    const at = 3 * (y * this.width + x)
    for (let c = 0; c < 3; c++) {
      const mixed = Math.round((1 - cover) * this.pixels[at + c] + cover * colour[c])
      // Where two segments meet both cover the joint: the darker one stays.
      this.pixels[at + c] = Math.min(this.pixels[at + c], mixed)
    }
  }
}
