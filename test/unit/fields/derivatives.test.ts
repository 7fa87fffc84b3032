import { describe, expect, it } from 'vitest'
import { bindBatchDerivatives } from '#engine/models/bind-batch.ts'
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

const smoothingName = 'smoothing_kpc'

/** Every model and variant as published, and one of each expression that jumps with a smoothing width too. */
const choices = listModels().flatMap((model) =>
  (model.variants.length > 0 ? model.variants.map(({ name }) => name) : [undefined]).flatMap(
    (variant) => {
      // Uniform models have no edge unless they are given a radius: smoothing.test.ts.
      const jumps =
        model.name !== 'uniform' &&
        [undefined, model.variants[0]?.name, 'solenoidal', 'twistX'].includes(variant) &&
        parametersOf(model, variant).some(({ name }) => name === smoothingName)
      return (jumps ? [0, 2] : [0]).map((widthKpc) => {
        const width = widthKpc > 0 ? `, smoothed over ${widthKpc} kpc` : ''
        return {
          label: `${model.kind} ${model.name} ${variant ?? ''}${width}`,
          model,
          variant,
          widthKpc,
        }
      })
    },
  ),
)

function componentsOf(
  model: FieldModel,
  variant: string | undefined,
  widthKpc: number,
): ParameterComponent[] {
  // A width of 0 is no number to vary: the model without one is another expression.
  const specs = parametersOf(model, variant).filter(
    ({ name }) => widthKpc > 0 || name !== smoothingName,
  )
  return specs.flatMap(({ name, default: standard }) =>
    typeof standard === 'number'
      ? Number.isFinite(standard)
        ? [{ name }]
        : []
      : ([0, 1, 2] as const).map((component) => ({ name, component })),
  )
}

const context = { observerKpc: [-8.3, 0, 0.006] as const }

function label({ name, component }: ParameterComponent): string {
  return component === undefined ? name : `${name}[${component}]`
}

function resolved(
  model: FieldModel,
  variant: string | undefined,
  widthKpc: number,
  parameters: Readonly<Record<string, number>> = {},
): ResolvedModel {
  const width: Record<string, number> = widthKpc > 0 ? { [smoothingName]: widthKpc } : {}
  return resolveModel(model.kind, {
    model: model.name,
    variant,
    parameters: { ...parameters, ...width },
  })
}

function valueOf(of: ResolvedModel): (point: Vector3) => number[] {
  const { model, variant, parameters } = of
  const choice = { model: model.name, variant, parameters }
  if (model.kind === 'magnetic') {
    const field = bindMagneticField(resolveModel(model.kind, choice))
    return (point) => [...field.evaluate(point)]
  }
  const density = bindDensity(resolveModel(model.kind, choice))
  return (point) => [density.evaluate(point)]
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

/** The golden ratio's fractions and their relatives: points that fill a cube. */
const filling = (i: number): Vector3 => [
  (i * 0.8191725133961645) % 1,
  (i * 0.6710436067037893) % 1,
  (i * 0.5497004779019703) % 1,
]

function inDirection([u, v]: Vector3, distance: number): Vector3 {
  const z = 2 * v - 1
  const across = Math.sqrt(1 - z * z)
  const angle = 2 * Math.PI * u
  return [distance * across * Math.cos(angle), distance * across * Math.sin(angle), distance * z]
}

/**
 * Places in all parts of all models: the whole Galaxy, ever nearer to its centre, and ever nearer to the Sun, about which YMW16
 * has shells of 15 pc.
 */
const places = Float64Array.from(
  Array.from({ length: 24000 }, (_, i): Vector3 => {
    const at = filling(i + 1)
    if (i % 4 === 0) return [40 * at[0] - 20, 40 * at[1] - 20, 10 * at[2] - 5]
    if (i % 4 === 1) return inDirection(at, 3 * 0.005 ** at[2])
    const [x, y, z] = inDirection(at, 0.03 ** at[2])
    return [x - 8.3, y, z + 0.006]
  }).flat(),
)

/**
 * Those that move the edge of a component and do nothing else: zero but there. The strength of an arm of KST24 does not depend
 * on its half axes where its tube does not widen, which only that of Carina does.
 */
const edges: Readonly<Record<string, readonly string[]>> = {
  'magnetic tt02': ['r_max_kpc'],
  'magnetic sun08': ['r_c_kpc'],
  'magnetic kst24': ['scutum', 'local', 'perseus1', 'perseus2'].flatMap((arm) => [
    `${arm}_h_kpc`,
    `${arm}_w_kpc`,
  ]),
  'cosmic-ray-electrons sun08': ['z_max_kpc'],
}

/** Perseus 2 begins at the largest height that tubes may have, which is a kink. */
const offKinks: Readonly<Record<string, Record<string, number>>> = {
  'magnetic kst24': { perseus2_h_kpc: 1.1 },
}

const ENOUGH = 3
const MOST_TRIED = 60

describe('derivatives with respect to every parameter, against central differences', () => {
  it.each(choices)('$label', ({ model, variant, widthKpc }) => {
    const of = resolved(model, variant, widthKpc, offKinks[`${model.kind} ${model.name}`])
    const components = componentsOf(model, variant, widthKpc)
    const derivative = bindDerivatives(of, components)
    const width = model.kind === 'magnetic' ? 3 : 1
    const stride = width * components.length
    const exact = new Float64Array(stride)

    const valueHere = valueOf(of)
    /** Of each component the model at the values that differences take, which are the same at all points. */
    const changedModels = components.map(() => new Map<number, (point: Vector3) => number[]>())

    /** Whether differences say something there; fails where the derivative is another. */
    const compare = (parameter: ParameterComponent, k: number, point: Vector3): boolean => {
      derivative(...point, exact, 0)
      const own = Array.from(exact.subarray(width * k, width * (k + 1)))
      const value = valueHere(point)
      const changedTo = (changed: number): ((point: Vector3) => number[]) => {
        const known = changedModels[k].get(changed) ?? valueOf(withValue(of, parameter, changed))
        changedModels[k].set(changed, known)
        return known
      }
      const standard = of.parameters[parameter.name]
      const at = typeof standard === 'number' ? standard : standard[parameter.component ?? 0]
      const scale = Math.abs(at) || 1
      const { values, errors } = richardsonDerivative(
        (changed) => changedTo(changed)(point),
        at,
        1e-3 * scale,
      )
      let telling = false
      own.forEach((found, i) => {
        const where = `${label(parameter)} at ${point}`
        expect(found, where).not.toBeNaN()
        // Where a surface passes within the step, or widths are so small that the step is large, differences do not
        // converge and say nothing.
        const size = Math.max(Math.abs(found), Math.abs(value[i] / scale), 1e-9)
        if (errors[i] > 1e-7 * size) return
        // More than rounding where terms cancel.
        telling ||= Math.abs(found) > 1e-9 * size
        expect(Math.abs(found - values[i]) / size, where).toBeLessThan(1e-6)
      })
      return telling
    }

    for (const point of points) components.forEach((one, k) => compare(one, k, point))

    // Every parameter where it matters: zero is easily right.
    const found = new Float64Array((stride * places.length) / 3)
    bindBatchDerivatives(of, components, context).evaluate(places, found)
    const missed: string[] = []
    components.forEach((parameter, k) => {
      let tried = 0
      let compared = 0
      for (let i = 0; 3 * i < places.length && compared < ENOUGH && tried < MOST_TRIED; i++) {
        const first = stride * i + width * k
        if (found.subarray(first, first + width).every((value) => value === 0)) continue
        tried++
        if (compare(parameter, k, [places[3 * i], places[3 * i + 1], places[3 * i + 2]])) compared++
      }
      if (compared < ENOUGH) missed.push(label(parameter))
    })
    // With a width, edges are seen too.
    const unseen = widthKpc > 0 ? [] : (edges[`${model.kind} ${model.name}`] ?? [])
    expect(missed).toEqual(unseen)
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
  it.each(choices)('$label and its derivatives are finite', ({ model, variant, widthKpc }) => {
    const of = resolved(model, variant, widthKpc)
    const components = componentsOf(model, variant, widthKpc)
    const derivative = bindDerivatives(of, components)
    const value = valueOf(of)
    const values = new Float64Array((model.kind === 'magnetic' ? 3 : 1) * components.length)
    for (const point of odd) {
      derivative(...point, values, 0)
      expect(values.every(Number.isFinite), `at ${point}`).toBe(true)
      expect(value(point).every(Number.isFinite), `at ${point}`).toBe(true)
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
