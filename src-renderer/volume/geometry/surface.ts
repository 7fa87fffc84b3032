import type { ScalarGrid } from '../scalar.ts'
import type { Mesh } from './mesh.ts'

/**
 * The surface on which the trilinear values are `level`, by surface nets (Gibson, MICCAI 1998): one vertex in each cell that the
 * surface goes through, at the mean of its crossings with the cell's edges and then moved onto the surface along the gradient;
 * one quadrilateral across each crossed edge. It faces the lower values of a positive level, the higher of a negative one, and is
 * open where it meets the face of the lattice of voxel centres.
 *
 * @param level in the unit of the values, not 0
 */
export function isosurface(grid: ScalarGrid, level: number): Mesh {
  const [nx, ny, nz] = grid.shape
  const { values } = grid
  const strides = [ny * nz, nz, 1]
  const spacing = grid.halfSizeKpc.map((half, axis) => (2 * half) / grid.shape[axis])
  const origin = grid.halfSizeKpc.map((half, axis) => -half + spacing[axis] / 2)
  // Negative levels are the positive ones of the negative.
  const sign = level < 0 ? -1 : 1
  const wanted = sign * level
  const at = (voxel: number) => sign * values[voxel]

  const positions: number[] = []
  const normals: number[] = []
  const triangles: number[] = []
  /** Vertex of each cell of this layer along x and of the one before; -1: none. */
  let layer = new Int32Array(ny * nz)
  let previous = new Int32Array(ny * nz)
  const corners = new Float64Array(8)
  const offsets = Array.from(
    { length: 8 },
    (_, c) => (c >> 2) * strides[0] + ((c >> 1) & 1) * strides[1] + (c & 1),
  )

  for (let i = 0; i + 1 < nx; i++) {
    ;[previous, layer] = [layer, previous]
    layer.fill(-1)
    for (let j = 0; j + 1 < ny; j++) {
      for (let k = 0; k + 1 < nz; k++) {
        const voxel = i * strides[0] + j * strides[1] + k
        let mask = 0
        for (let c = 0; c < 8; c++) {
          const value = at(voxel + offsets[c])
          corners[c] = value
          if (value >= wanted) mask |= 1 << c
        }
        if (mask === 0 || mask === 255) continue
        const cell = j * nz + k
        layer[cell] = positions.length / 3
        const local = onSurface(corners, wanted)
        const index = [i, j, k]
        for (let axis = 0; axis < 3; axis++) {
          positions.push(origin[axis] + (index[axis] + local[axis]) * spacing[axis])
        }
        pushNormal(normals, grid, sign, index, local, spacing)
        // Each edge from this cell's first corner, when the three other cells around it have been seen.
        const above = (mask & 1) !== 0
        if (((mask >> 4) & 1) !== (mask & 1) && j > 0 && k > 0) {
          quad(triangles, layer, cell, cell - nz, cell - nz - 1, cell - 1, above)
        }
        if (((mask >> 2) & 1) !== (mask & 1) && i > 0 && k > 0) {
          across(
            triangles,
            [layer[cell], layer[cell - 1], previous[cell - 1], previous[cell]],
            above,
          )
        }
        if (((mask >> 1) & 1) !== (mask & 1) && i > 0 && j > 0) {
          across(
            triangles,
            [layer[cell], previous[cell], previous[cell - nz], layer[cell - nz]],
            above,
          )
        }
      }
    }
  }
  const count = positions.length / 3
  return {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    triangles: Uint32Array.from(triangles),
    values: new Float32Array(count).fill(level),
  }
}

function quad(
  triangles: number[],
  layer: Int32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  above: boolean,
): void {
  across(triangles, [layer[a], layer[b], layer[c], layer[d]], above)
}

/** Two triangles, turned so that they are seen from the side of the lower values. */
function across(
  triangles: number[],
  [a, b, c, d]: readonly [number, number, number, number],
  above: boolean,
): void {
  if (a < 0 || b < 0 || c < 0 || d < 0) return
  if (above) triangles.push(3, a, b, c, 3, a, c, d)
  else triangles.push(3, a, c, b, 3, a, d, c)
}

const cellEdges: readonly (readonly [number, number])[] = [
  [0, 4],
  [1, 5],
  [2, 6],
  [3, 7],
  [0, 2],
  [1, 3],
  [4, 6],
  [5, 7],
  [0, 1],
  [2, 3],
  [4, 5],
  [6, 7],
]

/** A point of the trilinear surface in a cell, each coordinate 0 to 1. */
function onSurface(corners: Float64Array, level: number): [number, number, number] {
  const point: [number, number, number] = [0, 0, 0]
  let crossings = 0
  for (const [from, to] of cellEdges) {
    const [low, high] = [corners[from], corners[to]]
    if (low >= level === high >= level) continue
    const part = (level - low) / (high - low)
    const bit = to - from
    for (let axis = 0; axis < 3; axis++) {
      const own = 4 >> axis
      point[axis] += own === bit ? part : from & own ? 1 : 0
    }
    crossings++
  }
  for (let axis = 0; axis < 3; axis++) point[axis] /= crossings
  for (let step = 0; step < 2; step++) {
    const { value, gradient } = trilinear(corners, point)
    const square = gradient[0] ** 2 + gradient[1] ** 2 + gradient[2] ** 2
    if (!(square > 0)) break
    for (let axis = 0; axis < 3; axis++) {
      const moved = point[axis] + ((level - value) * gradient[axis]) / square
      point[axis] = Math.min(1, Math.max(0, moved))
    }
  }
  return point
}

function trilinear(corners: Float64Array, [x, y, z]: readonly [number, number, number]) {
  let value = 0
  const gradient: [number, number, number] = [0, 0, 0]
  for (let c = 0; c < 8; c++) {
    const [i, j, k] = [c >> 2, (c >> 1) & 1, c & 1]
    const [wx, wy, wz] = [i ? x : 1 - x, j ? y : 1 - y, k ? z : 1 - z]
    value += corners[c] * wx * wy * wz
    gradient[0] += corners[c] * (i ? 1 : -1) * wy * wz
    gradient[1] += corners[c] * (j ? 1 : -1) * wx * wz
    gradient[2] += corners[c] * (k ? 1 : -1) * wx * wy
  }
  return { value, gradient }
}

/** Down the gradient of central differences, trilinear in the cell: smooth from cell to cell. */
function pushNormal(
  normals: number[],
  { values, shape }: ScalarGrid,
  sign: 1 | -1,
  index: readonly number[],
  local: readonly [number, number, number],
  spacing: readonly number[],
): void {
  const strides = [shape[1] * shape[2], shape[2], 1]
  const normal = [0, 0, 0]
  for (let c = 0; c < 8; c++) {
    const offset = [c >> 2, (c >> 1) & 1, c & 1]
    let weight = 1
    let voxel = 0
    for (let axis = 0; axis < 3; axis++) {
      weight *= offset[axis] ? local[axis] : 1 - local[axis]
      voxel += (index[axis] + offset[axis]) * strides[axis]
    }
    if (weight === 0) continue
    for (let axis = 0; axis < 3; axis++) {
      const i = index[axis] + offset[axis]
      const below = i > 0 ? 1 : 0
      const above = i < shape[axis] - 1 ? 1 : 0
      const slope =
        (values[voxel + above * strides[axis]] - values[voxel - below * strides[axis]]) /
        ((above + below) * spacing[axis])
      normal[axis] -= sign * weight * slope
    }
  }
  const length = Math.hypot(normal[0], normal[1], normal[2]) || 1
  normals.push(normal[0] / length, normal[1] / length, normal[2] / length)
}
