import { describe, expect, it } from 'vitest'
import { bindDensity, bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import type { IntegrationRule, Medium, Ray } from '#shared/physics/index.ts'
import {
  emissivityConstantsMicrogauss,
  griddedScalarField,
  simulateSightline,
} from '#shared/physics/index.ts'
import { freeFreeOpacity } from '#shared/physics/free-free.ts'

const observerKpc = [0, 0, 0] as const
const context = { observerKpc: [...observerKpc] as [number, number, number] }
const ray: Ray = { origin: [0, 0, 0], direction: [1, 0, 0], lengthKpc: 5 }
const temperature = 8000
const frequencyGhz = 0.408

/** Thermal electrons in a sphere of 1 kpc about the observer, synchrotron emission along the whole ray. */
function medium(density: number, field = 0): Medium {
  const uniform = { model: 'uniform', parameters: { n_e_cm3: density, radius_kpc: 1 } }
  return {
    magneticField: bindMagneticField(
      resolveModel('magnetic', { model: 'uniform', parameters: { B_microgauss: [0, field, 0] } }),
      context,
    ),
    thermalElectrons: bindDensity(resolveModel('thermal-electrons', uniform), context),
    cosmicRayElectrons: bindDensity(
      resolveModel('cosmic-ray-electrons', { model: 'uniform', parameters: { C_m3: 1 } }),
      context,
    ),
    spectralIndex: 3,
  }
}

function see(of: Medium, integrator: IntegrationRule) {
  const freeFree = { electronTemperatureK: temperature }
  const { I, Q } = simulateSightline(of, ray, {
    frequenciesGhz: [frequencyGhz],
    integrator,
    phase: 'exact',
    freeFree,
  })
  return { I: I[0][0], Q: Q[0][0] }
}

const rules: [string, IntegrationRule, number][] = [
  ['adaptive panels', { rule: 'panels', tolerance: 1e-10 }, 1e-9],
  // Five thousand samples per kpc of the slab: the rest is of second order in the step.
  ['the midpoint rule', { rule: 'midpoint', samples: 25_000 }, 1e-6],
]

describe('free-free optical depth', () => {
  it('is that of the practical formula', () => {
    // V12: an emission measure of 1 pc cm^-6 at 8000 K and 408 MHz; a kiloparsec of n_e = 1 has 1000 of them.
    expect(freeFreeOpacity(0.408, 8000) / 1000).toBeCloseTo(2.9128359e-6, 13)
  })
})

describe.each(rules)('%s', (_name, integrator, tolerance) => {
  it.each([0.01, 1, 30])('sees a slab of optical depth %f as T (1 - exp(-tau))', (tau) => {
    const density = Math.sqrt(tau / freeFreeOpacity(frequencyGhz, temperature))
    const expected = -temperature * Math.expm1(-tau)
    expect(Math.abs(see(medium(density), integrator).I / expected - 1)).toBeLessThan(tolerance)
  })

  it('sees synchrotron emission inside and behind the slab weakened, not that in front of it', () => {
    const tau = 1.7
    const density = Math.sqrt(tau / freeFreeOpacity(frequencyGhz, temperature))
    const field = 3
    const perKpc = emissivityConstantsMicrogauss(frequencyGhz, 3).intensity * field ** 2
    // 1 kpc inside: the mean of exp(-tau s); 4 kpc behind.
    const expected =
      -temperature * Math.expm1(-tau) + perKpc * (-Math.expm1(-tau) / tau + 4 * Math.exp(-tau))
    const { I, Q } = see(medium(density, field), integrator)
    expect(Math.abs(I / expected - 1)).toBeLessThan(tolerance)
    const polarised = 0.75 * perKpc * (-Math.expm1(-tau) / tau + 4 * Math.exp(-tau))
    expect(Math.abs(Math.abs(Q) / polarised - 1)).toBeLessThan(tolerance)
  })
})

describe('cells', () => {
  it('split a thick crossing', () => {
    const grid = {
      shape: [4, 4, 4] as [number, number, number],
      halfSizeKpc: [5, 5, 5] as [number, number, number],
    }
    const tau = 20
    const density = Math.sqrt(tau / 5 / freeFreeOpacity(frequencyGhz, temperature))
    const gridded: Medium = {
      ...medium(0, 2),
      thermalElectrons: griddedScalarField(grid, new Float64Array(64).fill(density)),
    }
    const perKpc = emissivityConstantsMicrogauss(frequencyGhz, 3).intensity * 4
    const expected = -Math.expm1(-tau) * (temperature + (perKpc * 5) / tau)
    // Three nodes in parts of optical depth 0.5.
    expect(Math.abs(see(gridded, { rule: 'cells', nodes: 3 }).I / expected - 1)).toBeLessThan(1e-6)
  })

  it('tend to the sum of both emissions where nothing is absorbed', () => {
    const seen = see(medium(1e-4, 3), { rule: 'panels', tolerance: 1e-10 })
    const depth = freeFreeOpacity(frequencyGhz, temperature) * 1e-8
    const perKpc = emissivityConstantsMicrogauss(frequencyGhz, 3).intensity * 9
    // Of first order in the optical depth, 3e-11.
    expect(seen.I / (temperature * depth + 5 * perKpc)).toBeCloseTo(1, 9)
  })
})
