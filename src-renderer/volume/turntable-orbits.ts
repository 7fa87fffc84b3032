import type { Orbit } from './orbit.ts'

/** The cameras of one turn about the Galactic axis, counter-clockwise seen from the north, each as far from the next. */
export function turntableOrbits(start: Orbit, frames: number): Orbit[] {
  return Array.from({ length: frames }, (_, i) => {
    const azimuthDeg = start.azimuthDeg + (360 * i) / frames
    return { ...start, azimuthDeg: azimuthDeg - 360 * Math.round(azimuthDeg / 360) }
  })
}
