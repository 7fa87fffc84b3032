import type { FieldContext, ResolvedModel } from '#shared/fields/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { cellCentre, voxelCount } from '#shared/physics/grid.ts'
import type { GridValues } from '../kernels/interface.ts'
import { bindBatch, bindBatchDerivatives } from '../models/bind-batch.ts'
import { coordinateOf } from './coordinates.ts'
import type { Coordinate } from './coordinates.ts'
import type { FreeNumber, ModelSectionName } from './free-numbers.ts'
import { sharpen } from './sharpen.ts'
import type { FittedNumbers, Representation } from './representation.ts'

/** Derivatives at all voxels are kept for as long as the parameters stay, up to this. */
export const MOST_KEPT_BYTES = 256 * 2 ** 20

/**
 * A field of the model library with some of its parameters free: its values at the centres of the voxels, with exact
 * derivatives from its expression. At a jump that a parameter moves, the derivative of the jump is not among them.
 *
 * @param components 3 of the magnetic field, 1 of a density
 * @param sharpened whether the grid stands for the model between its vertices (./sharpen.ts); not for densities, which it could
 * make negative
 */
export function modelOnGrid(
  grid: GridGeometry,
  section: ModelSectionName,
  resolved: ResolvedModel,
  numbers: readonly FreeNumber[],
  components: 1 | 3,
  context: FieldContext,
  sharpened = false,
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
    toGrid: (parameters, values) => {
      field.values(parameters, values)
      if (sharpened) sharpen(grid, values, components)
    },
    push: (parameters, tangent, gridTangent) => {
      field.push(parameters, tangent, gridTangent)
      if (sharpened) sharpen(grid, gridTangent, components)
    },
    pullBack: (parameters, gridGradient, gradient) => {
      const seen = sharpened ? gridGradient.slice() : gridGradient
      if (sharpened) sharpen(grid, seen, components)
      field.pullBack(parameters, seen, gradient)
    },
  }
}

function fittedNumbers(
  numbers: readonly FreeNumber[],
  coordinates: readonly Coordinate[],
): FittedNumbers {
  return {
    numbers,
    valuesAt: (parameters) => coordinates.map((one, k) => one.valueAt(parameters[k])),
    parametersAt: (values) => coordinates.map((one, k) => one.coordinateAt(values[k])),
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
    const model = bindBatch(this.#at(parameters), this.#context)
    const width = this.#components
    eachBlock(this.#grid, (centres, first) => {
      const found = new Float64Array((width * centres.length) / 3)
      model.evaluate(centres, found)
      into.set(found, width * first)
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
    const visitAll = (derivatives: Float64Array, first: number): void => {
      const count = derivatives.length / stride
      for (let i = 0; i < count; i++) visit(derivatives, stride * i, first + i)
    }
    if (8 * stride * voxels > MOST_KEPT_BYTES) {
      const at = this.#derivatives(parameters)
      eachBlock(this.#grid, (centres, first) => {
        const derivatives = new Float64Array((stride * centres.length) / 3)
        at(centres, derivatives)
        visitAll(derivatives, first)
      })
      return
    }
    const kept = (this.#kept ??= new Float64Array(stride * voxels))
    if (!this.#keptAt.every((u, k) => u === parameters[k]) || this.#keptAt.length === 0) {
      const at = this.#derivatives(parameters)
      eachBlock(this.#grid, (centres, first) => {
        at(centres, kept.subarray(stride * first, stride * (first + centres.length / 3)))
      })
      this.#keptAt = Array.from(parameters)
    }
    visitAll(kept, 0)
  }

  /** Derivatives of the values at points, per unit of the coordinates, [n][number][component]. */
  #derivatives(parameters: GridValues): (centres: Float64Array, out: Float64Array) => void {
    const of = this.#numbers.map(({ parameter }) => parameter)
    const derivatives = bindBatchDerivatives(this.#at(parameters), of, this.#context)
    const slopes = this.#coordinates.map((one, k) => one.slopeAt(parameters[k]))
    const width = this.#components
    return (centres, out) => {
      derivatives.evaluate(centres, out)
      for (let i = 0; i < out.length;) {
        for (const slope of slopes) {
          for (const end = i + width; i < end; i++) out[i] *= slope
        }
      }
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

const BLOCK_VOXELS = 4096

/** Centres of the voxels in pieces, [n, 3], with the number of the first. */
function eachBlock(
  grid: GridGeometry,
  visit: (centres: Float64Array, first: number) => void,
): void {
  const [nx, ny, nz] = grid.shape
  const along = (axis: 0 | 1 | 2, n: number) =>
    Float64Array.from({ length: n }, (_, i) => cellCentre(grid, axis, i))
  const [xs, ys, zs] = [along(0, nx), along(1, ny), along(2, nz)]
  const voxels = voxelCount(grid)
  for (let first = 0; first < voxels; first += BLOCK_VOXELS) {
    const count = Math.min(BLOCK_VOXELS, voxels - first)
    const centres = new Float64Array(3 * count)
    for (let i = 0; i < count; i++) {
      const column = Math.floor((first + i) / nz)
      centres[3 * i] = xs[Math.floor(column / ny)]
      centres[3 * i + 1] = ys[column % ny]
      centres[3 * i + 2] = zs[(first + i) % nz]
    }
    visit(centres, first)
  }
}
