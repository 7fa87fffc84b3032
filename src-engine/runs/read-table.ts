import { readFits } from '#shared/fits/index.ts'
import { InputError } from '../errors.ts'
import { loadFitsBytes, namingFile, startsLikeFits } from '../storage/map-files.ts'
import { fitsTable } from './fits-table.ts'

const limits = {
  /** Larger than any catalogue of sources. */
  maximumBytes: 256 * 2 ** 20,
  advice: 'Write a table with fewer columns.',
}

/**
 * A table of numbers: comma-separated values under a line with the names of the columns, in which lines that begin with # are
 * comments; or a binary table in FITS, plain or packed with gzip.
 */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: number
  /** Where it is in a FITS file; undefined for a text. */
  readonly hdu: number | undefined
  /** What the file says of a column; a text says nothing. */
  unit(column: string): string | undefined
  /** Numbers of a column; NaN where a cell is empty. @throws InputError for a column that is not there, or a word in it */
  numbers(column: string, key: string): Float64Array
}

/**
 * @param hdu of a FITS file with several tables; left out: the first
 * @throws InputError that names the file and the line
 */
export async function readTable(path: string, hdu?: number): Promise<Table> {
  const bytes = await loadFitsBytes(path, limits)
  if (startsLikeFits(bytes)) {
    return fitsTable(
      path,
      namingFile(path, () => readFits(bytes)),
      hdu,
    )
  }
  const lines = textOf(path, bytes)
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
  const filled = lines.flatMap((text, i) =>
    text.trim() === '' || text.startsWith('#') ? [] : [{ text, number: i + 1 }],
  )
  const columns = filled.length === 0 ? [] : cellsOf(filled[0].text)
  const rows = filled.slice(1).map(({ text, number }) => ({ cells: cellsOf(text), number }))
  if (rows.length === 0) {
    throw new InputError(`${path} holds no rows under a line with the names of its columns.`, {
      file: path,
    })
  }
  const uneven = rows.find(({ cells }) => cells.length !== columns.length)
  if (uneven) {
    throw new InputError(
      `${path}, line ${uneven.number}: ${uneven.cells.length} cells, but line ${filled[0].number} names ${columns.length} columns.`,
      { file: path },
    )
  }
  return {
    columns,
    rows: rows.length,
    hdu: undefined,
    unit: () => undefined,
    numbers(column, key) {
      const at = columns.indexOf(column)
      if (at < 0) {
        throw new InputError(
          `${path} has no column "${column}": correct ${key}. Its columns are ${columns.join(', ')}.`,
          { file: path, field: key },
        )
      }
      return Float64Array.from(rows, ({ cells, number }) => {
        const text = cells[at]
        if (text === '' || /^nan$/i.test(text)) return NaN
        const value = Number(text)
        if (Number.isFinite(value)) return value
        throw new InputError(
          `${path}, line ${number}, column "${column}": "${text.slice(0, 40)}" is not a number.`,
          { file: path, field: key },
        )
      })
    },
  }
}

/** How files write the units that columns of a catalogue have to be in. */
const spellings = { deg: /^deg(rees?)?$/i, kpc: /^kpc$/ } as const

/**
 * Numbers of a column that is in a unit, unless the file says that it is in another.
 * @throws InputError that names file, column and key
 */
export function numbersIn(
  unit: keyof typeof spellings,
  table: Table,
  name: string,
  details: { readonly file: string; readonly field: string },
): Float64Array {
  const values = table.numbers(name, details.field)
  const stated = table.unit(name)?.trim()
  if (stated === undefined || stated === '' || spellings[unit].test(stated)) return values
  const { file, field } = details
  throw new InputError(
    `${file}: column "${name}" is in ${stated}, and is read in ${unit}. Correct ${field}.`,
    details,
  )
}

function textOf(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new InputError(
      `${path} is not a text file: a table is comma-separated values in UTF-8, or a binary table in FITS.`,
      { file: path, cause: error },
    )
  }
}

/** Cells of a line; those in double quotes may hold commas. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))(?=,|$)/g)].map(
    ([, quoted, plain]) => (quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"')),
  )
}
