import { describe, expect, it } from 'vitest'
import type { Scalar } from '#shared/fields/graph/index.ts'
import { dimensionless } from '#shared/fields/graph/dimension.ts'
import { planOf } from '#shared/fields/graph/plan.ts'
import {
  abs,
  acos,
  add,
  and,
  asin,
  atMost,
  atan,
  atan2,
  compile,
  constant,
  cos,
  cosh,
  degrees,
  derivatives,
  div,
  exp,
  floor,
  gradient,
  input,
  kpc,
  less,
  log,
  max,
  microgauss,
  min,
  mul,
  neg,
  not,
  or,
  pow,
  programOf,
  sech2,
  select,
  sigmoid,
  sin,
  sinh,
  sqrt,
  square,
  sub,
  tan,
  tanh,
  unitNamed,
} from '#shared/fields/graph/index.ts'
import { richardsonDerivative } from '#shared/physics/index.ts'

const none = unitNamed('dimensionless').dimension
const x = input('x', none)
const y = input('y', none)
const z = input('z', none)
const a = input('a', none)

function evaluate(outputs: readonly Scalar[], at: readonly number[], parameter = 0.7): number[] {
  const out = new Float64Array(outputs.length)
  compile(programOf(outputs), ['a'])(Float64Array.of(parameter))(at[0], at[1], at[2], out, 0)
  return [...out]
}

/** Something of every operation, smooth at the points below. */
const everything: readonly Scalar[] = [
  add(x, mul(y, z), a),
  sub(div(x, y), neg(z)),
  pow(abs(x), a),
  pow(x, 3),
  pow(y, -2),
  pow(abs(y), 1.7),
  sqrt(add(square(x), square(y))),
  exp(mul(0.3, x)),
  log(add(3, square(y))),
  mul(sin(x), cos(y), tan(mul(0.2, z))),
  add(asin(mul(0.1, x)), acos(mul(0.2, y)), atan(z)),
  atan2(y, x),
  mul(sinh(mul(0.3, x)), cosh(mul(0.2, y)), tanh(z)),
  sech2(mul(x, a)),
  sigmoid(mul(y, a)),
  min(x, mul(a, y), z),
  max(x, mul(a, y), z),
  add(floor(mul(3, x)), x),
  select(and(less(x, y), not(atMost(z, 0))), mul(x, a), select(or(less(z, x), less(y, 0)), y, z)),
]
const points = [
  [1.21, 0.53, -0.37],
  [-0.83, 1.9, 0.41],
  [0.31, -1.13, 2.2],
]

describe('derivatives', () => {
  it.each(points)('agree with differences, forward and reverse, at %f %f %f', (...at) => {
    const names = ['x', 'y', 'z', 'a'] as const
    names.forEach((name, axis) => {
      const forward = evaluate(derivatives(everything, name), at)
      const reverse = evaluate(
        everything.map((output) => gradient(output, [name])[0]),
        at,
      )
      const moved = (value: number) =>
        name === 'a' ? evaluate(everything, at, value) : evaluate(everything, at.with(axis, value))
      const { values } = richardsonDerivative(moved, name === 'a' ? 0.7 : at[axis], 1e-2)
      everything.forEach((_, i) => {
        // Differences with a step of 0.01 leave some 11 digits.
        expect(forward[i]).toBeCloseTo(values[i], 9)
        expect(reverse[i]).toBeCloseTo(forward[i], 12)
      })
    })
  })

  it('are finite in the branch that is not taken, in both modes', () => {
    const inside = select(less(0, x), mul(log(x), sqrt(x)), mul(a, y))
    for (const d of [derivatives([inside], 'x')[0], gradient(inside, ['x'])[0]]) {
      expect(evaluate([d], [0, 1, 1])).toEqual([0])
      expect(evaluate([d], [-1, 1, 1])).toEqual([0])
    }
    expect(evaluate(derivatives([pow(abs(x), a)], 'a'), [0, 1, 1])).toEqual([0])
  })

  it('of many inputs in one pass have the size of the expression', () => {
    const inputs = Array.from({ length: 40 }, (_, i) => input(`p${i}`, none))
    const chain = inputs.reduce<Scalar>((sum, next) => sin(add(mul(sum, next), x)), y)
    const size = programOf([chain]).instructions.length
    const all = gradient(
      chain,
      inputs.map(({ name }) => name),
    )
    expect(programOf(all).instructions.length).toBeLessThan(8 * size)
  })
})

describe('programs', () => {
  it('compute what is common once, and constants never', () => {
    const r = () => sqrt(add(square(x), square(y)))
    const ops = programOf([div(x, r()), div(y, r()), mul(2, 3, exp(0))]).instructions
    expect(ops.filter(({ op }) => op === 'sqrt')).toHaveLength(1)
    expect(ops.flatMap(({ op, value }) => (op === 'constant' ? [value] : []))).toEqual([2, 6])
    expect(programOf([add(x, y), add(y, x)]).outputs).toEqual([2, 2])
  })

  it('drop what does nothing', () => {
    expect(add(x, 0)).toBe(x)
    expect(mul(1, x)).toBe(x)
    expect(mul(x, 0).value).toBe(0)
    expect(neg(neg(x))).toBe(x)
    expect(select(less(1, 2), x, y)).toBe(x)
  })

  it('evaluate a branch only where it is taken', () => {
    // 2^60 nested uses of one value would take for ever if shared values were computed again.
    let deep: Scalar = add(x, 1)
    for (let i = 0; i < 60; i++) deep = select(less(y, i / 60), add(deep, deep), mul(deep, z))
    expect(evaluate([deep], [1, 0.5, 1])[0]).toBe(2 * 2 ** 29)
  })

  it('share the branches of equal conditions among outputs that use each other', () => {
    const inside = less(x, y)
    const first = select(inside, mul(x, 2), y)
    const second = select(inside, add(first, 1), sub(first, 1))
    const third = select(inside, mul(first, second), 0)
    expect(evaluate([first, second, third], [1, 2, 0])).toEqual([2, 3, 6])
    expect(evaluate([third, second, first], [2, 1, 0])).toEqual([0, 0, 1])
  })

  it('keep their value far out', () => {
    expect(evaluate([sech2(x), sigmoid(x), sigmoid(neg(x))], [800, 0, 0])).toEqual([0, 1, 0])
    expect(evaluate(derivatives([sech2(x), sigmoid(x)], 'x'), [-800, 0, 0])).toEqual([0, 0])
  })
})

describe('units', () => {
  it('are checked while an expression is built', () => {
    const length = input('l', unitNamed('kpc').dimension)
    expect(() => add(length, microgauss(1))).toThrow(
      /Units do not fit in a sum: kpc and microgauss/,
    )
    expect(() => add(length, 1)).toThrow(/kpc and dimensionless/)
    expect(() => less(length, 2)).toThrow(/a comparison/)
    expect(() => exp(length)).toThrow(/exp needs a dimensionless number, not one in kpc/)
    expect(() => select(less(x, y), length, microgauss(1))).toThrow(/branches of a choice/)
    expect(() => pow(length, a)).toThrow(/base of a power that varies/)
    expect(() => unitNamed('furlong')).toThrow(/no unit "furlong"/)
    expect(max(length, 0).dimension).toEqual(length.dimension)
    expect(sqrt(mul(length, length)).dimension).toEqual(length.dimension)
    expect(div(length, kpc(2)).dimension).toEqual(none)
  })

  it('are converted where a number comes in', () => {
    expect(degrees(180).value).toBe(Math.PI)
    expect(constant(250, 'pc').value).toBeCloseTo(0.25, 15)
    // 1 km/s is 1.0227 pc/Myr.
    expect(constant(1, 'km/s').value).toBeCloseTo(1.0227e-3, 7)
  })
})

describe('the plan of a program', () => {
  const choicesOf = (outputs: readonly Scalar[]) =>
    planOf(programOf(outputs)).steps.filter(({ kind }) => kind === 'choice')
  const x = input('x', dimensionless)
  const inside = less(abs(x), 1)

  it('gives choices on one condition one branch, also where one of them waits for another choice', () => {
    const safe = select(less(0, x), x, 1)
    const outputs = [select(inside, sin(x), 0), select(inside, mul(cos(x), safe), 0)]
    expect(
      choicesOf([...outputs, safe]).map((step) => step.kind === 'choice' && step.members.length),
    ).toEqual([1, 2])
  })

  it('keeps them apart where one depends on the other', () => {
    const first = select(inside, sin(x), 0)
    expect(choicesOf([select(inside, exp(first), first)])).toHaveLength(2)
    const between = select(less(first, 0.5), exp(x), 1)
    expect(choicesOf([select(inside, log(between), 0), first, between])).toHaveLength(3)
  })
})
