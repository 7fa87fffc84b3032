import { interpolationAt } from './scalar.ts'
import type { ScalarGrid } from './scalar.ts'

/** Axes of a slice: what runs to the right, what runs up, and what is fixed. 0, 1, 2 for x, y, z. */
export interface SlicePlane {
  readonly right: 0 | 1 | 2
  readonly up: 0 | 1 | 2
  readonly fixed: 0 | 1 | 2
}

/** xy; xz below it with the same x; yz beside it with the same y. */
export const slicePlanes = {
  xy: { right: 0, up: 1, fixed: 2 },
  xz: { right: 0, up: 2, fixed: 1 },
  yz: { right: 2, up: 1, fixed: 0 },
} as const satisfies Record<string, SlicePlane>
export type SliceName = keyof typeof slicePlanes

export interface SliceColours {
  /** 256 colours, RGB bytes. */
  readonly table: Uint8Array
  readonly limits: readonly [number, number]
  readonly norm: 'linear' | 'log'
  /** Outside the region. */
  readonly neutral: readonly [number, number, number]
}

/**
 * Paints the plane at `fixedKpc` over the whole image: values trilinear between voxel centres and then coloured, so
 * that no colour appears that is not on the colour bar; neutral where the nearest voxel is outside the region.
 */
export function paintSlice(
  image: ImageData,
  grid: ScalarGrid,
  plane: SlicePlane,
  fixedKpc: number,
  colours: SliceColours,
): void {
  const { width, height, data } = image
  const layer = planeLayer(grid, plane, fixedKpc)
  const columns = pixelPositions(width, layer.countRight, 1)
  const rows = pixelPositions(height, layer.countUp, -1)
  const { table, neutral } = colours
  const log = colours.norm === 'log'
  const [low, high] = log ? colours.limits.map(Math.log) : colours.limits
  const perColour = 256 / (high - low)
  const { values, inside, countUp } = layer
  let out = 0
  for (let row = 0; row < height; row++) {
    const upLow = rows.low[row]
    const upWeight = rows.weight[row]
    const upHigh = Math.min(upLow + 1, countUp - 1)
    const upNearest = upWeight < 0.5 ? upLow : upHigh
    for (let column = 0; column < width; column++, out += 4) {
      const a = columns.low[column] * countUp
      const b = Math.min(columns.low[column] + 1, layer.countRight - 1) * countUp
      const weight = columns.weight[column]
      data[out + 3] = 255
      if (!inside[(weight < 0.5 ? a : b) + upNearest]) {
        data[out] = neutral[0]
        data[out + 1] = neutral[1]
        data[out + 2] = neutral[2]
        continue
      }
      const lower = values[a + upLow] + (values[b + upLow] - values[a + upLow]) * weight
      const upper = values[a + upHigh] + (values[b + upHigh] - values[a + upHigh]) * weight
      const between = lower + (upper - lower) * upWeight
      const value = log ? Math.log(between) : between
      const index = 3 * Math.min(255, Math.max(0, Math.floor((value - low) * perColour)))
      data[out] = table[index]
      data[out + 1] = table[index + 1]
      data[out + 2] = table[index + 2]
    }
  }
}

/** The plane as [right][up], interpolated between the two layers of voxels around it. */
function planeLayer(grid: ScalarGrid, plane: SlicePlane, fixedKpc: number) {
  const { shape, halfSizeKpc } = grid
  const strides = [shape[1] * shape[2], shape[2], 1]
  const countRight = shape[plane.right]
  const countUp = shape[plane.up]
  const { low, high, weight } = interpolationAt(
    fixedKpc,
    shape[plane.fixed],
    halfSizeKpc[plane.fixed],
  )
  const below = low * strides[plane.fixed]
  const above = high * strides[plane.fixed]
  const nearest = weight < 0.5 ? below : above
  const values = new Float32Array(countRight * countUp)
  const inside = new Uint8Array(countRight * countUp)
  let at = 0
  for (let i = 0; i < countRight; i++) {
    for (let j = 0; j < countUp; j++, at++) {
      const voxel = i * strides[plane.right] + j * strides[plane.up]
      const first = grid.values[voxel + below]
      values[at] = first + (grid.values[voxel + above] - first) * weight
      inside[at] = grid.inside[voxel + nearest]
    }
  }
  return { values, inside, countRight, countUp }
}

/** For each pixel along an axis: the voxel below its centre and the weight of the next. */
function pixelPositions(pixels: number, voxels: number, direction: 1 | -1) {
  const low = new Int32Array(pixels)
  const weight = new Float32Array(pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const fraction = (pixel + 0.5) / pixels
    const at = interpolationAt(direction * (2 * fraction - 1), voxels, 1)
    low[pixel] = at.low
    weight[pixel] = at.weight
  }
  return { low, weight }
}
