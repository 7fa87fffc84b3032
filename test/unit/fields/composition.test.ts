import { describe, expect, it } from 'vitest'
import type { MemberChoice, ModelChoice, ParameterComponent } from '#shared/fields/index.ts'
import {
  ModelError,
  bindDensity,
  bindDerivatives,
  bindMagneticField,
  resolveModel,
} from '#shared/fields/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { richardsonDerivative } from '#shared/physics/index.ts'

const points: readonly Vector3[] = [
  [-8.3, 0.3, 0.1],
  [4, 3, 0.5],
  [1, -6, -2],
]
const formula = { B_z: 'b', parameters: { b: { value: 1, unit: 'microgauss' } } }
const of: MemberChoice[] = [
  { model: 'uf23', variant: 'synCG', parameters: { disk_b1_microgauss: 2 } },
  { name: 'vertical', model: 'formula', formula, scale: 0.5 },
  { model: 'lsa' },
  { model: 'lsa', variant: 'imagine-wmap', scale: -1 },
]
const sum: ModelChoice = { model: 'sum', of }

/** A member as a model of its own. */
const alone = ({ model, variant, parameters, formula: own }: MemberChoice): ModelChoice => ({
  model,
  variant,
  parameters,
  formula: own,
})
const value = (choice: ModelChoice, point: Vector3) =>
  bindMagneticField(resolveModel('magnetic', choice)).evaluate(point)

/** Exact derivatives against differences, in every component at every point. */
function expectDerivatives(choice: ModelChoice, parameters: readonly ParameterComponent[]): void {
  const start = resolveModel('magnetic', choice)
  const exact = new Float64Array(3 * parameters.length)
  for (const point of points) {
    bindDerivatives(start, parameters)(...point, exact, 0)
    parameters.forEach(({ name }, i) => {
      const own = Number(start.parameters[name])
      const { values } = richardsonDerivative(
        (moved) => [
          ...value({ ...choice, parameters: { ...choice.parameters, [name]: moved } }, point),
        ],
        own,
        0.02 * (Math.abs(own) || 1),
      )
      // What central differences of float64 values reach.
      values.forEach((found, k) => expect(exact[3 * i + k]).toBeCloseTo(found, 8))
    })
  }
}

describe('a sum of models', () => {
  it('is the sum of its members, each with its scale, variant and values', () => {
    for (const point of points) {
      const parts = of.map(({ scale = 1, ...member }) =>
        value(alone(member), point).map((component) => scale * component),
      )
      const total = value(sum, point)
      // Sums in the same order: only fused constants may round differently.
      ;([0, 1, 2] as const).forEach((axis) =>
        expect(total[axis]).toBeCloseTo(
          parts.reduce((all, part) => all + part[axis], 0),
          12,
        ),
      )
    }
  })

  it('has the parameters of its members under their names, and a scale for each', () => {
    const { model, parameters } = resolveModel('magnetic', sum)
    expect(parameters).toMatchObject({
      scale_uf23: 1,
      scale_vertical: 0.5,
      scale_lsa: 1,
      scale_lsa_2: -1,
      'uf23.disk_b1_microgauss': 2,
      'vertical.b': 1,
    })
    expect(parameters['lsa.b0_microgauss']).not.toBe(parameters['lsa_2.b0_microgauss'])
    // Published uncertainties go over, about published values and not those given.
    const [published] = model.variants
    const uf23 = resolveModel('magnetic', { model: 'uf23', variant: 'synCG' })
    const own = uf23.model.variants.find(({ name }) => name === 'synCG')
    const name = 'disk_b1_microgauss'
    expect(published.uncertainties?.[`uf23.${name}`]).toBe(own?.uncertainties?.[name])
    expect(model.parameters.find((spec) => spec.name === `uf23.${name}`)?.default).toBe(
      uf23.parameters[name],
    )
    const changed = resolveModel('magnetic', { ...sum, parameters: { 'vertical.b': 3 } })
    expect(changed.parameters).toEqual({ ...parameters, 'vertical.b': 3 })
  })

  it('has exact derivatives with respect to scales and to parameters of members', () => {
    expectDerivatives(sum, [
      { name: 'scale_uf23' },
      { name: 'scale_lsa_2' },
      { name: 'vertical.b' },
      { name: 'uf23.disk_b1_microgauss' },
      { name: 'lsa.b0_microgauss' },
    ])
  })

  it('is not smooth where its members are not', () => {
    const ray = { origin: [-8.3, 0, 0.006], direction: [0.6, 0.64, 0.48], lengthKpc: 15 } as const
    const edges = (choice: ModelChoice) =>
      bindMagneticField(resolveModel('magnetic', choice)).panelEdges(ray)
    const all = edges(sum)
    for (const member of of) {
      for (const edge of edges(alone(member))) expect(all).toContain(edge)
    }
  })

  it('adds densities, and sums of sums', () => {
    const disc = { model: 'cordes91' }
    const extra = { n_e: 'n * gaussian(r, 2 kpc)', parameters: { n: { value: 1, unit: 'cm^-3' } } }
    const inner: MemberChoice = {
      name: 'inner',
      model: 'sum',
      of: [disc, { name: 'bulge', model: 'formula', formula: extra, scale: 0.1 }],
    }
    const both = resolveModel('thermal-electrons', { model: 'sum', of: [inner, disc] })
    expect(both.parameters).toMatchObject({ 'inner.scale_bulge': 0.1, 'inner.bulge.n': 1 })
    const single = bindDensity(resolveModel('thermal-electrons', disc))
    const [point] = points
    const bulge = 0.1 * Math.exp(-((Math.hypot(point[0], point[1]) / 2) ** 2))
    expect(bindDensity(both).evaluate(point)).toBeCloseTo(2 * single.evaluate(point) + bulge, 12)
  })
})

describe('a mixture of models', () => {
  const members: MemberChoice[] = [
    { model: 'lsa', weight: 0.2 },
    { model: 'uf23', weight: 0.5 },
    { name: 'vertical', model: 'formula', formula, weight: 0.3 },
  ]
  const mixture: ModelChoice = { model: 'mixture', of: members }

  it('has weights that sum to 1 wherever its parameters go', () => {
    const weighted = (choice: ModelChoice, weights: readonly number[]) => {
      for (const point of points) {
        const parts = members.map((member) => value(alone(member), point))
        value(choice, point).forEach((component, axis) => {
          const expected = parts.reduce((all, part, i) => all + weights[i] * part[axis], 0)
          // Weights go through a logarithm and an exponential.
          expect(component).toBeCloseTo(expected, 12)
        })
      }
    }
    weighted(mixture, [0.2, 0.5, 0.3])
    const equal = members.map(alone)
    weighted({ model: 'mixture', of: equal }, [1 / 3, 1 / 3, 1 / 3])
    const far = { log_weight_uf23: -2, log_weight_vertical: 3 }
    const total = 1 + Math.exp(-2) + Math.exp(3)
    weighted({ ...mixture, parameters: far }, [
      1 / total,
      Math.exp(-2) / total,
      Math.exp(3) / total,
    ])
  })

  it('has exact derivatives with respect to what its weights are made of', () => {
    expectDerivatives(mixture, [
      { name: 'log_weight_uf23' },
      { name: 'log_weight_vertical' },
      { name: 'vertical.b' },
    ])
  })
})

describe('mistakes in sums and mixtures', () => {
  const key = (choice: ModelChoice): string => {
    try {
      resolveModel('magnetic', choice)
    } catch (error) {
      if (error instanceof ModelError) return error.key
      throw error
    }
    throw new Error('This is no mistake.')
  }

  it('are told by their key', () => {
    const lsa = { model: 'lsa' }
    expect(key({ model: 'sum' })).toBe('of')
    expect(key({ model: 'sum', of: [] })).toBe('of')
    expect(key({ model: 'lsa', of: [lsa] })).toBe('of')
    expect(key({ model: 'lsa', formula })).toBe('formula')
    expect(key({ model: 'formula' })).toBe('formula')
    expect(key({ model: 'sum', of: [lsa, { model: 'nosuch' }] })).toBe('of[1].model')
    expect(key({ model: 'sum', of: [lsa, { ...lsa, parameters: { b9: 1 } }] })).toBe(
      'of[1].parameters.b9',
    )
    const wrong = { ...formula, B_z: 'b + 1' }
    expect(key({ model: 'sum', of: [{ model: 'formula', formula: wrong }] })).toBe(
      'of[0].formula.B_z',
    )
    expect(key({ model: 'sum', of: [{ ...lsa, weight: 1 }] })).toBe('of[0].weight')
    expect(key({ model: 'mixture', of: [{ ...lsa, scale: 1 }] })).toBe('of[0].scale')
    expect(key({ model: 'mixture', of: [{ ...lsa, weight: 1 }, lsa] })).toBe('of[1].weight')
    const twice = { ...lsa, weight: 0.6 }
    expect(key({ model: 'mixture', of: [twice, twice] })).toBe('of')
    const none = { ...lsa, weight: 0 }
    expect(key({ model: 'mixture', of: [none, { ...lsa, weight: 1 }] })).toBe('of[0].weight')
    expect(
      key({
        model: 'sum',
        of: [
          { ...lsa, name: 'a' },
          { ...lsa, name: 'a' },
        ],
      }),
    ).toBe('of[1].name')
    expect(key({ model: 'sum', of: [{ ...lsa, name: 'a.b' }] })).toBe('of[0].name')
    expect(key({ ...sum, parameters: { 'lsa.b9': 1 } })).toBe('parameters.lsa.b9')
  })
})
