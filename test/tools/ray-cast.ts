import { colourAt } from '#shared/sky/index.ts'
import type { Vector3 } from '#renderer/volume/types.ts'

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
export function castRay(
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
