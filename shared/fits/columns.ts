import { damagedAdvice, FitsError } from './errors.ts'
import type { Header } from './header.ts'

/** TFORM letters of the FITS standard 4.0, table 18. */
export type ColumnType = 'L' | 'X' | 'B' | 'I' | 'J' | 'K' | 'A' | 'E' | 'D' | 'C' | 'M' | 'P' | 'Q'

/** Bytes of one element; a bit array (X) is handled apart. */
const ELEMENT_BYTES: Record<ColumnType, number> = {
  L: 1,
  X: 1,
  B: 1,
  I: 2,
  J: 4,
  K: 8,
  A: 1,
  E: 4,
  D: 8,
  C: 8,
  M: 16,
  P: 8,
  Q: 16,
}

/** One column of a binary table, as its header describes it. */
export interface Column {
  /** Position in the table, from 0. */
  index: number
  name: string
  unit: string | undefined
  tform: string
  type: ColumnType
  /** Elements in one row. */
  repeat: number
  /** Bytes from the start of a row to this column. */
  offset: number
  /** Bytes this column takes in one row. */
  width: number
  tscal: number
  tzero: number
  /** Integer that stands for "no value"; undefined when the header names none. */
  tnull: number | undefined
  /** TDIM as written, for instance `(4,3)`. Values are handed out flat, first index fastest. */
  tdim: string | undefined
}

/** The FITS standard allows no more. */
const MAX_FIELDS = 999

/**
 * Read the column descriptions of a binary table.
 * @param rowBytes NAXIS1: the columns must fit in it
 */
export function parseColumns(header: Header, rowBytes: number): Column[] {
  const fieldCount = header.requireInteger('TFIELDS', 0, MAX_FIELDS)
  const columns: Column[] = []
  let offset = 0
  for (let index = 0; index < fieldCount; index++) {
    const column = parseColumn(header, index, offset)
    offset += column.width
    if (offset > rowBytes) {
      throw new FitsError(
        'bad-header',
        `the columns up to ${column.name} take ${offset} bytes in a row, but NAXIS1 gives a row only ${rowBytes}`,
        damagedAdvice,
        { hdu: header.hdu, keyword: `TFORM${index + 1}` },
      )
    }
    columns.push(column)
  }
  return columns
}

function parseColumn(header: Header, index: number, offset: number): Column {
  const n = index + 1
  const keyword = `TFORM${n}`
  const place = { hdu: header.hdu, keyword }
  const tform = header.text(keyword)
  if (tform === undefined) {
    throw new FitsError('bad-header', `the header has no ${keyword}`, damagedAdvice, place)
  }
  const match = /^(\d{0,15})([A-Z])/.exec(tform.toUpperCase())
  if (!match || !isColumnType(match[2])) {
    throw new FitsError(
      'bad-header',
      `${keyword} is '${tform.slice(0, 40)}', which is no column format of the FITS standard`,
      damagedAdvice,
      place,
    )
  }
  const type = match[2]
  const repeat = match[1] === '' ? 1 : Number(match[1])
  const tscal = header.number(`TSCAL${n}`) ?? 1
  if (tscal === 0) {
    throw new FitsError(
      'bad-header',
      `TSCAL${n} is 0, which would make every value of the column the same`,
      damagedAdvice,
      { hdu: header.hdu, keyword: `TSCAL${n}` },
    )
  }
  const isInteger = type === 'B' || type === 'I' || type === 'J' || type === 'K'
  return {
    index,
    name: header.text(`TTYPE${n}`) ?? `column ${n}`,
    unit: header.text(`TUNIT${n}`),
    tform,
    type,
    repeat,
    offset,
    width: type === 'X' ? Math.ceil(repeat / 8) : repeat * ELEMENT_BYTES[type],
    tscal,
    tzero: header.number(`TZERO${n}`) ?? 0,
    tnull: isInteger ? header.number(`TNULL${n}`) : undefined,
    tdim: header.text(`TDIM${n}`),
  }
}

function isColumnType(letter: string): letter is ColumnType {
  return letter in ELEMENT_BYTES
}
