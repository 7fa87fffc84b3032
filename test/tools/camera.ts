import type { Vector3 } from '#renderer/volume/types.ts'

/** Where a camera is, as settings of the view and bookmarks say it: degrees and kpc. */
export interface CameraPlace {
  readonly azimuthDeg: number
  readonly elevationDeg: number
  readonly distanceKpc: number
  readonly focalKpc: Vector3
}

const degree = Math.PI / 180
const along = (from: Vector3, direction: Vector3, length: number): Vector3 => [
  from[0] + length * direction[0],
  from[1] + length * direction[1],
  from[2] + length * direction[2],
]
const dot = (a: Vector3, b: Vector3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
const unit = (a: Vector3): Vector3 => along([0, 0, 0], a, 1 / Math.hypot(...a))

/**
 * A pinhole camera that looks at its focal point with +z upwards, 30 degrees from the lower to the upper edge of the picture: what tests hold
 * the volume against. Made by cross products, unlike the program's own. Not for views straight along z.
 *
 * @param width of the picture, CSS pixels, as `height`
 */
export function pinholeCamera(place: CameraPlace, width: number, height: number) {
  const [azimuth, elevation] = [place.azimuthDeg * degree, place.elevationDeg * degree]
  const outward: Vector3 = [
    Math.cos(elevation) * Math.cos(azimuth),
    Math.cos(elevation) * Math.sin(azimuth),
    Math.sin(elevation),
  ]
  const position = along(place.focalKpc, outward, place.distanceKpc)
  const forward = unit(along(place.focalKpc, position, -1))
  const right = unit(cross(forward, [0, 0, 1]))
  const up = cross(right, forward)
  /** Of the picture's half height, at a distance of 1. */
  const reach = Math.tan(15 * degree)
  return {
    positionKpc: position,
    /** Unit vector from the camera to its focal point. */
    forward,
    /** Where a point is in the picture, from its upper left corner. */
    toPicture(point: Vector3) {
      const from = along(point, position, -1)
      const perPixel = (dot(from, forward) * reach) / (height / 2)
      return {
        x: width / 2 + dot(from, right) / perPixel,
        y: height / 2 - dot(from, up) / perPixel,
      }
    },
    /** Unit vector from the camera through a point of the picture. */
    rayThrough(x: number, y: number): Vector3 {
      const perPixel = reach / (height / 2)
      const aside = along(forward, right, (x - width / 2) * perPixel)
      return unit(along(aside, up, (height / 2 - y) * perPixel))
    },
  }
}
