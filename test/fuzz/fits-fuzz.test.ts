import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  describeMaps,
  FitsError,
  plateCarreeToHealpix,
  readColumn,
  readFits,
  readHealpixMap,
  readImage,
  readPlateCarree,
} from '#shared/fits/index.ts'
import type { FitsFile } from '#shared/fits/index.ts'
import { fixtureBytes } from '../unit/fits/expected.ts'
import { generator, mutate } from './mutate.ts'
import type { CardOffsets } from './mutate.ts'

/**
 * Damaged FITS files: whatever happens to the bytes, the reader either reads them or throws a FitsError. Half of the
 * cases are damaged in their headers only. FITS_FUZZ_COUNT sets the number of cases; a case is known by its number.
 */
const COUNT = Number(process.env.FITS_FUZZ_COUNT ?? 2000)

/** Most bytes that one array may take: bit columns (X) become floats, 32 bytes for each byte of the file. */
const GROWTH = 32
const SKY_BYTES = 2 ** 20
/** No case takes more than a few milliseconds; a minute would mean that a hostile number controls a loop. */
const CASE_LIMIT_MS = 60_000

const BASES = [
  'types.fits',
  'images.fits',
  'healpy_partial.fits',
  'nside_as_text.fits',
  'keywords_in_primary.fits',
  'scaled_integers.fits',
  'pixel_range.fits',
  'two_maps.fits',
  'car_galactic.fits',
  'gadf_hpx_cmap_explicit.fits',
  'healpixjl_pol_float_map.fits',
  'astropy_scale.fits',
  'astropy_variable_length_table.fits',
  'astropy_random_groups.fits',
  'astropy_compressed_image.fits',
  'astropy_ascii.fits',
  'astropy_zerowidth.fits.gz',
]

interface Base {
  name: string
  bytes: Uint8Array
  cards: CardOffsets
}

/** Offsets of the cards of every header, END included. */
function cardOffsets(bytes: Uint8Array): number[] {
  const offsets: number[] = []
  let start = 0
  for (const hdu of readFits(bytes).hdus) {
    for (let i = 0; i <= hdu.header.cards.length; i++) offsets.push(start + 80 * i)
    const end = hdu.data.byteOffset - bytes.byteOffset + hdu.data.length
    start = Math.ceil(end / 2880) * 2880
  }
  return offsets
}

let largestAllocation = 0
const restore: (() => void)[] = []

/** Have every `new Float64Array(n)` of the reader report its size. */
function watch(name: 'Float32Array' | 'Float64Array' | 'Uint8Array'): void {
  const original = globalThis[name]
  const watched = new Proxy(original, {
    construct(target, given: unknown[], newTarget) {
      const made: unknown = Reflect.construct(target, given, newTarget)
      if (typeof given[0] === 'number') {
        largestAllocation = Math.max(largestAllocation, given[0] * original.BYTES_PER_ELEMENT)
      }
      if (typeof made !== 'object' || made === null) throw new TypeError('no array was made')
      return made
    },
  })
  Reflect.set(globalThis, name, watched)
  restore.push(() => Reflect.set(globalThis, name, original))
}

const outcomes = new Map<string, number>()

/** Run one step; a FitsError is an answer, anything else a failure of the reader. */
function attempt<Result>(step: () => Result): Result | FitsError {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof FitsError)) throw error
    expect(error.message.length).toBeGreaterThan(20)
    expect(error.message.length).toBeLessThan(4000)
    return error
  }
}

function exercise(bytes: Uint8Array): string {
  const file = attempt(() => readFits(bytes))
  if (file instanceof FitsError) return `refused: ${file.code}`
  for (const hdu of file.hdus) {
    attempt(() => readImage(file, hdu.index))
    hdu.columns.forEach((_, column) => attempt(() => readColumn(file, hdu.index, column)))
  }
  const maps = attempt(() => describeMaps(file))
  if (maps instanceof FitsError) throw new Error(`describeMaps: ${maps.message}`)
  let read = 0
  for (const { kind, hdu, columns } of maps) {
    if (kind === 'plate-carree') read += readImageMap(file, hdu)
    else for (const { index } of columns) read += readMap(file, hdu, index)
  }
  const first = attempt(() => readHealpixMap(file, { maximumBytes: SKY_BYTES }))
  if (read > 0) return 'read: a map'
  return first instanceof FitsError ? `read, but no map: ${first.code}` : 'read: a map'
}

function readMap(file: FitsFile, hdu: number, column: number): number {
  const options = { hdu, column, maximumBytes: SKY_BYTES, ordering: 'RING' as const }
  const map = attempt(() => readHealpixMap(file, options))
  if (map instanceof FitsError) return 0
  const { counts, values, nside } = map
  expect(values.length).toBe(12 * nside * nside)
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(values.length)
  expect(values.some((value) => Math.abs(value) === Infinity)).toBe(false)
  return 1
}

function readImageMap(file: FitsFile, hdu: number): number {
  const map = attempt(() =>
    plateCarreeToHealpix(readPlateCarree(file, { hdu, frame: 'galactic' }), 8),
  )
  if (map instanceof FitsError) return 0
  expect(map.values.some((value) => Math.abs(value) === Infinity)).toBe(false)
  return 1
}

describe('the FITS reader on damaged files', () => {
  const bases: Base[] = BASES.map((name) => {
    const bytes = fixtureBytes(name)
    return { name, bytes, cards: cardOffsets(bytes) }
  })
  beforeAll(() => {
    watch('Float32Array')
    watch('Float64Array')
    watch('Uint8Array')
  })
  afterAll(() => restore.forEach((undo) => undo()))

  it(`reads or refuses ${COUNT} mutations, half of them in headers`, () => {
    let slowest = 0
    let growth = 0
    for (let number = 0; number < COUNT; number++) {
      const random = generator(number)
      const base = bases[Math.floor(random() * bases.length)]
      const bytes = mutate(base.bytes, base.cards, number % 2 === 0, random)
      largestAllocation = 0
      const start = performance.now()
      const outcome = runCase(number, base.name, bytes)
      slowest = Math.max(slowest, performance.now() - start)
      growth = Math.max(growth, largestAllocation / Math.max(bytes.length, 1))
      if (largestAllocation > Math.max(GROWTH * bytes.length, SKY_BYTES)) {
        throw new Error(
          `case ${number} (${base.name}) allocated ${largestAllocation} bytes for a file of ${bytes.length}`,
        )
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    const table = [...outcomes].sort((a, b) => b[1] - a[1])
    console.log(
      [
        `Outcomes of ${COUNT} damaged FITS files (slowest ${slowest.toFixed(0)} ms, largest array ${growth.toFixed(1)} x the file):`,
        ...table.map(([outcome, count]) => `${String(count).padStart(7)}  ${outcome}`),
      ].join('\n'),
    )
    expect(slowest).toBeLessThan(CASE_LIMIT_MS)
    // The damage must not be so coarse that nothing deeper than the structure is reached.
    expect(outcomes.get('read: a map') ?? 0).toBeGreaterThan(COUNT / 20)
  }, 600_000)
})

function runCase(number: number, name: string, bytes: Uint8Array): string {
  try {
    return exercise(bytes)
  } catch (error) {
    throw new Error(`case ${number} (${name}) failed: ${String(error)}`, { cause: error })
  }
}
