import {
  applyMatrix,
  directionVector,
  PLANE_EXTENT,
  project,
  transpose,
  unproject,
  vectorDirection,
  viewRotation,
} from '#shared/sky/index.ts'
import type { Matrix3, PlanePoint } from '#shared/sky/index.ts'
import type { SkyDirection, SkyProjection, SkyViewState } from './types.ts'

/** Geometry of the sky picture in float64: screen <-> plane of the projection <-> sky. */
export interface Viewport {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
}

/** A projection with its view and place on the screen. */
export interface SkyGeometry {
  readonly projection: SkyProjection
  readonly view: SkyViewState
  readonly port: Viewport
  /** Sky to view axes. */
  readonly toView: Matrix3
  readonly toSky: Matrix3
  /** Plane units per CSS pixel. */
  readonly unit: number
}

/** Room around the map for its outline. */
const marginPx = 1.5
const maximumZoom = 2000

export function skyGeometry(
  projection: SkyProjection,
  view: SkyViewState,
  port: Viewport,
): SkyGeometry {
  const toView = viewRotation(view)
  const half = PLANE_EXTENT[projection]
  const fit = Math.min(
    (port.width - 2 * marginPx) / (2 * half.x),
    (port.height - 2 * marginPx) / (2 * half.y),
  )
  return {
    projection,
    view,
    port,
    toView,
    toSky: transpose(toView),
    unit: 1 / (Math.max(fit, 1e-6) * view.zoom),
  }
}

function screenToPlane({ view, port, unit }: SkyGeometry, x: number, y: number): PlanePoint {
  return {
    x: (x - port.width / 2) * unit + view.panX,
    y: (port.height / 2 - y) * unit + view.panY,
  }
}

export function planeToScreen({ view, port, unit }: SkyGeometry, point: PlanePoint): PlanePoint {
  return {
    x: (point.x - view.panX) / unit + port.width / 2,
    y: port.height / 2 - (point.y - view.panY) / unit,
  }
}

/** Sky direction under a screen point; undefined outside the map. */
export function screenToSky(
  geometry: SkyGeometry,
  screenX: number,
  screenY: number,
): SkyDirection | undefined {
  const { x, y } = screenToPlane(geometry, screenX, screenY)
  const vector = unproject(geometry.projection, x, y)
  return vector && vectorDirection(applyMatrix(geometry.toSky, vector))
}

/** Plane point of a sky direction; undefined on the far side of the globe. */
export function skyToPlane(
  { projection, toView }: SkyGeometry,
  { lonDeg, latDeg }: SkyDirection,
): PlanePoint | undefined {
  return project(projection, applyMatrix(toView, directionVector(lonDeg, latDeg)))
}

export function skyToScreen(
  geometry: SkyGeometry,
  direction: SkyDirection,
): PlanePoint | undefined {
  const plane = skyToPlane(geometry, direction)
  return plane && planeToScreen(geometry, plane)
}

/** Keeps the picture on the map: a view of the whole map cannot be pushed away. */
function clampView(projection: SkyProjection, view: SkyViewState): SkyViewState {
  const zoom = Math.min(maximumZoom, Math.max(1, view.zoom))
  const half = PLANE_EXTENT[projection]
  const limit = (value: number, extent: number) => {
    const room = extent * (1 - 1 / zoom)
    // Without a negative zero, which would be stored as such.
    return Math.min(room, Math.max(-room, value)) + 0
  }
  return {
    lonDeg: view.lonDeg - 360 * Math.floor(view.lonDeg / 360),
    latDeg: Math.min(90, Math.max(-90, view.latDeg)),
    rollDeg: view.rollDeg,
    zoom,
    panX: limit(view.panX, half.x),
    panY: limit(view.panY, half.y),
  }
}

/** Zooms by `factor` so that what is under the screen point stays there. */
export function zoomAbout(
  geometry: SkyGeometry,
  screenX: number,
  screenY: number,
  factor: number,
): SkyViewState {
  const { projection, view } = geometry
  const fixed = screenToPlane(geometry, screenX, screenY)
  const zoom = Math.min(maximumZoom, Math.max(1, view.zoom * factor))
  const ratio = view.zoom / zoom
  return clampView(projection, {
    ...view,
    zoom,
    panX: fixed.x + (view.panX - fixed.x) * ratio,
    panY: fixed.y + (view.panY - fixed.y) * ratio,
  })
}

/**
 * Drags the map by screen pixels: globe and gnomonic picture turn under the pointer; a map of the whole sky is pushed while zoomed in and turns in
 * longitude when all of it is shown (or when `turn` asks for it).
 */
export function dragView(
  { projection, view, unit }: SkyGeometry,
  deltaX: number,
  deltaY: number,
  turn = false,
): SkyViewState {
  const degree = Math.PI / 180
  if (projection === 'orthographic' || projection === 'gnomonic') {
    // Near a pole one pixel would be a wide turn: the floor keeps it controllable.
    const parallel = Math.max(0.2, Math.cos(view.latDeg * degree))
    return clampView(projection, {
      ...view,
      lonDeg: view.lonDeg + (deltaX * unit) / degree / parallel,
      latDeg: view.latDeg + (deltaY * unit) / degree,
    })
  }
  if (view.zoom > 1 && !turn) {
    return clampView(projection, {
      ...view,
      panX: view.panX - deltaX * unit,
      panY: view.panY + deltaY * unit,
    })
  }
  return clampView(projection, { ...view, lonDeg: view.lonDeg + deltaX * unit * 90 })
}

/** Angle on the sky that a CSS pixel covers in the middle of the map, radians. */
export function radiansPerPixel({ projection, unit }: SkyGeometry): number {
  // Mollweide has the whole sphere, 4 pi, on an ellipse of area 2 pi; plate carree half a turn on 2 units.
  const scale = { mollweide: Math.SQRT2, orthographic: 1, gnomonic: 1, 'plate-carree': Math.PI / 2 }
  return unit * scale[projection]
}

/** About how far the centres of neighbouring pixels are apart in the middle of the map, CSS pixels. */
export function pixelSpacingPx(geometry: SkyGeometry, nside: number): number {
  return Math.sqrt(Math.PI / 3) / nside / radiansPerPixel(geometry)
}
