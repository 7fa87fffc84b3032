import type { GridGeometry, Ray, SpatialField, Vector3 } from '#shared/physics/index.ts'

/** Rays that end at a face do so to rounding. */
const FACE_MARGIN = 1e-9

/** A field on a grid that is nothing outside its box. */
export function boxedField(
  { halfSizeKpc }: GridGeometry,
  field: SpatialField<Vector3>,
): SpatialField<Vector3> {
  const half = halfSizeKpc.map((size) => size * (1 + FACE_MARGIN))
  return {
    gridded: field.gridded,
    evaluate: (position) =>
      position.every((coordinate, axis) => Math.abs(coordinate) <= half[axis])
        ? field.evaluate(position)
        : [0, 0, 0],
    panelEdges: (ray) => [...field.panelEdges(ray), ...faceCrossings(halfSizeKpc, ray)],
  }
}

/** Where a ray meets the planes of the faces of a box. */
function faceCrossings(halfSizeKpc: readonly number[], { origin, direction }: Ray): number[] {
  return halfSizeKpc.flatMap((half, axis) =>
    direction[axis] === 0
      ? []
      : [-1, 1].map((side) => (side * half - origin[axis]) / direction[axis]),
  )
}

/** Two fields added. */
export function sumOfFields(
  a: SpatialField<Vector3>,
  b: SpatialField<Vector3>,
): SpatialField<Vector3> {
  return {
    gridded: a.gridded || b.gridded,
    evaluate: (position) => {
      const [ax, ay, az] = a.evaluate(position)
      const [bx, by, bz] = b.evaluate(position)
      return [ax + bx, ay + by, az + bz]
    },
    panelEdges: (ray) => [...a.panelEdges(ray), ...b.panelEdges(ray)],
  }
}
