import { applyMatrix, directionVector } from './matrix.ts'
import { project } from './projections.ts'
import { viewRotation } from './view.ts'
import type { Vector3 } from '../healpix/index.ts'
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
    applyMatrix(rotation, directionVector(lonDeg, latDeg))
  const lines: GraticuleLine[] = []
  const add = (
    kind: GraticuleLine['kind'],
    valueDeg: number,
    from: number,
    to: number,
    at: (along: number) => Vector3,
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
  at: (along: number) => Vector3,
): Float64Array[] {
  const pieces: Float64Array[] = []
  let piece: number[] = []
  const finish = () => {
    if (piece.length >= 4) pieces.push(Float64Array.from(piece))
    piece = []
  }
  const push = (along: number) => {
    const point = visible(projection, at(along))
    if (point) piece.push(point.x, point.y)
  }
  let before = from
  push(from)
  for (let i = 1; i <= count; i++) {
    const along = from + ((to - from) * i) / count
    if (isCut(projection, at(before), at(along))) {
      const [end, start] = bisect(
        before,
        along,
        (middle) => !isCut(projection, at(before), at(middle)),
      )
      push(end)
      finish()
      push(start)
    }
    push(along)
    before = along
  }
  finish()
  return pieces
}

/** Plane position, if it is in or near the picture: gnomonic lines run to infinity. */
function visible(projection: Projection, vector: Vector3): PlanePoint | undefined {
  const point = project(projection, vector)
  const far = projection === 'gnomonic' ? 10 : Infinity
  return point && Math.abs(point.x) < far && Math.abs(point.y) < far ? point : undefined
}

/** Does something lie between two nearby points: the edge of what is shown, or the seam at 180 deg? */
function isCut(projection: Projection, a: Vector3, b: Vector3): boolean {
  if (!visible(projection, a) !== !visible(projection, b)) return true
  if (projection === 'orthographic' || projection === 'gnomonic') return false
  const crossesCentralPlane = a[1] < 0 !== b[1] < 0
  // Where the chord between them crosses: in front of the viewer or behind.
  return crossesCentralPlane && a[0] * Math.abs(b[1]) + b[0] * Math.abs(a[1]) < 0
}

/** Both sides of the place between two positions where `isBefore` turns false. */
function bisect(from: number, to: number, isBefore: (along: number) => boolean): [number, number] {
  let low = from
  let high = to
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2
    if (isBefore(middle)) low = middle
    else high = middle
  }
  return [low, high]
}
