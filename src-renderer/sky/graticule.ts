import { formatRound } from '../format/text.ts'
import { outline, trace } from './paths.ts'
import { screenToSky, skyToScreen } from './view.ts'
import type { PlanePoint } from '#shared/sky/index.ts'
import type { CanvasPalette } from './palette.ts'
import type { Pen } from './pen.ts'
import type { SkyDirection, SkyDrawing, SkyVectors } from './types.ts'
import { drawDrawing } from './draw-drawing.ts'
import { drawVectors } from './vectors.ts'
import type { SkyGeometry } from './view.ts'

/** What lies over the map: outline, lines of longitude and latitude with labels, the linked cursor. */
export interface Overlay {
  readonly geometry: SkyGeometry
  readonly palette: CanvasPalette
  readonly cursor: SkyDirection | null
  /** The chosen line of sight. */
  readonly sightline?: SkyDirection | null
  readonly vectors?: SkyVectors | null
  readonly drawing?: SkyDrawing | null
  /** Without a map there is only the outline, around what the panel has to say. */
  readonly hasMap: boolean
}

/** The part of the sky whose lines can be in view, degrees; longitudes relative to `centre.lonDeg`. */
interface SkyWindow {
  readonly centre: SkyDirection
  readonly halfLonDeg: number
  readonly minimumLatDeg: number
  readonly maximumLatDeg: number
}

const stepsDeg: readonly (readonly [number, number])[] = [
  [60, 30],
  [30, 15],
  [10, 10],
  [5, 5],
  [2, 2],
  [1, 1],
  [0.5, 0.5],
  [0.2, 0.2],
  [0.1, 0.1],
]

/** Longitude and latitude spacing: 60 x 30 degrees on the whole map, finer as one zooms in. */
export function graticuleSpacing(zoom: number): readonly [number, number] {
  return stepsDeg.find(([, latitude]) => latitude * zoom <= 45) ?? stepsDeg[stepsDeg.length - 1]
}

/** Draws in CSS pixels; the caller has scaled the context for the device. */
export function drawOverlay(context: Pen, overlay: Overlay): void {
  context.save()
  context.lineJoin = 'round'
  const labels = overlay.hasMap ? drawGraticule(context, overlay) : null
  outline(context, overlay.geometry)
  context.lineWidth = 1
  context.strokeStyle = overlay.palette.line
  context.stroke()
  labels?.()
  if (overlay.vectors && overlay.hasMap)
    drawVectors(context, overlay.geometry, overlay.vectors, overlay.palette)
  if (overlay.drawing && overlay.hasMap)
    drawDrawing(context, overlay.geometry, overlay.drawing, overlay.cursor, overlay.palette)
  if (overlay.sightline && overlay.hasMap) drawSightline(context, overlay, overlay.sightline)
  if (overlay.cursor && overlay.hasMap) drawReticle(context, overlay, overlay.cursor)
  context.restore()
}

/** Draws the lines; returns what draws their labels, which lie over the outline. */
function drawGraticule(context: Pen, overlay: Overlay): () => void {
  const [lonStep, latStep] = graticuleSpacing(overlay.geometry.view.zoom)
  const window = skyWindow(overlay.geometry)
  const longitudes = multiples(
    window.centre.lonDeg - window.halfLonDeg,
    window.centre.lonDeg + window.halfLonDeg,
    lonStep,
  ).filter((lonDeg, i, all) => i === 0 || lonDeg - all[0] < 360 - 1e-6)
  const latitudes = multiples(window.minimumLatDeg, window.maximumLatDeg, latStep).filter(
    (latDeg) => Math.abs(latDeg) < 90 - 1e-6,
  )
  context.save()
  outline(context, overlay.geometry)
  context.clip()
  context.lineWidth = 0.75
  context.strokeStyle = overlay.palette.mapLine
  context.beginPath()
  const { minimumLatDeg, maximumLatDeg, centre, halfLonDeg } = window
  for (const lonDeg of longitudes) {
    trace(context, overlay.geometry, (s) => ({
      lonDeg,
      latDeg: minimumLatDeg + (maximumLatDeg - minimumLatDeg) * s,
    }))
  }
  for (const latDeg of latitudes) {
    trace(context, overlay.geometry, (s) => ({
      lonDeg: centre.lonDeg + halfLonDeg * (2 * s - 1),
      latDeg,
    }))
  }
  context.stroke()
  context.restore()
  return () => drawLabels(context, overlay, window, longitudes, latitudes)
}

/** Bounds from a grid of screen points: exact enough for lines, which are clipped anyway. */
function skyWindow(geometry: SkyGeometry): SkyWindow {
  const { view, port } = geometry
  const at = (u: number, v: number) => screenToSky(geometry, u * port.width, v * port.height)
  const centre = at(0.5, 0.5) ?? { lonDeg: view.lonDeg, latDeg: view.latDeg }
  const whole = { centre, halfLonDeg: 180, minimumLatDeg: -90, maximumLatDeg: 90 }
  if (view.zoom < 4) return whole
  let [low, high, halfLonDeg] = [centre.latDeg, centre.latDeg, 0]
  const points = 8
  for (let i = 0; i <= points; i++) {
    for (let j = 0; j <= points; j++) {
      const sky = at(i / points, j / points)
      // Part of the picture is off the map: its edge may show any longitude.
      if (!sky) return whole
      low = Math.min(low, sky.latDeg)
      high = Math.max(high, sky.latDeg)
      const difference = sky.lonDeg - centre.lonDeg
      halfLonDeg = Math.max(halfLonDeg, Math.abs(difference - 360 * Math.round(difference / 360)))
    }
  }
  const margin = 0.2 * (high - low)
  return {
    centre,
    halfLonDeg: halfLonDeg > 90 ? 180 : halfLonDeg * 1.3,
    minimumLatDeg: Math.max(-90, low - margin),
    maximumLatDeg: Math.min(90, high + margin),
  }
}

/** Multiples of `step` from `low` to `high`; at most a few hundred whatever the window. */
function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.min(Math.floor(high / step + 1e-9), first + 400)
  const values: number[] = []
  for (let k = first; k <= last; k++) values.push(k * step)
  return values
}

/** Longitudes along the parallel nearest the middle of the picture, latitudes along its meridian. */
function drawLabels(
  context: Pen,
  overlay: Overlay,
  window: SkyWindow,
  longitudes: readonly number[],
  latitudes: readonly number[],
): void {
  const { geometry, palette } = overlay
  const { port } = geometry
  if (port.height < 90) return
  const parallel = nearest(latitudes, window.centre.latDeg)
  const meridian = nearest(longitudes, window.centre.lonDeg)
  context.font = `500 10px ${palette.fontUi}`
  context.lineWidth = 2.5
  context.lineJoin = 'round'
  const placed: PlanePoint[] = []
  const label = (
    at: SkyDirection,
    text: string,
    align: CanvasTextAlign,
    dx: number,
    dy: number,
  ) => {
    const point = skyToScreen(geometry, at)
    if (!point) return
    const [x, y] = [point.x + dx, point.y + dy]
    const half = context.measureText(text).width / 2
    const middle = align === 'center' ? x : x + half
    const inside = middle - half > 2 && middle + half < port.width - 2 && y > 10 && y < port.height
    const free = placed.every((p) => Math.abs(p.x - middle) > 34 || Math.abs(p.y - y) > 13)
    // Half a label beyond the edge of the map would be text over nothing.
    const onMap = [-half, half].every((offset) => screenToSky(geometry, middle + offset, y - 4))
    if (!inside || !free || !onMap) return
    placed.push({ x: middle, y })
    context.textAlign = align
    context.strokeStyle = palette.mapHalo
    context.strokeText(text, x, y)
    context.fillStyle = palette.mapText
    context.fillText(text, x, y)
  }
  if (parallel !== null) {
    const outward = [...longitudes].sort(
      (a, b) => Math.abs(a - window.centre.lonDeg) - Math.abs(b - window.centre.lonDeg),
    )
    for (const lonDeg of outward) {
      label({ lonDeg, latDeg: parallel }, longitudeText(lonDeg), 'center', 0, 15)
    }
  }
  if (meridian !== null && port.height >= 200) {
    for (const latDeg of latitudes) {
      if (latDeg !== parallel) {
        label({ lonDeg: meridian, latDeg }, latitudeText(latDeg), 'left', 4, -4)
      }
    }
  }
}

function nearest(values: readonly number[], wanted: number): number | null {
  if (values.length === 0) return null
  return values.reduce((best, v) => (Math.abs(v - wanted) < Math.abs(best - wanted) ? v : best))
}

function degrees(value: number): string {
  return `${formatRound(Math.round(10 * value) / 10)}°`
}

function longitudeText(lonDeg: number): string {
  return degrees((((lonDeg + 1e-9) % 360) + 360) % 360)
}

function latitudeText(latDeg: number): string {
  return (latDeg > 1e-9 ? '+' : '') + degrees(latDeg)
}

/** A ring in the colour that the line of sight has in every panel. */
function drawSightline(
  context: Pen,
  { geometry, palette }: Overlay,
  direction: SkyDirection,
): void {
  const point = skyToScreen(geometry, direction)
  if (!point) return
  context.beginPath()
  context.arc(point.x, point.y, 5, 0, 2 * Math.PI)
  context.strokeStyle = palette.mapHalo
  context.lineWidth = 4
  context.stroke()
  context.strokeStyle = palette.ray
  context.lineWidth = 2
  context.stroke()
}

function drawReticle(context: Pen, overlay: Overlay, cursor: SkyDirection): void {
  const point = skyToScreen(overlay.geometry, cursor)
  if (!point) return
  const { x, y } = point
  context.beginPath()
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ]) {
    context.moveTo(x + 4 * dx, y + 4 * dy)
    context.lineTo(x + 11 * dx, y + 11 * dy)
  }
  context.strokeStyle = overlay.palette.mapHalo
  context.lineWidth = 3
  context.stroke()
  context.strokeStyle = overlay.palette.mapText
  context.lineWidth = 1.25
  context.stroke()
}
