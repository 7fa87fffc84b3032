import { relativeNoise } from '#shared/inference/noise.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { PointVector } from '../storage/run-store.ts'
import { unitOf } from './data-units.ts'
import { galacticPositions } from './galactic-positions.ts'
import { tableInput } from './prepare-map.ts'
import type { PreparedEntry } from './prepare-map.ts'
import { numbersIn, readTable } from './read-table.ts'
import type { Table } from './read-table.ts'

type Catalogue = NonNullable<DataEntry['catalogue']>

/** Farther than any pulsar that is seen through the Galaxy: a larger number is in parsecs. */
const farthestKpc = 1000

/**
 * A catalogue of sources with Faraday depths or dispersion measures, and the distances at which their rays end. Positions
 * of another frame are turned to Galactic ones. Rows without a value, a place or a positive sigma, and rows that the mask
 * hides, are left out; a row without a distance (an empty cell) is behind everything.
 * @throws InputError that names file and key
 */
export async function preparePoints(
  entry: DataEntry,
  catalogue: Catalogue,
  key: string,
): Promise<PreparedEntry<PointVector>> {
  requireOwnKeys(entry, key)
  const source = { file: entry.file, key }
  const table = await readTable(entry.file, entry.hdu)
  if (table.hdu === undefined && entry.hdu !== undefined) {
    const field = `${key}.hdu`
    throw new InputError(
      `${field} belongs to FITS files, and ${entry.file} is a text: leave this out.`,
      { file: entry.file, field },
    )
  }
  const column = (name: string, of: keyof Catalogue): Float64Array =>
    table.numbers(name, `${key}.catalogue.${of}`)
  const stored = column(catalogue.value, 'value')
  const { scale, ...measured } = await unitOf(
    entry,
    { unit: table.unit(catalogue.value), frequencyGhz: undefined },
    source,
  )
  const { l, b } = galacticPositions(entry, table, key)
  const values = stored.map((value) => value * scale)
  const sigma = sigmaOf(entry, key, values, scale, catalogue.sigma, column)
  const distances =
    catalogue.distance === undefined
      ? new Float64Array(table.rows).fill(Infinity)
      : distancesOf(entry.file, table, catalogue.distance, key)
  const isOpen = openLatitudes(entry)
  const kept = Array.from(values.keys()).filter(
    (i) =>
      Number.isFinite(values[i]) &&
      Number.isFinite(l[i]) &&
      isOpen(b[i]) &&
      sigma[i] > 0 &&
      Number.isFinite(sigma[i]),
  )
  const left = table.rows - kept.length
  const { frame = 'galactic', nuisance } = entry
  const { offset, gain } = nuisance
  const near = kept.filter((i) => Number.isFinite(distances[i])).length
  return {
    vector: {
      kind: 'points',
      name: entry.name,
      quantity: entry.quantity,
      ...measured,
      offset: offset === 'none' ? 0 : offset,
      gain,
      notes: [
        `${kept.length} sources, ${near} of them with a distance at which their rays end.`,
        ...(frame === 'galactic' ? [] : [`Positions turned from ${frame} to Galactic.`]),
        ...(left > 0 ? [`${left} rows are masked or lack a value.`] : []),
      ],
      directionsDeg: Float64Array.from(kept.flatMap((i) => [l[i], b[i]])),
      distancesKpc: Float64Array.from(kept, (i) => distances[i]),
      values: Float64Array.from(kept, (i) => values[i]),
      sigma: Float64Array.from(kept, (i) => sigma[i]),
    },
    inputs: [await tableInput(entry.name, entry.file)],
  }
}

/** What a catalogue does not have would be ignored. */
function requireOwnKeys(entry: DataEntry, key: string): void {
  const { quantity } = entry
  if (quantity !== 'faraday_depth' && quantity !== 'dispersion_measure') {
    const field = `${key}.quantity`
    throw new InputError(
      `${field}: a catalogue holds faraday_depth or dispersion_measure, not ${quantity}.`,
      { field },
    )
  }
  const foreign = (['ordering', 'bad_value', 'beam_fwhm_arcmin'] as const).find(
    (name) => entry[name] !== undefined,
  )
  const wrong =
    foreign ??
    (entry.mask !== undefined && 'file' in entry.mask
      ? 'mask.file'
      : typeof entry.sigma === 'object' && 'file' in entry.sigma
        ? 'sigma.file'
        : undefined)
  if (wrong === undefined) return
  const field = `${key}.${wrong}`
  throw new InputError(
    `${field} belongs to maps, and ${key} is a catalogue: leave this out, or ${key}.catalogue.`,
    { field },
  )
}

function sigmaOf(
  { sigma }: DataEntry,
  key: string,
  values: Float64Array,
  scale: number,
  column: string | undefined,
  read: (name: string, of: keyof Catalogue) => Float64Array,
): Float64Array {
  if (column !== undefined) return read(column, 'sigma').map((value) => value * scale)
  if (typeof sigma === 'number') return new Float64Array(values.length).fill(sigma * scale)
  if ('file' in sigma) throw new Error(`${key}.sigma is a map.`)
  return relativeNoise(values, sigma.relative, sigma.floor * scale)
}

/** kpc; Infinity where a cell is empty. */
function distancesOf(file: string, table: Table, name: string, key: string): Float64Array {
  const field = `${key}.catalogue.distance`
  return numbersIn('kpc', table, name, { file, field }).map((distance) => {
    if (Number.isNaN(distance)) return Infinity
    if (distance > 0 && distance <= farthestKpc) return distance
    throw new InputError(
      `${file}: a distance of ${distance} kpc: distances are positive and in kpc. Correct ${field}.`,
      { file, field },
    )
  })
}

/** Whether the mask leaves a latitude open; false for one that is missing. */
function openLatitudes({ mask }: DataEntry): (latitude: number) => boolean {
  if (mask === undefined || 'file' in mask) return Number.isFinite
  return (latitude) => Math.abs(latitude) > mask.galactic_latitude_above_deg
}
