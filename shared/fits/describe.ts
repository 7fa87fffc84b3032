import type { Ordering } from '../healpix/index.ts'
import type { Frame, PolarisationConvention } from '../sky/index.ts'
import { isValueColumn, recogniseHealpix } from './healpix-table.ts'
import type { HealpixTable } from './healpix-table.ts'
import {
  firstNumber,
  firstText,
  frameOf,
  frequencyGhzOf,
  isPolarised,
  polarisationOf,
} from './map-keywords.ts'
import { naturalNside, recognisePlateCarree } from './plate-carree.ts'
import type { PlateCarreeGrid } from './plate-carree.ts'
import type { FitsFile } from './structure.ts'

export interface MapColumn {
  /** What the key `column` of a data entry counts: from 0, without the column of pixel numbers. */
  index: number
  name: string
  unit: string | undefined
}

/** What an HDU with a map declares, and what it leaves open. */
export interface MapDescription {
  hdu: number
  /** EXTNAME, or an empty text. */
  name: string
  kind: 'healpix' | 'plate-carree'
  /** For an image: the NSIDE whose pixels still average several cells. */
  nside: number | undefined
  ordering: Ordering | undefined
  indexing: 'implicit' | 'explicit' | undefined
  frame: Frame | undefined
  columns: MapColumn[]
  polcconv: PolarisationConvention | undefined
  /** BAD_DATA or BLANK of the file. */
  badValue: number | undefined
  /** Only where the header states it with its unit. */
  frequencyGhz: number | undefined
  /** Keys of a data entry that the file does not answer: `ordering`, `frame`, `unit`, `polarisation`. */
  questions: string[]
  /** What is odd or wrong, one sentence each. */
  problems: string[]
  /** Those of the problems for which the map cannot be read at all. */
  obstacles: string[]
}

/** Describe every map in a file from the headers alone, in file order; empty when there is none. */
export function describeMaps(file: FitsFile): MapDescription[] {
  const descriptions: MapDescription[] = []
  for (const hdu of file.hdus) {
    const table = recogniseHealpix(file, hdu)
    if (table) descriptions.push(describeHealpix(table))
    const grid = table ? undefined : recognisePlateCarree(file, hdu)
    if (grid) descriptions.push(describePlateCarree(file, grid))
  }
  return descriptions
}

function describeHealpix(table: HealpixTable): MapDescription {
  const { hdu, headers, nside, ordering, indexing } = table
  const columns = table.valueColumns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => isValueColumn(table, column))
    .map(({ column, index }) => ({ index, name: column.name, unit: column.unit }))
  const description = {
    hdu: hdu.index,
    name: hdu.name,
    kind: 'healpix' as const,
    nside,
    ordering,
    indexing,
    frame: frameOf(headers),
    columns,
    polcconv: polarisationOf(headers),
    badValue: firstNumber(headers, 'BAD_DATA'),
    frequencyGhz: frequencyGhzOf(headers),
    problems: [...table.problems, ...table.notes],
    obstacles: table.problems,
  }
  const polarised =
    columns.some((column) => isPolarised(column.name)) ||
    /^[QU]$/i.test(firstText(headers, 'STOKES') ?? '')
  const questions: string[] = []
  if (ordering === undefined) questions.push('ordering')
  if (description.frame === undefined) questions.push('frame')
  if (columns.some((column) => column.unit === undefined)) questions.push('unit')
  if (polarised && description.polcconv === undefined) questions.push('polarisation')
  return { ...description, questions }
}

function describePlateCarree(file: FitsFile, grid: PlateCarreeGrid): MapDescription {
  const { hdu, frame } = grid
  const { header } = hdu
  const headers = [header, file.hdus[0].header]
  const unit = header.text('BUNIT')
  const questions: string[] = []
  if (frame === undefined) questions.push('frame')
  if (unit === undefined) questions.push('unit')
  return {
    hdu: hdu.index,
    name: hdu.name,
    kind: 'plate-carree',
    nside: grid.problems.length === 0 ? naturalNside(grid) : undefined,
    ordering: undefined,
    indexing: undefined,
    frame,
    columns: [{ index: 0, name: header.text('OBJECT') ?? 'image', unit }],
    polcconv: polarisationOf(headers),
    badValue: firstNumber([header], 'BLANK'),
    frequencyGhz: frequencyGhzOf(headers),
    questions,
    problems: [...grid.problems, ...grid.notes],
    obstacles: grid.problems,
  }
}
