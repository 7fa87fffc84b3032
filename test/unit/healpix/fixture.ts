import { readFileSync } from 'node:fs'
import { z } from 'zod'

const pixel = z.object({
  nside: z.number(),
  ring: z.number(),
  theta: z.number(),
  phi: z.number(),
  vec: z.array(z.number()),
  nest: z.number().optional(),
  neighbours_nest: z.array(z.number()).optional(),
  neighbours_ring: z.array(z.number()),
})

const point = z.object({
  nside: z.number(),
  theta: z.number(),
  phi: z.number(),
  ring: z.number(),
  nest: z.number().optional(),
  interpolation_pixels: z.array(z.number()),
  interpolation_weights: z.array(z.number()),
})

const disc = z.object({
  nside: z.number(),
  vec: z.tuple([z.number(), z.number(), z.number()]),
  radius: z.number(),
  centres: z.array(z.number()).nullable(),
  inclusive_count: z.number(),
  overlap: z.array(z.number()).nullable(),
})

const values = z.array(z.number().nullable())

const resolution = z.object({
  ordering: z.enum(['RING', 'NESTED']),
  nside: z.number(),
  map: values,
  degraded: z.record(z.string(), values),
  upgraded_16_moment: z.number(),
})

const polygon = z.object({
  nside: z.number(),
  corners: z.array(z.tuple([z.number(), z.number()])),
  runs: z.array(z.tuple([z.number(), z.number()])),
})

const schema = z.object({
  max_pixel_radius: z.record(z.string(), z.number()),
  pixels: z.array(pixel),
  points: z.array(point),
  discs: z.array(disc),
  resolution: z.array(resolution),
  polygons: z.array(polygon),
})

/** Values of healpy, written by test/tools/make-healpix-fixtures.py. */
export function healpyValues() {
  const url = new URL('../../fixtures/healpix/healpy.json', import.meta.url)
  return schema.parse(JSON.parse(readFileSync(url, 'utf8')))
}

/** A reproducible stream of numbers in [0, 1): Weyl sequence, good enough to scatter points. */
export function scatter(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0.6180339887498949) % 1
    return (Math.sin(state * 1e4) + 1) % 1
  }
}
