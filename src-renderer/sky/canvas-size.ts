export interface CanvasSize {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** Device pixels per CSS pixel. */
  readonly pixelRatio: number
  /** The canvas got another size and is empty now. */
  readonly changed: boolean
}

/** Gives a canvas the device pixels of its place on the page; setting the same size again would clear it. */
export function sizeCanvas(canvas: HTMLCanvasElement): CanvasSize {
  const { width, height } = canvas.getBoundingClientRect()
  const pixelRatio = window.devicePixelRatio || 1
  const columns = Math.max(1, Math.round(width * pixelRatio))
  const rows = Math.max(1, Math.round(height * pixelRatio))
  const changed = canvas.width !== columns || canvas.height !== rows
  if (changed) {
    canvas.width = columns
    canvas.height = rows
  }
  return { width, height, pixelRatio, changed }
}
