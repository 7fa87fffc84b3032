import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Medium } from '#shared/physics/index.ts'
import { richardsonDerivative, simulateSightline } from '#shared/physics/index.ts'
import { casesOf, columns, lsaMedium, phaseOfScheme, rayOfPixel, relativeTo } from './cases.ts'
import { sightlineFields } from './cases.ts'

const pixelsAndParameters = {
  pixels: z.array(z.int()),
  parameters: z.record(z.string(), z.number()),
}

interface Setting {
  frequency_ghz: number
  n_samples: number
  scheme: 'any' | 'fixed' | 'synax'
}

function midpoint(medium: Medium, pixel: number, entry: Setting) {
  const seen = simulateSightline(medium, rayOfPixel(pixel), {
    frequenciesGhz: [entry.frequency_ghz],
    integrator: { rule: 'midpoint', samples: entry.n_samples },
    phase: phaseOfScheme[entry.scheme],
  })
  return [seen.I[0][0], seen.Q[0][0], seen.U[0][0], seen.faradayDepth[0]]
}

/** The cases give angles in rad, the models take degrees. */
function inDegrees(parameters: Record<string, number>): Record<string, number> {
  const converted = Object.entries(parameters).map(([name, value]) =>
    name.endsWith('_rad')
      ? [name.replace(/_rad$/, '_deg'), (value * 180) / Math.PI]
      : [name, value],
  )
  return Object.fromEntries(converted)
}

describe('V6: logarithmic spiral, midpoint samples', () => {
  const schema = z.object({
    ...sightlineFields,
    model_parameters: z.record(z.string(), z.number()),
    pixel: z.int(),
    columns,
    rel_tol: z.number(),
  })
  it.each(casesOf('sightline', schema))('$id', (entry) => {
    const medium = lsaMedium(entry, entry.p, entry.variant, entry.model_parameters)
    const [I, Q, U, depth] = midpoint(medium, entry.pixel, entry)
    const expected = entry.columns
    const polarised = Math.hypot(expected.Q_K ?? 0, expected.U_K ?? 0)
    if (expected.I_K !== undefined) {
      expect(relativeTo(expected.I_K, I, expected.I_K)).toBeLessThan(entry.rel_tol)
    }
    if (expected.Q_K !== undefined && expected.U_K !== undefined) {
      expect(relativeTo(polarised, Q, expected.Q_K)).toBeLessThan(entry.rel_tol)
      expect(relativeTo(polarised, U, expected.U_K)).toBeLessThan(entry.rel_tol)
    }
    if (expected.FD_rad_m2 !== undefined) {
      const scale = expected.FD_rad_m2
      expect(relativeTo(scale, depth, expected.FD_rad_m2)).toBeLessThan(entry.rel_tol)
    }
  })
})

describe('V6: derivatives with respect to the parameters', () => {
  const schema = z.object({
    ...sightlineFields,
    ...pixelsAndParameters,
    with_respect_to: z.string(),
    columns,
    rel_tol: z.number(),
  })
  it.each(casesOf('gradient', schema))('$id', (entry) => {
    const at = entry.parameters[entry.with_respect_to]
    const { values } = richardsonDerivative(
      (value) => {
        const parameters = inDegrees({ ...entry.parameters, [entry.with_respect_to]: value })
        const medium = lsaMedium(entry, entry.p, entry.variant, parameters)
        const sum = new Float64Array(4)
        for (const pixel of entry.pixels) {
          midpoint(medium, pixel, entry).forEach((column, i) => (sum[i] += column))
        }
        return sum
      },
      at,
      0.02,
    )
    const { I_K, Q_K, U_K, FD_rad_m2 } = entry.columns
    ;[I_K, Q_K, U_K, FD_rad_m2].forEach((expected, i) => {
      if (expected === undefined) return
      expect(relativeTo(expected, values[i], expected)).toBeLessThan(entry.rel_tol)
    })
  })
})

describe('V6: likelihood', () => {
  const fields = {
    ...sightlineFields,
    ...pixelsAndParameters,
    truth_parameters: z.record(z.string(), z.number()),
    sigma_K: z.number(),
    value: z.number(),
    rel_tol: z.number(),
  }
  const schema = z.object(fields)
  const gradientSchema = z.object({ ...fields, with_respect_to: z.string() })

  function likelihood(entry: z.output<typeof schema>, parameters: Record<string, number>): number {
    const model = lsaMedium(entry, entry.p, entry.variant, inDegrees(parameters))
    const truth = lsaMedium(entry, entry.p, entry.variant, inDegrees(entry.truth_parameters))
    let sum = 0
    for (const pixel of entry.pixels) {
      const [, q, u] = midpoint(model, pixel, entry)
      const [, qTrue, uTrue] = midpoint(truth, pixel, entry)
      sum += ((q - qTrue) ** 2 + (u - uTrue) ** 2) / (2 * entry.sigma_K ** 2)
    }
    return sum
  }

  it.each(casesOf('likelihood', schema))('$id', (entry) => {
    const value = likelihood(entry, entry.parameters)
    expect(relativeTo(entry.value, value, entry.value)).toBeLessThan(entry.rel_tol)
  })
  it.each(casesOf('likelihood-gradient', gradientSchema))('$id', (entry) => {
    const name = entry.with_respect_to
    const { values } = richardsonDerivative(
      (value) => [likelihood(entry, { ...entry.parameters, [name]: value })],
      entry.parameters[name],
      0.02,
    )
    expect(relativeTo(entry.value, values[0], entry.value)).toBeLessThan(entry.rel_tol)
  })
})
