/** From a resolved model to the function of position that the line-of-sight integrators use. */
import { DEFAULT_BOX } from '../physics/geometry.ts'
import type { GridGeometry } from '../physics/grid.ts'
import { cellCentre, regionMask, voxelCount } from '../physics/grid.ts'
import type { Region } from '../physics/grid.ts'
import type { SpatialField } from '../physics/medium.ts'
import type { Vector3 } from '../physics/vector.ts'
import type { PointFunction } from './graph/index.ts'
import { isSmoothed } from './jump.ts'
import { ModelError } from './model-error.ts'
import type { ParameterComponent } from './program.ts'
import { compiledModel, withInputs } from './program.ts'
import type { Levels } from './surfaces.ts'
import { levelCrossings } from './surfaces.ts'
import type { FieldContext, ResolvedModel, ScalarKind } from './types.ts'
import { fieldUnits } from './types.ts'

const defaultContext: FieldContext = { observerKpc: DEFAULT_BOX.observerKpc }

export function bindMagneticField(
  resolved: ResolvedModel<'magnetic'>,
  context: FieldContext = defaultContext,
): SpatialField<Vector3> {
  const value = valueOf(resolved, context)
  const out = new Float64Array(3)
  return {
    gridded: false,
    evaluate: ([x, y, z]) => {
      value(x, y, z, out, 0)
      return [out[0], out[1], out[2]]
    },
    panelEdges: panelEdgesOf(resolved, context),
  }
}

/** A density, or the strength of a random field. */
export function bindDensity(
  resolved: ResolvedModel<ScalarKind>,
  context: FieldContext = defaultContext,
): SpatialField<number> {
  const value = valueOf(resolved, context)
  const out = new Float64Array(1)
  return {
    gridded: false,
    evaluate: ([x, y, z]) => {
      value(x, y, z, out, 0)
      return out[0]
    },
    panelEdges: panelEdgesOf(resolved, context),
  }
}

/** The values of a model, [component], without what an integrator wants to know beside them. */
export function bindValues(
  resolved: ResolvedModel,
  context: FieldContext = defaultContext,
): PointFunction {
  return withInputs(resolved, compiledModel(resolved).values(), context)
}

/**
 * Values of a model. What a user has made may have none somewhere (a root of a negative number) or, as a density, be negative:
 * that is said at the first such point.
 */
function valueOf(resolved: ResolvedModel, context: FieldContext): PointFunction {
  const value = withInputs(resolved, compiledModel(resolved).values(), context)
  const { name, kind, definition } = resolved.model
  if (definition === undefined) return value
  const smallest = kind === 'magnetic' ? -Infinity : 0
  const count = kind === 'magnetic' ? 3 : 1
  return (x, y, z, out, offset) => {
    value(x, y, z, out, offset)
    for (let i = offset; i < offset + count; i++) {
      if (out[i] >= smallest && Math.abs(out[i]) < Infinity) continue
      const what = Number.isFinite(out[i])
        ? `is negative (${out[i]} ${fieldUnits[kind]})`
        : 'has no finite value'
      throw new ModelError(
        definition.formula ? 'formula' : 'of',
        `The ${name} ${what} at (${x}, ${y}, ${z}) kpc.`,
      )
    }
  }
}

/**
 * Exact derivatives of a model with respect to some of its parameters, [parameter][component], per unit of each
 * parameter. At a jump that a parameter moves (`movesSurface`) the derivative of the jump itself is not among them.
 */
export function bindDerivatives(
  resolved: ResolvedModel,
  parameters: readonly ParameterComponent[],
  context: FieldContext = defaultContext,
): PointFunction {
  return withInputs(resolved, compiledModel(resolved).derivatives(parameters), context)
}

function panelEdgesOf(
  resolved: ResolvedModel,
  context: FieldContext,
): SpatialField<number>['panelEdges'] {
  const { model, parameters } = resolved
  if (model.members) {
    const edges = model.members(parameters).map((member) => panelEdgesOf(member, context))
    return (ray) => edges.flatMap((edgesOf) => edgesOf?.(ray) ?? [])
  }
  // Of a transition, the places at which it begins and ends are searched for.
  if (model.discontinuities && !isSmoothed(parameters)) {
    return (ray) => model.discontinuities?.(ray, parameters, context) ?? []
  }
  const compiled = compiledModel(resolved)
  let levels: Levels | undefined
  const makeLevels = (): Levels => {
    const single = new Map<number, PointFunction>()
    return {
      count: compiled.levels().length,
      all: withInputs(resolved, compiled.levelProgram(), context),
      one: (index) => {
        const found = single.get(index)
        if (found) return found
        const made = withInputs(resolved, compiled.oneLevelProgram(index), context)
        single.set(index, made)
        return made
      },
    }
  }
  return (ray) => levelCrossings(ray, (levels ??= makeLevels()))
}

/** A magnetic field at the centres of a grid, [nx, ny, nz, 3] in microgauss; zero outside the region, if one is given. */
export function sampleMagneticField(
  grid: GridGeometry,
  field: SpatialField<Vector3>,
  region?: Region,
): Float64Array {
  const values = new Float64Array(3 * voxelCount(grid))
  const mask = regionMask(grid, region)
  visitBlocks(grid, mask, (points, voxels) => {
    const found = new Float64Array(points.length)
    evaluateAt(field, points, found)
    voxels.forEach((voxel, i) => values.set(found.subarray(3 * i, 3 * i + 3), 3 * voxel))
  })
  return values
}

/** A density at the centres of a grid, [nx, ny, nz]. */
export function sampleDensity(grid: GridGeometry, field: SpatialField<number>): Float64Array {
  const values = new Float64Array(voxelCount(grid))
  visitBlocks(grid, undefined, (points, voxels) => {
    evaluateAt(field, points, values.subarray(voxels[0], voxels[0] + voxels.length))
  })
  return values
}

type AnyField = SpatialField<number> | SpatialField<Vector3>

/** Values of a field at points [n, 3], kpc: [n] of a number, [n, 3] of a vector. */
export function evaluateAt(field: AnyField, points: Float64Array, out: Float64Array): void {
  if (field.evaluateMany) field.evaluateMany(points, out)
  else evaluateEach(field, points, out)
}

/** The same by the function of one point, which is the reference. */
export function evaluateEach(field: AnyField, points: Float64Array, out: Float64Array): void {
  for (let i = 0; i < points.length; i += 3) {
    const value = field.evaluate([points[i], points[i + 1], points[i + 2]])
    if (typeof value === 'number') out[i / 3] = value
    else out.set(value, i)
  }
}

const BLOCK_VOXELS = 4096

/** Centres of voxels in pieces, [n, 3], with the voxels' numbers: all of them, or those that a mask names. */
function visitBlocks(
  grid: GridGeometry,
  mask: Uint8Array | undefined,
  visit: (points: Float64Array, voxels: Uint32Array) => void,
): void {
  const [nx, ny, nz] = grid.shape
  const heights = Array.from({ length: nz }, (_, k) => cellCentre(grid, 2, k))
  const points = new Float64Array(3 * BLOCK_VOXELS)
  const voxels = new Uint32Array(BLOCK_VOXELS)
  let size = 0
  const flush = (): void => {
    if (size > 0) visit(points.subarray(0, 3 * size), voxels.subarray(0, size))
    size = 0
  }
  let voxel = 0
  for (let i = 0; i < nx; i++) {
    const x = cellCentre(grid, 0, i)
    for (let j = 0; j < ny; j++) {
      const y = cellCentre(grid, 1, j)
      for (let k = 0; k < nz; k++, voxel++) {
        if (mask?.[voxel] === 0) continue
        points[3 * size] = x
        points[3 * size + 1] = y
        points[3 * size + 2] = heights[k]
        voxels[size++] = voxel
        if (size === BLOCK_VOXELS) flush()
      }
    }
  }
  flush()
}
