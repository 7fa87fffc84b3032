/** From a resolved model to the function of position that the line-of-sight integrators use. */
import { DEFAULT_BOX } from '../physics/geometry.ts'
import type { GridGeometry } from '../physics/grid.ts'
import { cellCentre, regionMask, voxelCount } from '../physics/grid.ts'
import type { Region } from '../physics/grid.ts'
import type { SpatialField } from '../physics/medium.ts'
import type { Vector3 } from '../physics/vector.ts'
import type { ResolvedModel } from './registry.ts'
import type { FieldContext } from './types.ts'

const defaultContext: FieldContext = { observerKpc: DEFAULT_BOX.observerKpc }

export function bindMagneticField(
  { model, parameters }: ResolvedModel<'magnetic'>,
  context: FieldContext = defaultContext,
): SpatialField<Vector3> {
  return {
    gridded: false,
    evaluate: (position) => model.evaluate(position, parameters, context),
    panelEdges: (ray) => model.discontinuities(ray, parameters, context),
  }
}

export function bindDensity(
  { model, parameters }: ResolvedModel<'thermal-electrons' | 'cosmic-ray-electrons'>,
  context: FieldContext = defaultContext,
): SpatialField<number> {
  return {
    gridded: false,
    evaluate: (position) => model.evaluate(position, parameters, context),
    panelEdges: (ray) => model.discontinuities(ray, parameters, context),
  }
}

/** A magnetic field at the centres of a grid, [nx, ny, nz, 3] in microgauss; zero outside the region, if one is given. */
export function sampleMagneticField(
  grid: GridGeometry,
  field: SpatialField<Vector3>,
  region?: Region,
): Float64Array {
  const values = new Float64Array(3 * voxelCount(grid))
  const mask = regionMask(grid, region)
  visitCentres(grid, (position, voxel) => {
    if (mask[voxel]) values.set(field.evaluate(position), 3 * voxel)
  })
  return values
}

/** A density at the centres of a grid, [nx, ny, nz]. */
export function sampleDensity(grid: GridGeometry, field: SpatialField<number>): Float64Array {
  const values = new Float64Array(voxelCount(grid))
  visitCentres(grid, (position, voxel) => {
    values[voxel] = field.evaluate(position)
  })
  return values
}

function visitCentres(grid: GridGeometry, visit: (position: Vector3, voxel: number) => void): void {
  const [nx, ny, nz] = grid.shape
  let voxel = 0
  for (let i = 0; i < nx; i++) {
    const x = cellCentre(grid, 0, i)
    for (let j = 0; j < ny; j++) {
      const y = cellCentre(grid, 1, j)
      for (let k = 0; k < nz; k++) visit([x, y, cellCentre(grid, 2, k)], voxel++)
    }
  }
}
