import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  KPC_M,
  RM_CONSTANT,
  RM_CONSTANT_SYNAX,
  emissivityConstants,
  emissivityConstantsMicrogauss,
  polarisationFraction,
  synchrotronF,
  synchrotronFMoment,
  synchrotronG,
  synchrotronGMoment,
  thermodynamicOverRayleighJeans,
} from '#shared/physics/index.ts'
import { freeFreeOpacity } from '#shared/physics/free-free.ts'
import { digamma, gamma } from '#shared/physics/special-functions.ts'
import { emissivityLogSlopes } from '#shared/physics/synchrotron.ts'
import { tabulated } from '#shared/physics/tabulated.ts'
import { casesOf, relativeTo } from './cases.ts'

/** The published K_I and K_P were made with a kiloparsec of 3.08567758e19 m. */
const kpcRatio = KPC_M / 3.08567758e19

describe('V1: constants and unit emissivity', () => {
  const emissivity = z.object({
    id: z.string(),
    frequency_ghz: z.number(),
    p: z.number(),
    K_I: z.number().optional(),
    K_P: z.number().optional(),
    rel_tol: z.number(),
  })
  it.each(casesOf('emissivity-constant', emissivity))('$id', (entry) => {
    const computed = emissivityConstants(entry.frequency_ghz, entry.p)
    for (const [value, expected] of [
      [computed.intensity, entry.K_I],
      [computed.polarised, entry.K_P],
    ] as const) {
      if (expected === undefined) continue
      expect(relativeTo(expected, value, expected * kpcRatio)).toBeLessThan(entry.rel_tol)
    }
  })

  it('gives the rotation measure constants', () => {
    // The first is printed to 12 digits.
    expect(relativeTo(1, RM_CONSTANT / 811901164.165, 1)).toBeLessThan(1e-12)
    expect(relativeTo(1, RM_CONSTANT_SYNAX / 810407283.1937842, 1)).toBeLessThan(1e-12)
  })

  it('gives the brightness of 4 kpc of 6 microgauss, in both units of the field', () => {
    const c = 40.13285414950239
    const gauss = emissivityConstants(2.4, 3)
    const expected = 0.2651310882305442 * kpcRatio
    expect(relativeTo(expected, gauss.intensity * 6e-6 ** 2 * c * 4, expected)).toBeLessThan(1e-12)
    const micro = emissivityConstantsMicrogauss(2.4, 3)
    expect(relativeTo(expected, micro.intensity * 36 * c * 4, expected)).toBeLessThan(1e-12)
    const polarised = 0.19884831617290813 * kpcRatio
    expect(relativeTo(polarised, micro.polarised * 36 * c * 4, polarised)).toBeLessThan(1e-12)
  })

  it('gives the polarised fraction', () => {
    expect(polarisationFraction(2.5)).toBeCloseTo(0.724137931, 10)
    expect(polarisationFraction(3)).toBe(0.75)
    expect(polarisationFraction(3.2)).toBeCloseTo(0.7590361446, 10)
  })

  it('converts between thermodynamic and Rayleigh-Jeans temperature', () => {
    // Printed to 10 decimals, for T0 = 2.725 K.
    expect(thermodynamicOverRayleighJeans(2.4, 2.725)).toBeCloseTo(1.0001488948, 9)
  })

  it('refuses a spectral index or frequency that has no emission', () => {
    expect(() => emissivityConstants(0.408, 1)).toThrow(/spectral_index/)
    expect(() => emissivityConstants(0, 3)).toThrow(/GHz/)
    expect(() => emissivityConstants(Number.NaN, 3)).toThrow(/GHz/)
  })
})

describe('V1: synchrotron functions', () => {
  const functions = z.object({ x: z.number(), F: z.number(), G: z.number(), rel_tol: z.number() })
  it.each(casesOf('synchrotron-function', functions))('x = $x', ({ x, F, G, rel_tol }) => {
    expect(relativeTo(F, synchrotronF(x), F)).toBeLessThan(rel_tol)
    expect(relativeTo(G, synchrotronG(x), G)).toBeLessThan(rel_tol)
  })

  it.each([
    // x K_2/3(x) of scipy.special.kv.
    [1e-6, 0.01074764108110855],
    [30, 6.444226693673317e-13],
    [100, 4.666936458728048e-43],
  ])('G(%d) at the ends of the range', (x, expected) => {
    expect(relativeTo(expected, synchrotronG(x), expected)).toBeLessThan(1e-12)
  })

  it('is zero at zero, and refuses what is outside', () => {
    expect(synchrotronF(0)).toBe(0)
    expect(synchrotronG(0)).toBe(0)
    expect(() => synchrotronG(Infinity)).toThrow(RangeError)
    expect(() => synchrotronF(-1)).toThrow(RangeError)
    expect(() => synchrotronG(Number.NaN)).toThrow(RangeError)
  })

  it.each([
    [0, 1.6122661015415272, 1.209199576156145],
    [0.5, 1.6861507840485903, 1.3311716716173083],
    [1, 2.1331801968819586, 1.7453292519943298],
  ])('moment %d', (mu, f, g) => {
    // The published values and the gamma function are both good to a few units of the last place.
    expect(relativeTo(f, synchrotronFMoment(mu), f)).toBeLessThan(1e-14)
    expect(relativeTo(g, synchrotronGMoment(mu), g)).toBeLessThan(1e-14)
  })
})

describe('gamma function', () => {
  it.each([
    // scipy.special.gamma
    [0.1, 9.513507698668732],
    [0.5, 1.7724538509055159],
    [2 / 3, 1.3541179394264005],
    [1, 1],
    [23 / 12, 0.9675843510790109],
    [7 / 3, 1.190639348758999],
    [4.5, 11.63172839656745],
    [17.25, 42249866656927.03],
  ])('of %d', (z, expected) => {
    expect(relativeTo(expected, gamma(z), expected)).toBeLessThan(1e-14)
  })
  it('refuses what it does not compute', () => {
    expect(() => gamma(0)).toThrow(RangeError)
    expect(() => gamma(-0.5)).toThrow(RangeError)
  })
})

describe('digamma', () => {
  it('has its known values', () => {
    // -Euler's gamma; that minus 2 ln 2; that plus 1 + 1/2 + ... + 1/9.
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 14)
    expect(digamma(0.5)).toBeCloseTo(-1.9635100260214235, 14)
    expect(digamma(10)).toBeCloseTo(2.2517525890667211, 14)
    expect(() => digamma(0)).toThrow(RangeError)
  })

  it('is the derivative of ln gamma', () => {
    for (const z of [0.17, 0.9, 2.3, 7.7, 15]) {
      const h = 1e-4 * z
      const slope = (Math.log(gamma(z + h)) - Math.log(gamma(z - h))) / (2 * h)
      // Third derivatives times h^2 / 6.
      expect(Math.abs(digamma(z) - slope)).toBeLessThan(1e-7 * Math.max(1, Math.abs(slope)))
    }
  })
})

describe('derivatives of K_I and K_P by the spectral index', () => {
  it.each([1.4, 2.5, 3, 4.6])('are those of central differences at p = %d', (p) => {
    const h = 1e-4
    const above = emissivityConstantsMicrogauss(0.408, p + h)
    const below = emissivityConstantsMicrogauss(0.408, p - h)
    const slopes = emissivityLogSlopes(0.408, p)
    for (const name of ['intensity', 'polarised'] as const) {
      const slope = (Math.log(above[name]) - Math.log(below[name])) / (2 * h)
      expect(slopes[name]).toBeCloseTo(slope, 6)
    }
  })
})

describe('tabulated functions', () => {
  it('are good to the fourth power of the step, with the slope of the interpolant', () => {
    const step = 0.1
    const table = tabulated(
      -1,
      step,
      Float64Array.from({ length: 31 }, (_, n) => Math.exp(-1 + n * step)),
    )
    for (const x of [-0.93, 0.03, 0.555, 1.21, 1.97]) {
      table.at(x)
      expect(Math.abs(table.value / Math.exp(x) - 1)).toBeLessThan(1e-6)
      const { slope } = table
      table.at(x + 1e-6)
      const above = table.value
      table.at(x - 1e-6)
      expect((above - table.value) / 2e-6 / slope).toBeCloseTo(1, 4)
    }
    table.at(3)
    expect(table.value).toBeCloseTo(2 * Math.exp(2), 2)
    expect(() => tabulated(0, 1, new Float64Array(4))).toThrow(/at least 5/)
  })
})

describe('free-free opacity', () => {
  it('is that of ULSA: 2.9128e-6 for 1 pc cm^-6 at 8000 K and 408 MHz', () => {
    // Per kpc of 1 cm^-3: 1000 pc cm^-6.
    expect(freeFreeOpacity(0.408, 8000) / 1000 / 2.9128359e-6).toBeCloseTo(1, 7)
  })
})
