import { afterEach, describe, expect, it } from 'vitest'
import { referenceBackend } from '#engine/kernels/backends/reference/index.ts'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import type {
  KernelBackend,
  LineOfSightOperator,
  RegularisationTerm,
} from '#engine/kernels/interface.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import {
  cellCentre,
  gridSpacing,
  regionMask,
  voxelCount,
  voxelIndex,
} from '#shared/physics/grid.ts'
import { dot, field, noiseField, norm, relativeDistance, smallProblem } from './problems.ts'

const operators: LineOfSightOperator[] = []
afterEach(() => Promise.all(operators.splice(0).map((operator) => operator.dispose())))

const grid: GridGeometry = { shape: [12, 10, 7], halfSizeKpc: [20, 20, 5] }
const problem = smallProblem({ directions: Float64Array.from([1, 0, 0]) })
const silent = { I: new Float64Array(1) }
const terms: RegularisationTerm[] = [
  { term: 'smoothness', weight: 0.1 },
  { term: 'total-variation', weight: 0.7 },
  { term: 'divergence', weight: 2 },
  { term: 'amplitude', weight: 0.3 },
  { term: 'amplitude', weight: 0.5, reference: noiseField(problem, 40) },
  { term: 'smoothness', weight: 3 },
]

async function prepare(
  backend: KernelBackend,
  regularisation: readonly RegularisationTerm[],
  region?: Uint8Array,
  threads = 1,
): Promise<LineOfSightOperator> {
  const operator = await backend.prepare(problem, {
    threads,
    regularisation,
    ...(region ? { region } : {}),
  })
  operators.push(operator)
  return operator
}

/** Fills a grid from positions in kpc. */
function sample(at: (x: number, y: number, z: number) => [number, number, number]): Float32Array {
  const values = new Float32Array(3 * voxelCount(grid))
  const [nx, ny, nz] = grid.shape
  for (let i = 0; i < nx; i++)
    for (let j = 0; j < ny; j++)
      for (let k = 0; k < nz; k++)
        values.set(
          at(cellCentre(grid, 0, i), cellCentre(grid, 1, j), cellCentre(grid, 2, k)),
          3 * voxelIndex(grid, i, j, k),
        )
  return values
}

const regions: [string, Uint8Array][] = [
  ['all voxels', regionMask(grid)],
  ['a ring', regionMask(grid, { r_kpc: [5, 17] })],
  [
    'scattered voxels',
    Uint8Array.from({ length: voxelCount(grid) }, (_, n) => (n * 7919) % 5 && 1),
  ],
  ['no voxel', new Uint8Array(voxelCount(grid))],
]

describe.each(regions)('regularisers on %s', (_, region) => {
  it.each(terms)('$term: fast value and gradient are those of plain float64', async (term) => {
    const fast = await prepare(wasmBackend, [term], region)
    const reference = await prepare(referenceBackend, [term], region)
    const at = field(noiseField(problem, 41))
    const actual = await fast.lossGradient(at, silent)
    const expected = await reference.lossGradient(at, silent)
    const value = expected.regularisation[0].value
    // float32 terms (6e-8 each, random in sign), float64 sums.
    expect(Math.abs(actual.regularisation[0].value - value)).toBeLessThanOrEqual(3e-7 * value)
    expect(await fast.regularisation(at)).toEqual(actual.regularisation)
    const gradient = expected.gradient.magneticField
    if (norm(gradient) === 0) expect(norm(actual.gradient.magneticField)).toBe(0)
    else {
      const distance = relativeDistance(actual.gradient.magneticField, gradient)
      expect(distance).toBeLessThan(1e-6)
    }
  })

  it.each(terms)('$term: the gradient agrees with central differences', async (term) => {
    const operator = await prepare(referenceBackend, [term], region)
    const centre = Float64Array.from(noiseField(problem, 42))
    const x = Float64Array.from(noiseField(problem, 43), (value, n) =>
      region[Math.floor(n / 3)] ? value : 0,
    )
    const valueAt = async (step: number): Promise<number> => {
      const values = centre.map((value, n) => value + step * x[n])
      return (await operator.regularisation(field(values)))[0].value
    }
    const step = 1e-4
    const slope = ((await valueAt(step)) - (await valueAt(-step))) / (2 * step)
    const { gradient } = await operator.lossGradient(field(centre), silent)
    const product = dot(gradient.magneticField, x)
    // Rounding of values over the step; the third order of the total variation's root is below it.
    expect(Math.abs(slope - product)).toBeLessThanOrEqual(1e-7 * Math.abs(product))
  })
})

describe('values by hand', () => {
  const [hx, hy, hz] = gridSpacing(grid)
  const [nx, ny, nz] = grid.shape
  const cell = hx * hy * hz
  const both = [wasmBackend, referenceBackend]

  async function value(
    backend: KernelBackend,
    term: RegularisationTerm,
    values: Float32Array,
  ): Promise<number> {
    const operator = await prepare(backend, [term])
    return (await operator.regularisation(field(values)))[0].value
  }

  it.each(both)(
    'smoothness of a linear field is its squared slope times the volume of the pairs ($name)',
    async (backend) => {
      const values = sample((x, y, z) => [0.5 * x, 0.25 * y, 2 * z])
      const pairs = [(nx - 1) * ny * nz, nx * (ny - 1) * nz, nx * ny * (nz - 1)]
      const expected = 0.5 * 0.1 * cell * (pairs[0] * 0.25 + pairs[1] * 0.0625 + pairs[2] * 4)
      // Differences of float32 values of up to 10 are good to 1e-6 of their size.
      expect(
        (await value(backend, { term: 'smoothness', weight: 0.1 }, values)) / expected,
      ).toBeCloseTo(1, 5)
    },
  )

  it.each(both)(
    'total variation of a uniform field is eps times the volume ($name)',
    async (backend) => {
      const values = sample(() => [1, 2, 3])
      const expected = 0.7 * 0.01 * nx * ny * nz * cell
      expect(
        (await value(backend, { term: 'total-variation', weight: 0.7 }, values)) / expected,
      ).toBeCloseTo(1, 6)
    },
  )

  it.each(both)(
    'total variation of a step is its height times its area ($name)',
    async (backend) => {
      const values = sample((x) => [0, 0, x > 0 ? 3 : 0])
      const stepped = ny * nz * cell * Math.hypot(3 / hx, 0.01)
      const expected = stepped + (nx - 1) * ny * nz * cell * 0.01
      expect(
        (await value(backend, { term: 'total-variation', weight: 1 }, values)) / expected,
      ).toBeCloseTo(1, 6)
    },
  )

  it.each(both)('divergence of a linear field counts the inner voxels ($name)', async (backend) => {
    const values = sample((x, y, z) => [0.5 * x, 0.25 * y, 2 * z])
    const expected = 0.5 * 2 * cell * (nx - 2) * (ny - 2) * (nz - 2) * 2.75 ** 2
    expect(
      (await value(backend, { term: 'divergence', weight: 2 }, values)) / expected,
    ).toBeCloseTo(1, 5)
  })

  it.each(both)('divergence of a rotating disc vanishes ($name)', async (backend) => {
    const values = sample((x, y) => [-y, x, 1])
    // Squares of float32 rounding of 20 kpc, over the inner volume.
    expect(await value(backend, { term: 'divergence', weight: 1 }, values)).toBeLessThan(1e-6)
  })

  it.each(both)(
    'amplitude is half the squared distance from the reference ($name)',
    async (backend) => {
      const values = sample(() => [1, 2, 3])
      const reference = sample(() => [1, 0, 0])
      const expected = 0.5 * 0.3 * 13 * nx * ny * nz * cell
      expect(
        (await value(backend, { term: 'amplitude', weight: 0.3, reference }, values)) / expected,
      ).toBeCloseTo(1, 6)
    },
  )

  it('weights mean the same on every grid', async () => {
    // The same linear field on grids of different shape: the smoothness differs only by the pairs missing at the edge.
    const results = []
    for (const shape of [
      [24, 24, 12],
      [48, 48, 24],
    ] as const) {
      const finer: GridGeometry = { shape, halfSizeKpc: [20, 20, 5] }
      const values = new Float64Array(3 * voxelCount(finer))
      for (let n = 0; n < voxelCount(finer); n++) {
        values[3 * n] = 0.5 * cellCentre(finer, 0, Math.floor(n / (shape[1] * shape[2])))
      }
      const operator = await referenceBackend.prepare(smallProblem({ grid: finer }), {
        regularisation: [{ term: 'smoothness', weight: 0.1 }],
      })
      results.push((await operator.regularisation(field(values)))[0].value)
    }
    expect(results[0] / results[1]).toBeCloseTo(23 / 24 / (47 / 48), 10)
  })
})

describe('loss gradient', () => {
  it('is the sum of the likelihood and of every term, whatever the number of threads', async () => {
    const busy = smallProblem()
    const region = regionMask(grid, { r_kpc: [3, 18] })
    const at = field(noiseField(busy, 44))
    const cotangent = { I: new Float64Array(60).fill(0.01) }
    const expected = await prepareBusy(referenceBackend, 1)
    for (const threads of [1, 2, 5]) {
      const actual = await prepareBusy(wasmBackend, threads)
      expected.regularisation.forEach(({ value }, n) => {
        expect(actual.regularisation[n].value / value).toBeCloseTo(1, 6)
      })
      const distance = relativeDistance(
        actual.gradient.magneticField,
        expected.gradient.magneticField,
      )
      expect(distance).toBeLessThan(1e-6)
      expect(actual.gradientNorm / norm(actual.gradient.magneticField)).toBeCloseTo(1, 12)
    }

    async function prepareBusy(backend: KernelBackend, threads: number) {
      const operator = await backend.prepare(busy, { threads, region, regularisation: terms })
      operators.push(operator)
      return operator.lossGradient(at, cotangent)
    }
  })
})
