import type { GridValues, LineOfSightOperator } from '../kernels/interface.ts'

/**
 * The arrays that optimisations with one operator work in, one after another: kept with the operator, because its threads let
 * go of the arrays of earlier runs much too late.
 */
export class Workspace {
  readonly #operator: LineOfSightOperator
  readonly #voxels: number
  readonly #precise: boolean
  readonly #arrays = new Map<string, GridValues>()

  constructor(operator: LineOfSightOperator) {
    this.#operator = operator
    const sample = operator.createGrid(1)
    this.#voxels = sample.length
    this.#precise = sample instanceof Float64Array
  }

  /** Whether the backend's threads can step along an array of this length. */
  isGrid(values: GridValues): boolean {
    return values.length === this.#voxels || values.length === 3 * this.#voxels
  }

  /** The array of a name, in the precision of the backend; what an earlier run left in it is still there. */
  readonly array = (name: string, length: number): GridValues => {
    const known = this.#arrays.get(name)
    if (known?.length === length) {
      this.#operator.residence?.discard([known])
      return known
    }
    const made = this.#create(length)
    this.#arrays.set(name, made)
    return made
  }

  #create(length: number): GridValues {
    if (length === 3 * this.#voxels) return this.#operator.createGrid(3)
    if (length === this.#voxels) return this.#operator.createGrid(1)
    return this.#precise ? new Float64Array(length) : new Float32Array(length)
  }
}
