import { describe, expect, it } from 'vitest'
import { addRegularisation } from '#engine/kernels/backends/reference/regularisers.ts'
import type { Representation } from '#engine/unknowns/representation.ts'
import { blockLength } from '#engine/unknowns/representation.ts'
import { components, correction } from '#engine/unknowns/components.ts'
import { FieldStage } from '#engine/unknowns/field-stage.ts'
import { constantIndex, indexGrid, logRatio, logScale } from '#engine/unknowns/positive.ts'
import { quadraticTerm } from '#engine/unknowns/quadratic-term.ts'
import { vectorPotential } from '#engine/unknowns/vector-potential.ts'
import { whitened } from '#engine/unknowns/whitened.ts'
import { gridSpacing, regionMask, voxelCount } from '#shared/physics/grid.ts'
import { randomGenerator } from '#test/tools/random.ts'

const grid = { shape: [12, 10, 8], halfSizeKpc: [6, 5, 2] } as const
const voxels = voxelCount(grid)
const region = regionMask(grid, { r_kpc: [1.5, 5.2] })
const everywhere = regionMask(grid)
const random = randomGenerator(11)
const noise = (length: number) => Float64Array.from({ length }, () => 2 * random() - 1)
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0)
const inRegion = (field: Float64Array) => field.map((x, i) => x * region[Math.floor(i / 3)])
const density = () => noise(voxels).map((x) => 0.02 + 0.01 * x)

const cases: [string, Representation, number][] = [
  ['components', correction(grid, noise(3 * voxels)), 3 * voxels],
  ['vector potential', vectorPotential(grid, region, noise(3 * voxels)), 3 * voxels],
  [
    'whitened',
    whitened(grid, region, noise(3 * voxels), { sigma: 2, correlationKpc: 1, slope: 3.7 }),
    3 * voxels,
  ],
  ['logarithm of a density', logRatio(grid, 'thermal_electrons', density()), voxels],
  ['scale of a density', logScale('cosmic_rays', density()), voxels],
  ['spectral index', constantIndex(3), 1],
  ['spectral index in every voxel', indexGrid(grid, 2.7), voxels],
]

describe.each(cases)('%s', (_, representation, gridLength) => {
  const { block } = representation
  const theta = noise(blockLength(block)).map((x) => (block.bounds ? 3 + x : x))

  it('has an exact adjoint', () => {
    const cotangent = noise(gridLength)
    const pushed = new Float64Array(gridLength)
    const pulled = new Float64Array(theta.length)
    representation.pullBack(theta, cotangent, pulled)
    // Parameters that are fixed at zero have no derivative, and no change.
    const tangent = noise(theta.length).map((x, i) => (pulled[i] === 0 ? 0 : x))
    representation.push(theta, tangent, pushed)
    const size = Math.sqrt(dot(pushed, pushed) * dot(cotangent, cotangent))
    // Rounding of float64 sums over a thousand voxels.
    expect(Math.abs(dot(pushed, cotangent) - dot(tangent, pulled))).toBeLessThan(1e-12 * size)
  })

  it('has the derivative of its values', () => {
    const tangent = noise(theta.length)
    const pushed = new Float64Array(gridLength)
    representation.push(theta, tangent, pushed)
    const at = (step: number) => {
      const values = new Float64Array(gridLength)
      representation.toGrid(
        theta.map((x, i) => x + step * tangent[i]),
        values,
      )
      return values
    }
    const step = 1e-5
    const [before, after] = [at(-step), at(step)]
    // Central differences: exp has a third derivative of its own size, so step^2 / 6 is the error.
    const scale = Math.sqrt(dot(pushed, pushed))
    const error = pushed.map((x, i) => (after[i] - before[i]) / (2 * step) - x)
    expect(Math.sqrt(dot(error, error))).toBeLessThan(1e-8 * scale)
  })
})

describe('the vector potential', () => {
  const [hx, hy, hz] = gridSpacing(grid)

  /** Largest |div B| times the spacing over the largest |B|. */
  function relativeDivergence(field: Float64Array): number {
    const [nx, ny, nz] = grid.shape
    const steps = [ny * nz, nz, 1]
    let worst = 0
    for (let i = 1; i < nx - 1; i++) {
      for (let j = 1; j < ny - 1; j++) {
        for (let k = 1; k < nz - 1; k++) {
          const voxel = (i * ny + j) * nz + k
          const sum = [hx, hy, hz].reduce(
            (total, h, axis) =>
              total +
              (field[3 * (voxel + steps[axis]) + axis] - field[3 * (voxel - steps[axis]) + axis]) /
                (2 * h),
            0,
          )
          worst = Math.max(worst, Math.abs(sum))
        }
      }
    }
    const most = field.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0)
    return (worst * Math.min(hx, hy, hz)) / most
  }

  it('gives a field without divergence, and none outside the region', async () => {
    const initial = inRegion(noise(3 * voxels))
    const representation = vectorPotential(grid, region, initial)
    const potential = new Float64Array(3 * voxels)
    const field = new Float64Array(3 * voxels)
    await representation.start(potential)
    representation.toGrid(potential, field)
    expect(dot(field, field)).toBeGreaterThan(0.1 * dot(initial, initial))
    expect(relativeDivergence(initial)).toBeGreaterThan(0.1)
    // The limit: |div B| <= 1e-12 |B| / h.
    expect(relativeDivergence(field)).toBeLessThan(1e-12)
    expect(inRegion(field)).toEqual(field)
  })

  it('starts at a field that is a curl', async () => {
    const free = vectorPotential(grid, everywhere, new Float64Array(3 * voxels))
    const truth = new Float64Array(3 * voxels)
    free.toGrid(noise(3 * voxels), truth)
    const potential = new Float64Array(3 * voxels)
    const representation = vectorPotential(grid, everywhere, truth)
    await representation.start(potential)
    const field = new Float64Array(3 * voxels)
    representation.toGrid(potential, field)
    const error = field.map((x, i) => x - truth[i])
    // The conjugate gradients end at 1e-3 of the first residual.
    expect(Math.sqrt(dot(error, error) / dot(truth, truth))).toBeLessThan(1e-2)
  })
})

describe('densities', () => {
  it('are positive whatever the parameters, also where the model is zero', () => {
    const model = density().map((x, i) => (i % 5 === 0 ? 0 : x))
    const representation = logRatio(grid, 'thermal_electrons', model)
    const values = new Float64Array(voxels)
    representation.toGrid(
      noise(voxels).map((x) => 20 * x),
      values,
    )
    expect(Math.min(...values)).toBeGreaterThan(0)
    representation.toGrid(new Float64Array(voxels), values)
    values.forEach((x, i) => expect(x).toBe(i % 5 === 0 ? 1e-6 * Math.max(...model) : model[i]))
  })
})

describe.each(['smoothness', 'amplitude', 'divergence'] as const)(
  'the quadratic term %s',
  (term) => {
    it('is the same as that of the reference kernel', () => {
      const field = noise(3 * voxels)
      const expected = new Float64Array(3 * voxels)
      const value = addRegularisation(grid, { term, weight: 0.3 }, region, field, expected)
      const gradient = new Float64Array(3 * voxels)
      // Only the order of the sums differs.
      expect(quadraticTerm(term, 0.3, grid, region, 3).add(field, gradient)).toBeCloseTo(value, 9)
      gradient.forEach((x, i) => expect(x).toBeCloseTo(expected[i] * region[Math.floor(i / 3)], 11))
    })
  },
)

describe('the stage of fields', () => {
  it('hands the parameters of the components to the kernels without a copy', async () => {
    const initial = noise(3 * voxels)
    const stage = new FieldStage(
      [
        {
          name: 'magneticField',
          length: 3 * voxels,
          representations: [components(grid, initial)],
          fixed: [],
          rate: 1,
        },
      ],
      (_, length) => new Float32Array(length),
    )
    await stage.start()
    expect(stage.unknowns.magneticField).toBe(stage.parameters[0])
    expect(stage.gridGradient.magneticField).toBe(stage.gradient[0])
    expect(stage.push(stage.parameters).magneticField).toBe(stage.parameters[0])
    expect(stage.parameters[0]).toEqual(Float32Array.from(initial))
  })
})
