import { describe, expect, it } from 'vitest'
import type { FieldKind, Formula } from '#shared/fields/index.ts'
import {
  FormulaError,
  bindDensity,
  bindDerivatives,
  bindMagneticField,
  movesSurface,
  resolveModel,
} from '#shared/fields/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { richardsonDerivative } from '#shared/physics/index.ts'

const at: Vector3 = [4, 3, 0.5]

function magnetic(formula: Formula) {
  return bindMagneticField(resolveModel('magnetic', { model: 'formula', formula }))
}

/** The value of an expression without a unit, as the x component in microgauss. */
function valueOf(text: string, parameters?: Formula['parameters']): number {
  return magnetic({ B_x: `(${text}) * 1 microgauss`, parameters }).evaluate(at)[0]
}

/** The mistake in a text, as the x component; with the user's parameter b in microgauss. */
function mistake(text: string, kind: FieldKind = 'magnetic', more: Formula = {}): FormulaError {
  const parameters = { b: { value: 2, unit: 'microgauss' }, ...more.parameters }
  const formula = { B_x: text, ...more, parameters }
  try {
    resolveModel(kind, { model: 'formula', formula })
  } catch (error) {
    if (error instanceof FormulaError) return error
    throw error
  }
  throw new Error(`${text} is no mistake.`)
}

/** A field with two reversals. */
const reversals: Formula = {
  parameters: {
    b0: { value: 2, unit: 'microgauss' },
    pitch: { value: 12, unit: 'deg' },
    r1: { value: 4.6, unit: 'kpc' },
    r2: { value: 7.5, unit: 'kpc' },
    width: { value: 300, unit: 'pc' },
  },
  definitions: {
    strength: 'b0 * sense * exp(-(r - 8.3 kpc) / 10 kpc) * sech2(z / 2 kpc)',
    sense: 'tanh((r - r1) / width) * tanh((r - r2) / width)',
  },
  B_r: 'strength * sin(pitch)',
  B_phi: 'strength * cos(pitch)',
}

describe('the values of formulas', () => {
  // Plain arithmetic in float64: both sides round alike but for the last digits.
  it.each([
    ['1 + 2 * 3 ^ 2', 19],
    ['-2 ^ 2', -4],
    ['2 ^ -2', 0.25],
    ['2 ** 3 ** 2', 512],
    ['(1 + 2) * 3 - 4 / 8', 8.5],
    ['7 - 2 - 1', 4],
    ['.5e1 + 1.', 6],
    ['r / kpc', 5],
    ['x / (1000 pc) + y / 1 kpc', 7],
    ['rho / kpc', Math.sqrt(25.25)],
    ['phi', Math.atan2(3, 4)],
    ['theta', Math.acos(0.5 / Math.sqrt(25.25))],
    ['sin(30 deg) + cos(pi)', -0.5],
    ['2 kpc^2 / (4 kpc) / kpc', 0.5],
    ['3 kpc^-1 * z', 1.5],
    ['min(3, 1, 2) + max(1, 4)', 5],
    ['where(r < 5.5 kpc, 1, 2)', 1],
    ['where(1 kpc < r <= 5 kpc and not z < 0 kpc, 1, 2)', 1],
    ['where(r > 6 kpc or z >= 0.6 kpc or !(x > y), 1, 2)', 2],
    ['where(r > 6 kpc && z > 0 kpc || x < y, 1, 2)', 2],
    ['sqrt((3 kpc) ^ 2) / kpc', 3],
    ['abs(-x) / kpc + sign(-z) + floor(2.7)', 5],
    ['atan2(y, x)', Math.atan2(3, 4)],
    ['gaussian(x, 4 kpc) * exp(1)', 1],
    ['smooth_step(r, 5 kpc, 1 kpc)', 0.5],
    ['spiral_phase(r, phi, 5 kpc, 12 deg)', Math.atan2(3, 4)],
    ['spiral_radius(phi, phi, 5 kpc, 12 deg) / kpc', 5],
    ['sech2(0) + tanh(0) + sinh(0) + cosh(0) + log(1) + tan(0) + asin(0) + atan(0)', 2],
    ['acos(1) + sigmoid(0)', 0.5],
  ])('%s', (text, expected) => {
    expect(valueOf(text)).toBeCloseTo(expected, 13)
  })

  it('turn cylindrical components and leave out what is not given', () => {
    const [bx, by, bz] = magnetic({ B_phi: '10 microgauss' }).evaluate(at)
    // (-sin phi, cos phi) at cos phi = 0.8, sin phi = 0.6.
    expect([bx, by, bz]).toEqual([-6, 8, 0])
    expect(magnetic({ B_y: '1 microgauss', B_z: '0' }).evaluate(at)).toEqual([0, 1, 0])
  })

  it('give densities, in their units', () => {
    const electrons = { n_e: 'n0 * exp(-abs(z) / h)', parameters }
    const thermal = resolveModel('thermal-electrons', { model: 'formula', formula: electrons })
    expect(bindDensity(thermal).evaluate(at)).toBeCloseTo(0.03 * Math.exp(-0.5), 15)
    const rays = resolveModel('cosmic-ray-electrons', {
      model: 'formula',
      formula: { C: '40 m^-3 * sech2(z / 2 kpc)' },
    })
    expect(bindDensity(rays).evaluate(at)).toBeCloseTo(40 / Math.cosh(0.25) ** 2, 12)
  })
  const parameters = { n0: { value: 0.03, unit: 'cm^-3' }, h: { value: 1, unit: 'kpc' } }

  it('take parameters in their own unit, within their bounds', () => {
    const formula = {
      ...reversals,
      parameters: { ...reversals.parameters, b0: { value: 2, unit: 'microgauss', bounds } },
    }
    const strong = { model: 'formula', formula, parameters: { b0: 4, pitch: 90 } }
    const [bx, by] = bindMagneticField(resolveModel('magnetic', strong)).evaluate([9, 0, 0])
    // Beyond both reversals, at a pitch of 90 deg: radial.
    const tanhs = Math.tanh(4.4 / 0.3) * Math.tanh(1.5 / 0.3)
    expect(bx).toBeCloseTo(4 * tanhs * Math.exp(-0.07), 12)
    expect(by).toBeCloseTo(0, 12)
    const wild = { model: 'formula', formula, parameters: { b0: 40 } }
    expect(() => resolveModel('magnetic', wild)).toThrow(/"b0".*between -10 and 10 microgauss/)
  })
  const bounds = [-10, 10] as const

  it('reverse where the user says', () => {
    const field = magnetic(reversals)
    const azimuthal = (r: number) => field.evaluate([0, r, 0])[0]
    expect([4, 6, 8].map((r) => Math.sign(azimuthal(r)))).toEqual([-1, 1, -1])
    expect(azimuthal(4.6)).toBeCloseTo(0, 14)
  })

  it('have derivatives with respect to every parameter', () => {
    const names = Object.keys(reversals.parameters ?? {})
    const given = (values: Readonly<Record<string, number>>) =>
      resolveModel('magnetic', { model: 'formula', formula: reversals, parameters: values })
    const start = given({})
    const exact = new Float64Array(3 * names.length)
    bindDerivatives(
      start,
      names.map((name) => ({ name })),
    )(4.4, 1.2, 0.5, exact, 0)
    names.forEach((name, i) => {
      const value = Number(start.parameters[name])
      const { values } = richardsonDerivative(
        (moved) => [...bindMagneticField(given({ [name]: moved })).evaluate([4.4, 1.2, 0.5])],
        value,
        0.002 * value,
      )
      // What central differences of float64 values reach.
      values.forEach((found, k) => expect(exact[3 * i + k]).toBeCloseTo(found, 8))
    })
  })

  it('say whether a parameter moves a surface on which they jump', () => {
    const formula = {
      parameters: { edge: { value: 5, unit: 'kpc' }, b: { value: 1, unit: 'microgauss' } },
      B_z: 'where(r < edge, b, 0)',
    }
    const resolved = resolveModel('magnetic', { model: 'formula', formula })
    expect(movesSurface(resolved, { name: 'edge' })).toBe(true)
    expect(movesSurface(resolved, { name: 'b' })).toBe(false)
    const ray = { origin: [-8.3, 0, 0], direction: [1, 0, 0], lengthKpc: 20 } as const
    const edges = bindMagneticField(resolved).panelEdges(ray)
    // Halved 44 times between points of the search.
    expect(edges.some((s) => Math.abs(s - 3.3) < 1e-9)).toBe(true)
  })

  it('never are no numbers, and densities never negative', () => {
    const root = magnetic({ B_x: 'sqrt(5 - r / kpc) * 1 microgauss' })
    expect(root.evaluate([3, 0, 0])[0]).toBeCloseTo(Math.SQRT2, 14)
    expect(() => root.evaluate([6, 0, 0])).toThrow(/formula has no finite value at \(6, 0, 0\)/)
    const resolved = resolveModel('thermal-electrons', {
      model: 'formula',
      formula: { n_e: '0.1 cm^-3 * z / kpc' },
    })
    expect(() => bindDensity(resolved).evaluate([0, 0, -1])).toThrow(/negative \(-0.1 cm\^-3\)/)
  })
})

describe('mistakes in formulas', () => {
  it.each([
    ['b +', 4, /Expected a number, a name or "\(", but the formula ends here/],
    ['b * * 2', 5, /Expected a number, a name or "\(", not "\*"/],
    ['b 2', 3, /Expected an operator, not "2"/],
    ['2 b', 3, /Expected an operator, not "b".*product.*Units that may follow.*microgauss/],
    ['b * sin(30 deg', 8, /never closed/],
    ['(b))', 4, /closes nothing/],
    ['b * foo', 5, /nothing called "foo"/],
    ['b * cosinus(1)', 5, /no function "cosinus"/],
    ['b * smoothstep(r, 1 kpc, 2 kpc)', 5, /Did you mean "smooth_step"/],
    ['b * min(r)', 5, /min\(a, b, ...\), but one was given/],
    ['b * sin', 5, /write sin\(x\)/],
    ['b(2)', 2, /b is no function/],
    ['b * where(1, 2, 3)', 11, /Expected a condition/],
    ['b * (r < 5 kpc)', 5, /this is a condition.*where/],
    ['b == 2', 3, /compared with <, <=/],
    ['b ? 1 : 2', 3, /where\(condition, a, b\)/],
    ['b = 2', 3, /definitions/],
    ['b − 1', 3, /Write -/],
    ['b * $', 5, /no part of a formula/],
    ['b * 1e999', 5, /too large/],
    ['10 cm * b', 4, /cm\^-3.*kpc or pc/],
    ['', 1, /formula ends here/],
    ['b * constructor', 5, /nothing called "constructor"/],
    ['b * __proto__', 5, /nothing called/],
  ])('of syntax: %s', (text, column, problem) => {
    const error = mistake(text)
    expect(error.problem).toMatch(problem)
    expect(error.position).toMatchObject({ line: 1, column })
    expect(error.key).toBe('formula.B_x')
  })

  it.each([
    ['b + r', 3, /sum: microgauss and kpc/],
    ['b * exp(-r)', 9, /exp needs a dimensionless number, not one in kpc/],
    ['b * sin(x + 2)', 11, /sum: kpc and dimensionless/],
    ['b * 2 ^ r', 7, /exponent/],
    ['b ^ phi', 3, /power that varies/],
    ['where(r < 5 kpc, b, 1)', 21, /branches of a choice: microgauss and dimensionless/],
    ['where(r < 5, b, 0)', 9, /comparison: kpc and dimensionless/],
    ['max(b, r)', 1, /max: microgauss and kpc/],
    ['2 * b * r', 1, /B_x must be in microgauss, but this is in kpc microgauss/],
    ['2', 1, /must be in microgauss, but this is dimensionless/],
    ['r < 5 kpc', 1, /must be a number in microgauss/],
    ['b * sqrt(-1)', 10, /no finite value/],
    ['b / (1 kpc - 1000 pc) * kpc', 3, /divides by zero/],
  ])('of units and values: %s', (text, column, problem) => {
    const error = mistake(text)
    expect(error.problem).toMatch(problem)
    expect(error.position?.column).toBe(column)
  })

  it('are shown with a caret below their line', () => {
    const { message, position } = mistake('b\n  + 3 kpc\n')
    expect(position).toMatchObject({ line: 2, column: 3, at: 4 })
    expect(message).toBe(
      'line 2, column 3: Units do not fit in a sum: microgauss and kpc.\n      + 3 kpc\n      ^',
    )
    const long = mistake(`b * (${'1 + '.repeat(100)}x)`).message.split('\n')
    expect(long[1].length).toBeLessThan(120)
    expect(long[1][long[2].indexOf('^')]).toBe('+')
  })

  it('of names are told by their key', () => {
    const reserved = mistake('b', 'magnetic', { parameters: { phi: { value: 1 } } })
    expect(reserved).toMatchObject({ key: 'formula.parameters.phi' })
    expect(reserved.message).toMatch(/has a meaning in formulas already/)
    const key = (more: Formula, kind: FieldKind = 'magnetic') => mistake('b', kind, more).key
    expect(key({ parameters: { '2b': { value: 1 } } })).toBe('formula.parameters.2b')
    expect(key({ parameters: { c: { value: 1, unit: 'furlong' } } })).toMatch(/c\.unit$/)
    expect(key({ parameters: { c: { value: 1, bounds: [2, 1] } } })).toMatch(/c\.bounds$/)
    expect(key({ parameters: { c: { value: 3, bounds: [0, 1] } } })).toMatch(/c\.value$/)
    expect(key({ parameters: { c: { value: NaN } } })).toMatch(/c\.value$/)
    expect(key({ definitions: { b: '1' } })).toBe('formula.definitions.b')
    expect(key({ B_r: 'b' })).toBe('formula.B_x')
    expect(key({}, 'thermal-electrons')).toBe('formula.B_x')
    expect(key({ definitions: { c: 'd + 1', d: '2 * c' } })).toBe('formula.definitions.c')
    expect(key({ definitions: { c: 'c + 1' } })).toBe('formula.definitions.c')
  })

  it('of hostile size are refused, whatever they would mean', () => {
    const problem = (text: string, more?: Formula) => mistake(text, 'magnetic', more).problem
    expect(problem('('.repeat(1e5))).toMatch(/100000 characters; at most 20000/)
    expect(problem('b'.repeat(1e6))).toMatch(/1000000 characters/)
    expect(problem('('.repeat(15_000))).toMatch(/More than 64/)
    expect(problem('-'.repeat(15_000))).toMatch(/More than 64/)
    expect(problem('!'.repeat(15_000))).toMatch(/More than 64/)
    expect(problem('b^'.repeat(9_000))).toMatch(/More than 64/)
    expect(problem('exp('.repeat(4_000))).toMatch(/More than 64/)
    expect(problem(`b * (0${' + x / kpc'.repeat(1500)})`)).toMatch(/operations follow one another/)
    const definitions = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [
        `d${i}`,
        i === 0 ? 'x / kpc' : `sin(d${i - 1}) * d${i - 1} + 1`,
      ]),
    )
    // Shared parts are one node each: 2^200 paths through them are no work.
    expect(problem('b * d199', { definitions })).toMatch(/operations follow one another/)
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}`, { value: 1 }]))
    expect(problem('b', { parameters: many })).toMatch(/At most 200/)
  })
})
