import type { GridGeometry } from '#shared/physics/grid.ts'
import { voxelIndex } from '#shared/physics/grid.ts'
import { formatNumber } from '#shared/sky/index.ts'
import { BLACK, Canvas } from './canvas.ts'
import { colourOf, drawColourBar } from './colour-bar.ts'
import type { ColourScale } from './colour-bar.ts'
import { encodePng } from './png.ts'

/** Pixels along the longest side of the box. */
const longestSide = 880
const margin = 140
const gap = 130
const textHeight = 24
const axisNames = ['x', 'y', 'z'] as const

/** A plane through the grid: the axes to the right and upward, and the one it is cut at. */
interface Slice {
  readonly right: number
  readonly up: number
  readonly normal: number
}

/**
 * Three planes through the observer as a PNG picture for print: xy, below it xz, beside it zy, with axes in kpc and a
 * colour bar. Each voxel is a rectangle of one colour: nothing is smoothed.
 * @param values [nx, ny, nz]; NaN is drawn grey
 */
export function slicesFigure(
  grid: GridGeometry,
  observerKpc: readonly [number, number, number],
  values: ArrayLike<number>,
  scale: ColourScale,
  title: string,
): Uint8Array<ArrayBuffer> {
  const size = grid.halfSizeKpc.map((half) => sizeOf(grid, half))
  const top = margin + 20
  const below = top + size[1] + gap
  const beside = margin + size[0] + gap
  const barY = below + size[2] + 110
  const canvas = new Canvas(beside + size[2] + margin, barY + 180)
  canvas.text(title, canvas.width / 2, 70, 34, 'centre')
  const draw = (slice: Slice, x: number, y: number): void =>
    drawSlice(canvas, grid, observerKpc, values, scale, slice, x, y)
  draw({ right: 0, up: 1, normal: 2 }, margin, top)
  draw({ right: 0, up: 2, normal: 1 }, margin, below)
  draw({ right: 2, up: 1, normal: 0 }, beside, top)
  drawColourBar(canvas, scale, margin, barY, canvas.width - 2 * margin, 36)
  return encodePng(canvas.width, canvas.height, canvas.pixels)
}

function cellAt(grid: GridGeometry, axis: number, kpc: number): number {
  const n = grid.shape[axis]
  const half = grid.halfSizeKpc[axis]
  return Math.min(Math.max(Math.floor(((kpc + half) * n) / (2 * half)), 0), n - 1)
}

function drawSlice(
  canvas: Canvas,
  grid: GridGeometry,
  observer: readonly [number, number, number],
  values: ArrayLike<number>,
  scale: ColourScale,
  { right, up, normal }: Slice,
  left: number,
  top: number,
): void {
  const pixelsPerKpc = scaleOf(grid)
  const width = sizeOf(grid, grid.halfSizeKpc[right])
  const height = sizeOf(grid, grid.halfSizeKpc[up])
  const index: [number, number, number] = [0, 0, 0]
  index[normal] = cellAt(grid, normal, observer[normal])
  for (let x = 0; x < width; x++) {
    index[right] = cellAt(grid, right, (x + 0.5) / pixelsPerKpc - grid.halfSizeKpc[right])
    for (let y = 0; y < height; y++) {
      index[up] = cellAt(grid, up, grid.halfSizeKpc[up] - (y + 0.5) / pixelsPerKpc)
      canvas.set(left + x, top + y, colourOf(scale, values[voxelIndex(grid, ...index)]))
    }
  }
  canvas.rectangle(left, top, width, height, BLACK)
  const xOf = (kpc: number): number => left + (kpc + grid.halfSizeKpc[right]) * pixelsPerKpc
  const yOf = (kpc: number): number => top + (grid.halfSizeKpc[up] - kpc) * pixelsPerKpc
  drawAxes(canvas, grid, right, up, left, top)
  const cut = `${axisNames[normal]} = ${observer[normal]} kpc`.replace('-', '\u2212')
  canvas.text(cut, left + width, top - 24, textHeight, 'right')
  drawObserver(canvas, xOf(observer[right]), yOf(observer[up]))
}

/** Ticks, numbers and names below and to the left of a slice. */
function drawAxes(
  canvas: Canvas,
  grid: GridGeometry,
  right: number,
  up: number,
  left: number,
  top: number,
): void {
  const pixelsPerKpc = scaleOf(grid)
  const width = sizeOf(grid, grid.halfSizeKpc[right])
  const height = sizeOf(grid, grid.halfSizeKpc[up])
  const xOf = (kpc: number): number => left + (kpc + grid.halfSizeKpc[right]) * pixelsPerKpc
  const yOf = (kpc: number): number => top + (grid.halfSizeKpc[up] - kpc) * pixelsPerKpc
  const number = (kpc: number): string => formatNumber(kpc, { digits: 2 }).replace(/\.0$/, '')
  for (const kpc of axisTicks(grid, right)) {
    canvas.line(
      [
        [xOf(kpc), top + height],
        [xOf(kpc), top + height + 10],
      ],
      2,
      BLACK,
    )
    canvas.text(number(kpc), xOf(kpc), top + height + 16 + textHeight, textHeight, 'centre')
  }
  for (const kpc of axisTicks(grid, up)) {
    canvas.line(
      [
        [left - 10, yOf(kpc)],
        [left, yOf(kpc)],
      ],
      2,
      BLACK,
    )
    canvas.text(number(kpc), left - 16, yOf(kpc) + textHeight / 2, textHeight, 'right')
  }
  canvas.text(
    `${axisNames[right]} (kpc)`,
    left + width / 2,
    top + height + 30 + 2 * textHeight,
    textHeight,
    'centre',
  )
  canvas.textUpward(`${axisNames[up]} (kpc)`, left - 92, top + height / 2, textHeight)
}

/** A ringed dot: the Sun. */
function drawObserver(canvas: Canvas, x: number, y: number): void {
  const ring = (radius: number) =>
    Array.from({ length: 25 }, (_, i) => {
      const angle = (i * Math.PI) / 12
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)] as const
    })
  canvas.line(ring(9), 2.5, BLACK)
  canvas.line(
    [
      [x, y],
      [x, y],
    ],
    5,
    BLACK,
  )
}

/** Pixels per kpc. */
function scaleOf({ halfSizeKpc }: GridGeometry): number {
  return longestSide / (2 * Math.max(...halfSizeKpc))
}

/** Pixels of a side of the box. */
function sizeOf(grid: GridGeometry, halfKpc: number): number {
  return Math.max(1, Math.round(2 * halfKpc * scaleOf(grid)))
}

/** Multiples of 1, 2 or 5 times a power of ten, the same for all axes, or the ends of a shorter one. */
function axisTicks({ halfSizeKpc }: GridGeometry, axis: number): number[] {
  const roughly = Math.max(...halfSizeKpc) / 4
  const power = 10 ** Math.floor(Math.log10(roughly))
  const common = power * ([1, 2, 5].find((factor) => factor * power >= 0.999 * roughly) ?? 10)
  const step = Math.min(common, halfSizeKpc[axis])
  const count = Math.floor((halfSizeKpc[axis] / step) * 1.000001)
  return Array.from({ length: 2 * count + 1 }, (_, i) => (i - count) * step)
}
