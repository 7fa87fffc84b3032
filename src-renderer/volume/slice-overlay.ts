import { formatFixed } from '../format/text.ts'
import {
  drawCentre,
  drawRayMark,
  drawSun,
  haloText,
  ringRadiiKpc,
  strokeArm,
  strokeRay,
} from './overlay-marks.ts'
import { drawAxes } from './slice-axes.ts'
import { slicePlanes } from './slice-image.ts'
import { sliceNames, toScreen } from './slice-layout.ts'
import { spiralArms } from './spiral-arms.ts'
import type { CanvasPalette } from '../sky/palette.ts'
import type { OverlayPen } from './overlay-marks.ts'
import type { SliceName } from './slice-image.ts'
import type { Box, SliceLayout } from './slice-layout.ts'
import type { VolumeOverlayName } from './settings.ts'
import type { FieldRay, Vector3 } from './types.ts'

export interface SliceOverlay {
  readonly layout: SliceLayout
  readonly halfSizeKpc: Vector3
  readonly observerKpc: Vector3
  readonly cursor: Vector3
  readonly ray?: FieldRay | null
  /** Which of circles, arms and marks are drawn. */
  readonly overlays: readonly VolumeOverlayName[]
  /** Where field lines begin, and what of it can be dragged. */
  readonly seeds?: { readonly points: readonly Vector3[]; readonly handles: readonly Vector3[] }
  /** Centre and size of the chosen voxel. */
  readonly voxel?: { readonly centreKpc: Vector3; readonly sizeKpc: Vector3 } | null
  readonly palette: CanvasPalette
  /** In the corner: the value under the pointer, or ''. */
  readonly readout: string
}

const axisNames = ['x', 'y', 'z'] as const

/** Frames, axes, rings, marks and cursor lines over the slices, in CSS pixels. */
export function drawSliceOverlay(context: OverlayPen, overlay: SliceOverlay): void {
  context.save()
  context.lineJoin = 'round'
  for (const name of sliceNames) drawSlice(context, overlay, name)
  drawAxes(context, overlay.layout, overlay.halfSizeKpc, overlay.palette)
  drawCorner(context, overlay)
  context.restore()
}

function drawSlice(context: OverlayPen, overlay: SliceOverlay, name: SliceName): void {
  const { layout, halfSizeKpc, observerKpc, cursor, palette, overlays } = overlay
  const box = layout.boxes[name]
  context.save()
  context.beginPath()
  context.rect(box.x, box.y, box.width, box.height)
  context.clip()
  if (name === 'xy' && overlays.includes('circles')) drawRings(context, box, halfSizeKpc, palette)
  if (name === 'xy' && overlays.includes('arms')) drawArms(context, box, halfSizeKpc, palette)
  const at = toScreen(box, name, halfSizeKpc, cursor)
  context.strokeStyle = palette.mapText
  context.globalAlpha = 0.5
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(Math.floor(at.x) + 0.5, box.y)
  context.lineTo(Math.floor(at.x) + 0.5, box.y + box.height)
  context.moveTo(box.x, Math.floor(at.y) + 0.5)
  context.lineTo(box.x + box.width, Math.floor(at.y) + 0.5)
  context.stroke()
  context.globalAlpha = 1
  drawSeeds(context, overlay, name)
  drawRay(context, overlay, name)
  drawVoxel(context, overlay, name)
  const labelled = name === 'xy'
  if (overlays.includes('marks')) {
    // Seen along x, Sun and centre fall together: the Sun is the nearer one.
    if (name !== 'yz') {
      drawCentre(context, toScreen(box, name, halfSizeKpc, [0, 0, 0]), palette, labelled)
    }
    drawSun(context, toScreen(box, name, halfSizeKpc, observerKpc), palette, labelled)
  }
  const fixed = slicePlanes[name].fixed
  const unit = name === 'yz' ? '' : '\u00a0kpc'
  const value = formatFixed(cursor[fixed], box.width < 80 ? 1 : 2, name === 'xy')
  const axis = box.width < 64 ? `${axisNames[fixed]} ` : `${axisNames[fixed]} = `
  plateText(context, `${axis}${value}${unit}`, box.x + 1, box.y + 1, palette)
  context.restore()
  context.strokeStyle = palette.line
  context.lineWidth = 1
  context.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1)
}

/** The chosen line of sight as it lies over the plane, and where the cursor is on it. */
function drawRay(
  context: OverlayPen,
  { layout, halfSizeKpc, observerKpc, ray, palette }: SliceOverlay,
  name: SliceName,
): void {
  if (!ray) return
  const at = (point: Vector3) => toScreen(layout.boxes[name], name, halfSizeKpc, point)
  strokeRay(context, [at(observerKpc), at(ray.endKpc)], palette)
  if (ray.markKpc) drawRayMark(context, at(ray.markKpc), palette)
}

/** The voxel whose lines of sight are highlighted on the sky. */
function drawVoxel(
  context: OverlayPen,
  { layout, halfSizeKpc, voxel, palette }: SliceOverlay,
  name: SliceName,
): void {
  if (!voxel) return
  const { right, up } = slicePlanes[name]
  const box = layout.boxes[name]
  const { x, y } = toScreen(box, name, halfSizeKpc, voxel.centreKpc)
  const width = Math.max(5, (voxel.sizeKpc[right] / (2 * halfSizeKpc[right])) * box.width)
  const height = Math.max(5, (voxel.sizeKpc[up] / (2 * halfSizeKpc[up])) * box.height)
  for (const [lineWidth, colour] of [
    [3.5, palette.mapHalo],
    [1.5, palette.ray],
  ] as const) {
    context.lineWidth = lineWidth
    context.strokeStyle = colour
    context.strokeRect(x - width / 2, y - height / 2, width, height)
  }
  context.lineWidth = 1
}

function drawRings(context: OverlayPen, box: Box, half: Vector3, palette: CanvasPalette): void {
  context.strokeStyle = palette.mapLine
  context.lineWidth = 1
  context.setLineDash([2, 3])
  for (const radius of ringRadiiKpc) {
    context.beginPath()
    context.ellipse(
      box.x + box.width / 2,
      box.y + box.height / 2,
      (radius / half[0]) * (box.width / 2),
      (radius / half[1]) * (box.height / 2),
      0,
      0,
      2 * Math.PI,
    )
    context.stroke()
  }
  context.setLineDash([])
}

/** Where the tracers of the arms are, with their names at the outer ends. */
function drawArms(context: OverlayPen, box: Box, half: Vector3, palette: CanvasPalette): void {
  for (const { name, points } of spiralArms) {
    const line = points.map((point) => toScreen(box, 'xy', half, point))
    strokeArm(context, line, palette)
    context.textAlign = 'center'
    const end = line[line.length - 1]
    if (box.width >= 300) haloText(context, name, end.x, end.y, palette)
  }
  context.lineWidth = 1
}

/** Seeds as dots, what can be dragged as squares. */
function drawSeeds(
  context: OverlayPen,
  { layout, halfSizeKpc, seeds, palette }: SliceOverlay,
  name: SliceName,
): void {
  if (!seeds) return
  const at = (point: Vector3) => toScreen(layout.boxes[name], name, halfSizeKpc, point)
  context.fillStyle = palette.mapText
  context.strokeStyle = palette.mapHalo
  context.lineWidth = 1
  for (const seed of seeds.points) {
    const { x, y } = at(seed)
    context.beginPath()
    context.arc(x, y, 2, 0, 2 * Math.PI)
    context.stroke()
    context.fill()
  }
  for (const handle of seeds.handles) {
    const { x, y } = at(handle)
    context.lineWidth = 3
    context.strokeStyle = palette.mapHalo
    context.strokeRect(x - handleSize / 2, y - handleSize / 2, handleSize, handleSize)
    context.lineWidth = 1.5
    context.strokeStyle = palette.mapText
    context.strokeRect(x - handleSize / 2, y - handleSize / 2, handleSize, handleSize)
  }
  context.lineWidth = 1
}

/** Side of a handle, CSS pixels. */
export const handleSize = 9

/** Words on a plate in the colour of the panel: readable over every colour map and outside the region. */
function plateText(
  context: OverlayPen,
  text: string,
  x: number,
  y: number,
  palette: CanvasPalette,
): void {
  context.font = `500 11px ${palette.fontUi}`
  context.textAlign = 'left'
  context.globalAlpha = 0.8
  context.fillStyle = palette.surface
  context.fillRect(x, y, context.measureText(text).width + 10, 19)
  context.globalAlpha = 1
  context.fillStyle = palette.text
  context.fillText(text, x + 5, y + 14)
}

function drawCorner(context: OverlayPen, { layout, palette, readout }: SliceOverlay) {
  const { corner } = layout
  context.textAlign = 'left'
  context.fillStyle = palette.text
  context.font = `500 11px ${palette.fontMono}`
  // Below the labels of the z axis, where there is room for it.
  if (corner.height > 40) context.fillText(readout, corner.x, corner.y + 26)
  context.fillStyle = palette.textQuiet
  context.font = `400 11px ${palette.fontUi}`
  context.fillText('axes in kpc', corner.x, corner.y + corner.height - 2)
}
