import { describe, expect, it } from 'vitest'
import type { BatchFunction } from '#engine/models/batch.ts'
import { compileBatch } from '#engine/models/batch.ts'
import { bindBatch, bindBatchDerivatives } from '#engine/models/bind-batch.ts'
import { bindDensity } from '#engine/models/fields.ts'
import {
  bindDerivatives,
  bindValues,
  listModels,
  parametersOf,
  resolveModel,
  sampleDensity,
} from '#shared/fields/index.ts'
import type { ResolvedModel } from '#shared/fields/index.ts'
import type { Condition, PointFunction, Scalar } from '#shared/fields/graph/index.ts'
import * as graph from '#shared/fields/graph/index.ts'

const x = graph.input('x', graph.dimensionless)
const sinCos = graph.mul(graph.sin(x), graph.cos(x))
const y = graph.input('y', graph.dimensionless)

/** Values of an expression at points (x, y). */
function evaluated(of: Scalar, points: readonly (readonly [number, number])[]): Float64Array {
  const out = new Float64Array(points.length)
  const given = Float64Array.from(points.flatMap(([a, b]) => [a, b, 0]))
  compileBatch(graph.programOf([of]), [])([]).evaluate(given, out)
  return out
}

/** Numbers from 0 to 1 that look random and are always the same. */
function fractions(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i + 1) * 0.6180339887498949) % 1)
}

describe('functions of the generated WebAssembly', () => {
  const one = (from: number, to: number) => (u: number) => [from + (to - from) * u, 0] as const
  const both = (from: number, to: number) => (u: number) =>
    [from + (to - from) * u, from + (to - from) * ((u * 7919) % 1)] as const
  // Largest errors in ulp: what was measured over 1e5 points, rounded up; host functions have up to 1 ulp of their own.
  it.each<[string, Scalar, (a: number, b: number) => number, ReturnType<typeof both>, number]>([
    ['exp', graph.exp(x), Math.exp, one(-700, 700), 1.5],
    ['log', graph.log(x), Math.log, (u) => [Math.exp(1400 * u - 700), 0], 1.5],
    ['log near 1', graph.log(x), Math.log, one(0.5, 2), 1.5],
    ['sin', graph.sin(x), Math.sin, one(-20, 20), 1.5],
    ['sin of many turns', graph.sin(x), Math.sin, one(-5e5, 5e5), 1.5],
    ['cos', graph.cos(x), Math.cos, one(-20, 20), 1.5],
    ['cos of many turns', graph.cos(x), Math.cos, one(-5e5, 5e5), 1.5],
    // Both of an angle come from other series; the product rounds once more.
    ['sin cos', sinCos, (a) => Math.sin(a) * Math.cos(a), one(-20, 20), 3],
    ['sin cos of many turns', sinCos, (a) => Math.sin(a) * Math.cos(a), one(-5e5, 5e5), 3],
    ['tan', graph.tan(x), Math.tan, one(-20, 20), 3],
    ['asin', graph.asin(x), Math.asin, one(-1, 1), 3],
    ['acos', graph.acos(x), Math.acos, one(-1, 1), 3],
    ['atan', graph.atan(x), Math.atan, one(-30, 30), 2],
    ['atan2', graph.atan2(y, x), (a, b) => Math.atan2(b, a), both(-20, 20), 3],
    ['sinh', graph.sinh(x), Math.sinh, one(-5, 5), 3],
    ['cosh', graph.cosh(x), Math.cosh, one(-5, 5), 2],
    ['tanh', graph.tanh(x), Math.tanh, one(-5, 5), 3],
    ['sech2', graph.sech2(x), (a) => 1 / Math.cosh(a) ** 2, one(-10, 10), 6],
    ['sigmoid', graph.sigmoid(x), (a) => 1 / (1 + Math.exp(-a)), one(-10, 10), 4],
    // 1 + |y ln x| ulp.
    ['pow', graph.pow(x, y), Math.pow, both(0.01, 10), 30],
    ['x^2.5', graph.pow(x, 2.5), (a) => a ** 2.5, one(0, 10), 3],
    ['x^-7', graph.pow(x, -7), (a) => a ** -7, one(-10, 10), 5],
  ])('%s', (_, of, expected, at, most) => {
    const points = fractions(20001).map(at)
    const values = evaluated(of, points)
    const worst = points.reduce((found, [a, b], i) => {
      const right = expected(a, b)
      return Math.max(found, Math.abs(values[i] - right) / (Math.abs(right) * 2 ** -52))
    }, 0)
    expect(worst).toBeLessThan(most)
  })

  it('have the values of Math where formulas end', () => {
    const edges = [0, -0, 1, -1, NaN, Infinity, -Infinity, 1e-310, 1e300, -1e300, 710, 0.5]
    const functions: readonly [Scalar, (a: number) => number][] = [
      [graph.exp(x), Math.exp],
      [graph.log(x), Math.log],
      [graph.sin(x), Math.sin],
      [graph.cos(x), Math.cos],
      [sinCos, (a) => Math.sin(a) * Math.cos(a)],
      [graph.tan(x), Math.tan],
      [graph.asin(x), Math.asin],
      [graph.atan(x), Math.atan],
      [graph.tanh(x), Math.tanh],
      [graph.sinh(x), Math.sinh],
      [graph.abs(x), Math.abs],
      [graph.floor(x), Math.floor],
      [graph.sign(x), Math.sign],
      [graph.min(x, 0.25), (a) => Math.min(a, 0.25)],
      [graph.pow(x, 3.7), (a) => a ** 3.7],
      [graph.atan2(x, -1), (a) => Math.atan2(a, -1)],
      [graph.atan2(1, x), (a) => Math.atan2(1, a)],
    ]
    for (const [of, expected] of functions) {
      const values = evaluated(
        of,
        edges.map((edge) => [edge, 0]),
      )
      edges.forEach((edge, i) => {
        const right = expected(edge)
        if (Number.isFinite(right)) {
          // The power has 1 + |y ln x| ulp.
          expect(Math.abs(values[i] - right)).toBeLessThanOrEqual(1e-14 * Math.abs(right))
        } else expect(values[i]).toBe(right)
      })
    }
  })

  it('take branches and conditions point by point', () => {
    const inside: Condition = graph.and(graph.less(x, 1), graph.not(graph.atMost(x, -1)))
    // A branch that is worth skipping, one inside another, and one that has no value where it is not taken.
    const deep = graph.select(graph.less(0, x), graph.log(x), graph.exp(graph.sin(x)))
    const of = graph.select(inside, deep, graph.sub(x, graph.mul(x, y)))
    const points = fractions(1003).map((u) => [4 * u - 2, u] as const)
    const values = evaluated(of, points)
    points.forEach(([a, b], i) => {
      const right = a < 1 && a > -1 ? (a > 0 ? Math.log(a) : Math.exp(Math.sin(a))) : a - a * b
      expect(values[i]).toBeCloseTo(right, 14)
    })
  })

  it('do not let a point depend on the others', () => {
    // log(0), an angle of many turns and a root of a negative number beside usual numbers.
    const of = graph.add(graph.log(x), graph.sin(graph.mul(1e4, y)), graph.pow(x, y))
    const points = fractions(50).map((u, i) => [i % 7 === 0 ? 0 : u, 100 * u] as const)
    const together = evaluated(of, points)
    points.forEach((point, i) => expect(evaluated(of, [point])[0]).toBe(together[i]))
  })
})

/** Every model with every variant. */
const all: ResolvedModel[] = listModels().flatMap((model) =>
  (model.variants.length > 0 ? model.variants : [undefined]).map((variant) =>
    resolveModel(model.kind, { model: model.name, variant: variant?.name }),
  ),
)
const context = { observerKpc: [-8.3, 0, 0.006] as const }
const positions = Float64Array.from(
  fractions(700).flatMap((u, i) => [
    30 * u - 15,
    30 * ((u * 7919) % 1) - 15,
    (i % 2 === 0 ? 10 : 1) * (((u * 104729) % 1) - 0.5),
  ]),
)

/** The largest difference between many points at once and one after another, relative to the largest number at the point. */
function worstDifference(batch: BatchFunction, one: PointFunction): number {
  const { outputs } = batch
  const found = new Float64Array((outputs * positions.length) / 3)
  batch.evaluate(positions, found)
  const expected = new Float64Array(outputs)
  let worst = 0
  for (let i = 0; i < positions.length / 3; i++) {
    one(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2], expected, 0)
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300)
    expected.forEach((right, k) => {
      const difference = Math.abs(found[outputs * i + k] - right) / scale
      // NaN must not pass.
      if (!(difference <= worst)) worst = difference
    })
  }
  return worst
}

// Some ulp per operation, times what cancels in differences of nearly equal terms.
const tolerance = 1e-11

describe('every model by WebAssembly against JavaScript', () => {
  it.each(all.map((one) => [`${one.model.kind} ${one.model.name} ${one.variant ?? ''}`, one]))(
    '%s',
    (_, resolved) => {
      const worst = worstDifference(bindBatch(resolved, context), bindValues(resolved, context))
      expect(worst).toBeLessThan(tolerance)
    },
  )

  it.each([
    ['magnetic', 'uf23'],
    ['magnetic', 'jf12'],
    ['thermal-electrons', 'ymw16'],
    ['cosmic-ray-electrons', 'wmap'],
  ] as const)('derivatives of %s %s', (kind, name) => {
    const resolved = resolveModel(kind, { model: name })
    const parameters = parametersOf(resolved.model, resolved.variant).map(({ name }) => ({ name }))
    const worst = worstDifference(
      bindBatchDerivatives(resolved, parameters, context),
      bindDerivatives(resolved, parameters, context),
    )
    expect(worst).toBeLessThan(tolerance)
  })

  it('on a grid, and says where a formula has no value', () => {
    const grid = { shape: [5, 4, 3] as const, halfSizeKpc: [20, 20, 5] as const }
    const density = bindDensity(resolveModel('thermal-electrons', { model: 'cordes91' }), context)
    const reference = { ...density, evaluateMany: undefined }
    const values = sampleDensity(grid, density)
    sampleDensity(grid, reference).forEach((right, i) => {
      expect(Math.abs(values[i] - right)).toBeLessThanOrEqual(1e-14 * right)
    })
    const formula = { n_e: '1 cm^-3 * sqrt(x / 1 kpc)' }
    const root = bindDensity(
      resolveModel('thermal-electrons', { model: 'formula', formula }),
      context,
    )
    expect(() => sampleDensity(grid, root)).toThrow('The formula has no finite value at (-16, -15,')
  })
})
