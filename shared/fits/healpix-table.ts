import { isValidNside, MAX_NSIDE, nsideToNpix } from '../healpix/index.ts'
import type { Ordering } from '../healpix/index.ts'
import type { Column } from './columns.ts'
import type { Header } from './header.ts'
import { firstNumber, firstText } from './map-keywords.ts'
import type { MapHeaders } from './map-keywords.ts'
import type { FitsFile, Hdu } from './structure.ts'
import { isNumeric } from './table.ts'

/** How a binary table lays out HEALPix pixels, read from its header alone. */
export interface HealpixTable {
  hdu: Hdu
  headers: MapHeaders
  /** undefined when the file does not say it and it does not follow from the number of values. */
  nside: number | undefined
  ordering: Ordering | undefined
  indexing: 'implicit' | 'explicit'
  /** The column of pixel numbers of an explicit table. */
  pixelColumn: Column | undefined
  /** All columns but that of pixel numbers, in table order: what the key `column` counts. */
  valueColumns: Column[]
  /** Pixel number of the first value of an implicit table. */
  firstPixel: number
  /** Why this table cannot be read as a map, one sentence each; empty when it can. */
  problems: string[]
  /** Oddities that do not hinder reading. */
  notes: string[]
}

/** What the user says about the layout; it overrides the file. */
export interface GivenLayout {
  ordering?: Ordering
  nside?: number
}

const PIXEL_COLUMN = /^(PIXEL|PIX|IPIX|PIXEL_?(INDEX|NUMBER|NO)|HPX(PIXEL|_INDEX)?|HEALPIX|INDEX)$/i

/**
 * Recognise a HEALPix table by its keywords.
 * A table counts as a map if it has HEALPix keywords itself, or if the primary header has them and the number of
 * values fits; otherwise undefined.
 */
export function recogniseHealpix(
  file: FitsFile,
  hdu: Hdu,
  given: GivenLayout = {},
): HealpixTable | undefined {
  if (hdu.kind !== 'bintable' || !hdu.columns.some(isNumeric)) return undefined
  const own = hasHealpixKeywords(hdu.header)
  if (!own && !hasHealpixKeywords(file.hdus[0].header)) return undefined
  const table = layOutHealpix(file, hdu, given)
  return own || table.problems.length === 0 ? table : undefined
}

function hasHealpixKeywords(header: Header): boolean {
  return (
    header.text('PIXTYPE')?.toUpperCase() === 'HEALPIX' ||
    (header.get('NSIDE') !== undefined && header.get('ORDERING') !== undefined)
  )
}

/** Work out the pixel layout of a binary table that is a map, by its keywords or because the user says so. */
export function layOutHealpix(file: FitsFile, hdu: Hdu, given: GivenLayout = {}): HealpixTable {
  const headers = hdu.index === 0 ? [hdu.header] : [hdu.header, file.hdus[0].header]
  const table: HealpixTable = {
    hdu,
    headers,
    nside: undefined,
    ordering: undefined,
    indexing: 'implicit',
    pixelColumn: undefined,
    valueColumns: hdu.columns,
    firstPixel: 0,
    problems: [],
    notes: [],
  }
  readOrdering(table, given)
  readIndexing(table)
  readNside(table, given)
  const grain = firstNumber(headers, 'GRAIN') ?? 0
  if (grain > 1) {
    table.problems.push(`GRAIN is ${grain}: one pixel number for several pixels is not read.`)
  }
  if (table.nside !== undefined && table.indexing === 'implicit') fitPixelRange(table, table.nside)
  return table
}

function readOrdering(table: HealpixTable, given: GivenLayout): void {
  const text = firstText(table.headers, 'ORDERING')?.toUpperCase()
  if (text?.includes('UNIQ')) {
    table.problems.push(
      `ORDERING is '${text}': a map of mixed resolution is not read; convert it to one NSIDE first.`,
    )
  } else if (given.ordering !== undefined) {
    table.ordering = given.ordering
  } else if (text === 'RING') {
    table.ordering = 'RING'
  } else if (text === 'NESTED' || text === 'NEST') {
    table.ordering = 'NESTED'
  } else if (text !== undefined) {
    table.notes.push(`ORDERING is '${text.slice(0, 40)}', which is neither RING nor NESTED.`)
  }
}

/**
 * INDXSCHM decides; without it, or where it contradicts the table, OBJECT = PARTIAL or a column of pixel numbers does.
 */
function readIndexing(table: HealpixTable): void {
  const { headers, hdu } = table
  const scheme = firstText(headers, 'INDXSCHM')?.toUpperCase()
  const partial = firstText(headers, 'OBJECT')?.toUpperCase() === 'PARTIAL'
  const named = hdu.columns.find((column) => PIXEL_COLUMN.test(column.name) && isInteger(column))
  const explicit =
    scheme === 'EXPLICIT' ||
    (scheme === undefined && (partial || named !== undefined)) ||
    (scheme === 'IMPLICIT' && partial && named !== undefined)
  if (!explicit) return
  table.indexing = 'explicit'
  const [first] = hdu.columns
  table.pixelColumn = named ?? (isInteger(first) ? first : undefined)
  if (table.pixelColumn === undefined) {
    table.problems.push(
      'The header says that pixel numbers are listed (INDXSCHM or OBJECT), but no column holds them (PIXEL).',
    )
    return
  }
  table.valueColumns = hdu.columns.filter((column) => column !== table.pixelColumn)
}

function isInteger(column: Column): boolean {
  return ['B', 'I', 'J', 'K'].includes(column.type)
}

function readNside(table: HealpixTable, given: GivenLayout): void {
  const { headers, hdu } = table
  const written = headers.map((header) => header.card('NSIDE')).find((card) => card !== undefined)
  const nside = given.nside ?? firstNumber(headers, 'NSIDE')
  if (nside !== undefined) {
    if (isValidNside(nside, table.ordering)) table.nside = nside
    else {
      table.problems.push(
        `NSIDE is ${nside}, but it must be ${table.ordering === 'NESTED' ? 'a power of two' : 'a whole number'} from 1 to ${MAX_NSIDE}.`,
      )
    }
  } else if (written !== undefined) {
    table.problems.push(`NSIDE is ${written.raw.slice(0, 40) || 'empty'}, which is no number.`)
  } else if (table.indexing === 'explicit') {
    table.problems.push('The header has no NSIDE, and a list of pixels does not tell it.')
  } else {
    inferNside(table, hdu)
  }
}

function inferNside(table: HealpixTable, hdu: Hdu): void {
  const count = valueCount(table)
  const nside = Math.round(Math.sqrt(count / 12))
  if (isValidNside(nside, table.ordering) && nsideToNpix(nside) === count) {
    table.nside = nside
    table.notes.push(`The header has no NSIDE; ${count} values make it ${nside}.`)
  } else {
    table.problems.push(
      `The header has no NSIDE, and the ${count} values of ${hdu.columns[0].name} are no full sky (12 NSIDE^2).`,
    )
  }
}

/** Values in the first column of numbers. */
function valueCount(table: HealpixTable): number {
  const column = table.valueColumns.find(isNumeric)
  return column ? column.repeat * table.hdu.rowCount : 0
}

/** A full sky counts from pixel 0 whatever FIRSTPIX says; part of the sky needs FIRSTPIX and LASTPIX that fit. */
function fitPixelRange(table: HealpixTable, nside: number): void {
  const count = valueCount(table)
  const npix = nsideToNpix(nside)
  const first = firstNumber(table.headers, 'FIRSTPIX')
  const last = firstNumber(table.headers, 'LASTPIX')
  if (count === npix) {
    if (first !== undefined && first !== 0) {
      table.notes.push(
        `FIRSTPIX is ${first}, but the sky is complete; the first value is taken as pixel 0.`,
      )
    }
    return
  }
  const fits =
    first !== undefined &&
    last !== undefined &&
    Number.isInteger(first) &&
    first >= 0 &&
    last < npix &&
    last - first + 1 === count
  if (fits) table.firstPixel = first
  else {
    table.problems.push(
      `NSIDE ${nside} has ${npix} pixels, but the table holds ${count} values and FIRSTPIX and LASTPIX do not place them.`,
    )
  }
}

/** True for columns that hold one number for every pixel of the table. */
export function isValueColumn(table: HealpixTable, column: Column): boolean {
  const pixels = table.pixelColumn ?? table.valueColumns.find(isNumeric)
  return isNumeric(column) && pixels !== undefined && column.repeat === pixels.repeat
}
