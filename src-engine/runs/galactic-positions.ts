import { positionColumns } from '#shared/session/position-columns.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import { rotateFrame } from '#shared/sky/index.ts'
import { InputError } from '../errors.ts'
import { numbersIn } from './read-table.ts'
import type { Table } from './read-table.ts'

/** One number per row of a catalogue, in degrees; NaN for both where either is missing. */
export interface GalacticPositions {
  readonly l: Float64Array
  readonly b: Float64Array
}

/**
 * Where the sources of a catalogue are: its columns of positions, turned from the frame of the entry.
 *
 * @param key of the data entry, for messages
 * @throws InputError that names file, column and key: no such column, another unit than degrees, no latitude
 */
export function galacticPositions(
  entry: Pick<DataEntry, 'file' | 'frame' | 'catalogue'>,
  table: Table,
  key: string,
): GalacticPositions {
  const { file, frame = 'galactic' } = entry
  const columns = positionColumns(entry)
  const read = (of: 'l' | 'b'): Float64Array =>
    numbersIn('deg', table, columns[of], { file, field: `${key}.catalogue.${of}` })
  const [l, b] = [read('l'), read('b')]
  const row = b.findIndex((latitude) => Math.abs(latitude) > 90)
  if (row >= 0) {
    throw new InputError(
      `${file}: a latitude in column "${columns.b}" is ${b[row]} degrees: positions are ${frame}, in degrees. Correct ${key}.catalogue, or ${key}.frame.`,
      { file, field: `${key}.catalogue.b` },
    )
  }
  if (frame === 'galactic') return { l, b }
  const turned = Array.from(l, (longitude, i) => rotateFrame(longitude, b[i], frame, 'galactic'))
  return {
    l: Float64Array.from(turned, ({ lonDeg }) => lonDeg),
    b: Float64Array.from(turned, ({ latDeg }) => latDeg),
  }
}
