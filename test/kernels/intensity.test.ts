import { afterEach, describe, expect, it } from 'vitest'
import { wasmBackend } from '#engine/kernels/backends/wasm/index.ts'
import type {
  LineOfSightOperator,
  LineOfSightProblem,
  PrepareOptions,
} from '#engine/kernels/interface.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import {
  field,
  noiseField,
  present,
  randomDirections,
  referenceIntensity,
  relativeDistance,
  smallProblem,
} from './problems.ts'

// float32 fields, positions and weights have relative errors of 6e-8 each; along a ray of some 20 crossings with three
// nodes they add up randomly. For a white-noise field (terms of B that cancel) 1e-6 of the norm leaves a factor of 4.
const FLOAT32 = 1e-6

const operators: LineOfSightOperator[] = []
afterEach(() => Promise.all(operators.splice(0).map((operator) => operator.dispose())))

async function prepare(
  problem: LineOfSightProblem,
  options: PrepareOptions = {},
): Promise<LineOfSightOperator> {
  const operator = await wasmBackend.prepare(problem, { threads: 1, ...options })
  operators.push(operator)
  return operator
}

async function compare(
  problem: LineOfSightProblem,
  values = noiseField(problem, 2),
): Promise<number> {
  const operator = await prepare(problem)
  const { I } = await operator.forward(field(values))
  return relativeDistance(present(I), referenceIntensity(problem, values))
}

describe('intensity of the wasm kernel against the float64 reference', () => {
  it('agrees for a white-noise field on an anisotropic grid', async () => {
    expect(await compare(smallProblem())).toBeLessThan(FLOAT32)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'agrees with %i nodes per crossing',
    async (nodesPerCrossing) => {
      expect(await compare(smallProblem({ nodesPerCrossing }))).toBeLessThan(FLOAT32)
    },
  )

  it.each([1.5, 2, 2.7, 3.4, 5.9])('agrees for p = %d', async (spectralIndex) => {
    // The power function adds 3e-7 per node, random in sign.
    expect(await compare(smallProblem({ spectralIndex }))).toBeLessThan(FLOAT32)
  })

  it('agrees for p = 2.7 with five nodes, more than fill one vector', async () => {
    const problem = smallProblem({ spectralIndex: 2.7, nodesPerCrossing: 5 })
    expect(await compare(problem)).toBeLessThan(FLOAT32)
  })

  it('gives every frequency its own emissivity', async () => {
    const problem = smallProblem({ frequenciesGhz: [0.408, 1.42, 30] })
    expect(await compare(problem)).toBeLessThan(FLOAT32)
  })

  it('ends rays at a given distance, and gives 0 for a distance of 0', async () => {
    const maxDistanceKpc = Float64Array.from({ length: 60 }, (_, ray) => ray * 0.2)
    const problem = smallProblem({ maxDistanceKpc })
    const values = noiseField(problem, 3)
    const operator = await prepare(problem)
    const I = present((await operator.forward(field(values))).I)
    expect(I[0]).toBe(0)
    expect(relativeDistance(I, referenceIntensity(problem, values))).toBeLessThan(FLOAT32)
  })

  it('is 0 for a field of 0, for every p', async () => {
    for (const spectralIndex of [2, 3, 4.5]) {
      const problem = smallProblem({ spectralIndex })
      const operator = await prepare(problem)
      const I = present((await operator.forward(field(new Float32Array(3 * 840)))).I)
      expect(I.every((value) => value === 0)).toBe(true)
    }
  })

  it('is exact for a uniform field and density: K_I C L B_perp^((p+1)/2)', async () => {
    for (const spectralIndex of [2.2, 3, 3.8]) {
      const directions = Float64Array.from([1, 0, 0, 0, -1, 0, 0, 0, 1, 0.6, 0.8, 0])
      const problem = smallProblem({ directions, spectralIndex, cosmicRayDensity: () => 50 })
      const B = [1.5, -2, 0.5]
      const values = Float32Array.from({ length: 3 * 840 }, (_, n) => B[n % 3])
      const operator = await prepare(problem)
      const I = present((await operator.forward(field(values))).I)
      const constant = emissivityConstantsMicrogauss(0.408, spectralIndex).intensity
      const lengths = [28.3, 20, 4.994, 25]
      for (let ray = 0; ray < 4; ray++) {
        const n = directions.subarray(3 * ray, 3 * ray + 3)
        const along = B[0] * n[0] + B[1] * n[1] + B[2] * n[2]
        const perpendicular = Math.sqrt(6.5 - along ** 2)
        const expected = constant * 50 * lengths[ray] * perpendicular ** ((spectralIndex + 1) / 2)
        // The power function is good to 3e-7, sums of float32 lengths to 1e-7.
        expect(Math.abs(I[ray] / expected - 1)).toBeLessThan(5e-7)
      }
    }
  })

  it('is exact with four nodes where the density is uniform: B_perp^2 has degree 6 per crossing', async () => {
    const problem = smallProblem({ nodesPerCrossing: 4, cosmicRayDensity: () => 40 })
    const values = noiseField(problem, 7)
    const operator = await prepare(problem)
    const I = present((await operator.forward(field(values))).I)
    const converged = referenceIntensity({ ...problem, nodesPerCrossing: 12 }, values)
    expect(relativeDistance(I, converged)).toBeLessThan(FLOAT32)
  })
})

describe('the power function', () => {
  it.each([1.2, 2, 2.8, 3.3, 4.5, 5.9])(
    'is good to 3e-7 over the fields of any model, p = %d',
    async (spectralIndex) => {
      const problem = smallProblem({
        grid: { shape: [2, 2, 2], halfSizeKpc: [1, 1, 1] },
        observerKpc: [0, 0, 0],
        directions: Float64Array.from([1, 0, 0]),
        spectralIndex,
        cosmicRayDensity: () => 1,
      })
      const operator = await prepare(problem)
      const constant = emissivityConstantsMicrogauss(0.408, spectralIndex).intensity
      let worst = 0
      for (let magnitude = 1e-6; magnitude < 1e4; magnitude *= 1.37) {
        const B = Math.fround(magnitude)
        const values = Float32Array.from({ length: 24 }, (_, n) => (n % 3 === 1 ? B : 0))
        const [I] = present((await operator.forward(field(values))).I)
        worst = Math.max(worst, Math.abs(I / (constant * B ** ((spectralIndex + 1) / 2)) - 1))
      }
      // 3e-7 of the power, and float32 rounding of B^2 and of the three node weights.
      expect(worst).toBeLessThan(6e-7)
      expect(worst).toBeGreaterThan(0)
    },
  )
})

describe('rays in special positions', () => {
  const axes = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1]
  const r2 = Math.SQRT1_2
  const diagonals = [r2, r2, 0, r2, -r2, 0, -r2, 0, r2, 0, r2, r2, 0, -r2, -r2, r2, 0, -r2]
  const r3 = 1 / Math.sqrt(3)
  const corners = [r3, r3, r3, -r3, r3, -r3, -r3, -r3, -r3, r3, -r3, r3]
  const directions = Float64Array.from([...axes, ...diagonals, ...corners])

  it.each<[string, [number, number, number], [number, number, number]]>([
    ['along the axes from inside a cell', [8, 8, 8], [-3.3, 0.2, 1.7]],
    // Spacing 2, centres at odd numbers: along lattice planes, lattice edges, and through lattice vertices.
    ['from a lattice plane', [8, 8, 8], [1, 0.4, -0.7]],
    ['from a lattice edge', [8, 8, 8], [1, -3, 0.3]],
    ['from a lattice vertex', [8, 8, 8], [1, 3, -5]],
    ['from the outermost centre', [8, 8, 8], [7, -7, 7]],
    ['from the half cells at the edge', [8, 8, 8], [-7.6, 7.9, -7.2]],
    ['from a face and a corner of the box', [8, 8, 8], [8, -8, 8]],
    ['in the smallest grid', [2, 2, 2], [0.3, -0.1, 0.2]],
    ['in the smallest grid from its centre', [2, 2, 2], [0, 0, 0]],
    ['in a flat grid', [2, 9, 4], [-1, 0, 2]],
  ])('%s', async (_, shape, observerKpc) => {
    const problem = smallProblem({
      grid: { shape, halfSizeKpc: [8, 8, 8] },
      observerKpc,
      directions,
    })
    const values = noiseField(problem, 5)
    const operator = await prepare(problem)
    const I = present((await operator.forward(field(values))).I)
    const expected = referenceIntensity(problem, values)
    const largest = expected.reduce((most, value) => Math.max(most, value), 0)
    // Ray by ray: one lost or doubled crossing would change one ray by percents.
    for (let ray = 0; ray < expected.length; ray++) {
      expect(Math.abs(I[ray] - expected[ray])).toBeLessThan(FLOAT32 * largest)
    }
  })

  it('counts crossings as the reference does', async () => {
    const { referenceBackend } = await import('#engine/kernels/backends/reference/index.ts')
    const problem = smallProblem({ directions: randomDirections(500, 8) })
    const reference = await referenceBackend.prepare(problem)
    expect((await prepare(problem)).crossings).toBe(reference.crossings)
  })

  it('takes rays that are nearly along a plane', async () => {
    const tilts = [1e-16, 1e-12, 1e-8, 1e-4, -1e-12, -1e-5]
    const nearly = Float64Array.from(tilts.flatMap((t) => [t, Math.sqrt(1 - 2 * t * t), t]))
    const problem = smallProblem({
      grid: { shape: [8, 8, 8], halfSizeKpc: [8, 8, 8] },
      observerKpc: [1, -5, 3],
      directions: nearly,
    })
    expect(await compare(problem)).toBeLessThan(FLOAT32)
  })

  it('works without any ray', async () => {
    const operator = await prepare(smallProblem({ directions: new Float64Array(0) }))
    const values = field(new Float32Array(3 * 840).fill(1))
    expect(await operator.forward(values)).toEqual({ I: new Float64Array(0) })
    const { magneticField } = await operator.adjoint(values, { I: new Float64Array(0) })
    expect(magneticField.every((value) => value === 0)).toBe(true)
  })
})

describe('caches', () => {
  it('give the same values whether positions and weights are kept, walked again, or computed in parts', async () => {
    const problem = smallProblem({ directions: randomDirections(300, 4) })
    const values = field(noiseField(problem, 6))
    const cotangent = { I: Float64Array.from({ length: 300 }, (_, n) => Math.cos(n)) }
    const results = []
    const { crossings } = await prepare(problem)
    // A crossing takes 16 bytes of position and 16 of weights.
    for (const cacheBytes of [undefined, 20 * crossings, 4 * crossings]) {
      const operator = await prepare(problem, { cacheBytes })
      results.push({
        description: operator.description,
        forward: await operator.forward(values),
        adjoint: await operator.adjoint(values, cotangent),
        jvp: await operator.jvp(values, values),
      })
    }
    expect(new Set(results.map(({ description }) => description)).size).toBe(3)
    for (const { forward, adjoint, jvp } of results.slice(1)) {
      expect(forward).toEqual(results[0].forward)
      expect(jvp).toEqual(results[0].jvp)
      // The adjoint takes the parts from the last on, so that it adds the rays' contributions to a voxel in another order.
      const distance = relativeDistance(adjoint.magneticField, results[0].adjoint.magneticField)
      expect(distance).toBeLessThan(FLOAT32)
    }
  })
})
