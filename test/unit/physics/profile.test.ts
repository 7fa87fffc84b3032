import { describe, expect, it } from 'vitest'
import {
  createObservables,
  createSetup,
  forwardRays,
  profileRay,
} from '#shared/physics/line-of-sight/index.ts'
import type { LineOfSightProblem } from '#shared/physics/line-of-sight/index.ts'
import {
  DEFAULT_BOX,
  directionFromGalactic,
  nearestVoxel,
  PC_PER_KPC,
  RM_CONSTANT_MICROGAUSS,
  voxelCount,
  voxelPath,
  voxelSupport,
} from '#shared/physics/index.ts'
import type { Vector3 } from '#shared/physics/index.ts'
import { emissivityConstantsMicrogauss } from '#shared/physics/synchrotron.ts'
import { randomGenerator } from '#test/tools/random.ts'

const grid = { shape: [9, 8, 5], halfSizeKpc: [20, 20, 5] } as const
const direction = directionFromGalactic(61.9, 3.6)

function problem(changes: Partial<LineOfSightProblem> = {}): LineOfSightProblem {
  return {
    grid,
    observerKpc: DEFAULT_BOX.observerKpc,
    directions: Float64Array.from(direction),
    nodesPerCrossing: 3,
    frequenciesGhz: [0.408, 1.4],
    spectralIndex: 3,
    observables: ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure'],
    cosmicRayDensity: (x) => 5e-5 * Math.exp(-Math.abs(x) / 10),
    thermalElectronDensity: (_x, _y, z) => 0.02 * Math.exp(-Math.abs(z)),
    ...changes,
  }
}

describe('the profile of a ray', () => {
  it.each([
    ['synchrotron emission alone', {}],
    ['free-free emission and absorption', { freeFree: { electronTemperatureK: 7000 } }],
    ['an end before the face', { maxDistanceKpc: Float64Array.of(4.2) }],
  ] as const)('ends at what the forward model has: %s', (_name, changes) => {
    const setup = createSetup(problem(changes))
    const random = randomGenerator(6)
    const magneticField = Float32Array.from({ length: 3 * voxelCount(grid) }, () => random() - 0.5)
    const observables = createObservables(setup.problem)
    forwardRays(setup, { magneticField }, observables, 0, 1)
    const profile = profileRay(setup, { magneticField }, 0, [0.3, 0.7])
    const band = (name: 'I' | 'Q' | 'U') =>
      0.3 * (observables[name]?.[0] ?? NaN) + 0.7 * (observables[name]?.[1] ?? NaN)
    const last = profile.rows - 1
    const close = (value: number | undefined, wanted: number) =>
      // The same float64 sums in another order.
      expect(Math.abs((value ?? NaN) - wanted)).toBeLessThan(1e-12 * Math.abs(band('I')))
    close(profile.intensity[last], band('I'))
    close(profile.stokesQ?.[last], band('Q'))
    close(profile.stokesU?.[last], band('U'))
    expect(profile.faradayDepth[last]).toBe(observables.faraday_depth?.[0])
    expect(profile.dispersionMeasure[last]).toBeCloseTo(observables.dispersion_measure?.[0] ?? NaN)
    expect(profile.distanceKpc.every((d, row, all) => row === 0 || d > all[row - 1])).toBe(true)
    if ('maxDistanceKpc' in changes) expect(profile.distanceKpc[last]).toBe(4.2)
  })

  it('has the emissivity whose integral is the intensity, at every distance', () => {
    const random = randomGenerator(8)
    const magneticField = Float32Array.from({ length: 3 * voxelCount(grid) }, () => random() - 0.5)
    const spectralIndex = Float32Array.from({ length: voxelCount(grid) }, () => 2.5 + random())
    const unknowns = ['magneticField', 'spectralIndex'] as const
    const setup = createSetup(problem({ unknowns }))
    const profile = profileRay(setup, { magneticField, spectralIndex }, 0, [0.3, 0.7])
    const { distanceKpc, emissivity, intensity } = profile
    const whole = intensity[profile.rows - 1]
    let sum = 0
    for (let row = 1; row < profile.rows; row++) {
      const step = distanceKpc[row] - distanceKpc[row - 1]
      sum += 0.5 * step * (emissivity[row] + emissivity[row - 1])
      // Trapezia between three nodes per cell against the Gauss rule itself: second order in steps of at most 0.4 of a cell
      // of a field that is random in every one.
      expect(Math.abs(sum / whole - intensity[row] / whole)).toBeLessThan(0.02)
    }
    // The nodes with Gauss's own weights are the same sum: rounding alone.
    const { nodes, weights } = setup.rule
    let gauss = 0
    for (let first = 1; first + nodes.length < profile.rows; first += nodes.length) {
      const half = (distanceKpc[first + 2] - distanceKpc[first]) / (nodes[2] - nodes[0])
      weights.forEach((weight, i) => (gauss += half * weight * emissivity[first + i]))
    }
    expect(gauss / whole).toBeCloseTo(1, 12)
  })

  it('has an emissivity before any absorption', () => {
    const magneticField = new Float64Array(3 * voxelCount(grid)).fill(2)
    const through = (changes: Partial<LineOfSightProblem>) =>
      profileRay(createSetup(problem(changes)), { magneticField }, 0, [1, 0])
    const clear = through({})
    const absorbed = through({ freeFree: { electronTemperatureK: 7000 } })
    const last = clear.rows - 1
    expect(absorbed.emissivity).toEqual(clear.emissivity)
    expect(Math.abs(absorbed.intensity[last] / clear.intensity[last] - 1)).toBeGreaterThan(0.01)
  })

  it('is that of a uniform field at every distance', () => {
    const field: Vector3 = [1.5, -2, 0.5]
    const magneticField = Float64Array.from(
      { length: 3 * voxelCount(grid) },
      (_, i) => field[i % 3],
    )
    const setup = createSetup(problem({ thermalElectronDensity: () => 0.03 }))
    const profile = profileRay(setup, { magneticField }, 0, [1, 0])
    const toward = -(field[0] * direction[0] + field[1] * direction[1] + field[2] * direction[2])
    const square = field[0] ** 2 + field[1] ** 2 + field[2] ** 2
    for (let row = 0; row < profile.rows; row++) {
      const distance = profile.distanceKpc[row]
      expect(profile.parallel[row]).toBeCloseTo(toward, 12)
      expect(profile.strength[row]).toBeCloseTo(Math.sqrt(square), 12)
      expect(profile.perpendicular[row]).toBeCloseTo(Math.sqrt(square - toward ** 2), 12)
      expect(profile.thermal[row]).toBeCloseTo(0.03, 12)
      const depth = RM_CONSTANT_MICROGAUSS * 0.03 * toward * distance
      expect(profile.faradayDepth[row]).toBeCloseTo(depth, 8)
      expect(profile.dispersionMeasure[row]).toBeCloseTo(PC_PER_KPC * 0.03 * distance, 8)
    }
    expect(profile.rows).toBeGreaterThan(20)
    expect(profile.stokesQ).toBeDefined()
  })
})

describe('the emissivity of a uniform medium', () => {
  it.each([
    [3, {}],
    [2.6, {}],
    // What a map of the sky gives each ray.
    [2.6, { spectralIndex: 3, unknowns: ['magneticField', 'raySpectralIndex'] }],
  ] as const)('is I over the length and K_I C B^((p+1)/2), p = %d', (p, changes) => {
    const field: Vector3 = [1.5, -2, 0.5]
    const magneticField = Float64Array.from(
      { length: 3 * voxelCount(grid) },
      (_, i) => field[i % 3],
    )
    const setup = createSetup(
      problem({ spectralIndex: p, cosmicRayDensity: () => 4e-5, ...changes }),
    )
    const unknowns =
      'unknowns' in changes
        ? { magneticField, raySpectralIndex: Float64Array.of(p) }
        : { magneticField }
    const profile = profileRay(setup, unknowns, 0, [0, 1])
    const across = profile.perpendicular[0]
    const { intensity: constant } = emissivityConstantsMicrogauss(1.4, p)
    const expected = constant * 4e-5 * across ** ((p + 1) / 2)
    const last = profile.rows - 1
    for (const [row, value] of profile.emissivity.entries()) {
      expect(value / expected).toBeCloseTo(1, 11)
      const soFar = profile.intensity[row] / (expected * profile.distanceKpc[last])
      expect(soFar).toBeCloseTo(profile.distanceKpc[row] / profile.distanceKpc[last], 11)
    }
  })
})

describe('what a ray has of a voxel', () => {
  const observer = DEFAULT_BOX.observerKpc
  it('is its share of the length: all voxels together have the whole ray', () => {
    const length = 7.3
    let sum = 0
    let moment = 0
    for (let i = 0; i < grid.shape[0]; i++)
      for (let j = 0; j < grid.shape[1]; j++)
        for (let k = 0; k < grid.shape[2]; k++) {
          const voxel: Vector3 = [i, j, k]
          const support = voxelSupport(grid, voxel)
          const path = voxelPath(grid, voxel, support, observer, direction, length)
          sum += path
          moment += path * (-20 + (i + 0.5) * (40 / 9))
        }
    // Weights of a trilinear function sum to one and reproduce the coordinate x, beyond the last centres too.
    expect(sum).toBeCloseTo(length, 12)
    expect(moment).toBeCloseTo(length * observer[0] + (direction[0] * length ** 2) / 2, 11)
  })

  it('is zero away from the ray', () => {
    const voxel = nearestVoxel(grid, [8, -15, 0])
    expect(voxel).toEqual([6, 1, 2])
    const support = voxelSupport(grid, voxel)
    expect(voxelPath(grid, voxel, support, observer, direction, 100)).toBe(0)
  })
})
