import { applyMatrix, directionVector } from './matrix.ts'
import { PLANE_EXTENT, project } from './projections.ts'
import { viewRotation } from './view.ts'
import type { PlanePoint, Projection } from './projections.ts'
import type { View } from './view.ts'

/** A piece of a meridian or parallel in the plane. */
export interface GraticuleLine {
  readonly kind: 'meridian' | 'parallel'
  /** Its longitude or latitude, degrees. */
  readonly valueDeg: number
  /** x, y, x, y, ... in plane units, at least two points. */
  readonly points: Float64Array
}

export interface GraticuleOptions {
  readonly stepLonDeg?: number
  readonly stepLatDeg?: number
  /** Distance between points along a line; default 1. */
  readonly resolutionDeg?: number
}

/**
 * Lines of constant longitude and latitude, cut where the projection tears the sky or hides it; the cut
 * ends reach the edge of the picture. Meridians end 1e-6 deg short of the poles.
 */
export function graticule(
  projection: Projection,
  view: View,
  options: GraticuleOptions = {},
): GraticuleLine[] {
  const { stepLonDeg = 60, stepLatDeg = 30, resolutionDeg = 1 } = options
  if (!(stepLonDeg > 0 && stepLatDeg > 0 && resolutionDeg > 0)) {
    throw new RangeError('Graticule steps and resolution must be greater than 0 degrees.')
  }
  const rotation = viewRotation(view)
  const place = (lonDeg: number, latDeg: number) =>
    project(projection, applyMatrix(rotation, directionVector(lonDeg, latDeg)))
  const lines: GraticuleLine[] = []
  const add = (
    kind: GraticuleLine['kind'],
    valueDeg: number,
    from: number,
    to: number,
    at: (along: number) => PlanePoint | undefined,
  ) => {
    const count = Math.ceil((to - from) / resolutionDeg)
    for (const points of visiblePieces(projection, from, to, count, at)) {
      lines.push({ kind, valueDeg, points })
    }
  }
  const pole = 90 - 1e-6
  for (let lon = 0; lon < 360; lon += stepLonDeg) {
    add('meridian', lon, -pole, pole, (lat) => place(lon, lat))
  }
  const parallels = Math.ceil(90 / stepLatDeg) - 1
  for (let n = -parallels; n <= parallels; n++) {
    add('parallel', n * stepLatDeg, 0, 360, (lon) => place(lon, n * stepLatDeg))
  }
  return lines
}

function visiblePieces(
  projection: Projection,
  from: number,
  to: number,
  count: number,
  at: (along: number) => PlanePoint | undefined,
): Float64Array[] {
  // Gnomonic lines run to infinity: what is far outside the picture is left out.
  const visible = (along: number) => {
    const point = at(along)
    const far = projection === 'gnomonic' ? 10 : Infinity
    return point && Math.abs(point.x) < far && Math.abs(point.y) < far ? point : undefined
  }
  const tear = PLANE_EXTENT[projection].x
  const joined = (a?: PlanePoint, b?: PlanePoint) =>
    a !== undefined && b !== undefined && Math.abs(a.x - b.x) < tear && Math.abs(a.y - b.y) < tear
  const pieces: Float64Array[] = []
  let piece: number[] = []
  const finish = () => {
    if (piece.length >= 4) pieces.push(Float64Array.from(piece))
    piece = []
  }
  const push = (point?: PlanePoint) => {
    if (point) piece.push(point.x, point.y)
  }
  let before = from
  push(visible(from))
  for (let i = 1; i <= count; i++) {
    const along = from + ((to - from) * i) / count
    if (!joined(visible(before), visible(along)) && (visible(before) ?? visible(along))) {
      const [end, start] = edge(before, along, visible, joined)
      push(visible(end))
      finish()
      push(visible(start))
    }
    push(visible(along))
    before = along
  }
  finish()
  return pieces
}

/** The two sides of a tear or of the edge of visibility between two positions, by bisection. */
function edge(
  from: number,
  to: number,
  visible: (along: number) => PlanePoint | undefined,
  joined: (a?: PlanePoint, b?: PlanePoint) => boolean,
): [number, number] {
  let low = from
  let high = to
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2
    const point = visible(middle)
    const likeLow = visible(from) ? joined(visible(from), point) : point === undefined
    if (likeLow) low = middle
    else high = middle
  }
  return [low, high]
}
