import { orbitAxes, orbitProjector } from './orbit.ts'
import { formatRound } from '../format/text.ts'
import {
  drawCentre,
  drawRayMark,
  drawSun,
  haloText,
  ringRadiiKpc,
  strokeArm,
  strokeRay,
} from './overlay-marks.ts'
import { axisTicks } from './slice-axes.ts'
import { spiralArms } from './spiral-arms.ts'
import type { CanvasPalette } from '../sky/palette.ts'
import type { Orbit } from './orbit.ts'
import type { OverlayPen } from './overlay-marks.ts'
import type { VolumeOverlayName } from './settings.ts'
import type { FieldRay, Vector3 } from './types.ts'

export interface VolumeOverlay {
  readonly orbit: Orbit
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  readonly halfSizeKpc: Vector3
  readonly observerKpc: Vector3
  /** Where the slices cross; null: not shown. */
  readonly cursor: Vector3 | null
  readonly ray?: FieldRay | null
  readonly overlays: readonly VolumeOverlayName[]
  readonly palette: CanvasPalette
}

/** Box, rings, ticks, marks and the little axes, in screen pixels over the volume. */
export function drawVolumeOverlay(context: OverlayPen, overlay: VolumeOverlay): void {
  const { orbit, width, height, halfSizeKpc, palette, overlays } = overlay
  const project = orbitProjector(orbit, width, height)
  const line = (points: readonly Vector3[]) => {
    context.beginPath()
    let pen = false
    for (const point of points) {
      const { x, y, depth } = project(point)
      if (depth <= 0.01) pen = false
      else if (pen) context.lineTo(x, y)
      else {
        context.moveTo(x, y)
        pen = true
      }
    }
    context.stroke()
  }
  context.save()
  context.lineJoin = 'round'
  context.lineWidth = 1
  if (overlays.includes('box')) {
    drawBox(context, overlay, line)
    drawTicks(context, overlay, project)
  }
  if (overlays.includes('circles')) drawRings(context, overlay, line, project)
  if (overlays.includes('arms')) drawArms(context, overlay, project)
  if (overlay.cursor && overlays.includes('cursor')) {
    context.globalAlpha = 0.5
    context.strokeStyle = palette.mapText
    for (const axis of [0, 1, 2] as const) {
      const ends = [-halfSizeKpc[axis], halfSizeKpc[axis]].map((end): Vector3 => {
        const point: [number, number, number] = [...(overlay.cursor ?? [0, 0, 0])]
        point[axis] = end
        return point
      })
      line(ends)
    }
    context.globalAlpha = 1
  }
  if (overlay.ray) drawRay(context, overlay, overlay.ray, project)
  if (overlays.includes('marks')) {
    const centre = project([0, 0, 0])
    if (centre.depth > 0) drawCentre(context, centre, palette, true)
    const sun = project(overlay.observerKpc)
    if (sun.depth > 0) drawSun(context, sun, palette, true)
  }
  drawTriad(context, overlay)
  context.restore()
}

/** In narrower pictures the names of the arms would hide them, CSS pixels. */
const leastForArmNames = 520

function drawArms(
  context: OverlayPen,
  { width, palette }: VolumeOverlay,
  project: ReturnType<typeof orbitProjector>,
): void {
  for (const { name, points } of spiralArms) {
    const seen = points.map(project).filter(({ depth }) => depth > 0.01)
    if (seen.length === 0) continue
    strokeArm(context, seen, palette)
    context.textAlign = 'center'
    const end = seen[seen.length - 1]
    if (width >= leastForArmNames) haloText(context, name, end.x, end.y, palette)
  }
  context.lineWidth = 1
}

/** The chosen line of sight, where it lies before the camera. */
function drawRay(
  context: OverlayPen,
  { observerKpc, palette }: VolumeOverlay,
  { endKpc, markKpc }: FieldRay,
  project: ReturnType<typeof orbitProjector>,
): void {
  const steps = 64
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const at = (axis: 0 | 1 | 2) =>
      observerKpc[axis] + (i / steps) * (endKpc[axis] - observerKpc[axis])
    return project([at(0), at(1), at(2)])
  })
  strokeRay(
    context,
    points.filter(({ depth }) => depth > 0.01),
    palette,
  )
  const mark = markKpc && project(markKpc)
  if (mark && mark.depth > 0) drawRayMark(context, mark, palette)
}

type LineDrawer = (points: readonly Vector3[]) => void

function drawBox(
  context: OverlayPen,
  { halfSizeKpc: [x, y, z], palette }: VolumeOverlay,
  line: LineDrawer,
): void {
  context.strokeStyle = palette.line
  context.globalAlpha = 0.7
  for (const side of [-z, z]) {
    line([
      [-x, -y, side],
      [x, -y, side],
      [x, y, side],
      [-x, y, side],
      [-x, -y, side],
    ])
  }
  for (const i of [-x, x]) {
    for (const j of [-y, y]) {
      line([
        [i, j, -z],
        [i, j, z],
      ])
    }
  }
  context.globalAlpha = 1
}

function drawRings(
  context: OverlayPen,
  { halfSizeKpc, palette }: VolumeOverlay,
  line: LineDrawer,
  project: ReturnType<typeof orbitProjector>,
): void {
  context.strokeStyle = palette.textQuiet
  context.font = `400 11px ${palette.fontUi}`
  context.textAlign = 'center'
  const shown = ringRadiiKpc.filter((radius) => radius <= Math.max(halfSizeKpc[0], halfSizeKpc[1]))
  for (const radius of shown) {
    const outer = radius === shown[shown.length - 1]
    context.setLineDash(outer ? [] : [2, 4])
    context.globalAlpha = 0.55
    const points = Array.from({ length: 121 }, (_, i): Vector3 => {
      const angle = (i * Math.PI) / 60
      return [radius * Math.cos(angle), radius * Math.sin(angle), 0]
    })
    line(points)
    context.globalAlpha = 1
    // Along +x-y, away from the Sun and the axis labels.
    const at = project([radius * Math.SQRT1_2, -radius * Math.SQRT1_2, 0])
    if (at.depth > 0) {
      const text = outer ? `${radius}\u00a0kpc` : String(radius)
      context.strokeStyle = palette.mapHalo
      context.fillStyle = palette.mapText
      context.lineWidth = 3
      context.lineJoin = 'round'
      context.setLineDash([])
      context.strokeText(text, at.x, at.y + 4)
      context.fillText(text, at.x, at.y + 4)
      context.strokeStyle = palette.textQuiet
      context.lineWidth = 1
    }
  }
  context.setLineDash([])
}

/** Ticks on the box edge nearest the viewer, so that they never lie over the volume. */
function drawTicks(
  context: OverlayPen,
  { orbit, halfSizeKpc, palette }: VolumeOverlay,
  project: ReturnType<typeof orbitProjector>,
): void {
  const { back } = orbitAxes(orbit)
  const near = (axis: 0 | 1) => (back[axis] >= 0 ? 1 : -1) * halfSizeKpc[axis]
  const floor = (orbit.elevationDeg >= 0 ? -1 : 1) * halfSizeKpc[2]
  const outward = orbit.elevationDeg >= 0 ? 13 : -7
  context.font = `400 11px ${palette.fontUi}`
  context.fillStyle = palette.textQuiet
  context.textAlign = 'center'
  const put = (text: string, point: Vector3) => {
    const { x, y, depth } = project(point)
    if (depth > 0) context.fillText(text, x, y + outward)
  }
  const inner = (half: number) => axisTicks(half).filter((tick) => Math.abs(tick) < 0.95 * half)
  for (const tick of inner(halfSizeKpc[0])) {
    put(label('x', tick), [tick, near(1), floor])
  }
  for (const tick of inner(halfSizeKpc[1])) {
    put(label('y', tick), [near(0), tick, floor])
  }
  const corner = project([near(0), -near(1), halfSizeKpc[2]])
  if (corner.depth > 0) {
    context.fillText(`z = ${formatRound(halfSizeKpc[2])}`, corner.x, corner.y - 6)
  }
}

/** The axis is named at zero; the unit is said by the rings. */
function label(axis: string, tick: number): string {
  return tick === 0 ? `${axis} = 0` : (tick > 0 ? '+' : '') + formatRound(tick)
}

function drawTriad(context: OverlayPen, { orbit, height, palette }: VolumeOverlay): void {
  const { right, up } = orbitAxes(orbit)
  const centre = { x: 40, y: height - 40 }
  const names = ['x', 'y', 'z'] as const
  context.strokeStyle = palette.textQuiet
  context.lineWidth = 1.5
  context.textAlign = 'center'
  names.forEach((name, axis) => {
    const [dx, dy] = [right[axis], -up[axis]]
    context.beginPath()
    context.moveTo(centre.x, centre.y)
    context.lineTo(centre.x + 20 * dx, centre.y + 20 * dy)
    context.stroke()
    context.font = `500 11px ${palette.fontUi}`
    context.fillStyle = palette.textQuiet
    context.fillText(name, centre.x + 28 * dx, centre.y + 28 * dy + 4)
  })
}
