import { colourAt } from '#shared/sky/index.ts'
import { pinholeCamera } from './camera.ts'
import type { Vector3 } from '#renderer/volume/types.ts'
import type { CameraPlace } from './camera.ts'

/** A scalar on the voxels of a box of -half to +half kpc, C order. */
export interface Voxels {
  readonly values: ArrayLike<number>
  readonly shape: readonly number[]
  readonly halfSizeKpc: Vector3
}

/** Trilinear between voxel centres, as at the outermost ones beyond them. */
export function trilinear({ values, shape, halfSizeKpc }: Voxels, point: Vector3): number {
  const axes = point.map((value, axis) => {
    const count = shape[axis]
    const place = ((value / halfSizeKpc[axis] + 1) / 2) * count - 0.5
    const low = Math.min(count - 1, Math.max(0, Math.floor(place)))
    return { low, high: Math.min(count - 1, low + 1), weight: Math.max(0, place - low) }
  })
  let sum = 0
  for (let corner = 0; corner < 8; corner++) {
    let [at, weight] = [0, 1]
    axes.forEach((axis, i) => {
      const upper = (corner >> i) & 1
      at = at * shape[i] + (upper ? axis.high : axis.low)
      weight *= upper ? axis.weight : 1 - axis.weight
    })
    sum += weight * values[at]
  }
  return sum
}

/** How a scalar from 0 to `full` is seen: in the colours of viridis over a background. */
export interface VolumeLook {
  readonly full: number
  /** Part of the scale that is not drawn. */
  readonly hiddenBelow: number
  readonly background: readonly number[]
}

/**
 * What a ray through a volume shows, RGB bytes, in steps of a sixth of a voxel: light of the colours of the values, of which a twentieth of
 * the box covers three quarters at the full value, less with its power 3/2, and none where it is hidden.
 */
function castRay(
  voxels: Voxels,
  { full, hiddenBelow, background }: VolumeLook,
  from: Vector3,
  direction: Vector3,
): number[] {
  const { halfSizeKpc: half, shape } = voxels
  const faces = direction.map((part, axis) =>
    [-half[axis], half[axis]].map((face) => (face - from[axis]) / part),
  )
  const enters = Math.max(...faces.map((pair) => Math.min(...pair)))
  const leaves = Math.min(...faces.map((pair) => Math.max(...pair)))
  const step = Math.min(...half.map((size, axis) => size / shape[axis])) / 3
  const seen = [0, 0, 0]
  let left = 1
  for (let t = enters + step / 2; t < leaves && left > 0.001; t += step) {
    const [x, y, z] = from.map((value, axis) => value + t * direction[axis])
    const part = Math.min(1, trilinear(voxels, [x, y, z]) / full)
    if (part <= 0 || part < hiddenBelow) continue
    const cover = 1 - (1 - 0.75 * part ** 1.5) ** (step / (Math.max(...half) / 10))
    const colour = colourAt('viridis', part) ?? []
    seen.forEach((_, i) => (seen[i] += left * cover * colour[i]))
    left *= 1 - cover
  }
  return seen.map((value, i) => value + left * background[i])
}

export interface CastPixel {
  /** From the upper left corner, CSS pixels. */
  readonly x: number
  readonly y: number
  readonly colour: readonly number[]
  /** Of this ray and those some pixels beside it, which a picture of fewer pixels shows as well: red, green and blue each. */
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** A volume by its rays, on a raster over a picture of `width` x `height` CSS pixels. */
export function castPicture(
  voxels: Voxels,
  look: VolumeLook,
  place: CameraPlace,
  { width, height, spacing }: { width: number; height: number; spacing: number },
): CastPixel[] {
  const camera = pinholeCamera(place, width, height)
  const cast = (x: number, y: number) =>
    castRay(voxels, look, camera.positionKpc, camera.rayThrough(x, y))
  const pixels: CastPixel[] = []
  for (let x = 10.5; x < width - 10; x += spacing) {
    for (let y = 10.5; y < height - 10; y += spacing) {
      const around = [0, -4, 4].flatMap((dx) => [0, -4, 4].map((dy) => cast(x + dx, y + dy)))
      const parts = [0, 1, 2].map((i) => around.map((colour) => colour[i]))
      const [low, high] = [
        parts.map((all) => Math.min(...all)),
        parts.map((all) => Math.max(...all)),
      ]
      pixels.push({ x, y, colour: around[0], low, high })
    }
  }
  return pixels
}

/** Pixels that are not as they were cast, in words. */
export function wrongPixels(
  pixels: readonly CastPixel[],
  at: (x: number, y: number) => readonly number[],
  tolerance: number,
): string[] {
  return pixels
    .filter(({ x, y, low, high }) =>
      at(x, y).some((seen, i) => seen < low[i] - tolerance || seen > high[i] + tolerance),
    )
    .map(({ x, y, colour }) => `${x}, ${y}: ${at(x, y).join(' ')}, not ${colour.map(Math.round)}`)
}
