import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { z } from 'zod'

/** What astropy and healpy read from the fixture files; written by test/tools/make-fits-fixtures.py. */

const numbers = z.strictObject({
  count: z.number(),
  bad: z.number(),
  sum: z.number(),
  absolute: z.number(),
  weighted: z.number(),
  first: z.array(z.number()),
  last: z.array(z.number()),
})
export type Numbers = z.output<typeof numbers>

const column = z.strictObject({
  name: z.string(),
  unit: z.string().nullable(),
  refused: z.literal(true).optional(),
  text: z.array(z.string()).optional(),
  numbers: numbers.optional(),
})
const hdu = z.strictObject({
  rows: z.number().optional(),
  columns: z.array(column).optional(),
  image: z.strictObject({ shape: z.array(z.number()), numbers }).optional(),
})
const file = z.strictObject({
  refused: z.string().optional(),
  hdus: z.array(hdu).optional(),
  maps: z.record(z.string(), z.array(numbers)).optional(),
})

const root = new URL('../../../', import.meta.url)

export const expected = z
  .strictObject({
    files: z.record(z.string(), file),
    plateCarree: z.array(z.number()),
  })
  .parse(JSON.parse(readFileSync(new URL('test/fixtures/fits/expected.json', root), 'utf8')))

/** Where a fixture of that name lies. */
export function fixturePath(name: string): URL {
  const folder =
    name === 'haslam408-nside64.fits'
      ? 'assets/samples'
      : /^(astropy|bayestar|gadf|gaia|hats|healpix|healpy_justq|mutated|nhits|wmap7)/.test(name)
        ? 'test/fixtures/fits_odd'
        : 'test/fixtures/fits'
  return new URL(`${folder}/${name}`, root)
}

export function fixtureBytes(name: string): Uint8Array {
  const bytes = readFileSync(fixturePath(name))
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
}

/** Compare an array with the sums that Python took of it; NaN and infinities count as bad. */
export function expectNumbers(values: ArrayLike<number>, wanted: Numbers): void {
  let bad = 0
  let sum = 0
  let weighted = 0
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) bad++
    else {
      sum += values[i]
      weighted += values[i] * ((i % 97) + 1)
    }
  }
  expect({ count: values.length, bad }).toEqual({ count: wanted.count, bad: wanted.bad })
  // numpy adds in another order: rounding of up to n = 3e6 additions at 1.1e-16 each, far below 1e-9 in practice.
  const slack = 1e-12 * wanted.absolute
  expect(Math.abs(sum - wanted.sum)).toBeLessThanOrEqual(slack)
  expect(Math.abs(weighted - wanted.weighted)).toBeLessThanOrEqual(97 * slack)
  const firsts = Array.from({ length: wanted.first.length }, (_, i) => finite(values[i]))
  expect(firsts).toEqual(wanted.first)
  if (wanted.count > 0) expect([finite(values[values.length - 1])]).toEqual(wanted.last)
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0
}
