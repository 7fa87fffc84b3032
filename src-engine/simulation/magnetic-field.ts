import { sampleMagneticField } from '#shared/fields/index.ts'
import type { GridGeometry, SpatialField, Vector3 } from '#shared/physics/index.ts'
import { griddedVectorField, regionMask } from '#shared/physics/index.ts'
import { bindMagneticField } from '../models/fields.ts'
import { boxedField, sumOfFields } from './boxed-field.ts'
import { tabulatedMagneticField } from './field-table.ts'
import type { RunModels } from './medium.ts'
import { realise } from './random-field.ts'
import type { RandomFieldPlan } from './random-field.ts'

/** The magnetic field of a run file without its random part, as a function of position. */
function regularField({ magnetic, magneticTable, observerKpc }: RunModels): SpatialField<Vector3> {
  return magneticTable
    ? tabulatedMagneticField(magneticTable)
    : bindMagneticField(magnetic, { observerKpc })
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
  const part = boxedField(random.grid, griddedVectorField(random.grid, values))
  return { field: sumOfFields(regular, part), removedShare }
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
