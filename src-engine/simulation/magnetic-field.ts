import { bindMagneticField, sampleMagneticField } from '#shared/fields/index.ts'
import type { GridGeometry, Ray, SpatialField, Vector3 } from '#shared/physics/index.ts'
import { griddedVectorField, regionMask } from '#shared/physics/index.ts'
import type { RunModels } from './medium.ts'
import { realise } from './random-field.ts'
import type { RandomFieldPlan } from './random-field.ts'

/** The magnetic field of a run file without its random part, as a function of position. */
function regularField({ magnetic, observerKpc }: RunModels): SpatialField<Vector3> {
  return bindMagneticField(magnetic, { observerKpc })
}

/** The magnetic field of a run file; where that is a grid, what the grid starts from. */
export function magneticFieldOf(models: RunModels): SpatialField<Vector3> {
  const { grid, random } = models
  if (grid) return griddedVectorField(grid, fieldOnGrid(models, grid))
  return random ? withRandomField(models, random).field : regularField(models)
}

/** The magnetic field with its random part, and the share of that part's energy that had a divergence (and was made up for). */
export function withRandomField(
  models: RunModels,
  random: RandomFieldPlan,
): { field: SpatialField<Vector3>; removedShare: number } {
  const regular = regularField(models)
  const { values, removedShare } = realise(random, regular, models.observerKpc)
  return { field: sumInBox(regular, random.grid, values), removedShare }
}

/** The field at the centres of a grid, [nx, ny, nz, 3] microgauss; that of a grid is zero outside its region. */
export function fieldOnGrid(models: RunModels, grid: GridGeometry): Float64Array {
  const regular = regularField(models)
  const region = models.grid?.region
  const field = sampleMagneticField(grid, regular, region)
  if (!models.random) return field
  const { values } = realise({ ...models.random, grid }, regular, models.observerKpc)
  const mask = regionMask(grid, region)
  for (let voxel = 0; voxel < mask.length; voxel++) {
    if (mask[voxel] === 0) continue
    for (let i = 3 * voxel; i < 3 * voxel + 3; i++) field[i] += values[i]
  }
  return field
}

/** Rays that end at a face do so to rounding. */
const FACE_MARGIN = 1e-9

/** A field and one on a grid, which is nothing outside its box. */
function sumInBox(
  field: SpatialField<Vector3>,
  grid: GridGeometry,
  values: Float64Array,
): SpatialField<Vector3> {
  const gridded = griddedVectorField(grid, values)
  const half = grid.halfSizeKpc.map((size) => size * (1 + FACE_MARGIN))
  return {
    gridded: true,
    evaluate: (position) => {
      const [x, y, z] = field.evaluate(position)
      if (!position.every((coordinate, axis) => Math.abs(coordinate) <= half[axis])) {
        return [x, y, z]
      }
      const more = gridded.evaluate(position)
      return [x + more[0], y + more[1], z + more[2]]
    },
    panelEdges: (ray) => [
      ...field.panelEdges(ray),
      ...gridded.panelEdges(ray),
      ...faceCrossings(grid, ray),
    ],
  }
}

/** Where a ray meets the planes of the faces of a grid's box. */
function faceCrossings({ halfSizeKpc }: GridGeometry, { origin, direction }: Ray): number[] {
  return halfSizeKpc.flatMap((half, axis) =>
    direction[axis] === 0
      ? []
      : [-1, 1].map((side) => (side * half - origin[axis]) / direction[axis]),
  )
}
