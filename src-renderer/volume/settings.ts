import { z } from 'zod'

/** What a session keeps of the volume. Whatever cannot be read takes its default. */

/** Of seeds: least and greatest length, how far from the centre, and how many there may be. */
export const seedLimits = { shortestKpc: 0.1, furthestKpc: 1000, most: 200 } as const

const kpc = z.number().min(-seedLimits.furthestKpc).max(seedLimits.furthestKpc)
const lengthKpc = z.number().min(seedLimits.shortestKpc).max(seedLimits.furthestKpc)
const point = z.tuple([kpc, kpc, kpc])

const orbit = z.object({
  azimuthDeg: z.number(),
  elevationDeg: z.number().min(-90).max(90),
  distanceKpc: z.number().positive(),
  focalKpc: point,
})

export const seedKinds = ['ring', 'line', 'plane', 'points'] as const

/** Where field lines begin. Each kind keeps its own place. */
const seeds = z.object({
  kind: z.enum(seedKinds).catch('ring'),
  /** Of ring and line; a plane has about as many. */
  count: z.int().min(1).max(seedLimits.most).catch(24),
  /** About the Galactic axis. */
  ring: z.object({ radiusKpc: lengthKpc, zKpc: kpc }).catch({ radiusKpc: 8.3, zKpc: 0 }),
  line: z.object({ from: point, to: point }).catch({ from: [-15, 0, 0], to: [15, 0, 0] }),
  /** A square parallel to the Galactic plane, from its middle to its edges. */
  plane: z.object({ centre: point, halfKpc: lengthKpc }).catch({ centre: [0, 0, 0], halfKpc: 10 }),
  points: z.array(point).max(seedLimits.most).catch([]),
})
export type SeedSettings = z.output<typeof seeds>

const volumeOverlays = ['circles', 'arms', 'marks', 'box', 'cursor'] as const
export type VolumeOverlayName = (typeof volumeOverlays)[number]

export const arrowDensities = ['few', 'medium', 'many'] as const

/** A place of the camera under a name. */
const bookmark = z.object({ name: z.string().min(1).max(60), orbit })

export const volumeSettings = z.object({
  volume: z.boolean().catch(true),
  surface: z.boolean().catch(false),
  arrows: z.boolean().catch(false),
  lines: z.boolean().catch(false),
  /** Where on the scale of the colours the isosurface is, 0 to 1. */
  surfaceLevel: z.number().min(0).max(1).catch(0.5),
  /** Part of the scale below which the volume is not drawn. */
  hiddenBelow: z.number().min(0).max(0.95).catch(0.1),
  /** Of |B| in the colours of arrows and lines, microgauss; null: from the values. */
  strengthLimits: z.tuple([z.number(), z.number()]).nullable().catch(null),
  arrowDensity: z.enum(arrowDensities).catch('medium'),
  overlays: z.array(z.enum(volumeOverlays)).catch(['circles', 'marks', 'box', 'cursor']),
  seeds: seeds.catch(seeds.parse({})),
  bookmarks: z.array(bookmark).max(40).catch([]),
  /** null: the view that shows the whole box. */
  camera: orbit.nullable().catch(null),
})
export type VolumeSettings = z.output<typeof volumeSettings>

export const defaultVolumeSettings = (): VolumeSettings => volumeSettings.parse({})
