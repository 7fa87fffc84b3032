import { readFile } from 'node:fs/promises'
import { InputError, fileErrorText } from '../errors.ts'

/** Larger than any catalogue of sources. */
const maximumBytes = 256 * 2 ** 20

/** A table of numbers: comma-separated values under a line with the names of the columns; lines that begin with # are comments. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: number
  /** Numbers of a column; NaN where a cell is empty. @throws InputError for a column that is not there, or a word in it */
  numbers(column: string, key: string): Float64Array
}

/** @throws InputError that names the file and the line */
export async function readTable(path: string): Promise<Table> {
  const lines = (await readText(path)).replace(/^\ufeff/, '').split(/\r?\n/)
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

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path)
    if (bytes.length > maximumBytes) {
      throw new InputError(`${path} is too large for a table (${bytes.length} bytes).`, {
        file: path,
      })
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof InputError) throw error
    const message =
      error instanceof TypeError
        ? `${path} is not a text file: a table is comma-separated values in UTF-8.`
        : fileErrorText(error, path)
    throw new InputError(message, { file: path, cause: error })
  }
}

/** Cells of a line; those in double quotes may hold commas. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))(?=,|$)/g)].map(
    ([, quoted, plain]) => (quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"')),
  )
}
