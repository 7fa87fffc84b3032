import type { DataEntry } from '#shared/session/run-file.ts'
import { rotatePolarisationMaps, toIau } from '#shared/sky/index.ts'
import { InputError } from '../errors.ts'
import { missingKey, readSkyMap } from './read-sky-map.ts'
import type { MapRequest, SkyMap } from './read-sky-map.ts'

/** What the two maps of one observation have in common. */
const sharedKeys = [
  'file',
  'hdu',
  'ordering',
  'frame',
  'unit',
  'polarisation',
  'bad_value',
] as const

/**
 * A map of Q or U in Galactic coordinates, in the convention of its file. North turns from frame to frame, so Q and U are rotated
 * together: the other one is the column that the entry of it, for the same file, names.
 *
 * @throws InputError where there is no such entry, or the file holds images
 */
export async function rotatedPair(
  entry: DataEntry,
  request: MapRequest,
  others: readonly DataEntry[],
): Promise<SkyMap> {
  const wanted = entry.quantity === 'Q' ? 'U' : 'Q'
  const partner = others.find(
    (other) => other.quantity === wanted && sharedKeys.every((key) => other[key] === entry[key]),
  )
  const own = await readSkyMap({ ...request, keepFrame: true })
  if (partner === undefined || own.rotated) {
    const advice =
      partner === undefined ? `add the entry for ${wanted} of the same file, or give` : 'give'
    throw new InputError(
      `${entry.file}: Q and U can only be rotated together, and only HEALPix maps: ${advice} maps in Galactic coordinates.`,
      { file: entry.file, field: `${request.key}.frame` },
    )
  }
  const convention = entry.polarisation ?? own.polarisation
  if (convention === undefined) {
    throw missingKey(request, 'polarisation', 'whether Q and U follow IAU or COSMO (POLCCONV)')
  }
  const second = await readSkyMap({ ...request, column: partner.column, keepFrame: true })
  const [q, u] = wanted === 'U' ? [own, second] : [second, own]
  const toOther = (values: Float64Array) => values.map((value) => toIau(value, convention))
  const rotated = rotatePolarisationMaps(q.values, toOther(u.values), 'RING', own.frame, 'galactic')
  return {
    ...own,
    values: wanted === 'U' ? rotated.q : toOther(rotated.u),
    frame: 'galactic',
    rotated: true,
    notes: [
      ...own.notes,
      `Rotated from ${own.frame} to Galactic by interpolation, together with "${partner.name}".`,
    ],
  }
}
