import type { ScreenPoint, Vector3 } from './types.ts'

/** Camera that circles a point with +z up. Angles in degrees, lengths in kpc. */
export interface Orbit {
  /** Direction of the camera from the focal point: from +x toward +y, and above the plane. */
  readonly azimuthDeg: number
  readonly elevationDeg: number
  readonly distanceKpc: number
  readonly focalKpc: Vector3
}

interface ProjectedPoint extends ScreenPoint {
  /** Distance along the view axis, kpc. */
  readonly depth: number
}

/** Full vertical angle of view. */
export const viewAngleDeg = 30
const degree = Math.PI / 180

/** Right, up and back (toward the viewer) of the camera. */
export function orbitAxes({ azimuthDeg, elevationDeg }: Orbit) {
  const [ca, sa] = [Math.cos(azimuthDeg * degree), Math.sin(azimuthDeg * degree)]
  const [ce, se] = [Math.cos(elevationDeg * degree), Math.sin(elevationDeg * degree)]
  return {
    right: [-sa, ca, 0] as Vector3,
    up: [-se * ca, -se * sa, ce] as Vector3,
    back: [ce * ca, ce * sa, se] as Vector3,
  }
}

export function orbitPosition(orbit: Orbit): Vector3 {
  const { back } = orbitAxes(orbit)
  const { focalKpc, distanceKpc } = orbit
  return [
    focalKpc[0] + distanceKpc * back[0],
    focalKpc[1] + distanceKpc * back[1],
    focalKpc[2] + distanceKpc * back[2],
  ]
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/** Projection of points for a picture of this size; depth <= 0 is behind the camera. */
export function orbitProjector(orbit: Orbit, width: number, height: number) {
  const { right, up, back } = orbitAxes(orbit)
  const position = orbitPosition(orbit)
  const focalLength = height / 2 / Math.tan((viewAngleDeg / 2) * degree)
  return (point: Vector3): ProjectedPoint => {
    const from: Vector3 = [point[0] - position[0], point[1] - position[1], point[2] - position[2]]
    const depth = -dot(from, back)
    return {
      x: width / 2 + (focalLength * dot(from, right)) / depth,
      y: height / 2 - (focalLength * dot(from, up)) / depth,
      depth,
    }
  }
}

/** The Sun in front to the left, the whole box in the picture, with room for the tick labels below. */
export function homeOrbit(half: Vector3, width: number, height: number): Orbit {
  return fittedOrbit(-118, 33, half, width, height)
}

/** The whole box in the picture, seen from a direction. */
function fittedOrbit(
  azimuthDeg: number,
  elevationDeg: number,
  half: Vector3,
  width: number,
  height: number,
): Orbit {
  const size = Math.max(...half)
  let orbit: Orbit = { azimuthDeg, elevationDeg, distanceKpc: 2.2 * size, focalKpc: [0, 0, 0] }
  const corners = boxCorners(half)
  const fits = (candidate: Orbit) => {
    const project = orbitProjector(candidate, width, height)
    return corners.every((corner) => {
      const { x, y, depth } = project(corner)
      return depth > 0 && x > 12 && x < width - 12 && y > 12 && y < height - 28
    })
  }
  while (orbit.distanceKpc < 30 * size && !fits(orbit)) {
    orbit = { ...orbit, distanceKpc: orbit.distanceKpc * 1.03 }
  }
  return orbit
}

export const standardViewNames = {
  home: 'Whole box',
  north: 'Face-on, from the north',
  south: 'Face-on, from the south',
  edge: 'Edge-on, x to the right',
  sunward: 'Edge-on, over the Sun to the centre',
  sun: 'From the Sun to the centre',
} as const
export type StandardView = keyof typeof standardViewNames

/** The camera of a standard view in a picture of this size; null is the view of the whole box. */
export function standardOrbit(
  view: StandardView,
  half: Vector3,
  observer: Vector3,
  width: number,
  height: number,
): Orbit | null {
  const towardSun = Math.atan2(observer[1], observer[0]) / degree
  switch (view) {
    case 'home':
      return null
    case 'north':
      return fittedOrbit(-90, 90, half, width, height)
    case 'south':
      return fittedOrbit(-90, -90, half, width, height)
    case 'edge':
      return fittedOrbit(-90, 0, half, width, height)
    case 'sunward':
      return fittedOrbit(towardSun, 0, half, width, height)
    case 'sun': {
      const distanceKpc = Math.max(0.1, Math.hypot(...observer))
      const elevationDeg = Math.asin(observer[2] / distanceKpc) / degree
      return { azimuthDeg: towardSun, elevationDeg, distanceKpc, focalKpc: [0, 0, 0] }
    }
  }
}

function boxCorners([x, y, z]: Vector3): Vector3[] {
  const signs = [-1, 1]
  return signs.flatMap((i) =>
    signs.flatMap((j) => signs.map((k): Vector3 => [i * x, j * y, k * z])),
  )
}

/** Turned by a drag of screen pixels: half a turn across 400. */
export function turnOrbit(orbit: Orbit, deltaX: number, deltaY: number): Orbit {
  const azimuthDeg = orbit.azimuthDeg - deltaX * 0.45
  return {
    ...orbit,
    azimuthDeg: azimuthDeg - 360 * Math.round(azimuthDeg / 360),
    elevationDeg: Math.min(90, Math.max(-90, orbit.elevationDeg + deltaY * 0.45)),
  }
}

/** Moves the focal point so that the picture follows a drag of screen pixels; not beyond the box. */
export function panOrbit(
  orbit: Orbit,
  deltaX: number,
  deltaY: number,
  height: number,
  half: Vector3,
): Orbit {
  const { right, up } = orbitAxes(orbit)
  const perPixel = (2 * orbit.distanceKpc * Math.tan((viewAngleDeg / 2) * degree)) / height
  const moved = (axis: 0 | 1 | 2) =>
    Math.min(
      half[axis],
      Math.max(
        -half[axis],
        orbit.focalKpc[axis] + perPixel * (deltaY * up[axis] - deltaX * right[axis]),
      ),
    )
  return { ...orbit, focalKpc: [moved(0), moved(1), moved(2)] }
}

export function zoomOrbit(orbit: Orbit, factor: number, half: Vector3): Orbit {
  const size = Math.max(...half)
  return {
    ...orbit,
    distanceKpc: Math.min(20 * size, Math.max(0.15 * size, orbit.distanceKpc / factor)),
  }
}
