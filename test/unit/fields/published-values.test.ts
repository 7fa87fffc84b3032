import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bindDensity, bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import type { Medium, Ray } from '#shared/physics/index.ts'
import {
  DEFAULT_BOX,
  along,
  directionFromGalactic,
  norm,
  simulateSightline,
} from '#shared/physics/index.ts'
import { columns, rayOfPixel, relativeTo, triple } from '../physics/cases.ts'

const text = readFileSync(new URL('../../fixtures/physics/models.json', import.meta.url), 'utf8')
const entries = z
  .array(z.looseObject({ kind: z.string(), id: z.string(), skip: z.string().optional() }))
  .parse(JSON.parse(text))

function casesOf<Schema extends z.ZodType>(kind: string, schema: Schema): z.output<Schema>[] {
  return entries
    .filter((entry) => entry.kind === kind && entry.skip === undefined)
    .map((entry) => schema.parse(entry))
}

function magnetic(model: string, variant: string | undefined) {
  return bindMagneticField(resolveModel('magnetic', { model, variant }))
}

describe('fields at points against the published codes', () => {
  const schema = z.object({
    id: z.string(),
    model: z.string(),
    variant: z.string().optional(),
    position_kpc: triple,
    B_microgauss: triple,
    rel_tol: z.number(),
  })
  it.each(casesOf('field-point', schema))('$id', (entry) => {
    const field = magnetic(entry.model, entry.variant)
    const value = field.evaluate(entry.position_kpc)
    const tolerance = entry.rel_tol * norm(entry.B_microgauss) + 1e-12
    value.forEach((component, i) => {
      expect(Math.abs(component - entry.B_microgauss[i])).toBeLessThan(tolerance)
    })
  })
})

describe('V10: sightlines through the published fields', () => {
  const schema = z.object({
    id: z.string(),
    model: z.string(),
    variant: z.string().optional(),
    pixel: z.int(),
    ne: z.enum(['none', 'cordes91', 'ymw16']),
    frequency_ghz: z.number(),
    p: z.number(),
    n_samples: z.int(),
    columns,
    rel_tol: z.union([z.number(), z.record(z.string(), z.number())]),
  })
  it.each(casesOf('sightline', schema))('$id', (entry) => {
    const medium: Medium = {
      magneticField: magnetic(entry.model, entry.variant),
      thermalElectrons: bindDensity(resolveModel('thermal-electrons', { model: entry.ne })),
      cosmicRayElectrons: bindDensity(resolveModel('cosmic-ray-electrons', { model: 'wmap' })),
      spectralIndex: entry.p,
    }
    const seen = simulateSightline(medium, rayOfPixel(entry.pixel), {
      frequenciesGhz: [entry.frequency_ghz],
      integrator: { rule: 'midpoint', samples: entry.n_samples },
      phase: 'half-cell',
    })
    const { I_K, Q_K, U_K, FD_rad_m2 } = entry.columns
    const polarised = Math.hypot(Q_K ?? 0, U_K ?? 0)
    const tolerance = (column: string) =>
      typeof entry.rel_tol === 'number' ? entry.rel_tol : entry.rel_tol[column]
    const check = (column: string, value: number, expected: number | undefined, scale: number) => {
      if (expected === undefined) return
      expect(relativeTo(scale, value, expected), column).toBeLessThan(tolerance(column))
    }
    check('I_K', seen.I[0][0], I_K, I_K ?? 1)
    check('Q_K', seen.Q[0][0], Q_K, polarised)
    check('U_K', seen.U[0][0], U_K, polarised)
    check('FD_rad_m2', seen.faradayDepth[0], FD_rad_m2, FD_rad_m2 ?? 1)
  })
})

describe('V11: electron density of YMW16', () => {
  const density = bindDensity(resolveModel('thermal-electrons', { model: 'ymw16' }))
  const pointSchema = z.object({
    id: z.string(),
    position_kpc: triple,
    value_cm3: z.number(),
    rel_tol: z.number(),
  })
  it.each(casesOf('ne-point', pointSchema))('$id', ({ position_kpc, value_cm3, rel_tol }) => {
    const value = density.evaluate(position_kpc)
    expect(relativeTo(value_cm3, value, value_cm3)).toBeLessThan(rel_tol)
  })

  function dispersionMeasure(ray: Ray, samples: number): number {
    let sum = 0
    for (let k = 0; k < samples; k++) {
      const at = along(ray.origin, ray.direction, (ray.lengthKpc * (k + 0.5)) / samples)
      sum += density.evaluate(at)
    }
    return (1000 * ray.lengthKpc * sum) / samples
  }

  const dmSchema = z.object({
    id: z.string(),
    l_deg: z.number(),
    b_deg: z.number(),
    distance_pc: z.number(),
    dm: z.number(),
    abs_tol: z.number(),
  })
  it.each(casesOf('dm', dmSchema))('$id', ({ l_deg, b_deg, distance_pc, dm, abs_tol }) => {
    const direction = directionFromGalactic(l_deg, b_deg)
    const ray = { origin: DEFAULT_BOX.observerKpc, direction, lengthKpc: distance_pc / 1000 }
    // The steps of the official integrator: 5 pc, or 200 of them below 1 kpc.
    const samples = distance_pc < 1000 ? 200 : distance_pc / 5
    expect(Math.abs(dispersionMeasure(ray, samples) - dm)).toBeLessThan(abs_tol)
  })

  const edgeSchema = z.object({
    id: z.string(),
    pixel: z.int(),
    n_samples: z.int(),
    dm: z.number(),
    rel_tol: z.number(),
  })
  it.each(casesOf('dm-to-box-edge', edgeSchema))('$id', ({ pixel, n_samples, dm, rel_tol }) => {
    const value = dispersionMeasure(rayOfPixel(pixel), n_samples)
    expect(relativeTo(dm, value, dm)).toBeLessThan(rel_tol)
  })
})
