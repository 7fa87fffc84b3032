import { directionVector, vectorDirection } from '#shared/sky/index.ts'
import type { Vector3 } from '#shared/healpix/index.ts'
import { trace } from './paths.ts'
import type { CanvasPalette } from './palette.ts'
import type { Pen } from './pen.ts'
import type { SkyDirection, SkyDrawing } from './types.ts'
import { skyToScreen } from './view.ts'
import type { SkyGeometry } from './view.ts'

const degree = Math.PI / 180

/** The brush around the pointer, or the polygon so far with the side that follows the pointer. */
export function drawDrawing(
  context: Pen,
  geometry: SkyGeometry,
  drawing: SkyDrawing,
  cursor: SkyDirection | null,
  palette: CanvasPalette,
): void {
  context.save()
  context.beginPath()
  if (drawing.kind === 'disc') {
    if (cursor) trace(context, geometry, circleAround(cursor, drawing.radiusDeg))
  } else {
    const corners = cursor ? [...drawing.corners, cursor] : drawing.corners
    corners.forEach((corner, i) => {
      if (i > 0) trace(context, geometry, arcBetween(corners[i - 1], corner))
    })
    for (const corner of drawing.corners) {
      const at = skyToScreen(geometry, corner)
      if (at) context.rect(at.x - 2.5, at.y - 2.5, 5, 5)
    }
  }
  context.strokeStyle = palette.mapHalo
  context.lineWidth = 3
  context.stroke()
  context.strokeStyle = palette.mapText
  context.lineWidth = 1.25
  context.stroke()
  context.restore()
}

/** Points of the circle at an angular distance from a direction, for s from 0 to 1. */
function circleAround(centre: SkyDirection, radiusDeg: number): (s: number) => SkyDirection {
  const c = directionVector(centre.lonDeg, centre.latDeg)
  const east = directionVector(centre.lonDeg + 90, 0)
  const north = cross(c, east)
  const [cos, sin] = [Math.cos(radiusDeg * degree), Math.sin(radiusDeg * degree)]
  return (s) => {
    const [e, n] = [sin * Math.cos(2 * Math.PI * s), sin * Math.sin(2 * Math.PI * s)]
    return vectorDirection(combine(c, cos, east, e, north, n))
  }
}

/** Points of the shorter great circle between two directions. */
function arcBetween(from: SkyDirection, to: SkyDirection): (s: number) => SkyDirection {
  const a = directionVector(from.lonDeg, from.latDeg)
  const b = directionVector(to.lonDeg, to.latDeg)
  const normal = cross(a, b)
  const sine = Math.hypot(...normal)
  if (sine === 0) return () => from
  const ahead = cross([normal[0] / sine, normal[1] / sine, normal[2] / sine], a)
  const angle = Math.atan2(sine, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])
  return (s) =>
    vectorDirection(combine(a, Math.cos(s * angle), ahead, Math.sin(s * angle), normal, 0))
}

function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

function combine(a: Vector3, x: number, b: Vector3, y: number, c: Vector3, z: number): Vector3 {
  return [
    x * a[0] + y * b[0] + z * c[0],
    x * a[1] + y * b[1] + z * c[1],
    x * a[2] + y * b[2] + z * c[2],
  ]
}
