/** Three components in the Galactocentric frame (kpc for positions; +x from the Sun to the centre, +y toward l = 90 deg, +z north). */
export type Vector3 = readonly [number, number, number]

export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function norm(a: Vector3): number {
  return Math.hypot(a[0], a[1], a[2])
}

/** origin + distance * direction. */
export function along(origin: Vector3, direction: Vector3, distance: number): Vector3 {
  return [
    origin[0] + distance * direction[0],
    origin[1] + distance * direction[1],
    origin[2] + distance * direction[2],
  ]
}
