import type { FieldContext, ResolvedModel } from '#shared/fields/index.ts'

/**
 * Values of a model at points, [n, 3] kpc to [n, components], in float32 on a device: some 1e-7 of a model's largest terms,
 * more of its value where they cancel or where it depends on angles of many turns.
 *
 * @throws KernelError where this machine does not have the device
 */
export async function evaluateOn(
  device: 'webgpu' | 'tensorflow',
  resolved: ResolvedModel,
  context: FieldContext,
  points: Float64Array,
): Promise<Float64Array> {
  if (device === 'webgpu') {
    return (await import('./on-webgpu.ts')).evaluateOnWebgpu(resolved, context, points)
  }
  return (await import('./on-tensorflow.ts')).evaluateOnTensorflow(resolved, context, points)
}
