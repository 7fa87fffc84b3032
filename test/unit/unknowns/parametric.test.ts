import { describe, expect, it } from 'vitest'
import type { Representation } from '#engine/unknowns/representation.ts'
import { blockLength } from '#engine/unknowns/representation.ts'
import { correction } from '#engine/unknowns/components.ts'
import { coordinateOf } from '#engine/unknowns/coordinates.ts'
import { FieldStage } from '#engine/unknowns/field-stage.ts'
import { freeNumbersOf } from '#engine/unknowns/free-numbers.ts'
import type { ModelSectionName } from '#engine/unknowns/free-numbers.ts'
import { modelOnGrid } from '#engine/unknowns/parametric.ts'
import { sharpen } from '#engine/unknowns/sharpen.ts'
import { gaussianPriors } from '#engine/unknowns/prior.ts'
import { modelsOf } from '#engine/simulation/medium.ts'
import {
  bindDensity,
  bindMagneticField,
  sampleDensity,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { cellCentre, voxelCount } from '#shared/physics/grid.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { randomGenerator } from '#test/tools/random.ts'

const grid = { shape: [12, 10, 8], halfSizeKpc: [15, 14, 4] } as const
const voxels = voxelCount(grid)
const random = randomGenerator(23)
const noise = (length: number) => Float64Array.from({ length }, () => 2 * random() - 1)
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0)

const sections = {
  magnetic_field: 'magnetic',
  thermal_electrons: 'thermalElectrons',
  cosmic_ray_electrons: 'cosmicRayElectrons',
} as const

function numbersOf(section: ModelSectionName, content: RunFileInput[ModelSectionName]) {
  const runFile = runFileSchema.parse({ [section]: content })
  const models = modelsOf(runFile)
  const resolved = models[sections[section]]
  return { models, resolved, numbers: freeNumbersOf(runFile, section, resolved) }
}

function representationOf(section: ModelSectionName, content: RunFileInput[ModelSectionName]) {
  const { models, resolved, numbers } = numbersOf(section, content)
  const components = section === 'magnetic_field' ? 3 : 1
  const context = { observerKpc: models.observerKpc }
  return modelOnGrid(grid, section, resolved, numbers, components, context)
}

const cases: [string, ModelSectionName, RunFileInput[ModelSectionName]][] = [
  [
    'LSA',
    'magnetic_field',
    { model: 'lsa', free: ['b0_microgauss', 'psi0_deg', 'psi1_deg', 'chi0_deg'] },
  ],
  [
    'JF12',
    'magnetic_field',
    {
      model: 'jf12',
      free: ['b_arm_2_microgauss', 'b_n_microgauss', 'w_disk_kpc', 'b_x_microgauss'],
    },
  ],
  [
    'UF23 through other coordinates',
    'magnetic_field',
    {
      model: 'uf23',
      free: {
        disk_b1_microgauss: { transform: 'log' },
        disk_pitch_deg: { transform: 'smooth' },
        disk_phase1_deg: { transform: 'wrap', bounds: [0, 360] },
        toroidal_b_n_microgauss: {},
      },
    },
  ],
  [
    'a uniform field, a vector',
    'magnetic_field',
    { model: 'uniform', B_microgauss: [1, -2, 0.5], free: ['B_microgauss'] },
  ],
  [
    'Cordes91',
    'thermal_electrons',
    { model: 'cordes91', free: { n1_cm3: { transform: 'log' }, h1_kpc: {} } },
  ],
  ['WMAP', 'cosmic_ray_electrons', { model: 'wmap', free: ['h_r_kpc', 'h_d_kpc'] }],
]

describe.each(cases)('%s on a grid', (_, section, content) => {
  const representation = representationOf(section, content)
  const length = (section === 'magnetic_field' ? 3 : 1) * voxels
  const start = new Float64Array(blockLength(representation.block))
  void representation.start(start)

  it('starts at the values of the model', () => {
    const { models } = numbersOf(section, content)
    const context = { observerKpc: models.observerKpc }
    const expected =
      section === 'magnetic_field'
        ? sampleMagneticField(grid, bindMagneticField(models.magnetic, context))
        : section === 'thermal_electrons'
          ? sampleDensity(grid, bindDensity(models.thermalElectrons, context))
          : sampleDensity(grid, bindDensity(models.cosmicRayElectrons, context))
    const values = new Float64Array(length)
    representation.toGrid(start, values)
    const size = Math.sqrt(dot(expected, expected))
    // Through sine and arcsine, or a remainder, a value comes back to rounding.
    values.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-13 * size))
  })

  it('has the derivative of its values, and an exact adjoint', () => {
    expectDerivatives(representation, start, length)
    // Elsewhere: what was kept of the first point is not used again.
    expectDerivatives(
      representation,
      start.map((u) => u + 0.1),
      length,
    )
  })
})

describe('a sharpened model', () => {
  const { models, resolved, numbers } = numbersOf('magnetic_field', {
    model: 'lsa',
    free: ['b0_microgauss', 'psi0_deg', 'chi0_deg'],
  })
  const context = { observerKpc: models.observerKpc }

  it('has the derivative of its values, and an exact adjoint', () => {
    const sharp = modelOnGrid(grid, 'magnetic_field', resolved, numbers, 3, context, true)
    expectDerivatives(sharp, new Float64Array(3), 3 * voxels)
  })

  it('has the averages of smooth functions between its vertices, to fourth order', () => {
    const errors = [16, 32].map((n) => {
      const line: GridGeometry = { shape: [n, 4, 4], halfSizeKpc: [1, 1, 1] }
      // Even about both faces, where the grid is mirrored.
      const value = (x: number) => Math.cos(Math.PI * (x + 1))
      const values = Float64Array.from({ length: 16 * n }, (_, i) =>
        value(cellCentre(line, 0, Math.floor(i / 16))),
      )
      sharpen(line, values, 1)
      const integral = (x: number) => Math.sin(Math.PI * (x + 1)) / Math.PI
      const cells = Array.from({ length: n - 1 }, (_, i) => {
        const [a, b] = [cellCentre(line, 0, i), cellCentre(line, 0, i + 1)]
        // Between neighbours the average is their mean; that of the function is from its integral.
        const mean = (values[16 * i] + values[16 * (i + 1)]) / 2
        return Math.abs(mean - (integral(b) - integral(a)) / (b - a))
      })
      return Math.max(...cells)
    })
    // The first term of the series is 11/720 (pi h)^4; without sharpening it would be (pi h)^2 / 12, thirty times as much.
    errors.forEach((error, i) =>
      expect(error).toBeLessThan((11 / 720) * (Math.PI / [8, 16][i]) ** 4),
    )
  })
})

function expectDerivatives(representation: Representation, at: Float64Array, length: number): void {
  const step = 1e-4
  const sample = (tangent: Float64Array, factor: number) => {
    const values = new Float64Array(length)
    representation.toGrid(
      at.map((u, k) => u + factor * step * tangent[k]),
      values,
    )
    return values
  }
  for (let k = 0; k < at.length; k++) {
    const tangent = at.map((_, other) => (other === k ? 1 : 0))
    const pushed = new Float64Array(length)
    representation.push(at, tangent, pushed)
    const [a, b, c, d] = [-2, -1, 1, 2].map((factor) => sample(tangent, factor))
    const error = pushed.map((x, i) => (a[i] - 8 * b[i] + 8 * c[i] - d[i]) / (12 * step) - x)
    // Five points: a fourth power of the step, and rounding of values of order 1 divided by it.
    expect(Math.sqrt(dot(error, error) / dot(pushed, pushed))).toBeLessThan(1e-9)
    const cotangent = noise(length)
    const pulled = new Float64Array(at.length)
    representation.pullBack(at, cotangent, pulled)
    const size = Math.sqrt(dot(pushed, pushed) * dot(cotangent, cotangent))
    // Rounding of float64 sums over some thousand values.
    expect(Math.abs(dot(pushed, cotangent) - pulled[k])).toBeLessThan(1e-12 * size)
  }
}

describe('coordinates of parameters', () => {
  const request = { initial: 3, bounds: [1, 10], scale: 0.5 } as const
  it.each(['linear', 'log', 'smooth'] as const)('%s: stay within the bounds', (transform) => {
    const one = coordinateOf({ ...request, transform })
    expect(one.valueAt(one.start)).toBeCloseTo(3, 12)
    for (const u of [-1e3, -5, 0, 7, 1e3]) {
      expect(one.valueAt(u)).toBeGreaterThanOrEqual(1)
      expect(one.valueAt(u)).toBeLessThanOrEqual(10)
    }
    const [lower, upper] = one.bounds
    if (Number.isFinite(lower)) expect(one.valueAt(lower)).toBeCloseTo(1, 12)
    if (Number.isFinite(upper)) expect(one.valueAt(upper)).toBeCloseTo(10, 12)
  })

  it('wrap: go round', () => {
    const one = coordinateOf({ transform: 'wrap', initial: 350, bounds: [0, 360], scale: 10 })
    expect(one.valueAt(0)).toBeCloseTo(350, 12)
    expect(one.valueAt(2)).toBeCloseTo(10, 12)
    expect(one.valueAt(-36)).toBeCloseTo(350, 12)
  })
})

describe('priors', () => {
  it('are the published ones of the variant unless something else is said', () => {
    const { numbers } = numbersOf('magnetic_field', {
      model: 'uf23',
      variant: 'expX',
      free: {
        disk_b1_microgauss: {},
        disk_b2_microgauss: { prior: 'uniform' },
        disk_b3_microgauss: { prior: { mean: 3, sigma: 0.25 } },
      },
    })
    // The table of shared/fields/magnetic/uf23-parameters.ts.
    expect(numbers[0].prior?.mean).toBe(0.99258148)
    expect(numbers[0].prior?.sigma).toBeGreaterThan(0)
    expect(numbers[1].prior).toBeUndefined()
    expect(numbers[2].prior).toEqual({ mean: 3, sigma: 0.25 })
    expect(numbers[2].scale).toBe(0.25)
    const plain = numbersOf('magnetic_field', { model: 'lsa', free: ['b0_microgauss'] })
    expect(plain.numbers[0].prior).toBeUndefined()
  })

  it('have value, gradient and curvature of 1/2 ((x - mean) / sigma)^2', () => {
    const prior = { mean: 350, sigma: 5 }
    const { numbers } = representationOf('magnetic_field', {
      model: 'uf23',
      free: {
        disk_b1_microgauss: { initial: 2, transform: 'log', prior: { mean: 1, sigma: 0.5 } },
        disk_phase1_deg: { initial: 10, transform: 'wrap', bounds: [0, 360], prior },
      },
    })
    const penalty = numbers && gaussianPriors(numbers)
    const gradient = new Float64Array(2)
    // 2 sigma and, through zero, 20 degrees of 5.
    expect(penalty?.add(new Float64Array(2), gradient)).toBeCloseTo(2 + 8, 12)
    // d value / d coordinate: 0.2 x 2 of the logarithm, the scale of 5 degrees (the prior's sigma).
    expect(gradient[0]).toBeCloseTo((1 / 0.25) * 0.4, 12)
    expect(gradient[1]).toBeCloseTo((20 / 25) * 5, 12)
    const product = new Float64Array(2)
    penalty?.addCurvature(new Float64Array(2), Float64Array.of(1, 1), product)
    expect(product[0]).toBeCloseTo(0.4 ** 2 / 0.25, 12)
    expect(product[1]).toBeCloseTo(1, 12)
  })
})

describe('what is said of free parameters', () => {
  it.each([
    [
      'an unknown one',
      { b1_microgauss: {} },
      'free.b1_microgauss',
      /no parameter "b1_microgauss".*Did you mean/,
    ],
    [
      'a start outside the bounds',
      { b0_microgauss: { initial: 3, bounds: [4, 10] } },
      'free.b0_microgauss.initial',
      /starts at 3 microgauss, outside its bounds \[4, 10\]/,
    ],
    [
      'a start that the model refuses',
      { b0_microgauss: { initial: 3000 } },
      'free.b0_microgauss.initial',
      /must lie between -50 and 50 microgauss/,
    ],
    [
      'bounds beyond those of the model',
      { psi1_deg: { bounds: [-500, 10] } },
      'free.psi1_deg.bounds',
      /must lie between -90 and 90 deg/,
    ],
    [
      'a published prior where there is none',
      { psi1_deg: { prior: 'published' } },
      'free.psi1_deg.prior',
      /no uncertainty of "psi1_deg" has been published/,
    ],
    [
      'a logarithm of a negative number',
      { b0_microgauss: { initial: -1, transform: 'log' } },
      'free.b0_microgauss.transform',
      /needs a positive start/,
    ],
    [
      'a turn that is none',
      { psi1_deg: { transform: 'wrap' } },
      'free.psi1_deg.transform',
      /bounds 360 degrees apart/,
    ],
    [
      'a smooth map from its edge',
      { b0_microgauss: { initial: 10, bounds: [0, 10], transform: 'smooth' } },
      'free.b0_microgauss.transform',
      /a start between them/,
    ],
  ] satisfies [string, NonNullable<RunFileInput['magnetic_field']>['free'], string, RegExp][])(
    'refuses %s',
    (_, free, key, message) => {
      const attempt = () => numbersOf('magnetic_field', { model: 'lsa', free })
      expect(attempt).toThrow(message)
      expect(attempt).toThrow(new RegExp(`^magnetic_field\\.${key.replaceAll('.', '\\.')}: `))
    },
  )

  it('refuses bounds in the wrong order, and words that are none', () => {
    const free = (freedom: object) =>
      runFileSchema.safeParse({ magnetic_field: { model: 'lsa', free: { psi1_deg: freedom } } })
    expect(free({ bounds: [2, 1] }).success).toBe(false)
    expect(free({ prior: { mean: 1, sigma: 0 } }).success).toBe(false)
    expect(free({ start: 1 }).success).toBe(false)
    expect(free({ bounds: [1, 2] }).success).toBe(true)
  })
})

describe('a model and its correction', () => {
  it('add up, forward and backward', async () => {
    const region = Uint8Array.from({ length: voxels }, (_, i) => (i % 3 === 0 ? 0 : 1))
    const model = representationOf('magnetic_field', { model: 'lsa', free: ['b0_microgauss'] })
    const added = correction(grid, new Float64Array(3 * voxels), region)
    const stage = new FieldStage(
      [
        {
          name: 'magneticField',
          length: 3 * voxels,
          representations: [model, added],
          fixed: [],
          rate: 1,
        },
      ],
      (_, length) => new Float64Array(length),
    )
    await stage.start()
    stage.parameters[0][0] = 1
    const extra = noise(3 * voxels)
    stage.parameters[1].set(extra)
    stage.toGrids()
    const base = new Float64Array(3 * voxels)
    model.toGrid(Float64Array.of(1), base)
    stage.unknowns.magneticField.forEach((value, i) => expect(value).toBe(base[i] + extra[i]))

    const tangent = [Float64Array.of(0.7), noise(3 * voxels)]
    const pushed = Float64Array.from(stage.push(tangent).magneticField)
    const cotangent = noise(3 * voxels)
    stage.gridGradient.magneticField.set(cotangent)
    stage.pullBack()
    const [of, onGrid] = stage.gradient
    const inRegion = tangent[1].map((x, i) => (region[Math.floor(i / 3)] === 0 ? x : 0))
    const size = Math.sqrt(dot(pushed, pushed) * dot(cotangent, cotangent))
    const back = of[0] * 0.7 + dot(Float64Array.from(onGrid), tangent[1]) + dot(cotangent, inRegion)
    // Rounding of sums over some thousand values; outside the region there is no gradient.
    expect(Math.abs(dot(pushed, cotangent) - back)).toBeLessThan(1e-12 * size)
    onGrid.forEach((x, i) => {
      if (region[Math.floor(i / 3)] === 0) expect(x).toBe(0)
    })
  })
})
