import { describe, expect, it } from 'vitest'
import type { GridGeometry, Medium } from '#shared/physics/index.ts'
import {
  directionFromPixel,
  emissivityConstantsMicrogauss,
  griddedScalarField,
  griddedVectorField,
  simulateSightline,
  synchrotronFMoment,
  voxelCount,
  wavelengthSquared,
} from '#shared/physics/index.ts'
import { RM_CONSTANT_MICROGAUSS } from '#shared/physics/faraday.ts'
import { freeFreeOpacity } from '#shared/physics/free-free.ts'
import {
  createObservables,
  createSetup,
  forwardRays,
  partsOf,
} from '#shared/physics/line-of-sight/index.ts'
import type {
  LineOfSightProblem,
  Observables,
  Unknowns,
} from '#shared/physics/line-of-sight/index.ts'
import { PowerLawEmission } from '#shared/physics/line-of-sight/emission-law.ts'
import { SpectrumEmission } from '#shared/physics/line-of-sight/spectrum-emission.ts'
import { lsaMedium, rayOfPixel, relativeTo } from './cases.ts'

const grid: GridGeometry = { shape: [9, 8, 6], halfSizeKpc: [20, 20, 5] }
const voxels = voxelCount(grid)
const pixels = Array.from({ length: 60 }, (_, i) => 811 * i)
const cosmicRays = lsaMedium({ ne: 'none' }, 3, 'wmap').cosmicRayElectrons

/** Reproducible numbers in (-1, 1) (Lehmer's generator, seeded). */
function noise(length: number, seed: number): Float64Array {
  let state = seed
  return Float64Array.from({ length }, () => {
    state = (state * 48271) % 2147483647
    return (2 * state) / 2147483647 - 1
  })
}

const magneticField = noise(3 * voxels, 1).map((value) => 3 * value)
const thermalElectrons = noise(voxels, 2).map((value) => 0.01 * (1 + value))

function problem(changes: Partial<LineOfSightProblem> = {}): LineOfSightProblem {
  return {
    grid,
    observerKpc: [-8.3, 0, 0.006],
    directions: Float64Array.from(pixels.flatMap((pixel) => directionFromPixel(64, 'RING', pixel))),
    nodesPerCrossing: 3,
    frequenciesGhz: [10, 30],
    spectralIndex: 2.7,
    observables: ['I', 'Q', 'U', 'faraday_depth', 'dispersion_measure'],
    cosmicRayDensity: (x, y, z) => cosmicRays.evaluate([x, y, z]),
    ...changes,
  }
}

function observe(at: LineOfSightProblem, unknowns: Unknowns): Required<Observables> {
  const into = createObservables(at)
  const none = new Float64Array()
  forwardRays(createSetup(at), unknowns, into, 0, at.directions.length / 3)
  return { I: none, Q: none, U: none, faraday_depth: none, dispersion_measure: none, ...into }
}

describe('lines of sight through grids', () => {
  it('see what the sightline integrator sees', () => {
    const seen = observe(problem({ unknowns: ['thermalElectrons'] }), {
      magneticField,
      thermalElectrons,
    })
    const medium: Medium = {
      magneticField: griddedVectorField(grid, magneticField),
      thermalElectrons: griddedScalarField(grid, thermalElectrons),
      // The plain function, without the panel edge that the library's disc asks for near the axis.
      cosmicRayElectrons: { ...cosmicRays, panelEdges: () => [] },
      spectralIndex: 2.7,
    }
    pixels.forEach((pixel, ray) => {
      const expected = simulateSightline(medium, rayOfPixel(pixel), {
        frequenciesGhz: [10, 30],
        integrator: { rule: 'cells', nodes: 3 },
        phase: 'exact',
      })
      // The same sums in another order (nothing is split at these frequencies).
      for (const f of [0, 1]) {
        const at = f * pixels.length + ray
        const intensity = expected.I[f][0]
        expect(relativeTo(intensity, seen.I[at], intensity)).toBeLessThan(1e-13)
        expect(relativeTo(intensity, seen.Q[at], expected.Q[f][0])).toBeLessThan(1e-12)
        expect(relativeTo(intensity, seen.U[at], expected.U[f][0])).toBeLessThan(1e-12)
      }
      const depth = expected.faradayDepth[0]
      expect(relativeTo(10, seen.faraday_depth[ray], depth)).toBeLessThan(1e-12)
      const dispersion = expected.dispersionMeasure[0]
      expect(relativeTo(dispersion, seen.dispersion_measure[ray], dispersion)).toBeLessThan(1e-13)
    })
  })

  it('end where they are told to', () => {
    const limits = new Float64Array(pixels.length).fill(1e9)
    const whole = observe(problem(), { magneticField })
    expect(observe(problem({ maxDistanceKpc: limits }), { magneticField })).toEqual(whole)
    limits[7] = 1
    limits[9] = 0
    const cut = observe(problem({ maxDistanceKpc: limits }), { magneticField })
    expect(cut.I[7]).toBeGreaterThan(0)
    expect(cut.I[7]).toBeLessThan(whole.I[7])
    expect(cut.I[8]).toBe(whole.I[8])
    expect(cut.I[9]).toBe(0)
  })

  it('give a dispersion measure of 1000 n_e times the length in kpc', () => {
    const seen = observe(
      problem({
        thermalElectronDensity: () => 0.03,
        maxDistanceKpc: new Float64Array(60).fill(1.5),
      }),
      { magneticField },
    )
    for (const dm of seen.dispersion_measure) expect(dm).toBeCloseTo(45, 11)
  })

  it('cut crossings where they turn or absorb by more than 1.5', () => {
    expect([0, 1.5, 1.6, 3, 30.1, 1e9, NaN].map((turn) => partsOf(turn, 0))).toEqual([
      1, 1, 2, 2, 21, 4096, 1,
    ])
    expect(partsOf(2, 4)).toBe(3)
  })
})

/** B and n_e the same everywhere: solutions in closed form. */
describe('uniform media', () => {
  const B = [1.5, -2, 0.5]
  const uniform = {
    magneticField: Float64Array.from({ length: 3 * voxels }, (_, n) => B[n % 3]),
  }
  const directions = Float64Array.of(1, 0, 0, 0, -1, 0, 0, 0, 1, 0.6, 0.8, 0)
  const lengths = [28.3, 20, 4.994, 25]
  const fieldOf = (ray: number) => {
    const n = directions.subarray(3 * ray, 3 * ray + 3)
    const outward = B[0] * n[0] + B[1] * n[1] + B[2] * n[2]
    return { los: -outward, perpendicular: Math.sqrt(6.5 - outward ** 2) }
  }

  it.each([0.15, 0.4, 2.4])(
    "are Burn's slab at %d GHz: P = P0 sinc(lambda^2 phi) e^(...)",
    (nu) => {
      const slab = problem({
        directions,
        spectralIndex: 3,
        frequenciesGhz: [nu],
        cosmicRayDensity: () => 50,
        thermalElectronDensity: () => 0.02,
      })
      const still = observe({ ...slab, faradayRotation: false }, uniform)
      const { Q, U, faraday_depth } = observe(slab, uniform)
      for (let ray = 0; ray < 4; ray++) {
        const depth = RM_CONSTANT_MICROGAUSS * 0.02 * fieldOf(ray).los * lengths[ray]
        expect(relativeTo(depth, faraday_depth[ray], depth)).toBeLessThan(1e-12)
        // Burn 1966, eq. 18: depolarised by sinc, turned by half of the depth.
        const half = wavelengthSquared(nu) * depth
        const sinc = Math.sin(half) / half
        const { polarised } = emissivityConstantsMicrogauss(nu, 3)
        const P = polarised * 50 * lengths[ray] * fieldOf(ray).perpendicular ** 2
        expect(Math.hypot(still.Q[ray], still.U[ray]) / P).toBeCloseTo(1, 12)
        const expectedQ = sinc * (still.Q[ray] * Math.cos(half) - still.U[ray] * Math.sin(half))
        const expectedU = sinc * (still.Q[ray] * Math.sin(half) + still.U[ray] * Math.cos(half))
        // Three nodes over at most 1.5 rad: 1e-5 of what is emitted there, and the mean over whole turns cancels more.
        expect(Math.abs(Q[ray] - expectedQ)).toBeLessThan(1e-5 * P)
        expect(Math.abs(U[ray] - expectedU)).toBeLessThan(1e-5 * P)
      }
    },
  )

  it('of thermal electrons alone shine with T (1 - e^-tau)', () => {
    const T = 8000
    const frequenciesGhz = [0.01, 0.03, 0.1, 1]
    const slab = problem({
      directions,
      frequenciesGhz,
      observables: ['I'],
      cosmicRayDensity: () => 0,
      thermalElectronDensity: () => 0.3,
      freeFree: { electronTemperatureK: T },
    })
    const { I } = observe(slab, uniform)
    frequenciesGhz.forEach((nu, f) => {
      for (let ray = 0; ray < 4; ray++) {
        const measure = 0.09 * 1000 * lengths[ray]
        const tau = 3.28e-7 * (T / 1e4) ** -1.35 * nu ** -2.1 * measure
        const expected = -T * Math.expm1(-tau)
        expect(relativeTo(expected, I[4 * f + ray], expected)).toBeLessThan(1e-12)
      }
    })
  })

  it('of both are the emission of a mixed slab, S (1 - e^-tau) / tau, and T (1 - e^-tau)', () => {
    const frequenciesGhz = [0.02, 0.1, 1]
    const slab = problem({
      directions,
      frequenciesGhz,
      spectralIndex: 3,
      cosmicRayDensity: () => 50,
      thermalElectronDensity: () => 0.3,
      faradayRotation: false,
      freeFree: { electronTemperatureK: 8000 },
    })
    const { I, Q, U } = observe(slab, uniform)
    frequenciesGhz.forEach((nu, f) => {
      for (let ray = 0; ray < 4; ray++) {
        const tau = freeFreeOpacity(nu, 8000) * 0.09 * lengths[ray]
        const { intensity, polarised } = emissivityConstantsMicrogauss(nu, 3)
        const column = 50 * lengths[ray] * fieldOf(ray).perpendicular ** 2
        const absorbed = -Math.expm1(-tau) / tau
        const expected = intensity * column * absorbed - 8000 * Math.expm1(-tau)
        // Parts of at most tau = 1.5: three nodes integrate e^-tau to 1e-5 of a part's emission.
        expect(relativeTo(expected, I[4 * f + ray], expected)).toBeLessThan(1e-5)
        const P = polarised * column * absorbed
        const seen = Math.hypot(Q[4 * f + ray], U[4 * f + ray])
        expect(relativeTo(P, seen, P)).toBeLessThan(1e-5)
      }
    })
  })

  it('behind a slab of optical depth tau are dimmed by e^-tau, in front of it they are not', () => {
    // Along +x from the observer at x = -8.3: electrons between -4 and 0, synchrotron beyond 3 or before -4.
    const inSlab = (x: number) => x > -4 && x < 0
    const seen = (emits: (x: number) => boolean, electrons: number) => {
      // Planes of the lattice at every whole x, so that all is smooth in every crossing.
      const fine: GridGeometry = { shape: [41, 2, 2], halfSizeKpc: [20.5, 20, 5] }
      const at = problem({
        grid: fine,
        observerKpc: [-8.3, 0, 0],
        directions: Float64Array.of(1, 0, 0),
        frequenciesGhz: [0.03],
        observables: ['I'],
        cosmicRayDensity: (x) => (emits(x) ? 50 : 0),
        thermalElectronDensity: (x) => (inSlab(x) ? electrons : 0),
        freeFree: { electronTemperatureK: 8000 },
      })
      const field = Float64Array.from({ length: 3 * voxelCount(fine) }, (_, n) => B[n % 3])
      return observe(at, { magneticField: field }).I[0]
    }
    const tau = freeFreeOpacity(0.03, 8000) * 0.25 * 4
    const own = -8000 * Math.expm1(-tau)
    for (const [emits, dimming] of [
      [(x: number) => x > 3, Math.exp(-tau)],
      [(x: number) => x < -4, 1],
    ] as const) {
      const free = seen(emits, 0)
      const expected = free * dimming + own
      expect(relativeTo(expected, seen(emits, 0.5), expected)).toBeLessThan(1e-12)
    }
    expect(tau).toBeGreaterThan(0.5)
  })
})

describe('spectra of cosmic-ray electrons', () => {
  const frequencies = [0.03, 0.408, 2.4, 30]

  it.each([2.4, 3, 4.2])('that are a power law give K_I b^((p+1)/2), p = %d', (p) => {
    // To 1e11, so that what is missing beyond is below 1e-9 for p > 2.
    const gamma = Float64Array.of(1, 30, 1e4, 1e11)
    const shape = gamma.map((g) => g ** -p)
    const numeric = new SpectrumEmission(frequencies, { gamma, shape })
    const analytic = new PowerLawEmission(frequencies)
    for (const field of [0.1, 0.7, 3, 5.1, 20, 300]) {
      numeric.differentiate(field ** 2)
      analytic.differentiate(field ** 2, p)
      for (const name of [
        'intensity',
        'polarised',
        'intensityBySquare',
        ...(p === 3 ? [] : (['polarisedBySquare'] as const)),
      ] as const) {
        frequencies.forEach((_, f) => {
          // Interpolation of the tables and eight nodes per half e-fold of gamma: 1e-9 measured.
          expect(numeric[name][f] / analytic[name][f]).toBeCloseTo(1, 7)
        })
      }
    }
  })

  it('of electrons at one energy emit F and G (V1: their moments)', () => {
    // N = C between two close gammas; summed over frequency nu^mu the emissivity is the moment of F.
    const gamma = 1e4
    const width = 1e-4
    const spectrum = {
      gamma: Float64Array.of(gamma * Math.exp(-width / 2), gamma * Math.exp(width / 2)),
      shape: Float64Array.of(1, 1),
    }
    // Critical frequency for 1 microgauss: 4.1989 Hz gamma^2 (3 e / (4 pi m)).
    const critical = 4.198867e-9 * gamma ** 2
    const step = 0.02
    const logs = Array.from({ length: 1600 }, (_, n) => -28 + n * step)
    const law = new SpectrumEmission(
      logs.map((x) => critical * Math.exp(x)),
      spectrum,
    )
    law.evaluate(1)
    // In kelvin j is over nu^2, so that x^(mu + 1) dlnx comes with x^2.
    const moment = (mu: number, end: number): number =>
      logs.reduce((sum, x, n) => {
        const value = x > end ? 0 : law.intensity[n] * Math.exp(x * (mu + 3))
        return sum + step * value
      }, 0)
    for (const mu of [0.5, 1]) {
      const ratio = moment(mu, 4) / moment(0, 4)
      const expected = synchrotronFMoment(mu) / synchrotronFMoment(0)
      expect(ratio / expected).toBeCloseTo(1, 5)
    }
  })

  it('that end emit nothing at frequencies far beyond their last gamma', () => {
    const law = new SpectrumEmission([0.01, 1e4], {
      gamma: Float64Array.of(1e3, 1e4),
      shape: Float64Array.of(1, 1e-3),
    })
    law.differentiate(1)
    expect(law.intensity[0]).toBeGreaterThan(0)
    expect([law.intensity[1], law.polarised[1], law.intensityBySquare[1]]).toEqual([0, 0, 0])
  })
})
