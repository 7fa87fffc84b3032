import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { bindDensity, bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import type { Ray } from '#shared/physics/index.ts'
import type { Medium, PhaseScheme, Vector3 } from '#shared/physics/index.ts'
import { DEFAULT_BOX, boxExit, directionFromPixel } from '#shared/physics/index.ts'

const text = readFileSync(new URL('../../fixtures/physics/cases.json', import.meta.url), 'utf8')
const all = z.array(z.looseObject({ kind: z.string(), id: z.string() })).parse(JSON.parse(text))

/** The cases of a kind, each checked against a schema. */
export function casesOf<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
): z.output<Schema>[] {
  return all.filter((entry) => entry.kind === kind).map((entry) => schema.parse(entry))
}

export const triple = z.tuple([z.number(), z.number(), z.number()])
export const columns = z.object({
  I_K: z.number().optional(),
  Q_K: z.number().optional(),
  U_K: z.number().optional(),
  FD_rad_m2: z.number().optional(),
})
export type Columns = z.output<typeof columns>

/** Fields that sightlines, gradients and likelihoods share. */
export const sightlineFields = {
  id: z.string(),
  variant: z.string(),
  nside: z.literal(64),
  ordering: z.literal('RING'),
  ne: z.enum(['none', 'uniform', 'cordes91']),
  ne_cm3: z.number().optional(),
  frequency_ghz: z.number(),
  p: z.number(),
  n_samples: z.int(),
  scheme: z.enum(['any', 'fixed', 'synax']),
}

export const phaseOfScheme: Readonly<Record<'any' | 'fixed' | 'synax', PhaseScheme>> = {
  any: 'half-cell',
  fixed: 'half-cell',
  synax: 'first-order',
}

export function rayOfPixel(pixel: number): Ray {
  const direction = directionFromPixel(64, 'RING', pixel)
  const { observerKpc: origin, halfSizeKpc } = DEFAULT_BOX
  return { origin, direction, lengthKpc: boxExit(origin, direction, halfSizeKpc) }
}

/** LSA in the WMAP cosmic-ray disc, with the electrons of a case. */
export function lsaMedium(
  ne: { ne: 'none' | 'uniform' | 'cordes91'; ne_cm3?: number },
  p: number,
  variant: string,
  parameters: Record<string, number | Vector3> = {},
): Medium {
  const electrons: Record<string, number> = ne.ne_cm3 === undefined ? {} : { n_e_cm3: ne.ne_cm3 }
  return {
    magneticField: bindMagneticField(
      resolveModel('magnetic', { model: 'lsa', variant, parameters }),
    ),
    thermalElectrons: bindDensity(
      resolveModel('thermal-electrons', { model: ne.ne, parameters: electrons }),
    ),
    cosmicRayElectrons: bindDensity(resolveModel('cosmic-ray-electrons', { model: 'wmap' })),
    spectralIndex: p,
  }
}

/** |computed - expected| relative to a scale. */
export function relativeTo(scale: number, computed: number, expected: number): number {
  if (computed === expected) return 0
  return Math.abs(computed - expected) / Math.abs(scale)
}
