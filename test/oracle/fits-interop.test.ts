import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  readFits,
  readHealpixMap,
  readImage,
  writeHealpixMap,
  writeImage,
} from '#shared/fits/index.ts'
import type { Values } from '#shared/fits/index.ts'
import type { Ordering } from '#shared/healpix/index.ts'

/** Files that Larmor writes are read by healpy and astropy to the same numbers. */

const values = z.array(z.number().nullable())
const reading = z.strictObject({
  standard: z.string().nullable(),
  hdus: z.array(
    z.strictObject({
      cards: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      history: z.array(z.string()),
      shape: z.array(z.number()).optional(),
      dtype: z.string().optional(),
      values: values.optional(),
    }),
  ),
  maps: z.array(z.strictObject({ dtype: z.string(), values })).nullable(),
})

const script = fileURLToPath(new URL('../tools/check_healpy_interop.py', import.meta.url))
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'larmor-interop-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What Python reads of each file; one process for all, because importing healpy takes seconds. */
function readInPython(...files: Uint8Array[]) {
  const python = process.env.LARMOR_PYTHON
  if (!python) {
    throw new Error(
      'LARMOR_PYTHON is not set: name a Python that has test/tools/requirements.txt installed.',
    )
  }
  const paths = files.map((bytes, i) => {
    const path = join(folder, `map-${i}.fits`)
    writeFileSync(path, bytes)
    return path
  })
  const options = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const
  return z.array(reading).parse(JSON.parse(execFileSync(python, [script, ...paths], options)))
}

const listed = (numbers: ArrayLike<number>) =>
  Array.from(numbers, (value) => (Number.isNaN(value) ? null : value))

const wave32 = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i) * 100)
const wave64 = (n: number) => Float64Array.from({ length: n }, (_, i) => Math.cos(i) / 3)

const title = "It's a title of more than sixty-eight characters. ".repeat(3).trimEnd()

function iquMap(nside: number, ordering: Ordering, make: (n: number) => Values) {
  const columns = ['I_STOKES', 'Q_STOKES', 'U_STOKES'].map((name, i) => {
    const map = make(12 * nside * nside)
    map[i] = NaN
    return { name, unit: 'K_RJ', values: map }
  })
  const bytes = writeHealpixMap({
    nside,
    ordering,
    coordsys: 'G',
    polcconv: 'IAU',
    columns,
    cards: [
      { keyword: 'FREQ', value: 0.408, comment: 'GHz' },
      { keyword: 'larmor version', value: '0.1.0' },
      { keyword: 'TITLE', value: title },
    ],
    history: ['written by a test', 'y'.repeat(100)],
  })
  return { ordering, columns, bytes }
}

describe('HEALPix maps', () => {
  for (const nside of [1, 8, 16, 64]) {
    it(`full sky at NSIDE ${nside}, float32 and float64, both orderings`, () => {
      const maps = (['RING', 'NESTED'] as const).flatMap((ordering) => [
        { dtype: 'float32', ...iquMap(nside, ordering, wave32) },
        { dtype: 'float64', ...iquMap(nside, ordering, wave64) },
      ])
      const readings = readInPython(...maps.map((map) => map.bytes))
      maps.forEach(({ dtype, ordering, columns, bytes }, k) => {
        const python = readings[k]
        expect(python.standard).toBeNull()
        expect(python.maps?.length).toBe(3)
        columns.forEach((column, i) => {
          expect(python.maps?.[i]).toEqual({ dtype, values: listed(column.values) })
          expect(readHealpixMap(readFits(bytes), { column: i }).values).toEqual(column.values)
        })
        expect(python.hdus[1].cards).toMatchObject({
          ORDERING: ordering,
          COORDSYS: 'G',
          POLCCONV: 'IAU',
          TUNIT2: 'K_RJ',
          FREQ: 0.408,
          TITLE: title,
        })
        expect(python.hdus[1].history).toEqual([
          'written by a test',
          'y'.repeat(72),
          'y'.repeat(28),
        ])
      })
    })
  }

  it('partial sky', () => {
    const pixels = Array.from({ length: 500 }, (_, i) => 7 * i + 3)
    const bytes = writeHealpixMap({
      nside: 32,
      ordering: 'RING',
      coordsys: 'G',
      pixels,
      columns: [{ name: 'T', unit: 'mK', values: wave32(500) }],
    })
    const [python] = readInPython(bytes)
    expect(python.standard).toBeNull()
    const ours = readHealpixMap(readFits(bytes))
    expect(python.maps?.[0].values).toEqual(listed(ours.values))
    expect(ours.counts.valid).toBe(500)
  })
})

describe('images', () => {
  it('in both precisions', () => {
    for (const [dtype, make] of [
      ['float32', wave32],
      ['float64', wave64],
    ] as const) {
      const numbers = make(60)
      numbers[7] = NaN
      const bytes = writeImage({
        shape: [3, 4, 5],
        values: numbers,
        cards: [{ keyword: 'BUNIT', value: 'uG' }],
      })
      const [python] = readInPython(bytes)
      expect(python.standard).toBeNull()
      expect(python.hdus[0]).toMatchObject({ shape: [3, 4, 5], dtype, values: listed(numbers) })
      expect(readImage(readFits(bytes), 0).values).toEqual(numbers)
    }
  })
})
