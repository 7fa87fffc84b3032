import { PLANE_EXTENT } from '#shared/sky/index.ts'
import type { PlanePoint } from '#shared/sky/index.ts'
import type { Pen } from './pen.ts'
import type { SkyDirection } from './types.ts'
import { planeToScreen, skyToPlane } from './view.ts'
import type { SkyGeometry } from './view.ts'

/** The edge of the map as a path. */
export function outline(context: Pen, geometry: SkyGeometry): void {
  const { projection, port } = geometry
  context.beginPath()
  if (projection === 'gnomonic') {
    // A plane without an edge: the picture's own.
    context.rect(0, 0, port.width, port.height)
    return
  }
  const centre = planeToScreen(geometry, { x: 0, y: 0 })
  const corner = planeToScreen(geometry, PLANE_EXTENT[projection])
  if (projection === 'plate-carree') {
    const [width, height] = [corner.x - centre.x, centre.y - corner.y]
    context.rect(centre.x - width, centre.y - height, 2 * width, 2 * height)
    return
  }
  context.ellipse(centre.x, centre.y, corner.x - centre.x, centre.y - corner.y, 0, 0, 2 * Math.PI)
}

/** A line on the sky as a path, from `direction(0)` to `direction(1)`. */
export function trace(
  context: Pen,
  geometry: SkyGeometry,
  direction: (s: number) => SkyDirection,
): void {
  const points = 180
  let before: PlanePoint | undefined
  for (let i = 0; i <= points; i++) {
    const plane = skyToPlane(geometry, direction(i / points))
    // A jump is the far side of the globe or the seam of the map.
    const joined = plane && before && Math.hypot(plane.x - before.x, plane.y - before.y) < 0.5
    if (plane) {
      const { x, y } = planeToScreen(geometry, plane)
      if (joined) context.lineTo(x, y)
      else context.moveTo(x, y)
    }
    before = plane
  }
}
