import { readFileSync } from 'node:fs'
import { z } from 'zod'

const frame = z.enum(['galactic', 'equatorial-J2000', 'equatorial-B1950', 'ecliptic'])

const schema = z.object({
  frames: z.array(
    z.object({
      from: frame,
      to: frame,
      lon: z.number(),
      lat: z.number(),
      new_lon: z.number(),
      new_lat: z.number(),
      psi: z.number(),
    }),
  ),
  healpy_frames: z.array(z.object({ from: frame, to: frame, matrix: z.array(z.number()) })),
  rotated_map: z.object({
    nside: z.number(),
    from: frame,
    to: frame,
    pixels: z.array(z.number()),
    values: z.array(z.number()),
  }),
  projections: z.array(
    z.object({
      projection: z.enum(['mollweide', 'orthographic', 'gnomonic', 'plate-carree']),
      view: z.tuple([z.number(), z.number(), z.number()]),
      lon: z.number(),
      lat: z.number(),
      x: z.number().nullable(),
      y: z.number().nullable(),
    }),
  ),
  units: z.array(
    z.object({
      frequency_ghz: z.number(),
      K_CMB: z.number(),
      uK_CMB: z.number(),
      'MJy/sr': z.number(),
      mK_RJ: z.number(),
    }),
  ),
  norms: z.array(
    z.object({
      kind: z.enum(['linear', 'log', 'symlog', 'asinh', 'sqrt', 'histogram']),
      min: z.number(),
      max: z.number(),
      linearWidth: z.number().optional(),
      values: z.array(z.number()),
      positions: z.array(z.number()),
    }),
  ),
  percentiles: z.object({
    values: z.array(z.number()),
    percent: z.array(z.number()),
    expected: z.array(z.number()),
    absolute_99: z.number(),
  }),
})

/** Values of astropy, healpy, scipy and matplotlib, written by test/tools/make-sky-fixtures.py. */
export function referenceValues() {
  const url = new URL('../../fixtures/sky/reference.json', import.meta.url)
  return schema.parse(JSON.parse(readFileSync(url, 'utf8')))
}
