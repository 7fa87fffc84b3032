import { regionStatistics } from './field-scale.ts'
import { deriveScalar } from './scalar.ts'
import type { ValueStatistics } from '../sky/colour-scale.ts'
import type { ScalarGrid } from './scalar.ts'
import type { FieldQuantity, Vector3 } from './types.ts'

/** What both field panels show of one quantity of a field. */
export interface DerivedScalar {
  readonly grid: ScalarGrid
  readonly statistics: ValueStatistics
}

/** A field [nx, ny, nz, 3] in microgauss and the box it fills, -half to +half kpc. */
export interface FieldArray {
  readonly values: Float32Array
  readonly shape: Vector3
  readonly halfSizeKpc: Vector3
}

export function derive(field: FieldArray, quantity: FieldQuantity): DerivedScalar {
  const grid = deriveScalar(field.values, field.shape, field.halfSizeKpc, quantity)
  return { grid, statistics: regionStatistics(grid) }
}

// Slices and volume show the same field: one of them derives, or the worker has already done it. Forgotten with it.
const known = new WeakMap<Float32Array, Map<FieldQuantity, DerivedScalar>>()

/** The scalar of a field, derived once. Throws RangeError when the array does not have the shape. */
export function derivedScalar(field: FieldArray, quantity: FieldQuantity): DerivedScalar {
  const found = known.get(field.values)?.get(quantity)
  if (found) return found
  const fresh = derive(field, quantity)
  keepDerived(field, quantity, fresh)
  return fresh
}

/** Keeps what was derived elsewhere. */
export function keepDerived(
  { values }: FieldArray,
  quantity: FieldQuantity,
  derived: DerivedScalar,
): void {
  const quantities = known.get(values) ?? new Map<FieldQuantity, DerivedScalar>()
  quantities.set(quantity, derived)
  known.set(values, quantities)
}
