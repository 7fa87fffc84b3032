import {
  describeKind,
  describeMaps,
  readHealpixMap,
  readPlateCarree,
  FitsError,
} from '#shared/fits/index.ts'
import type { FitsFile, MapDescription } from '#shared/fits/index.ts'
import { loadFits } from '../storage/map-files.ts'
import type { Inspection } from './inspection.ts'
import { number } from './progress.ts'

interface ColumnStatistics {
  readonly name: string
  readonly unit: string | null
  readonly valid: number
  readonly bad: number
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
  /** Why it cannot be read. */
  readonly problem?: string
}

export async function inspectFits(path: string): Promise<Inspection> {
  const file = await loadFits(path)
  const maps = describeMaps(file).map((map) => ({ ...map, columns: statistics(file, map) }))
  const hdus = file.hdus.map((hdu) => ({
    index: hdu.index,
    name: hdu.name,
    kind: hdu.kind,
    holds: describeKind(hdu),
    rows: hdu.rowCount,
    columns: hdu.columns.map(({ name, unit, tform }) => ({ name, unit: unit ?? null, tform })),
    axes: hdu.axes,
  }))
  return {
    document: { file: path, format: 'FITS', hdus, maps, problems: file.warnings },
    lines: [
      `${path}: FITS, ${file.hdus.length} HDU${file.hdus.length === 1 ? '' : 's'}`,
      ...hdus.map(
        (hdu) => `  HDU ${hdu.index}${hdu.name === '' ? '' : ` "${hdu.name}"`}: ${hdu.holds}`,
      ),
      ...(maps.length === 0 ? ['  No sky map in it.'] : []),
      ...maps.flatMap(mapLines),
      ...file.warnings.map((text) => `  Problem: ${text}`),
    ],
  }
}

function statistics(file: FitsFile, map: MapDescription): ColumnStatistics[] {
  return map.columns.map(({ index, name, unit }) => {
    const base = { name, unit: unit ?? null }
    try {
      return { ...base, ...summarise(valuesOf(file, map, index)) }
    } catch (error) {
      if (!(error instanceof FitsError)) throw error
      return {
        ...base,
        ...summarise([]),
        problem: error.message,
      }
    }
  })
}

function valuesOf(file: FitsFile, map: MapDescription, column: number): ArrayLike<number> {
  if (map.kind === 'plate-carree') return readPlateCarree(file, { hdu: map.hdu }).values
  // Statistics do not depend on the ordering: any will do where the file states none.
  const ordering = map.ordering ?? 'RING'
  return readHealpixMap(file, { hdu: map.hdu, column, ordering }).values
}

function summarise(values: ArrayLike<number>): Omit<ColumnStatistics, 'name' | 'unit'> {
  let valid = 0
  let sum = 0
  let minimum = Infinity
  let maximum = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isNaN(value)) continue
    valid++
    sum += value
    if (value < minimum) minimum = value
    if (value > maximum) maximum = value
  }
  const some = valid > 0
  return {
    valid,
    bad: values.length - valid,
    minimum: some ? minimum : null,
    maximum: some ? maximum : null,
    mean: some ? sum / valid : null,
  }
}

function mapLines(
  map: Omit<MapDescription, 'columns'> & { columns: ColumnStatistics[] },
): string[] {
  const what = map.kind === 'healpix' ? 'HEALPix map' : 'plate carree image'
  const facts = [
    map.nside === undefined ? undefined : `NSIDE ${map.nside}`,
    map.ordering,
    map.indexing,
    map.frame,
    map.frequencyGhz === undefined ? undefined : `${number(map.frequencyGhz)} GHz`,
    map.polcconv === undefined ? undefined : `polarisation ${map.polcconv}`,
  ].filter((fact) => fact !== undefined)
  return [
    `  ${what} in HDU ${map.hdu}: ${facts.join(', ')}`,
    ...map.columns.map(columnLine),
    ...map.questions.map((key) => `    Not stated: ${key}; give it in the run file.`),
    ...map.problems.map((text) => `    Problem: ${text}`),
  ]
}

function columnLine(column: ColumnStatistics): string {
  const { name, unit, valid, bad, minimum, maximum, mean, problem } = column
  if (problem !== undefined) return `    ${name}: ${problem}`
  const range =
    minimum === null || maximum === null || mean === null
      ? 'no valid value'
      : `${number(minimum)} to ${number(maximum)}, mean ${number(mean)}`
  return `    ${name} (${unit ?? 'no unit'}): ${range}; ${valid} valid, ${bad} bad`
}
