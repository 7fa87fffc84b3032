import type { FieldContext, ParameterComponent, ResolvedModel } from '#shared/fields/index.ts'
import type { Program } from '#shared/fields/graph/index.ts'
import { positionInputs } from '#shared/fields/graph/index.ts'
import { compiledModel, cotangentInputs, inputValues } from '#shared/fields/program.ts'
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
 *     const back = bindBatchPullBack(resolved, free, context)
 *     back.evaluate(centresAndCotangents, out) // [n, 6] -> [n, parameter], to be summed over n
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

/**
 * The derivative of <cotangent, value> with respect to some parameters, [n, parameter], by reverse differentiation: at a
 * cost that hardly grows with their number. Points are x, y, z and the components of the cotangent: [n, 6] of a magnetic field,
 * [n, 4] of a density.
 */
export function bindBatchPullBack(
  resolved: ResolvedModel,
  parameters: readonly ParameterComponent[],
  context: FieldContext,
): BatchFunction {
  const model = compiledModel(resolved)
  const cotangents = cotangentInputs.slice(0, model.expression.outputs.length)
  return bind(resolved, model.pullBack(parameters), context, [...positionInputs, ...cotangents])
}

function bind(
  resolved: ResolvedModel,
  program: Program,
  context: FieldContext,
  varying?: readonly string[],
): BatchFunction {
  const { inputs } = compiledModel(resolved).expression
  return compileBatch(program, inputs, varying)(inputValues(resolved, context))
}
