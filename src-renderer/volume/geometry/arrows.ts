import { cellCentre } from '#shared/physics/grid.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { cross, unit } from './tubes.ts'
import type { Mesh } from './mesh.ts'

/** B at some of the voxel centres. */
export interface Arrows {
  /** [count, 3], kpc, the middles of the arrows. */
  readonly positions: Float32Array
  /** [count, 3], microgauss. */
  readonly vectors: Float32Array
  /** How far they are apart, kpc. */
  readonly spacingKpc: number
}

/** Weaker than this part of the strongest has no arrow: its direction is not to be seen. */
const weakestPart = 0.02

/** The field at every so many voxel centres, about as far apart along each axis, at most `most` of them in the box. */
export function chooseArrows(grid: GridGeometry, values: Float32Array, most: number): Arrows {
  const { shape, halfSizeKpc } = grid
  const sizes = halfSizeKpc.map((half) => 2 * half)
  const finest = Math.cbrt((sizes[0] * sizes[1] * sizes[2]) / most)
  const strides = sizes.map((size, axis) =>
    Math.max(1, Math.min(shape[axis], Math.round(finest / (size / shape[axis])))),
  )
  const along = shape.map((count, axis) => {
    const first = Math.floor(((count - 1) % strides[axis]) / 2)
    return Array.from(
      { length: Math.floor((count - 1 - first) / strides[axis]) + 1 },
      (_, i) => first + i * strides[axis],
    )
  })
  let strongest = 0
  for (let at = 0; at < values.length; at += 3) {
    strongest = Math.max(strongest, values[at] ** 2 + values[at + 1] ** 2 + values[at + 2] ** 2)
  }
  const least = weakestPart * Math.sqrt(strongest)
  const positions: number[] = []
  const vectors: number[] = []
  for (const i of along[0]) {
    for (const j of along[1]) {
      for (const k of along[2]) {
        const at = 3 * ((i * shape[1] + j) * shape[2] + k)
        const [x, y, z] = [values[at], values[at + 1], values[at + 2]]
        const strength = Math.hypot(x, y, z)
        if (strength === 0 || strength < least) continue
        positions.push(cellCentre(grid, 0, i), cellCentre(grid, 1, j), cellCentre(grid, 2, k))
        vectors.push(x, y, z)
      }
    }
  }
  return {
    positions: Float32Array.from(positions),
    vectors: Float32Array.from(vectors),
    spacingKpc: Math.min(...strides.map((stride, axis) => (stride * sizes[axis]) / shape[axis])),
  }
}

const sides = 6

/**
 * Arrows as solids: a shaft and a head, as long as they are apart where |B| is `fullLength` microgauss or more, and shorter in
 * proportion. The values are |B|.
 */
export function arrowMesh({ positions, vectors, spacingKpc }: Arrows, fullLength: number): Mesh {
  const count = positions.length / 3
  // Rings: tail, neck of the shaft, foot of the head; and the tip.
  const perArrow = 3 * sides + 1
  const vertices = new Float32Array(3 * perArrow * count)
  const normals = new Float32Array(vertices.length)
  const values = new Float32Array(perArrow * count)
  const triangles: number[] = []
  for (let arrow = 0; arrow < count; arrow++) {
    const vector = [0, 1, 2].map((axis) => vectors[3 * arrow + axis])
    const strength = Math.hypot(vector[0], vector[1], vector[2])
    const length = 0.95 * spacingKpc * Math.min(1, strength / fullLength)
    const along = unit(vector)
    const side = unit(cross(along, Math.abs(along[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]))
    const other = cross(along, side)
    const first = perArrow * arrow
    const put = (vertex: number, part: number, radius: number, angle: number, lean: number) => {
      const [c, s] = [Math.cos(angle), Math.sin(angle)]
      for (let axis = 0; axis < 3; axis++) {
        const out = c * side[axis] + s * other[axis]
        const at = 3 * (first + vertex) + axis
        vertices[at] =
          positions[3 * arrow + axis] + (part - 0.5) * length * along[axis] + radius * length * out
        normals[at] = Math.sqrt(1 - lean * lean) * out + lean * along[axis]
      }
      values[first + vertex] = strength
    }
    for (let i = 0; i < sides; i++) {
      const angle = (2 * Math.PI * i) / sides
      put(i, 0, 0.035, angle, 0)
      put(sides + i, 0.65, 0.035, angle, 0)
      put(2 * sides + i, 0.62, 0.12, angle, 0.3)
      const next = (i + 1) % sides
      const [a, b] = [first + i, first + next]
      triangles.push(3, a, b, b + sides, 3, a, b + sides, a + sides)
      triangles.push(3, a + 2 * sides, b + 2 * sides, first + 3 * sides)
    }
    put(3 * sides, 1, 0, 0, 1)
  }
  return { positions: vertices, normals, triangles: Uint32Array.from(triangles), values }
}
