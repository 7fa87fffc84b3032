import type { Vector3 } from '../healpix/index.ts'

/**
 * Map projections between unit vectors in view axes (x to the viewer's centre, y left, z up) and the
 * plane (x to the right, y up). Longitude therefore increases to the left, as on the sky. Formulas:
 * Snyder 1987, "Map Projections: a Working Manual", USGS Professional Paper 1395.
 */
export type Projection = 'mollweide' | 'orthographic' | 'gnomonic' | 'plate-carree'

export interface PlanePoint {
  readonly x: number
  readonly y: number
}

/**
 * Half width and half height of the whole picture in plane units. A gnomonic plane has no edge: its
 * unit is the distance of a point 45 deg from the centre, and 1 is a sensible limit.
 */
export const PLANE_EXTENT: Record<Projection, PlanePoint> = {
  mollweide: { x: 2, y: 1 },
  orthographic: { x: 1, y: 1 },
  gnomonic: { x: 1, y: 1 },
  'plate-carree': { x: 2, y: 1 },
}

/** Plane position of a unit vector; undefined on the side that the projection does not show. */
export function project(projection: Projection, vector: Vector3): PlanePoint | undefined {
  const [x, y, z] = vector
  switch (projection) {
    case 'mollweide': {
      const auxiliary = mollweideAuxiliary(z, Math.hypot(x, y))
      const lon = Math.atan2(y, x)
      return { x: 0 - (2 / Math.PI) * lon * auxiliary.cos, y: auxiliary.sin }
    }
    case 'orthographic':
      return x >= 0 ? { x: 0 - y, y: z } : undefined
    case 'gnomonic':
      return x > 1e-9 ? { x: 0 - y / x, y: z / x } : undefined
    case 'plate-carree': {
      const quarterTurn = Math.PI / 2
      return {
        x: 0 - Math.atan2(y, x) / quarterTurn,
        y: Math.atan2(z, Math.hypot(x, y)) / quarterTurn,
      }
    }
  }
}

/** Unit vector at a plane position; undefined outside the picture. */
export function unproject(projection: Projection, x: number, y: number): Vector3 | undefined {
  switch (projection) {
    case 'mollweide': {
      if ((x * x) / 4 + y * y > 1) return undefined
      const cos = Math.sqrt((1 - y) * (1 + y))
      const lon = cos > 0 ? -((Math.PI / 2) * x) / cos : 0
      // 2 t + sin 2t = pi sin(lat), written with w = pi - 2t, which is small near the poles.
      const w = 2 * Math.atan2(cos, Math.abs(y))
      const oneMinusSine = wMinusSine(w) / Math.PI
      return fromLatitude(Math.sign(y) * (1 - oneMinusSine), cosOf(oneMinusSine), lon)
    }
    case 'orthographic': {
      const squared = 1 - x * x - y * y
      return squared >= 0 ? [Math.sqrt(squared), 0 - x, y] : undefined
    }
    case 'gnomonic': {
      const length = Math.hypot(1, x, y)
      return Number.isFinite(length) ? [1 / length, -x / length, y / length] : undefined
    }
    case 'plate-carree': {
      if (!(Math.abs(x) <= 2 && Math.abs(y) <= 1)) return undefined
      const lat = (y * Math.PI) / 2
      return fromLatitude(Math.sin(lat), Math.cos(lat), -(x * Math.PI) / 2)
    }
  }
}

function fromLatitude(sinLat: number, cosLat: number, lon: number): Vector3 {
  return [cosLat * Math.cos(lon), cosLat * Math.sin(lon), sinLat]
}

/** cos(lat) from 1 - |sin(lat)|. */
function cosOf(oneMinusSine: number): number {
  return Math.sqrt(oneMinusSine * (2 - oneMinusSine))
}

/**
 * Sine and cosine of Mollweide's auxiliary angle t, 2 t + sin 2t = pi sin(lat). With w = pi - 2 |t| this is
 * w - sin w = pi (1 - |sin lat|), a convex function that Newton's method solves from its cubic start in
 * a few steps at every latitude, to full precision also at the poles.
 */
function mollweideAuxiliary(sinLat: number, cosLat: number): { sin: number; cos: number } {
  // 1 - |sin lat| = cos^2 / (1 + |sin|) keeps its digits near the poles.
  const target = (Math.PI * cosLat * cosLat) / (1 + Math.abs(sinLat))
  let w = Math.cbrt(6 * target)
  for (let step = 0; step < 20 && w > 0; step++) {
    const change = (wMinusSine(w) - target) / (2 * Math.sin(w / 2) ** 2)
    w -= change
    if (Math.abs(change) <= 1e-15 * w) break
  }
  return { sin: Math.sign(sinLat) * Math.cos(w / 2), cos: Math.sin(w / 2) }
}

/** w - sin w without cancellation. */
function wMinusSine(w: number): number {
  if (w > 0.5) return w - Math.sin(w)
  const square = w * w
  let term = (w * square) / 6
  let sum = term
  for (let n = 4; n <= 14; n += 2) {
    term *= -square / (n * (n + 1))
    sum += term
  }
  return sum
}
