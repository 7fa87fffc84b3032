import { describeKind, isNumeric, readColumn } from '#shared/fits/index.ts'
import type { Column, FitsFile, Hdu } from '#shared/fits/index.ts'
import { InputError } from '../errors.ts'
import { namingFile } from '../storage/map-files.ts'
import type { Table } from './read-table.ts'

/**
 * A binary table as a table of numbers: its columns with one number per row.
 *
 * @param path for messages
 * @param number of the HDU; undefined: the first with a table
 * @throws InputError that names the file and what it holds instead
 */
export function fitsTable(path: string, file: FitsFile, number: number | undefined): Table {
  const hdu = tableIn(path, file, number)
  return {
    columns: hdu.columns.map(({ name }) => name),
    rows: hdu.rowCount,
    hdu: hdu.index,
    unit: (name) => hdu.columns.find((column) => column.name === name)?.unit,
    numbers(name, key) {
      const details = { file: path, field: key }
      const column = hdu.columns.find((one) => one.name === name)
      if (!column) {
        const names = hdu.columns.map((one) => one.name).join(', ')
        throw new InputError(
          `${path}, HDU ${hdu.index}, has no column "${name}": correct ${key}. Its columns are ${names}.`,
          details,
        )
      }
      if (column.repeat !== 1 || !isNumeric(column)) {
        throw new InputError(
          `${path}, HDU ${hdu.index}, column "${name}" holds ${contentOf(column)}, not one number per row: correct ${key}.`,
          details,
        )
      }
      return Float64Array.from(namingFile(path, () => numbersOf(file, hdu, column)))
    },
  }
}

function numbersOf(file: FitsFile, hdu: Hdu, { index, name }: Column): ArrayLike<number> {
  const { values } = readColumn(file, hdu.index, index)
  if (Array.isArray(values)) throw new Error(`The column ${name} holds text.`)
  return values
}

function tableIn(path: string, { hdus }: FitsFile, number: number | undefined): Hdu {
  const tables = hdus.filter(({ kind, rowCount }) => kind === 'bintable' && rowCount > 0)
  const found = tables.find(({ index }) => number === undefined || index === number)
  if (found) return found
  const held = hdus.map((hdu) => `HDU ${hdu.index} is ${describeKind(hdu)}`).join('; ')
  const what =
    number === undefined ? 'holds no binary table' : `has no binary table in HDU ${number}`
  throw new InputError(`${path} ${what} with rows in it: ${held}.`, { file: path })
}

function contentOf({ type, tform }: Column): string {
  if (type === 'A') return 'text'
  return `values of the format ${tform.slice(0, 40)}`
}
