import type { SeedSettings } from '../settings.ts'
import type { Vector3 } from '../types.ts'

/** Where field lines begin, kpc. */
export function seedPositions(seeds: SeedSettings): Vector3[] {
  const { kind, count, ring, line, plane } = seeds
  switch (kind) {
    case 'ring':
      return Array.from({ length: count }, (_, i) => {
        const angle = (2 * Math.PI * i) / count
        return [ring.radiusKpc * Math.cos(angle), ring.radiusKpc * Math.sin(angle), ring.zKpc]
      })
    case 'line':
      return Array.from({ length: count }, (_, i) => {
        const part = count > 1 ? i / (count - 1) : 0.5
        const at = (axis: 0 | 1 | 2) => line.from[axis] + part * (line.to[axis] - line.from[axis])
        return [at(0), at(1), at(2)]
      })
    case 'plane': {
      const side = Math.max(1, Math.round(Math.sqrt(count)))
      const [x, y, z] = plane.centre
      const offset = (i: number) => (side > 1 ? (2 * i) / (side - 1) - 1 : 0) * plane.halfKpc
      return Array.from({ length: side * side }, (_, i) => [
        x + offset(Math.floor(i / side)),
        y + offset(i % side),
        z,
      ])
    }
    case 'points':
      return seeds.points.map(([x, y, z]) => [x, y, z])
  }
}

/** What can be dragged: the ring by its point on +x, a line by ends and middle, a square by middle and corner, points. */
export function seedHandles({ kind, ring, line, plane, points }: SeedSettings): Vector3[] {
  switch (kind) {
    case 'ring':
      return [[ring.radiusKpc, 0, ring.zKpc]]
    case 'line':
      return [line.from, line.to, middle(line.from, line.to)]
    case 'plane': {
      const [x, y, z] = plane.centre
      return [plane.centre, [x + plane.halfKpc, y + plane.halfKpc, z]]
    }
    case 'points':
      return points.map(([x, y, z]) => [x, y, z])
  }
}

function middle(a: Vector3, b: Vector3): Vector3 {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2]
}

/**
 * The seeds after one of their handles was dragged.
 *
 * @param axes the two axes of the slice that it was dragged in: the third coordinate stays
 */
export function moveHandle(
  seeds: SeedSettings,
  handle: number,
  to: Vector3,
  axes: readonly [0 | 1 | 2, 0 | 1 | 2],
): SeedSettings {
  const moved = (from: Vector3): [number, number, number] => {
    const next: [number, number, number] = [from[0], from[1], from[2]]
    for (const axis of axes) next[axis] = to[axis]
    return next
  }
  const { kind, ring, line, plane, points } = seeds
  switch (kind) {
    case 'ring': {
      const [x, y, z] = moved([ring.radiusKpc, 0, ring.zKpc])
      // Seen along x, the ring only goes up and down.
      const radiusKpc = axes.includes(0) ? Math.max(0.1, Math.hypot(x, y)) : ring.radiusKpc
      return { ...seeds, ring: { radiusKpc, zKpc: z } }
    }
    case 'line': {
      if (handle === 0) return { ...seeds, line: { ...line, from: moved(line.from) } }
      if (handle === 1) return { ...seeds, line: { ...line, to: moved(line.to) } }
      const centre = middle(line.from, line.to)
      const next = moved(centre)
      const shifted = (end: Vector3): [number, number, number] => [
        end[0] + next[0] - centre[0],
        end[1] + next[1] - centre[1],
        end[2] + next[2] - centre[2],
      ]
      return { ...seeds, line: { from: shifted(line.from), to: shifted(line.to) } }
    }
    case 'plane': {
      if (handle === 0) return { ...seeds, plane: { ...plane, centre: moved(plane.centre) } }
      const [x, y, z] = plane.centre
      const corner = moved([x + plane.halfKpc, y + plane.halfKpc, z])
      const halfKpc = Math.max(
        0.1,
        ...axes.map((axis) => (axis === 2 ? 0 : Math.abs(corner[axis] - plane.centre[axis]))),
      )
      return { ...seeds, plane: { centre: [x, y, corner[2]], halfKpc } }
    }
    case 'points':
      return { ...seeds, points: points.map((one, i) => (i === handle ? moved(one) : one)) }
  }
}
