import { changeResolution, latitudeSpans } from '#shared/healpix/index.ts'
import { rotateMap } from '#shared/sky/index.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { readSkyMap } from './read-sky-map.ts'
import type { MapRequest, SkyMap } from './read-sky-map.ts'

/** Which pixels of a map may be used: 1, else 0; and the file that says so, where there is one. */
export interface ReadMask {
  readonly used: Uint8Array<ArrayBuffer>
  readonly map?: SkyMap
}

/**
 * The mask of a data entry on Galactic RING pixels at `nside`. `request` is that of the entry's map: what the mask's file does not
 * say about its pixels is taken from there.
 * @throws InputError that names file and key
 */
export async function readMask(
  mask: DataEntry['mask'],
  request: MapRequest,
  nside: number,
): Promise<ReadMask> {
  const used = new Uint8Array(12 * nside * nside).fill(1)
  if (mask === undefined) return { used }
  if (!('file' in mask)) {
    const limit = (mask.galactic_latitude_above_deg * Math.PI) / 180
    for (const [from, to] of latitudeSpans(nside, -limit, limit)) used.fill(0, from, to)
    return { used }
  }
  // Rotated after it has become 0 and 1: interpolation leaves hardly a zero along an edge.
  const map = await readCompanion({ ...request, keepFrame: true }, mask, 'mask')
  const whole = map.values.map((value) => (Number.isFinite(value) && value !== 0 ? 1 : 0))
  const open = map.frame === 'galactic' ? whole : rotateMap(whole, 'RING', map.frame, 'galactic')
  const share = resample(open, map, nside, `${request.key}.mask`)
  return { used: Uint8Array.from(share, (value) => (value >= 0.5 ? 1 : 0)), map }
}

/** The map beside a data entry; what it does not say about its pixels is taken from the entry. */
export function readCompanion(
  request: MapRequest,
  { file, hdu, column }: { file: string; hdu?: number; column: number | string },
  what: string,
): Promise<SkyMap> {
  const { key, nside, ordering, frame, keepFrame } = request
  return readSkyMap({
    file,
    key,
    hdu,
    column,
    nside,
    keepFrame,
    assumed: { ordering, frame },
  }).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error
    throw new InputError(`${request.key}.${what}: ${error.message}`, {
      file: error.file,
      field: error.field ?? `${request.key}.${what}`,
      cause: error,
    })
  })
}

/** Values of a map at another NSIDE. @throws InputError that names its file where the two do not fit */
export function resample(
  values: Float64Array,
  map: SkyMap,
  nside: number,
  key: string,
): Float64Array {
  try {
    return changeResolution(values, map.nside, nside, 'RING')
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError(`${key}: ${map.input.path}: ${error.message}`, {
      file: map.input.path,
      field: key,
    })
  }
}
