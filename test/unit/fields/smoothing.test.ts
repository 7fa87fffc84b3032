import { describe, expect, it } from 'vitest'
import type { FieldModel, ModelChoice, ResolvedModel } from '#shared/fields/index.ts'
import {
  bindDerivatives,
  bindValues,
  listModels,
  movesSurface,
  parametersOf,
  resolveModel,
} from '#shared/fields/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { richardsonDerivative } from '#shared/physics/index.ts'
import { randomGenerator } from '#test/tools/random.ts'

const WIDTH_KPC = 0.4

const jumping = listModels().flatMap((model) =>
  (model.variants.length > 0 ? model.variants.map(({ name }) => name) : [undefined])
    .filter((variant) => parametersOf(model, variant).some(({ name }) => name === 'smoothing_kpc'))
    .map((variant) => ({ label: `${model.kind} ${model.name} ${variant ?? ''}`, model, variant })),
)

/** Uniform models end at a sphere only where it has a radius. */
const finite = { uniform: { radius_kpc: 4 } } as const

function resolved(model: FieldModel, variant: string | undefined, widthKpc: number): ResolvedModel {
  const { name } = model
  const radius = name === 'uniform' ? finite.uniform : {}
  const parameters = { ...radius, smoothing_kpc: widthKpc }
  return resolveModel(model.kind, { model: name, variant, parameters })
}

type Values = (at: Vector3) => Float64Array

function valuesOf(of: ResolvedModel): Values {
  const value = bindValues(of)
  return ([x, y, z]) => {
    const out = new Float64Array(of.model.kind === 'magnetic' ? 3 : 1)
    value(x, y, z, out, 0)
    return out
  }
}

function apart(a: Float64Array, b: Float64Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]))
}

const on = (from: Vector3, to: Vector3, part: number): Vector3 => [
  from[0] + part * (to[0] - from[0]),
  from[1] + part * (to[1] - from[1]),
  from[2] + part * (to[2] - from[2]),
]

/** The largest jump between two points of a straight line: steps that stay large however often they are halved. */
function largestJump(values: Values, from: Vector3, to: Vector3): { jump: number; at: Vector3 } {
  const steps = 2000
  const sample = (part: number) => ({ part, value: values(on(from, to, part)) })
  let found = { jump: 0, at: from }
  let before = sample(0)
  for (let i = 1; i <= steps; i++) {
    const after = sample(i / steps)
    let [low, high] = [before, after]
    let jump = apart(low.value, high.value)
    // What has become ten times smaller than the least jump that counts is none.
    for (let halving = 0; halving < 34 && jump > Math.max(found.jump, 1e-4); halving++) {
      const middle = sample(0.5 * (low.part + high.part))
      const first = apart(low.value, middle.value)
      const second = apart(middle.value, high.value)
      if (first > second) high = middle
      else low = middle
      jump = Math.max(first, second)
    }
    if (jump > found.jump) found = { jump, at: on(from, to, low.part) }
    before = after
  }
  return found
}

describe('with a smoothing width no jump stays', () => {
  // 0.02 kpc / 2^34 apart, a smooth model differs by rounding, and a jump of a thousandth of what a model has would be seen.
  it.each(jumping)('$label', ({ model, variant }) => {
    const random = randomGenerator(7)
    const point = (): Vector3 => [42 * random() - 21, 42 * random() - 21, 8 * random() - 4]
    const values = valuesOf(resolved(model, variant, WIDTH_KPC))
    for (let line = 0; line < 2; line++) {
      const { jump, at } = largestJump(values, point(), point())
      expect(jump, `at ${at}`).toBeLessThan(1e-3)
    }
  })
})

describe('a transition', () => {
  const lsa = (smoothing_kpc: number) =>
    valuesOf(resolveModel('magnetic', { model: 'lsa', parameters: { smoothing_kpc } }))

  it('has half the field on the surface, and the whole and nothing half its width away', () => {
    const [sharp, smooth] = [lsa(0), lsa(1)]
    // 1/2 + (15 t - 10 t^3 + 3 t^5) / 16 at t = -1, -1/2, 0, 1/2, 1: the radii are 20 kpc and half widths from it.
    const shares = [1, 0.896484375, 0.5, 0.103515625, 0]
    shares.forEach((share, i) => {
      const at: Vector3 = [0, -(19.5 + 0.25 * i), 1]
      const field = sharp([0, -19.999, 1])
      const found = smooth(at)
      const strength = Math.hypot(...field)
      // The field itself turns by less than 1e-3 over that distance.
      expect(Math.hypot(...found) / strength).toBeCloseTo(share, 3)
    })
  })

  it('changes nothing farther away, and nothing at all where the width is zero', () => {
    const random = randomGenerator(3)
    const [sharp, smooth] = [lsa(0), lsa(0.5)]
    for (let i = 0; i < 200; i++) {
      const at: Vector3 = [50 * random() - 25, 50 * random() - 25, 10 * random() - 5]
      const r = Math.hypot(at[0], at[1])
      if (Math.min(Math.abs(r - 3), Math.abs(r - 20)) < 0.25) continue
      expect(smooth(at)).toEqual(sharp(at))
    }
  })

  it.each(jumping)('is finite everywhere: $label', ({ model, variant }) => {
    const random = randomGenerator(11)
    const values = valuesOf(resolved(model, variant, WIDTH_KPC))
    const odd: Vector3[] = [
      [0, 0, 0],
      [0, 0, 1],
      [5, 0, 0],
      [-8.3, 0, 0.006],
      [20, 0, 0],
      [99, 0, 0],
    ]
    const more = Array.from({ length: 100 }, (): Vector3 => [
      40 * random() - 20,
      40 * random() - 20,
      4 * random() - 2,
    ])
    for (const at of [...odd, ...more]) {
      expect(values(at).every(Number.isFinite), `at ${at}`).toBe(true)
    }
  })

  it('may be moved: its derivative is exact', () => {
    for (const [kind, model, name, at] of [
      ['magnetic', 'uniform', 'radius_kpc', [-5.4, 2.7, 0.3]],
      ['magnetic', 'tt02', 'r_max_kpc', [-19.9, 0.4, 0.2]],
      ['magnetic', 'kst24', 'local_w_kpc', [-8, 0.7, 0.2]],
      ['magnetic', 'jaffe', 'bar_a_kpc', [3.7, 3.6, 0.1]],
      ['thermal-electrons', 'ymw16', 'bubble_r_pc', [-8.3, 0.09, 0.1]],
    ] as const) {
      const parameters = { smoothing_kpc: 0.8, ...(model === 'uniform' ? { radius_kpc: 4 } : {}) }
      const of = resolveModel(kind, { model, parameters })
      const standard = of.parameters[name]
      if (typeof standard !== 'number') throw new TypeError(name)
      const own = new Float64Array(kind === 'magnetic' ? 3 : 1)
      const [x, y, z] = at
      bindDerivatives(of, [{ name }])(x, y, z, own, 0)
      const { values } = richardsonDerivative(
        (value) => [
          ...valuesOf({ ...of, parameters: { ...of.parameters, [name]: value } })([x, y, z]),
        ],
        standard,
        1e-3 * standard,
      )
      const size = Math.hypot(...values)
      expect(size, `${model} ${name}`).toBeGreaterThan(0)
      // Central differences extrapolated twice: 1e-6 of the derivative is what they are good for.
      expect(apart(own, Float64Array.from(values)) / size, `${model} ${name}`).toBeLessThan(1e-6)
    }
  })

  it('is no surface that a parameter moves', () => {
    const of = (smoothing_kpc: number) =>
      resolveModel('magnetic', { model: 'tt02', parameters: { smoothing_kpc } })
    expect(movesSurface(of(0), { name: 'r_max_kpc' })).toBe(true)
    expect(movesSurface(of(0.5), { name: 'r_max_kpc' })).toBe(false)
  })

  it('is what `where` becomes in a formula with the parameter smoothing_kpc', () => {
    const choice = (value: number): ModelChoice => ({
      model: 'formula',
      formula: {
        B_x: 'where(r < edge, 2 microgauss, 0)',
        parameters: {
          edge: { value: 5, unit: 'kpc' },
          smoothing_kpc: { value, unit: 'kpc', bounds: [0, 5] },
        },
      },
    })
    const at = (value: number, r: number) =>
      valuesOf(resolveModel('magnetic', choice(value)))([r, 0, 0])[0]
    expect([at(0, 4.9), at(0, 5.1)]).toEqual([2, 0])
    expect([at(1, 4.4), at(1, 5.6)]).toEqual([2, 0])
    expect(at(1, 5)).toBeCloseTo(1, 12)
    expect(at(1, 4.75)).toBeCloseTo(2 * 0.896484375, 12)
  })

  it('has shares that combine as conditions do: 1 - a for not, a b for and, what neither lacks for or', () => {
    const of = (condition: string): ModelChoice => ({
      model: 'formula',
      formula: {
        B_z: `where(${condition}, 1 microgauss, 0)`,
        parameters: { smoothing_kpc: { value: 1, unit: 'kpc', bounds: [0, 5] } },
      },
    })
    // 1/4 kpc within r = 5, and 1/4 kpc beyond z = 2: with a width of 1 kpc the shares are 0.896 and 0.104.
    const [a, b] = [0.896484375, 0.103515625]
    for (const [condition, share] of [
      ['r < 5 kpc', a],
      ['z < 2 kpc', b],
      ['not (r < 5 kpc)', 1 - a],
      ['r >= 5 kpc', 1 - a],
      ['r < 5 kpc and z < 2 kpc', a * b],
      ['r < 5 kpc or z < 2 kpc', 1 - (1 - a) * (1 - b)],
    ] as const) {
      const [, , found] = valuesOf(resolveModel('magnetic', of(condition)))([0, 4.75, 2.25])
      expect(found, condition).toBeCloseTo(share, 12)
    }
  })

  it('is that of a member in a sum', () => {
    const tt02 = { model: 'tt02', parameters: { smoothing_kpc: 2 } }
    const at: Vector3 = [-19.4, 1, 0.3]
    const alone = valuesOf(resolveModel('magnetic', tt02))(at)
    const sum = valuesOf(resolveModel('magnetic', { model: 'sum', of: [tt02, { model: 'lsa' }] }))
    const other = valuesOf(resolveModel('magnetic', { model: 'lsa' }))(at)
    sum(at).forEach((value, axis) => expect(value - other[axis]).toBeCloseTo(alone[axis], 12))
    expect(alone).not.toEqual(valuesOf(resolveModel('magnetic', { model: 'tt02' }))(at))
  })
})
