import { describe, expect, it } from 'vitest'
import type { FieldModel, ResolvedModel } from '#shared/fields/index.ts'
import {
  bindDensity,
  bindDerivatives,
  bindMagneticField,
  listModels,
  movesSurface,
  parametersOf,
  resolveModel,
} from '#shared/fields/index.ts'
import type { ParameterComponent } from '#shared/fields/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { richardsonDerivative } from '#shared/physics/index.ts'

/** Points in every component, away from surfaces on which something jumps. */
const points: readonly Vector3[] = [
  [-8.2, 0.1, 0.05],
  [-8.5, 0.3, 1],
  [-1, 3, 4],
  [-4, -2, -1],
  [4, 0.5, 0.1],
  [12, -5, 0.3],
  [1.2, 1.1, 0.7],
  [-8.3, -0.4, -0.04],
  [-8.3, 0.06, 0.1],
]

const choices = listModels().flatMap((model) =>
  (model.variants.length > 0 ? model.variants.map(({ name }) => name) : [undefined]).map(
    (variant) => ({ label: `${model.kind} ${model.name} ${variant ?? ''}`, model, variant }),
  ),
)

function componentsOf(model: FieldModel, variant: string | undefined): ParameterComponent[] {
  return parametersOf(model, variant).flatMap(({ name, default: standard }) =>
    typeof standard === 'number'
      ? Number.isFinite(standard)
        ? [{ name }]
        : []
      : ([0, 1, 2] as const).map((component) => ({ name, component })),
  )
}

function resolved(model: FieldModel, variant: string | undefined): ResolvedModel {
  return resolveModel(model.kind, { model: model.name, variant })
}

function valueAt(of: ResolvedModel, point: Vector3): number[] {
  const { model, variant, parameters } = of
  const choice = { model: model.name, variant, parameters }
  return model.kind === 'magnetic'
    ? [...bindMagneticField(resolveModel(model.kind, choice)).evaluate(point)]
    : [bindDensity(resolveModel(model.kind, choice)).evaluate(point)]
}

function withValue(
  of: ResolvedModel,
  { name, component }: ParameterComponent,
  value: number,
): ResolvedModel {
  const before = of.parameters[name]
  if (typeof before === 'number') return { ...of, parameters: { ...of.parameters, [name]: value } }
  const [x, y, z] = before.map((old, axis) => (axis === component ? value : old))
  return { ...of, parameters: { ...of.parameters, [name]: [x, y, z] } }
}

describe('derivatives with respect to every parameter, against central differences', () => {
  it.each(choices)('$label', ({ model, variant }) => {
    const of = resolved(model, variant)
    const components = componentsOf(model, variant)
    const derivative = bindDerivatives(of, components)
    const width = model.kind === 'magnetic' ? 3 : 1
    const exact = new Float64Array(width * components.length)
    let compared = 0
    for (const point of points) {
      derivative(...point, exact, 0)
      const value = valueAt(of, point)
      components.forEach((parameter, k) => {
        const standard = of.parameters[parameter.name]
        const at = typeof standard === 'number' ? standard : standard[parameter.component ?? 0]
        const scale = Math.abs(at) || 1
        const { values, errors } = richardsonDerivative(
          (changed) => valueAt(withValue(of, parameter, changed), point),
          at,
          1e-3 * scale,
        )
        for (let i = 0; i < width; i++) {
          const own = exact[width * k + i]
          expect(own, `${parameter.name} at ${point}`).not.toBeNaN()
          // Where a surface passes within the step, or widths are so small that the step is large, differences do not
          // converge and say nothing.
          const size = Math.max(Math.abs(own), Math.abs(value[i] / scale), 1e-9)
          if (errors[i] > 1e-7 * size) continue
          compared++
          expect(Math.abs(own - values[i]) / size, `${parameter.name} at ${point}`).toBeLessThan(
            1e-6,
          )
        }
      })
    }
    expect(compared).toBeGreaterThanOrEqual(components.length)
  })
})

describe('on the axis, in the plane and on the edges of components', () => {
  const odd: readonly Vector3[] = [
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, -1],
    [5, 0, 0],
    [-5, 0, 0],
    [0, 3, 0],
    [1, 0, 0],
    [-8.3, 0, 0.006],
    [20, 0, 0],
    [0, -20, 5],
    [0, 0, 50],
    [100, 0, 0],
  ]
  it.each(choices)('$label and its derivatives are finite', ({ model, variant }) => {
    const of = resolved(model, variant)
    const components = componentsOf(model, variant)
    const derivative = bindDerivatives(of, components)
    const values = new Float64Array((model.kind === 'magnetic' ? 3 : 1) * components.length)
    for (const point of odd) {
      derivative(...point, values, 0)
      expect(values.every(Number.isFinite), `at ${point}`).toBe(true)
      expect(valueAt(of, point).every(Number.isFinite), `at ${point}`).toBe(true)
    }
  })
})

describe('surfaces that a parameter moves', () => {
  const moves = (kind: 'magnetic' | 'thermal-electrons', model: string, name: string) =>
    movesSurface(resolveModel(kind, { model }), { name })
  it('are known from the conditions of the expression', () => {
    expect(moves('magnetic', 'lsa', 'psi0_deg')).toBe(false)
    expect(moves('magnetic', 'uniform', 'radius_kpc')).toBe(true)
    expect(moves('magnetic', 'jf12', 'b_arm_3_microgauss')).toBe(false)
    expect(moves('magnetic', 'kst24', 'local_w_kpc')).toBe(true)
    // Which component of YMW16 counts depends on all their densities.
    expect(moves('thermal-electrons', 'ymw16', 'gum_n_cm3')).toBe(true)
  })
})
