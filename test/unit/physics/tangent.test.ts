import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bindDensity, bindDerivatives, resolveModel } from '#shared/fields/index.ts'
import type { MediumDerivatives, Observables, SightlineOptions } from '#shared/physics/index.ts'
import {
  createObservables,
  richardsonDerivative,
  simulateDerivatives,
  simulateSightline,
} from '#shared/physics/index.ts'
import {
  casesOf,
  columns,
  lsaMedium,
  phaseOfScheme,
  rayOfPixel,
  relativeTo,
  sightlineFields,
} from './cases.ts'

const magnetic = ['b0_microgauss', 'psi0_deg', 'psi1_deg', 'chi0_deg'].map((name) => ({ name }))
const thermal = [{ name: 'n1_cm3' }, { name: 'a2_kpc' }]
const cosmic = [{ name: 'h_r_kpc' }]

/** Derivatives of LSA, Cordes 1991 and the WMAP disc with respect to the parameters above. */
function derivativesAt(variant: string, parameters: Record<string, number>): MediumDerivatives {
  const field = bindDerivatives(
    resolveModel('magnetic', { model: 'lsa', variant, parameters }),
    magnetic,
  )
  const electrons = bindDerivatives(
    resolveModel('thermal-electrons', { model: 'cordes91' }),
    thermal,
  )
  const cosmicRays = bindDerivatives(
    resolveModel('cosmic-ray-electrons', { model: 'wmap' }),
    cosmic,
  )
  const [b, n, c] = [new Float64Array(12), new Float64Array(2), new Float64Array(1)]
  return {
    count: 7,
    evaluate([x, y, z_], out) {
      field(x, y, z_, b, 0)
      electrons(x, y, z_, n, 0)
      cosmicRays(x, y, z_, c, 0)
      out.fill(0)
      for (let k = 0; k < 4; k++) for (let i = 0; i < 3; i++) out[5 * k + i] = b[3 * k + i]
      for (let k = 0; k < 2; k++) out[5 * (4 + k) + 3] = n[k]
      out[5 * 6 + 4] = c[0]
    },
  }
}

function flat(seen: Observables): number[] {
  const { I, Q, U, faradayDepth, dispersionMeasure } = seen
  return [I, Q, U]
    .flatMap((stokes) => stokes.map(([value]) => value))
    .concat([faradayDepth[0], dispersionMeasure[0]])
}

describe('derivatives along a ray', () => {
  const rules: [string, Pick<SightlineOptions, 'integrator' | 'phase'>][] = [
    ['panels', { integrator: { rule: 'panels', tolerance: 1e-11 }, phase: 'exact' }],
    ['panels, no rotation', { integrator: { rule: 'panels', tolerance: 1e-11 }, phase: 'off' }],
    ['midpoint, exact', { integrator: { rule: 'midpoint', samples: 200 }, phase: 'exact' }],
    ['midpoint, half-cell', { integrator: { rule: 'midpoint', samples: 200 }, phase: 'half-cell' }],
    [
      'midpoint, first-order',
      { integrator: { rule: 'midpoint', samples: 200 }, phase: 'first-order' },
    ],
    ['midpoint by length', { integrator: { rule: 'midpoint', stepPc: 70 }, phase: 'off' }],
  ]
  const start = { b0_microgauss: 1.3, psi0_deg: 25, psi1_deg: 2, chi0_deg: 20 }

  it.each(rules)('are those of the integrator: %s', (_, rule) => {
    // Pixels high above the plane and toward the centre; p other than 3.
    for (const pixel of [1000, 24448]) {
      const options = { frequenciesGhz: [2.4, 1.1], ...rule }
      const ray = rayOfPixel(pixel)
      const into = Array.from({ length: 7 }, () => createObservables(1, 2))
      const medium = lsaMedium({ ne: 'cordes91' }, 2.7, 'wmap', start)
      simulateDerivatives(medium, derivativesAt('wmap', start), () => ray, options, into, 0, 1)
      magnetic.forEach(({ name }, k) => {
        const at = Object.entries(start).find(([key]) => key === name)?.[1] ?? NaN
        const { values } = richardsonDerivative(
          (value) => {
            const moved = lsaMedium({ ne: 'cordes91' }, 2.7, 'wmap', { ...start, [name]: value })
            return flat(simulateSightline(moved, ray, options))
          },
          at,
          name === 'b0_microgauss' ? 0.01 : 0.3,
        )
        const own = flat(into[k])
        const scale = Math.hypot(...own.slice(0, 6))
        own.slice(0, 6).forEach((value, i) => {
          // The rotation by some 10 rad leaves differences 7 digits of the largest Stokes derivative.
          expect(Math.abs(value - values[i])).toBeLessThan(3e-7 * scale)
        })
        expect(relativeTo(values[6], own[6], values[6])).toBeLessThan(3e-7)
        expect(own[7]).toBe(0)
      })
      // Observables that are linear in a density, and the column of a density's amplitude.
      const electrons = flat(into[4])
      expect(electrons[7]).toBeGreaterThan(0)
      expect(flat(into[6])[0]).toBeGreaterThan(0)
    }
  })

  const freeFree = { electronTemperatureK: 8000 }
  it.each([
    ['panels', { integrator: { rule: 'panels', tolerance: 1e-11 }, phase: 'exact', freeFree }],
    [
      'midpoint',
      { integrator: { rule: 'midpoint', samples: 200 }, phase: 'first-order', freeFree },
    ],
  ] as const)('go through free-free emission and absorption: %s', (_, rule) => {
    // 20 MHz toward the centre is optically thick; nothing rotates at 10 GHz.
    const options: SightlineOptions = { frequenciesGhz: [0.02, 10], ...rule }
    const dim: SightlineOptions =
      rule.integrator.rule === 'panels' ? { ...options, phase: 'off' } : options
    const ray = rayOfPixel(24448)
    const into = Array.from({ length: 7 }, () => createObservables(1, 2))
    const medium = lsaMedium({ ne: 'cordes91' }, 2.7, 'wmap', start)
    simulateDerivatives(medium, derivativesAt('wmap', start), () => ray, dim, into, 0, 1)
    const { values } = richardsonDerivative(
      (n1) => {
        const moved = {
          ...medium,
          thermalElectrons: bindDensity(
            resolveModel('thermal-electrons', { model: 'cordes91', parameters: { n1_cm3: n1 } }),
          ),
        }
        const { I, dispersionMeasure } = simulateSightline(moved, ray, dim)
        return [I[0][0], I[1][0], dispersionMeasure[0]]
      },
      0.025,
      0.0002,
    )
    const { I, dispersionMeasure } = into[4]
    // Differences over a per cent of the density keep some 8 digits.
    expect(relativeTo(values[0], I[0][0], values[0])).toBeLessThan(1e-7)
    expect(relativeTo(values[1], I[1][0], values[1])).toBeLessThan(1e-7)
    expect(relativeTo(values[2], dispersionMeasure[0], values[2])).toBeLessThan(1e-9)
  })
})

describe('V6: exact derivatives with respect to the parameters', () => {
  const schema = z.object({
    ...sightlineFields,
    pixels: z.array(z.int()),
    parameters: z.record(z.string(), z.number()),
    with_respect_to: z.string(),
    columns,
    rel_tol: z.number(),
  })
  it.each(casesOf('gradient', schema))('$id', (entry) => {
    const perUnit = (name: string) => (name.endsWith('_rad') ? 180 / Math.PI : 1)
    const parameters = Object.fromEntries(
      Object.entries(entry.parameters).map(([name, value]) => [
        name.replace(/_rad$/, '_deg'),
        value * perUnit(name),
      ]),
    )
    const name = entry.with_respect_to
    const k = magnetic.findIndex((parameter) => parameter.name === name.replace(/_rad$/, '_deg'))
    const medium = lsaMedium(entry, entry.p, entry.variant, parameters)
    const options: SightlineOptions = {
      frequenciesGhz: [entry.frequency_ghz],
      integrator: { rule: 'midpoint', samples: entry.n_samples },
      phase: phaseOfScheme[entry.scheme],
    }
    const count = entry.pixels.length
    const into = Array.from({ length: 7 }, () => createObservables(count, 1))
    const rayAt = (index: number) => rayOfPixel(entry.pixels[index])
    const derivatives = derivativesAt(entry.variant, parameters)
    simulateDerivatives(medium, derivatives, rayAt, options, into, 0, count)
    const { I, Q, U, faradayDepth } = into[k]
    const sums = [I[0], Q[0], U[0], faradayDepth].map(
      (values) => values.reduce((sum, value) => sum + value, 0) * perUnit(name),
    )
    const { I_K, Q_K, U_K, FD_rad_m2 } = entry.columns
    ;[I_K, Q_K, U_K, FD_rad_m2].forEach((expected, i) => {
      if (expected === undefined) return
      expect(relativeTo(expected, sums[i], expected)).toBeLessThan(entry.rel_tol)
    })
  })
})
