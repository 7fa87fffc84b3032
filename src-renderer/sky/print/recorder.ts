import type { Pen } from '../pen.ts'
import { curves } from './curves.ts'
import type { Ink, Mark, PathPart, Raster } from './marks.ts'

interface Kept {
  readonly shiftX: number
  readonly shiftY: number
  readonly clip: readonly PathPart[] | null
  readonly style: ReturnType<Recorder['styleNow']>
}

/** A pen that keeps what is drawn as marks. Only shifts, one clip at a time and text on its base line, as our drawings need. */
export class Recorder implements Pen {
  font = '10px sans-serif'
  fillStyle = '#000000'
  strokeStyle = '#000000'
  lineWidth = 1
  lineJoin: CanvasLineJoin = 'miter'
  lineCap: CanvasLineCap = 'butt'
  globalAlpha = 1
  textAlign: CanvasTextAlign = 'left'
  textBaseline: CanvasTextBaseline = 'alphabetic'
  readonly marks: Mark[] = []
  readonly #measure: (text: string, font: string) => number
  readonly #kept: Kept[] = []
  #path: PathPart[] = []
  #clip: readonly PathPart[] | null = null
  #shiftX = 0
  #shiftY = 0

  /** `measure`: width of a text in a CSS font, CSS pixels. */
  constructor(measure: (text: string, font: string) => number) {
    this.#measure = measure
  }

  styleNow() {
    const { font, fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, globalAlpha } = this
    const { textAlign, textBaseline } = this
    return {
      ...{ font, fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, globalAlpha },
      ...{ textAlign, textBaseline },
    }
  }
  save(): void {
    const [shiftX, shiftY] = [this.#shiftX, this.#shiftY]
    this.#kept.push({ shiftX, shiftY, clip: this.#clip, style: this.styleNow() })
  }
  restore(): void {
    const kept = this.#kept.pop()
    if (!kept) return
    this.#shiftX = kept.shiftX
    this.#shiftY = kept.shiftY
    this.#clip = kept.clip
    Object.assign(this, kept.style)
  }
  translate(x: number, y: number): void {
    this.#shiftX += x
    this.#shiftY += y
  }

  beginPath(): void {
    this.#path = []
  }
  moveTo(x: number, y: number): void {
    this.#path.push(['M', x + this.#shiftX, y + this.#shiftY])
  }
  lineTo(x: number, y: number): void {
    this.#path.push(['L', x + this.#shiftX, y + this.#shiftY])
  }
  closePath(): void {
    this.#path.push(['Z'])
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y)
    this.lineTo(x + width, y)
    this.lineTo(x + width, y + height)
    this.lineTo(x, y + height)
    this.closePath()
  }
  arc(x: number, y: number, radius: number, from: number, to: number): void {
    if (this.#path.length === 0 && to - from >= 2 * Math.PI)
      this.#path.push(['O', x + this.#shiftX, y + this.#shiftY, radius])
    else this.ellipse(x, y, radius, radius, 0, from, to)
  }
  /** The axes are those of the page. */
  ellipse(x: number, y: number, a: number, b: number, _turn: number, from: number, to: number) {
    const [cx, cy] = [x + this.#shiftX, y + this.#shiftY]
    const start = [cx + a * Math.cos(from), cy + b * Math.sin(from)] as const
    this.#path.push([this.#path.length === 0 ? 'M' : 'L', ...start])
    this.#path.push(...curves([cx, cy], [a, b], from, to))
  }
  clip(): void {
    this.#clip = [...this.#path]
  }
  fill(): void {
    const path = [...this.#path]
    this.marks.push({ kind: 'fill', path, ink: this.#ink(this.fillStyle), clip: this.#clip })
  }
  stroke(): void {
    this.marks.push({
      kind: 'stroke',
      path: [...this.#path],
      ink: this.#ink(this.strokeStyle),
      width: this.lineWidth,
      round: this.lineCap === 'round',
      clip: this.#clip,
    })
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    const before = this.#path
    this.beginPath()
    this.rect(x, y, width, height)
    this.fill()
    this.#path = before
  }
  fillText(text: string, x: number, y: number): void {
    this.#text(text, x, y, this.fillStyle, null)
  }
  strokeText(text: string, x: number, y: number): void {
    this.#text(text, x, y, this.strokeStyle, this.lineWidth)
  }
  measureText(text: string): { width: number } {
    return { width: this.#measure(text, this.font) }
  }
  image(raster: Raster, x: number, y: number, width: number, height: number): void {
    const [left, top] = [x + this.#shiftX, y + this.#shiftY]
    this.marks.push({ kind: 'image', x: left, y: top, width, height, raster, clip: this.#clip })
  }

  #text(text: string, x: number, y: number, style: string, outline: number | null): void {
    this.marks.push({
      kind: 'text',
      text,
      x: x + this.#shiftX,
      y: y + this.#shiftY,
      size: Number(/([\d.]+)px/.exec(this.font)?.[1] ?? 10),
      align: this.textAlign === 'center' || this.textAlign === 'right' ? this.textAlign : 'left',
      width: this.#measure(text, this.font),
      ink: this.#ink(style),
      outline,
      clip: this.#clip,
    })
  }
  #ink(style: string): Ink {
    const { colour, alpha } = readColour(style)
    return { colour, alpha: alpha * this.globalAlpha }
  }
}

/** #rrggbb, or rgb(r g b) and rgb(r g b / a%), which are what palettes hold. */
function readColour(style: string): Ink {
  const hex = /^#(..)(..)(..)$/.exec(style)
  const [r, g, b, percent = '100'] = hex
    ? hex.slice(1).map((digits) => String(Number.parseInt(digits, 16)))
    : (style.match(/[\d.]+/g) ?? ['0', '0', '0'])
  return { colour: [Number(r), Number(g), Number(b)], alpha: Number(percent) / 100 }
}
