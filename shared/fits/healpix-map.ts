import { nsideToNpix } from '../healpix/index.ts'
import type { Ordering } from '../healpix/index.ts'
import { markBadPixels } from './bad-pixels.ts'
import type { PixelCounts } from './bad-pixels.ts'
import { allocate, gibibytes } from './bytes.ts'
import { FitsError } from './errors.ts'
import { isValueColumn, layOutHealpix, recogniseHealpix } from './healpix-table.ts'
import type { GivenLayout, HealpixTable } from './healpix-table.ts'
import { describeKind } from './image.ts'
import { firstNumber } from './map-keywords.ts'
import { hduAt } from './structure.ts'
import type { FitsFile } from './structure.ts'
import { decodeNumericColumn, findColumn } from './table.ts'
import type { Values } from './values.ts'

export interface ReadMapOptions extends GivenLayout {
  /** HDU number; needed only when several hold maps. */
  hdu?: number
  /** Position over the value columns (the column of pixel numbers does not count), or a TTYPE name. Default 0. */
  column?: number | string
  /** A value that marks bad pixels in this file besides UNSEEN and BAD_DATA. */
  badValue?: number
  /** Most bytes that the full sky of a partial map may take. Default 512 MiB, or 4 times the file if that is more. */
  maximumBytes?: number
}

export interface HealpixMap {
  hdu: number
  column: string
  nside: number
  ordering: Ordering
  /** One value per pixel of the full sky in `ordering`; NaN where there is none. */
  values: Values
  /** TUNIT as written. */
  unit: string | undefined
  counts: PixelCounts
  /** What was odd about the file, one sentence each. */
  notes: string[]
}

/**
 * Read one HEALPix map of a file as a full sky.
 * @throws FitsError that names the run-file key when the file leaves open something that `options` does not give
 */
export function readHealpixMap(file: FitsFile, options: ReadMapOptions = {}): HealpixMap {
  const table =
    options.hdu === undefined ? findOnlyMap(file, options) : chosenTable(file, options.hdu, options)
  const { hdu, nside, ordering } = table
  if (table.problems.length > 0 || nside === undefined) {
    throw unreadableMapError(hdu.index, table.problems)
  }
  if (ordering === undefined) {
    throw new FitsError(
      'needs-answer',
      'the file does not say whether its pixels are in RING or NESTED order',
      'Give the key `ordering` (RING or NESTED).',
      { hdu: hdu.index, keyword: 'ORDERING' },
    )
  }
  const column = findColumn(hdu, table.valueColumns, options.column ?? 0)
  if (!isValueColumn(table, column)) {
    throw new FitsError(
      'no-such',
      `the column ${column.name} (TFORM '${column.tform.slice(0, 40)}') does not hold one number per pixel`,
      'Choose another column with the key `column`.',
      { hdu: hdu.index, keyword: 'column' },
    )
  }
  const stored = decodeNumericColumn(hdu, column)
  const counts = markBadPixels(stored, [options.badValue, firstNumber(table.headers, 'BAD_DATA')])
  const values = spreadOverSky(file, table, nside, stored, options)
  counts.missing = values.length - stored.length
  return {
    hdu: hdu.index,
    column: column.name,
    nside,
    ordering,
    values,
    unit: column.unit,
    counts,
    notes: table.notes,
  }
}

function chosenTable(file: FitsFile, index: number, given: GivenLayout): HealpixTable {
  const hdu = hduAt(file, index)
  if (hdu.kind === 'bintable' && hdu.columns.length > 0) return layOutHealpix(file, hdu, given)
  throw new FitsError(
    'no-map',
    `it holds no HEALPix map but ${describeKind(hdu)}`,
    'Choose another HDU with the key `hdu`.',
    { hdu: index, keyword: 'hdu' },
  )
}

function findOnlyMap(file: FitsFile, given: GivenLayout): HealpixTable {
  const tables = file.hdus
    .map((hdu) => recogniseHealpix(file, hdu, given))
    .filter((table) => table !== undefined)
  if (tables.length === 0) throw noMapError(file)
  if (tables.length === 1) return tables[0]
  const list = tables
    .slice(0, 12)
    .map(({ hdu }) => `${hdu.index} ${hdu.name || hdu.columns[0].name}`)
    .join(', ')
  throw new FitsError(
    'needs-answer',
    `The file holds ${tables.length} maps, in HDU ${list}`,
    'Choose one with the key `hdu`.',
    { keyword: 'hdu' },
  )
}

/** What stands in the way of reading the map of an HDU. */
export function unreadableMapError(hdu: number, obstacles: readonly string[]): FitsError {
  return new FitsError(
    'bad-value',
    `the map cannot be read: ${obstacles.join(' ').replace(/\.$/, '')}`,
    'Choose another HDU with the key `hdu`, or write the map again.',
    { hdu },
  )
}

/** The error for a file without any map: it says what the file holds instead. */
export function noMapError(file: FitsFile): FitsError {
  const filled = file.hdus.filter((hdu) => hdu.data.length > 0 || hdu.columns.length > 0)
  const list = filled
    .slice(0, 4)
    .map((hdu) => `HDU ${hdu.index} is ${describeKind(hdu)}`)
    .join('; ')
  const more = filled.length > 4 ? `; and ${filled.length - 4} more` : ''
  return new FitsError(
    'no-map',
    `The file holds no sky map: ${list === '' ? 'it has no data at all' : list + more}`,
    'A map is a HEALPix binary table (keywords PIXTYPE, NSIDE, ORDERING) or a plate carree image of the sky; ' +
      'name a table that lacks the keywords with the key `hdu`.',
  )
}

function spreadOverSky(
  file: FitsFile,
  table: HealpixTable,
  nside: number,
  stored: Values,
  options: ReadMapOptions,
): Values {
  const npix = nsideToNpix(nside)
  if (table.pixelColumn === undefined && stored.length === npix) return stored
  const limit = options.maximumBytes ?? Math.max(2 ** 29, 4 * file.byteLength)
  const bytes = npix * stored.BYTES_PER_ELEMENT
  if (bytes > limit) {
    throw new FitsError(
      'too-big',
      `the map covers part of the sky at NSIDE ${nside}, whose full sky takes ${gibibytes(bytes)}`,
      'Degrade it to a lower NSIDE first.',
      { hdu: table.hdu.index, keyword: 'NSIDE' },
    )
  }
  const sky =
    stored instanceof Float32Array
      ? allocate(npix, 4, (n) => new Float32Array(n))
      : allocate(npix, 8, (n) => new Float64Array(n))
  sky.fill(Number.NaN)
  if (table.pixelColumn === undefined) {
    sky.set(stored, table.firstPixel)
    return sky
  }
  const pixels = decodeNumericColumn(table.hdu, table.pixelColumn)
  const taken = allocate(npix, 1, (n) => new Uint8Array(n))
  const place = { hdu: table.hdu.index, keyword: table.pixelColumn.name }
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i]
    if (!Number.isInteger(pixel) || pixel < 0 || pixel >= npix) {
      throw new FitsError(
        'bad-value',
        `entry ${i} of the column ${table.pixelColumn.name} is ${pixel}, but NSIDE ${nside} has the pixels 0 to ${npix - 1}`,
        'Check NSIDE and the pixel numbers of the file.',
        place,
      )
    }
    if (taken[pixel] === 1) {
      throw new FitsError(
        'bad-value',
        `pixel ${pixel} is listed more than once in the column ${table.pixelColumn.name}`,
        'Combine the entries of each pixel into one.',
        place,
      )
    }
    taken[pixel] = 1
    sky[pixel] = stored[i]
  }
  return sky
}
