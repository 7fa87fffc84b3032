import { relativeNoise } from '#shared/inference/noise.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { PointVector } from '../storage/run-store.ts'
import { unitOf } from './data-units.ts'
import { tableInput } from './prepare-map.ts'
import type { PreparedEntry } from './prepare-map.ts'
import { readTable } from './read-table.ts'

type Catalogue = NonNullable<DataEntry['catalogue']>

/** Farther than any pulsar that is seen through the Galaxy: a larger number is in parsecs. */
const farthestKpc = 1000

/**
 * A catalogue of sources with Faraday depths or dispersion measures, and the distances at which their rays end. Rows
 * without a value, a place or a positive sigma, and rows that the mask hides, are left out; a row without a distance (an
 * empty cell) is behind everything.
 * @throws InputError that names file and key
 */
export async function preparePoints(
  entry: DataEntry,
  catalogue: Catalogue,
  key: string,
): Promise<PreparedEntry<PointVector>> {
  requireOwnKeys(entry, key)
  const source = { file: entry.file, key }
  const { scale, ...measured } = await unitOf(
    entry,
    { unit: undefined, frequencyGhz: undefined },
    source,
  )
  const table = await readTable(entry.file)
  const column = (name: string, of: keyof Catalogue): Float64Array =>
    table.numbers(name, `${key}.catalogue.${of}`)
  const l = column(catalogue.l, 'l')
  const b = column(catalogue.b, 'b')
  const values = column(catalogue.value, 'value').map((value) => value * scale)
  const sigma = sigmaOf(entry, key, values, scale, catalogue.sigma, column)
  const distances =
    catalogue.distance === undefined
      ? new Float64Array(table.rows).fill(Infinity)
      : distancesOf(column(catalogue.distance, 'distance'), entry.file, key)
  b.forEach((latitude) => {
    if (Math.abs(latitude) > 90) {
      throw new InputError(
        `${entry.file}: a latitude in column "${catalogue.b}" is ${latitude} degrees: l and b are Galactic, in degrees. Correct ${key}.catalogue.`,
        { file: entry.file, field: `${key}.catalogue.b` },
      )
    }
  })
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
  const { offset, gain } = entry.nuisance
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
  const foreign = (['hdu', 'ordering', 'frame', 'bad_value', 'beam_fwhm_arcmin'] as const).find(
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
function distancesOf(distances: Float64Array, file: string, key: string): Float64Array {
  return distances.map((distance) => {
    if (Number.isNaN(distance)) return Infinity
    if (distance > 0 && distance <= farthestKpc) return distance
    const field = `${key}.catalogue.distance`
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
