import type { FieldContext, ResolvedModel } from '#shared/fields/index.ts'
import { bindDerivatives, bindValues } from '#shared/fields/index.ts'
import type { PointFunction } from '#shared/fields/graph/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { cellCentre, voxelCount } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'
import { coordinateOf } from './coordinates.ts'
import type { Coordinate } from './coordinates.ts'
import type { FreeNumber, ModelSectionName } from './free-numbers.ts'
import type { FittedNumbers, Representation } from './representation.ts'

/** Derivatives at all voxels are kept for as long as the parameters stay, up to this. */
export const MOST_KEPT_BYTES = 256 * 2 ** 20

/**
 * A field of the model library with some of its parameters free: its values at the centres of the voxels, with exact
 * derivatives from its expression. At a jump that a parameter moves, the derivative of the jump is not among them.
 *
 * @param components 3 of the magnetic field, 1 of a density
 */
export function modelOnGrid(
  grid: GridGeometry,
  section: ModelSectionName,
  resolved: ResolvedModel,
  numbers: readonly FreeNumber[],
  components: 1 | 3,
  context: FieldContext,
): Representation {
  const coordinates = numbers.map(coordinateOf)
  const field = new ModelField(grid, resolved, numbers, coordinates, components, context)
  return {
    block: {
      name: `${section}_parameters`,
      unit: '',
      shape: [numbers.length],
      bounds: [
        coordinates.map(({ bounds }) => bounds[0]),
        coordinates.map(({ bounds }) => bounds[1]),
      ],
      precise: true,
    },
    identity: false,
    numbers: fittedNumbers(numbers, coordinates),
    start: (parameters) => {
      coordinates.forEach(({ start }, k) => (parameters[k] = start))
    },
    toGrid: (parameters, values) => field.values(parameters, values),
    push: (parameters, tangent, gridTangent) => field.push(parameters, tangent, gridTangent),
    pullBack: (parameters, gridGradient, gradient) =>
      field.pullBack(parameters, gridGradient, gradient),
  }
}

function fittedNumbers(
  numbers: readonly FreeNumber[],
  coordinates: readonly Coordinate[],
): FittedNumbers {
  return {
    numbers,
    valuesAt: (parameters) => coordinates.map((one, k) => one.valueAt(parameters[k])),
    slopesAt: (parameters) => coordinates.map((one, k) => one.slopeAt(parameters[k])),
  }
}

class ModelField {
  readonly #grid: GridGeometry
  readonly #resolved: ResolvedModel
  readonly #numbers: readonly FreeNumber[]
  readonly #coordinates: readonly Coordinate[]
  readonly #components: 1 | 3
  readonly #context: FieldContext
  /** Derivatives per unit of the coordinates, [voxel][number][component], and where they were taken. */
  #kept: Float64Array | undefined
  #keptAt: readonly number[] = []

  constructor(
    grid: GridGeometry,
    resolved: ResolvedModel,
    numbers: readonly FreeNumber[],
    coordinates: readonly Coordinate[],
    components: 1 | 3,
    context: FieldContext,
  ) {
    this.#grid = grid
    this.#resolved = resolved
    this.#numbers = numbers
    this.#coordinates = coordinates
    this.#components = components
    this.#context = context
  }

  values(parameters: GridValues, into: GridValues): void {
    const value = bindValues(this.#at(parameters), this.#context)
    const width = this.#components
    const out = new Float64Array(width)
    eachCentre(this.#grid, (x, y, z, voxel) => {
      value(x, y, z, out, 0)
      for (let i = 0; i < width; i++) into[width * voxel + i] = out[i]
    })
  }

  push(parameters: GridValues, tangent: GridValues, into: GridValues): void {
    const width = this.#components
    const count = this.#numbers.length
    this.#eachDerivative(parameters, (derivatives, at, voxel) => {
      for (let i = 0; i < width; i++) {
        let sum = 0
        for (let k = 0; k < count; k++) sum += derivatives[at + width * k + i] * tangent[k]
        into[width * voxel + i] = sum
      }
    })
  }

  pullBack(parameters: GridValues, gridGradient: GridValues, gradient: GridValues): void {
    const width = this.#components
    const count = this.#numbers.length
    const sums = new Float64Array(count)
    this.#eachDerivative(parameters, (derivatives, at, voxel) => {
      for (let k = 0; k < count; k++) {
        for (let i = 0; i < width; i++) {
          sums[k] += derivatives[at + width * k + i] * gridGradient[width * voxel + i]
        }
      }
    })
    gradient.set(sums)
  }

  #eachDerivative(
    parameters: GridValues,
    visit: (derivatives: Float64Array, at: number, voxel: number) => void,
  ): void {
    const stride = this.#components * this.#numbers.length
    const voxels = voxelCount(this.#grid)
    if (8 * stride * voxels > MOST_KEPT_BYTES) {
      const derivatives = new Float64Array(stride)
      const at = this.#derivatives(parameters)
      eachCentre(this.#grid, (x, y, z, voxel) => {
        at(x, y, z, derivatives, 0)
        visit(derivatives, 0, voxel)
      })
      return
    }
    const kept = (this.#kept ??= new Float64Array(stride * voxels))
    if (!this.#keptAt.every((u, k) => u === parameters[k]) || this.#keptAt.length === 0) {
      const at = this.#derivatives(parameters)
      eachCentre(this.#grid, (x, y, z, voxel) => at(x, y, z, kept, stride * voxel))
      this.#keptAt = Array.from(parameters)
    }
    for (let voxel = 0; voxel < voxels; voxel++) visit(kept, stride * voxel, voxel)
  }

  /** Derivatives of the values, per unit of the coordinates. */
  #derivatives(parameters: GridValues): PointFunction {
    const of = this.#numbers.map(({ parameter }) => parameter)
    const derivatives = bindDerivatives(this.#at(parameters), of, this.#context)
    const slopes = this.#coordinates.map((one, k) => one.slopeAt(parameters[k]))
    const width = this.#components
    return (x, y, z, out, offset) => {
      derivatives(x, y, z, out, offset)
      slopes.forEach((slope, k) => {
        for (let i = 0; i < width; i++) out[offset + width * k + i] *= slope
      })
    }
  }

  /** The model with the values that the coordinates stand for. */
  #at(coordinates: GridValues): ResolvedModel {
    const parameters = { ...this.#resolved.parameters }
    this.#numbers.forEach(({ parameter: { name, component } }, k) => {
      const value = this.#coordinates[k].valueAt(coordinates[k])
      const before = parameters[name]
      if (component === undefined || typeof before === 'number') parameters[name] = value
      else {
        const [x, y, z] = before.map((old, i) => (i === component ? value : old))
        parameters[name] = [x, y, z]
      }
    })
    return { ...this.#resolved, parameters }
  }
}

function eachCentre(
  grid: GridGeometry,
  visit: (x: number, y: number, z: number, voxel: number) => void,
): void {
  const [nx, ny, nz] = grid.shape
  const heights = Array.from({ length: nz }, (_, k) => cellCentre(grid, 2, k))
  let voxel = 0
  for (let i = 0; i < nx; i++) {
    const x = cellCentre(grid, 0, i)
    for (let j = 0; j < ny; j++) {
      const y = cellCentre(grid, 1, j)
      for (let k = 0; k < nz; k++) visit(x, y, heights[k], voxel++)
    }
  }
}
