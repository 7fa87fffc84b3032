import { evaluateAt, evaluateEach } from '#shared/fields/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import type { backendNames } from '#shared/session/run-file.ts'
import { UsageError } from '../errors.ts'
import { KernelError } from '../kernels/interface.ts'
import { evaluateOn } from '../models/on-device.ts'
import type { FieldSource } from './field-source.ts'

export type Backend = (typeof backendNames)[number]

/** Values at points, [n, 3] kpc: [n, components], in the unit of the source. @throws Error where one is not finite, UsageError where the backend cannot */
export async function valuesAt(
  source: FieldSource,
  points: Float64Array,
  backend: Backend,
): Promise<Float64Array> {
  const { field, kind, model } = source
  const components = kind === 'magnetic' ? 3 : 1
  let values
  if (backend === 'webgpu' || backend === 'tensorflow') {
    values = await onDevice(source, points, backend)
  } else {
    values = new Float64Array((components * points.length) / 3)
    if (backend === 'reference') evaluateEach(field, points, values)
    else evaluateAt(field, points, values)
  }
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad === -1) return values
  const where = pointOf(points, Math.floor(bad / components)).join(', ')
  throw new Error(`Model "${model}" has no finite value at (${where}) kpc.`)
}

async function onDevice(
  { resolved, observerKpc }: FieldSource,
  points: Float64Array,
  backend: 'webgpu' | 'tensorflow',
): Promise<Float64Array> {
  if (!resolved) {
    throw new UsageError(
      `--backend ${backend} evaluates a MODEL or a --formula, without a random part: leave it out here.`,
    )
  }
  try {
    return await evaluateOn(backend, resolved, { observerKpc }, points)
  } catch (error) {
    if (error instanceof KernelError) throw new UsageError(error.message)
    throw error
  }
}

/** One of many positions. */
export function pointOf(numbers: Float64Array, i: number): Vector3 {
  return [numbers[3 * i], numbers[3 * i + 1], numbers[3 * i + 2]]
}
