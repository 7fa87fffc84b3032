import { drawColourBar, pictureHeight } from './colour-bar.ts'
import { buildScale, tableOf } from './colour-scale.ts'
import { drawOverlay } from './graticule.ts'
import { isPale, printPalette } from './palette.ts'
import type { CanvasPalette } from './palette.ts'
import type { ValueStatistics } from './colour-scale.ts'
import type { SkyMapProps } from './types.ts'
import type { SkyGeometry } from './view.ts'

/** CSS pixels of the map in a picture for print, and device pixels per CSS pixel: 1800 across. */
const mapSize = {
  mollweide: [600, 300],
  orthographic: [400, 400],
  gnomonic: [600, 300],
  'plate-carree': [600, 300],
} as const
const pixelRatio = 3
const margin = 12
const titleHeight = 24

/**
 * A map for print: title, map with graticule, colour bar, on white whatever the theme.
 * Rejects if the browser cannot encode the picture.
 */
export function skyPicture(
  props: SkyMapProps,
  statistics: ValueStatistics,
  geometryFor: (width: number, height: number) => SkyGeometry,
  drawMapInto: (
    context: CanvasRenderingContext2D,
    x: number,
    y: number,
    geometry: SkyGeometry,
    colourMap: Uint8Array,
  ) => void,
): Promise<Blob> {
  const [width, height] = mapSize[props.projection]
  const { context, toBlob } = printCanvas(
    width + 2 * margin,
    2 * margin + titleHeight + height + 12 + pictureHeight,
    pixelRatio,
  )
  // The diverging map with black in the middle is made for dark panels; its partner is for paper.
  const colourMap = tableOf(props.colourMap === 'berlin' ? 'vik' : props.colourMap)
  // Between sources there is light ground.
  const palette = printPalette(Boolean(props.points) || isPale(colourMap))
  printTitle(context, margin, props.title, props.source)
  const geometry = geometryFor(width, height)
  const top = margin + titleHeight
  drawMapInto(context, margin, top, geometry, colourMap)
  context.save()
  context.translate(margin, top)
  drawOverlay(context, { geometry, palette, cursor: null, vectors: props.vectors, hasMap: true })
  context.restore()
  drawColourBar(context, {
    x: margin,
    y: top + height + 12,
    width,
    scale: buildScale(props, statistics),
    colourMap,
    palette: printPalette(false),
    quantity: props.quantity,
    unit: props.unit,
    signed: props.symmetric,
    mark: null,
  })
  return toBlob()
}

/** A white canvas to draw on in CSS pixels. */
export function printCanvas(width: number, height: number, ratio: number) {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The browser has no room for the picture.')
  context.scale(ratio, ratio)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  const toBlob = () =>
    new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) =>
        blob ? resolve(blob) : reject(new Error('The picture could not be encoded as PNG.')),
      )
    })
  return { context, toBlob }
}

export function printTitle(
  context: CanvasRenderingContext2D,
  x: number,
  title: string,
  source: string,
  { text, textQuiet, fontUi }: CanvasPalette = printPalette(false),
): void {
  context.font = `500 13px ${fontUi}`
  context.fillStyle = text
  context.fillText(title, x, x + 12)
  const width = context.measureText(title).width
  context.font = `400 13px ${fontUi}`
  context.fillStyle = textQuiet
  context.fillText(source, x + width + 8, x + 12)
}
