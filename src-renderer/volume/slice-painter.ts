import { paintSlice, slicePlanes } from './slice-image.ts'
import { sliceNames } from './slice-layout.ts'
import type { SliceColours, SliceName } from './slice-image.ts'
import type { SliceLayout } from './slice-layout.ts'
import type { ScalarGrid } from './scalar.ts'
import type { Vector3 } from './types.ts'

export interface SliceContent {
  readonly grid: ScalarGrid
  readonly cursor: Vector3
  readonly colours: SliceColours
}

/** Paints the three slices into one canvas; while the cursor moves, only those whose plane moved. */
export class SlicePainter {
  private readonly painted = new Map<SliceName, number>()
  private readonly images = new Map<SliceName, ImageData>()

  /** The canvas was cleared, or colours or values changed. */
  forget(): void {
    this.painted.clear()
  }

  paint(
    context: CanvasRenderingContext2D,
    layout: SliceLayout,
    pixelRatio: number,
    content: SliceContent,
  ): void {
    if (this.painted.size === 0) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height)
    }
    for (const name of sliceNames) {
      const plane = slicePlanes[name]
      const position = content.cursor[plane.fixed]
      if (this.painted.get(name) === position) continue
      this.painted.set(name, position)
      const box = layout.boxes[name]
      const image = this.imageFor(
        name,
        Math.max(1, Math.round(box.width * pixelRatio)),
        Math.max(1, Math.round(box.height * pixelRatio)),
      )
      paintSlice(image, content.grid, plane, position, content.colours)
      context.putImageData(image, Math.round(box.x * pixelRatio), Math.round(box.y * pixelRatio))
    }
  }

  private imageFor(name: SliceName, width: number, height: number): ImageData {
    const known = this.images.get(name)
    if (known && known.width === width && known.height === height) return known
    const image = new ImageData(width, height)
    this.images.set(name, image)
    return image
  }
}
