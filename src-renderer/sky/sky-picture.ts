import { drawColourBar, pictureHeight } from './colour-bar.ts'
import { buildScale, tableOf } from './colour-scale.ts'
import { drawOverlay } from './graticule.ts'
import { isPale, neutralColour, printPalette } from './palette.ts'
import type { CanvasPalette } from './palette.ts'
import type { Pen } from './pen.ts'
import { pagePdf } from './print/pdf.ts'
import { drawPoints } from './points.ts'
import { Recorder } from './print/recorder.ts'
import { pageSvg, printFont } from './print/svg.ts'
import type { Raster } from './print/marks.ts'
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

/** Draws the pixels alone, in colours for white paper. */
type DrawMap = (
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  geometry: SkyGeometry,
  colourMap: Uint8Array,
) => void

/** What a picture of a map is made of. */
export interface PictureSource {
  readonly props: SkyMapProps
  readonly statistics: ValueStatistics
  /** Whether a catalogue lies over the map. */
  readonly hasOverlay: boolean
  readonly geometryFor: (width: number, height: number) => SkyGeometry
  readonly drawMapInto: DrawMap
}

/**
 * A map for print: title, map with graticule, colour bar, on white whatever the theme.
 * Rejects if the browser cannot encode the picture.
 */
export function skyPicture(source: PictureSource): Promise<Blob> {
  const { width, height } = pictureSize(source)
  const { context, toBlob } = printCanvas(width, height, pixelRatio)
  drawPicture(context, source, printPalette(false), (...map) => source.drawMapInto(context, ...map))
  return toBlob()
}

/** The same as a page of vectors, with the pixels of a map as a picture in it. Rejects as `skyPicture` does. */
export async function skyDocument(source: PictureSource, format: 'svg' | 'pdf'): Promise<Blob> {
  const ruler = printCanvas(1, 1, 1).context
  const pen = new Recorder((text, font) => {
    ruler.font = font
    return ruler.measureText(text).width
  })
  drawPicture(pen, source, { fontUi: printFont }, (x, y, geometry, colourMap) => {
    const { width, height } = geometry.port
    const { context, toBlob } = printCanvas(width, height, pixelRatio)
    source.drawMapInto(context, 0, 0, geometry, colourMap)
    pen.image(rasterOf(context.canvas, toBlob), x, y, width, height)
  })
  const page = { ...pictureSize(source), marks: pen.marks }
  return format === 'svg'
    ? new Blob([await pageSvg(page)], { type: 'image/svg+xml' })
    : new Blob([await pagePdf(page)], { type: 'application/pdf' })
}

function rasterOf(canvas: HTMLCanvasElement, toBlob: () => Promise<Blob>): Raster {
  const { width, height } = canvas
  return {
    width,
    height,
    rgba: () => {
      const context = canvas.getContext('2d')
      if (!context) throw new Error('The browser does not give the picture back.')
      return context.getImageData(0, 0, width, height).data
    },
    pngUrl: async () => dataUrl(await toBlob()),
  }
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(new Error('The picture could not be read back.'))
    reader.readAsDataURL(blob)
  })
}

/** Colours for white paper: the diverging map with black in the middle is made for dark panels, its partner for paper. */
export const paperTable = (colourMap: string) => tableOf(colourMap === 'berlin' ? 'vik' : colourMap)

function pictureSize({ props, hasOverlay }: PictureSource) {
  const [width, height] = mapSize[props.projection]
  const bars = hasOverlay && props.overlay?.colours ? 2 : 1
  return {
    width: width + 2 * margin,
    height: 2 * margin + titleHeight + height + bars * (12 + pictureHeight),
  }
}

function drawPicture(
  pen: Pen,
  { props, statistics, hasOverlay, geometryFor }: PictureSource,
  { fontUi }: Pick<CanvasPalette, 'fontUi'>,
  drawMap: (x: number, y: number, geometry: SkyGeometry, colourMap: Uint8Array) => void,
): void {
  const [width, height] = mapSize[props.projection]
  const colourMap = paperTable(props.colourMap)
  const paper = { ...printPalette(false), fontUi }
  // Between sources there is light ground.
  const palette = { ...printPalette(Boolean(props.points) || isPale(colourMap)), fontUi }
  printTitle(pen, margin, props.title, props.source, paper)
  const geometry = geometryFor(width, height)
  const top = margin + titleHeight
  const scale = buildScale(props, statistics)
  const overlay = hasOverlay ? props.overlay : null
  const { colours } = overlay ?? {}
  const overlayColourMap = colours ? paperTable(colours.colourMap) : colourMap
  if (!props.points) drawMap(margin, top, geometry, colourMap)
  pen.save()
  pen.translate(margin, top)
  if (props.points)
    drawPoints(pen, geometry, props.points, { scale, colourMap, ground: neutralColour('light') })
  if (overlay) {
    const look = { scale: colours?.scale ?? scale, colourMap: overlayColourMap, ground: null }
    drawPoints(pen, geometry, overlay.points, look)
  }
  drawOverlay(pen, { geometry, palette, cursor: null, vectors: props.vectors, hasMap: true })
  pen.restore()
  drawColourBar(pen, {
    x: margin,
    y: top + height + 12,
    width,
    scale,
    colourMap,
    palette: paper,
    quantity: props.quantity,
    unit: props.unit,
    signed: props.symmetric,
    mark: null,
  })
  if (!overlay || !colours) return
  drawColourBar(pen, {
    x: margin,
    y: top + height + 24 + pictureHeight,
    width,
    scale: colours.scale,
    colourMap: overlayColourMap,
    palette: paper,
    quantity: `${overlay.name}: ${overlay.quantity}`,
    unit: overlay.unit,
    signed: colours.symmetric,
    mark: null,
  })
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
  context: Pen,
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
