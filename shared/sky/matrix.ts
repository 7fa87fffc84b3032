import type { Vector3 } from '../healpix/index.ts'

/** 3 x 3 matrix, row by row. */
export type Matrix3 = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]

export const IDENTITY: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1]

export function applyMatrix(m: Matrix3, v: Vector3): Vector3 {
  return [
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
    m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
    m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
  ]
}

/** Transpose: the inverse of a rotation. */
export function transpose(m: Matrix3): Matrix3 {
  return [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]]
}

/** The product a b: b is applied first. */
export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const at = (row: number, column: number) =>
    a[3 * row] * b[column] + a[3 * row + 1] * b[column + 3] + a[3 * row + 2] * b[column + 6]
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)]
}

/** Turns the axes by `degrees` about x: a vector's coordinates in the turned axes. */
export function axesTurnedAboutX(degrees: number): Matrix3 {
  const { sin, cos } = sineAndCosine(degrees)
  return [1, 0, 0, 0, cos, sin, 0, -sin, cos]
}

export function axesTurnedAboutY(degrees: number): Matrix3 {
  const { sin, cos } = sineAndCosine(degrees)
  return [cos, 0, -sin, 0, 1, 0, sin, 0, cos]
}

export function axesTurnedAboutZ(degrees: number): Matrix3 {
  const { sin, cos } = sineAndCosine(degrees)
  return [cos, sin, 0, -sin, cos, 0, 0, 0, 1]
}

function sineAndCosine(degrees: number) {
  const radians = (degrees * Math.PI) / 180
  return { sin: Math.sin(radians), cos: Math.cos(radians) }
}

/** Unit vector of a longitude and latitude in degrees. */
export function directionVector(lonDeg: number, latDeg: number): Vector3 {
  const lon = sineAndCosine(lonDeg)
  const lat = sineAndCosine(latDeg)
  return [lat.cos * lon.cos, lat.cos * lon.sin, lat.sin]
}

/** Longitude in [0, 360) and latitude of a vector, degrees. */
export function vectorDirection(v: Vector3): { lonDeg: number; latDeg: number } {
  const lonDeg = (Math.atan2(v[1], v[0]) * 180) / Math.PI
  return {
    lonDeg: lonDeg < 0 ? (lonDeg + 360) % 360 : lonDeg,
    latDeg: (Math.atan2(v[2], Math.hypot(v[0], v[1])) * 180) / Math.PI,
  }
}

/** Unit vectors toward north (rising latitude) and east (rising longitude) at a unit vector. */
export function tangentBasis(v: Vector3): { north: Vector3; east: Vector3 } {
  const rho = Math.hypot(v[0], v[1])
  // At a pole longitude has no meaning: take that of the limit along longitude 0.
  const cos = rho > 0 ? v[0] / rho : 1
  const sin = rho > 0 ? v[1] / rho : 0
  return { north: [-v[2] * cos, -v[2] * sin, rho], east: [-sin, cos, 0] }
}

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
