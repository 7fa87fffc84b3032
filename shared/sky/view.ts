import {
  applyMatrix,
  axesTurnedAboutX,
  axesTurnedAboutY,
  axesTurnedAboutZ,
  directionVector,
  multiply,
  transpose,
  vectorDirection,
} from './matrix.ts'
import { project, unproject } from './projections.ts'
import type { Matrix3 } from './matrix.ts'
import type { PlanePoint, Projection } from './projections.ts'

/** What a picture of the sky is centred on, and how far it is rolled (degrees, as healpy's `rot`). */
export interface View {
  readonly lonDeg: number
  readonly latDeg: number
  readonly rollDeg: number
}

/** Galactic centre in the middle, north up. */
export const DEFAULT_VIEW: View = { lonDeg: 0, latDeg: 0, rollDeg: 0 }

/**
 * Rotation from sky to view axes: x toward the centre of the view, y to the left, z up. A positive
 * roll turns the sky anticlockwise in the picture.
 */
export function viewRotation(view: View): Matrix3 {
  return multiply(
    axesTurnedAboutX(view.rollDeg),
    multiply(axesTurnedAboutY(-view.latDeg), axesTurnedAboutZ(view.lonDeg)),
  )
}

/** Plane position of a sky position, or undefined where the projection does not show it. */
export function projectSky(
  projection: Projection,
  view: View,
  lonDeg: number,
  latDeg: number,
): PlanePoint | undefined {
  return project(projection, applyMatrix(viewRotation(view), directionVector(lonDeg, latDeg)))
}

/** Sky position (degrees) at a plane position, or undefined outside the picture. */
export function unprojectSky(
  projection: Projection,
  view: View,
  x: number,
  y: number,
): { lonDeg: number; latDeg: number } | undefined {
  const vector = unproject(projection, x, y)
  return vector && vectorDirection(applyMatrix(transpose(viewRotation(view)), vector))
}
