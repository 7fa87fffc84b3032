import { evaluateOn } from '#engine/models/on-device.ts'
import { bindValues, listModels, resolveModel } from '#shared/fields/index.ts'
import type { ResolvedModel } from '#shared/fields/index.ts'

/** Every model of the library with every variant. */
export const everyModel: readonly (readonly [name: string, resolved: ResolvedModel])[] =
  listModels().flatMap((model) =>
    (model.variants.length > 0 ? model.variants : [undefined]).map((variant) => {
      const resolved = resolveModel(model.kind, { model: model.name, variant: variant?.name })
      return [`${model.kind} ${model.name} ${variant?.name ?? ''}`, resolved] as const
    }),
  )

const context = { observerKpc: [-8.3, 0, 0.006] as const }
const POINTS = 300
const positions = Float64Array.from({ length: POINTS }, (_, i) => ((i + 1) * 0.618034) % 1).reduce(
  (points, u, i) => {
    points[3 * i] = 30 * u - 15
    points[3 * i + 1] = 30 * ((u * 7919) % 1) - 15
    points[3 * i + 2] = (i % 2 === 0 ? 10 : 1) * (((u * 104729) % 1) - 0.5)
    return points
  },
  new Float64Array(3 * POINTS),
)

/**
 * How far a device is off the float64 reference, as a share of the value (or of 1e-3 of the largest one): that of all but one
 * per cent of the points, and the largest.
 */
export async function differencesOn(
  device: 'webgpu' | 'tensorflow',
  resolved: ResolvedModel,
): Promise<{ usual: number; largest: number }> {
  const found = await evaluateOn(device, resolved, context, positions)
  const components = found.length / POINTS
  const expected = new Float64Array(found.length)
  const one = bindValues(resolved, context)
  for (let i = 0; i < POINTS; i++) {
    one(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2], expected, components * i)
  }
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300)
  const differences = Array.from({ length: POINTS }, (_, i) => {
    const at = (values: Float64Array) => values.subarray(components * i, components * (i + 1))
    const size = at(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const right = at(expected)
    return at(found).reduce((most, value, k) => {
      const difference = Math.abs(value - right[k]) / (size + 1e-3 * largest)
      // NaN must not pass.
      return difference <= most ? most : difference
    }, 0)
  }).sort((a, b) => a - b)
  return { usual: differences[Math.floor(0.99 * POINTS)], largest: differences[POINTS - 1] }
}

/**
 * float32: positions have 1e-6 kpc at 15 kpc, and arms and spirals turn once in a few kpc, with angles of several turns;
 * values that are small because terms cancel have the errors of the terms.
 */
export const singlePrecision = { usual: 1e-4, largest: 1e-3 }
