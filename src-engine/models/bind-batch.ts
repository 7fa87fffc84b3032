import type { FieldContext, ParameterComponent, ResolvedModel } from '#shared/fields/index.ts'
import type { Program } from '#shared/fields/graph/index.ts'
import { compiledModel, inputValues } from '#shared/fields/program.ts'
import { compileBatch } from './batch.ts'
import type { BatchFunction } from './batch.ts'

/**
 * Models at many points at once, by WebAssembly: what `bindValues` and `bindDerivatives` are for one point.
 *
 * Compiled code is kept with the model: binding it to other parameters takes microseconds. For example, a fit at the centres
 * of the voxels:
 *
 *     const values = bindBatch(resolved, context)
 *     values.evaluate(centres, field) // [n, 3] kpc -> [n, 3] microgauss
 *     const derivatives = bindBatchDerivatives(resolved, free, context)
 *     derivatives.evaluate(centres, jacobian) // -> [n, parameter, component]
 *
 * Many points can be given in pieces of some thousands, so that the arrays stay small.
 */
export function bindBatch(resolved: ResolvedModel, context: FieldContext): BatchFunction {
  return bind(resolved, compiledModel(resolved).values(), context)
}

/** Exact derivatives with respect to some parameters, [n, parameter, component], as those of `bindDerivatives`. */
export function bindBatchDerivatives(
  resolved: ResolvedModel,
  parameters: readonly ParameterComponent[],
  context: FieldContext,
): BatchFunction {
  return bind(resolved, compiledModel(resolved).derivatives(parameters), context)
}

function bind(resolved: ResolvedModel, program: Program, context: FieldContext): BatchFunction {
  const { inputs } = compiledModel(resolved).expression
  return compileBatch(program, inputs)(inputValues(resolved, context))
}
