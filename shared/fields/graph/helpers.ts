/** What field models are usually made of. */
import type { Condition, Operand, Scalar } from './expression.ts'
import {
  add,
  atan2,
  div,
  exp,
  greater,
  log,
  mul,
  neg,
  select,
  sigmoid,
  sqrt,
  square,
  sub,
  tan,
} from './expression.ts'

/** Cartesian components (x, y, z). */
export type Vector = readonly [Scalar, Scalar, Scalar]

export interface Cylindrical {
  /** Distance from the axis. */
  r: Scalar
  /** Azimuth in (-pi, pi], rad. */
  phi: Scalar
  z: Scalar
  /** Of the azimuth; on the axis those of 0. */
  cosPhi: Scalar
  sinPhi: Scalar
}

export function cylindrical([x, y, z]: Vector): Cylindrical {
  const r = sqrt(add(square(x), square(y)))
  const off = greater(r, 0)
  return {
    r,
    phi: atan2(y, x),
    z,
    cosPhi: select(off, div(x, r), 1),
    sinPhi: select(off, div(y, r), 0),
  }
}

/** The vector with cylindrical components (B_r, B_phi, B_z) at a point. */
export function fromCylindrical(
  at: Cylindrical,
  radial: Scalar,
  azimuthal: Scalar,
  vertical: Scalar,
): Vector {
  return [
    sub(mul(radial, at.cosPhi), mul(azimuthal, at.sinPhi)),
    add(mul(radial, at.sinPhi), mul(azimuthal, at.cosPhi)),
    vertical,
  ]
}

export function addVectors(...vectors: readonly Vector[]): Vector {
  const axis = (i: 0 | 1 | 2) => add(...vectors.map((vector) => vector[i]))
  return [axis(0), axis(1), axis(2)]
}

export function scaleVector(vector: Vector, factor: Operand): Vector {
  return [mul(vector[0], factor), mul(vector[1], factor), mul(vector[2], factor)]
}

export function selectVector(when: Condition, then: Vector, otherwise: Vector | 0): Vector {
  const axis = (i: 0 | 1 | 2) => select(when, then[i], otherwise === 0 ? 0 : otherwise[i])
  return [axis(0), axis(1), axis(2)]
}

/** The smooth step 1 / (1 + e^-(x - at)/width), from 0 to 1. */
export function smoothStep(x: Operand, at: Operand, width: Operand): Scalar {
  return sigmoid(div(sub(x, at), width))
}

/** phi - ln(r / r0) / tan(pitch): constant along a logarithmic spiral, equal to phi at r0. */
export function spiralPhase(r: Operand, phi: Operand, r0: Operand, pitch: Operand): Scalar {
  return sub(phi, div(log(div(r, r0)), tan(pitch)))
}

/** r0 exp((phi - phi0) tan(pitch)): the radius of a logarithmic spiral. */
export function spiralRadius(phi: Operand, phi0: Operand, r0: Operand, pitch: Operand): Scalar {
  return mul(r0, exp(mul(sub(phi, phi0), tan(pitch))))
}

/** exp(-(x / width)^2). */
export function gaussian(x: Operand, width: Operand): Scalar {
  return exp(neg(square(div(x, width))))
}

/** 1 where x >= 0 and -1 elsewhere. */
export function side(x: Scalar): Scalar {
  return select(greater(0, x), -1, 1)
}
