import type { FieldLine } from './field-lines.ts'
import type { Mesh } from './mesh.ts'

const sides = 6
const circle = Array.from({ length: sides }, (_, i) => {
  const angle = (2 * Math.PI * i) / sides
  return [Math.cos(angle), Math.sin(angle)] as const
})

/** A line as a tube: WebGL draws lines one pixel wide only. The values are |B| along it. */
export function tube({ positions, strengths }: FieldLine, radiusKpc: number): Mesh {
  const count = strengths.length
  const vertices = new Float32Array(3 * sides * count)
  const normals = new Float32Array(vertices.length)
  const values = new Float32Array(sides * count)
  const triangles = new Uint32Array(8 * sides * (count - 1))
  let across: readonly number[] = [0, 0, 1]
  for (let i = 0; i < count; i++) {
    const tangent = tangentOf(positions, i, count)
    // The frame is carried along so that the tube does not twist.
    across = perpendicular(across, tangent)
    const other = cross(tangent, across)
    circle.forEach(([c, s], side) => {
      const at = 3 * (sides * i + side)
      for (let axis = 0; axis < 3; axis++) {
        const normal = c * across[axis] + s * other[axis]
        normals[at + axis] = normal
        vertices[at + axis] = positions[3 * i + axis] + radiusKpc * normal
      }
      values[sides * i + side] = strengths[i]
    })
  }
  let cell = 0
  for (let i = 0; i + 1 < count; i++) {
    for (let side = 0; side < sides; side++) {
      const a = sides * i + side
      const b = sides * i + ((side + 1) % sides)
      triangles.set([3, a, b, b + sides, 3, a, b + sides, a + sides], cell)
      cell += 8
    }
  }
  return { positions: vertices, normals, triangles, values }
}

function tangentOf(positions: Float32Array, i: number, count: number): number[] {
  const from = 3 * Math.max(0, i - 1)
  const to = 3 * Math.min(count - 1, i + 1)
  return unit([0, 1, 2].map((axis) => positions[to + axis] - positions[from + axis]))
}

/** The part of a vector across a unit vector, of length 1; another one where there is none. */
function perpendicular(vector: readonly number[], along: readonly number[]): number[] {
  const part = vector[0] * along[0] + vector[1] * along[1] + vector[2] * along[2]
  const rest = vector.map((value, axis) => value - part * along[axis])
  if (Math.hypot(rest[0], rest[1], rest[2]) > 1e-3) return unit(rest)
  return unit(Math.abs(along[0]) < 0.9 ? cross(along, [1, 0, 0]) : cross(along, [0, 1, 0]))
}

export function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(vector[0], vector[1], vector[2]) || 1
  return vector.map((value) => value / length)
}

export function cross(a: readonly number[], b: readonly number[]): number[] {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
