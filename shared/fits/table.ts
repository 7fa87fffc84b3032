import { allocate, asciiText, viewOf } from './bytes.ts'
import type { Column } from './columns.ts'
import { FitsError } from './errors.ts'
import { describeKind } from './image.ts'
import { hduAt } from './structure.ts'
import type { FitsFile, Hdu } from './structure.ts'
import { decodeNumbers } from './values.ts'
import type { StoredType, Values } from './values.ts'

export interface ColumnData {
  name: string
  unit: string | undefined
  /** Elements in one row; `values` runs row by row. For text, one string per row. */
  repeat: number
  values: Values | string[]
}

const STORED_BY_TYPE: Partial<Record<Column['type'], StoredType>> = {
  B: 'uint8',
  I: 'int16',
  J: 'int32',
  K: 'int64',
  E: 'float32',
  D: 'float64',
}

/**
 * Decode one column of a binary table: physical values `TSCAL * stored + TZERO`, NaN for null. Logical values and
 * bits become 0 and 1.
 * @param which position from 0 over all columns, or the TTYPE name
 * @throws FitsError for a missing column and for complex and variable-length ones, which no map uses
 */
export function readColumn(file: FitsFile, hduIndex: number, which: number | string): ColumnData {
  const hdu = hduAt(file, hduIndex)
  return decodeColumn(hdu, findColumn(hdu, hdu.columns, which))
}

/**
 * The column of that position or name among `columns`.
 * Names are matched as written first, then without regard to case.
 */
export function findColumn(hdu: Hdu, columns: readonly Column[], which: number | string): Column {
  const wanted = String(which).trim()
  const column =
    typeof which === 'number'
      ? columns[which]
      : (columns.find((c) => c.name === wanted) ??
        columns.find((c) => c.name.toUpperCase() === wanted.toUpperCase()))
  if (column) return column
  if (hdu.kind !== 'bintable') {
    throw new FitsError(
      'unsupported',
      `it holds no binary table but ${describeKind(hdu)}`,
      'Choose an HDU with a binary table.',
      { hdu: hdu.index },
    )
  }
  throw new FitsError(
    'no-such',
    `there is no column ${typeof which === 'number' ? which : `'${wanted}'`}; the columns are ${columns.map((c, i) => `${i} ${c.name}`).join(', ') || 'none'}`,
    'Correct the key `column`.',
    { hdu: hdu.index, keyword: 'column' },
  )
}

/** True for columns whose values are numbers this reader decodes. */
export function isNumeric(column: Column): boolean {
  return column.type === 'L' || column.type === 'X' || STORED_BY_TYPE[column.type] !== undefined
}

/** Decode a column known to hold numbers; text columns are refused. */
export function decodeNumericColumn(hdu: Hdu, column: Column): Values {
  const { values } = decodeColumn(hdu, column)
  if (!Array.isArray(values)) return values
  throw new FitsError(
    'unsupported',
    `the column ${column.name} holds text, not numbers`,
    'Choose another column with the key `column`.',
    { hdu: hdu.index, keyword: `TFORM${column.index + 1}` },
  )
}

function decodeColumn(hdu: Hdu, column: Column): ColumnData {
  const { name, unit, repeat } = column
  return { name, unit, repeat, values: decodeValues(hdu, column) }
}

function decodeValues(hdu: Hdu, column: Column): Values | string[] {
  const { type } = column
  if (type === 'A') return decodeText(hdu, column)
  if (type === 'L') return decodeLogical(hdu, column)
  if (type === 'X') return decodeBits(hdu, column)
  const stored = STORED_BY_TYPE[type]
  if (stored === undefined) {
    const what = type === 'C' || type === 'M' ? 'complex numbers' : 'arrays of varying length'
    throw new FitsError(
      'unsupported',
      `the column ${column.name} holds ${what} (TFORM${column.index + 1} = '${column.tform.slice(0, 40)}'), which are not read as a map`,
      'Choose another column with the key `column`, or write the map as plain numbers.',
      { hdu: hdu.index, keyword: `TFORM${column.index + 1}` },
    )
  }
  return decodeNumbers(
    viewOf(hdu.data),
    stored,
    {
      rows: hdu.rowCount,
      perRow: column.repeat,
      start: column.offset,
      stride: hdu.rowBytes,
    },
    { scale: column.tscal, zero: column.tzero, nullValue: column.tnull },
  )
}

/** Text ends at the first NUL; blanks at the end do not count. */
function decodeText(hdu: Hdu, column: Column): string[] {
  const texts: string[] = []
  if (column.repeat === 0) return texts
  for (let row = 0; row < hdu.rowCount; row++) {
    const start = row * hdu.rowBytes + column.offset
    const nul = hdu.data.subarray(start, start + column.repeat).indexOf(0)
    const end = start + (nul < 0 ? column.repeat : nul)
    texts.push(asciiText(hdu.data, start, end).trimEnd())
  }
  return texts
}

/** 'T' is 1, 'F' is 0, anything else (a zero byte means "no value") NaN. */
function decodeLogical(hdu: Hdu, column: Column): Float32Array {
  const count = hdu.rowCount * column.repeat
  const values = allocate(count, 4, (n) => new Float32Array(n))
  let i = 0
  for (let row = 0; i < count; row++) {
    const start = row * hdu.rowBytes + column.offset
    for (let k = 0; k < column.repeat; k++) {
      const byte = hdu.data[start + k]
      values[i++] = byte === 0x54 ? 1 : byte === 0x46 ? 0 : Number.NaN
    }
  }
  return values
}

/** Bits run from the most significant bit of the first byte. */
function decodeBits(hdu: Hdu, column: Column): Float32Array {
  const count = hdu.rowCount * column.repeat
  const values = allocate(count, 4, (n) => new Float32Array(n))
  let i = 0
  for (let row = 0; i < count; row++) {
    const start = row * hdu.rowBytes + column.offset
    for (let k = 0; k < column.repeat; k++) {
      values[i++] = (hdu.data[start + (k >> 3)] >> (7 - (k & 7))) & 1
    }
  }
  return values
}
