/** What is derived from Q and U. */

export interface PolarisedLight {
  /** sqrt(Q^2 + U^2), in their unit. */
  readonly intensity: Float64Array
  /** atan2(U, Q) / 2 in degrees, -90 to 90, in the sense of U: in the IAU sense from north through east. */
  readonly angleDeg: Float64Array
}

/** Polarised intensity and angle of the electric vector; NaN stays NaN. */
export function polarisedLight(q: ArrayLike<number>, u: ArrayLike<number>): PolarisedLight {
  return {
    intensity: Float64Array.from(q, (value, i) => Math.hypot(value, u[i])),
    angleDeg: Float64Array.from(q, (value, i) => (90 * Math.atan2(u[i], value)) / Math.PI),
  }
}
