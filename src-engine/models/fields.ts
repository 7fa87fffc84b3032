/**
 * Models as functions of position, as `bindMagneticField` and `bindDensity` of shared/fields, that take many points at once
 * by WebAssembly. Both ways agree to 1e-11 of the value, or of the largest part of a sum that cancels.
 */
import type { FieldContext, ResolvedModel, ScalarKind } from '#shared/fields/index.ts'
import {
  bindDensity as bindOneDensity,
  bindMagneticField as bindOneField,
} from '#shared/fields/index.ts'
import type { SpatialField, Vector3 } from '#shared/physics/index.ts'
import type { BatchFunction } from './batch.ts'
import { bindBatch } from './bind-batch.ts'

export function bindMagneticField(
  resolved: ResolvedModel<'magnetic'>,
  context: FieldContext,
): SpatialField<Vector3> {
  return withMany(bindOneField(resolved, context), resolved, context, -Infinity)
}

/** A density, or the strength of a random field. */
export function bindDensity(
  resolved: ResolvedModel<ScalarKind>,
  context: FieldContext,
): SpatialField<number> {
  return withMany(bindOneDensity(resolved, context), resolved, context, 0)
}

function withMany<Value>(
  field: SpatialField<Value>,
  resolved: ResolvedModel,
  context: FieldContext,
  smallest: number,
): SpatialField<Value> {
  let batch: BatchFunction | undefined
  return {
    ...field,
    evaluateMany: (points, out) => {
      batch ??= bindBatch(resolved, context)
      batch.evaluate(points, out)
      if (resolved.model.definition === undefined) return
      // What a user has made may have no value somewhere: the function of one point says so.
      const bad = out.findIndex((value) => !(value >= smallest && Math.abs(value) < Infinity))
      if (bad === -1) return
      const at = 3 * Math.floor(bad / batch.outputs)
      field.evaluate([points[at], points[at + 1], points[at + 2]])
    },
  }
}
