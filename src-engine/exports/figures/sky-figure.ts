import { vec2pix } from '#shared/healpix/index.ts'
import { PLANE_EXTENT, graticule, unproject, DEFAULT_VIEW } from '#shared/sky/index.ts'
import { BLACK, Canvas, GREY } from './canvas.ts'
import { colourOf, drawColourBar } from './colour-bar.ts'
import type { ColourScale } from './colour-bar.ts'
import { encodePng } from './png.ts'

const width = 1800
const margin = 60
const titleHeight = 34

/**
 * A whole-sky map in Mollweide projection as a PNG picture for print: Galactic, l = 0 in the centre, longitude increasing
 * to the left, with title, graticule of 60 by 30 degrees and colour bar.
 * @param values RING pixels; NaN is drawn grey
 */
export function skyFigure(
  nside: number,
  values: ArrayLike<number>,
  scale: ColourScale,
  title: string,
): Uint8Array<ArrayBuffer> {
  const halfWidth = (width - 2 * margin) / 2
  const unit = halfWidth / PLANE_EXTENT.mollweide.x
  const top = margin + 2.2 * titleHeight
  const centreX = width / 2
  const centreY = top + unit
  const barY = Math.round(top + 2 * unit + 50)
  const canvas = new Canvas(width, barY + 190)
  canvas.text(title, centreX, margin + titleHeight, titleHeight, 'centre')
  for (let y = Math.floor(top); y <= top + 2 * unit; y++) {
    for (let x = margin; x < width - margin; x++) {
      const direction = unproject(
        'mollweide',
        (x + 0.5 - centreX) / unit,
        (centreY - y - 0.5) / unit,
      )
      if (!direction) continue
      canvas.set(x, y, colourOf(scale, values[vec2pix(nside, 'RING', direction)]))
    }
  }
  for (const { points } of graticule('mollweide', DEFAULT_VIEW)) {
    const line: (readonly [number, number])[] = []
    for (let i = 0; i < points.length; i += 2) {
      line.push([centreX + points[i] * unit, centreY - points[i + 1] * unit])
    }
    canvas.line(line, 1, GREY)
  }
  const outline = Array.from({ length: 721 }, (_, i) => {
    const angle = (i * Math.PI) / 360
    return [centreX + 2 * unit * Math.cos(angle), centreY + unit * Math.sin(angle)] as const
  })
  canvas.line(outline, 3, BLACK)
  drawColourBar(canvas, scale, width / 4, barY, width / 2, 36)
  return encodePng(canvas.width, canvas.height, canvas.pixels)
}
