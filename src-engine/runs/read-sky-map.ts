import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import {
  describeMaps,
  plateCarreeToHealpix,
  readHealpixMap,
  readPlateCarree,
} from '#shared/fits/index.ts'
import type { FitsFile, MapDescription } from '#shared/fits/index.ts'
import { reorder } from '#shared/healpix/index.ts'
import { rotateMap } from '#shared/sky/index.ts'
import type { Frame } from '#shared/sky/index.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import { InputError, fileErrorText } from '../errors.ts'
import { loadFits, namingFile } from '../storage/map-files.ts'
import type { InputRecord } from '../storage/records.ts'

/** What a file must say about a map, or the run file instead of it. */
export interface MapRequest {
  readonly file: string
  /** Keys of the run file that the answers stand under, for messages: `data[0]`, `data[0].mask`. */
  readonly key: string
  readonly hdu?: number
  readonly column: number | string
  readonly ordering?: DataEntry['ordering']
  readonly frame?: DataEntry['frame']
  /** For what neither the file says nor the keys above. */
  readonly assumed?: Pick<DataEntry, 'ordering' | 'frame'>
  readonly badValue?: number
  /** Leaves a HEALPix map in its own frame. */
  readonly keepFrame?: boolean
  /** Resolution at which an image without pixels of its own is wanted. */
  readonly nside: number
}

/** A map in RING order, its own unit; NaN where there is no value; float32 where that is all that its file holds. */
export interface SkyPixels {
  readonly nside: number
  readonly values: Float32Array | Float64Array
  /** Of the pixels: Galactic, unless the request keeps the file's. */
  readonly frame: Frame
  /** The file is in another frame: its pixels, or cells, were brought to these. */
  readonly rotated: boolean
  /** What the file declares. */
  readonly unit: string | undefined
  readonly polarisation: MapDescription['polcconv']
  readonly frequencyGhz: number | undefined
  /** How the file was read, one sentence each. */
  readonly notes: readonly string[]
}

/** The same in float64, with what identifies the file. */
export interface SkyMap extends SkyPixels {
  readonly values: Float64Array
  readonly input: Omit<InputRecord, 'name' | 'relativePath'>
}

/** Says that neither the file nor the run file states something: exit 3 naming the key. */
export function missingKey(
  request: { file: string; key: string },
  key: string,
  what: string,
): InputError {
  const field = `${request.key}.${key}`
  return new InputError(`${request.file} does not say ${what}: give ${field} in the run file.`, {
    file: request.file,
    field,
  })
}

/**
 * Reads one map of a FITS file and brings it to Galactic RING pixels: HEALPix in any ordering, a plate carree image
 * averaged into pixels, other frames rotated (as a scalar).
 * @throws InputError that names the file and, where something is not stated, the key to give
 */
export async function readSkyMap(request: MapRequest): Promise<SkyMap> {
  const file = await loadFits(request.file)
  const map = pixelsOf(file, request)
  const { values } = map
  return {
    ...map,
    values: values instanceof Float64Array ? values : new Float64Array(values),
    input: await inputOf(request.file, file),
  }
}

/** The same to look at it: without the digest of the file. @throws InputError as `readSkyMap` */
export async function viewSkyMap(request: MapRequest): Promise<SkyPixels> {
  return pixelsOf(await loadFits(request.file), request)
}

function pixelsOf(file: FitsFile, request: MapRequest): SkyPixels {
  const description = namingFile(request.file, () => chooseMap(file, request))
  const settled = {
    ...request,
    ordering: request.ordering ?? description?.ordering ?? request.assumed?.ordering,
    frame: request.frame ?? description?.frame ?? request.assumed?.frame,
  }
  const map =
    description?.kind === 'plate-carree'
      ? readImageMap(file, settled)
      : readPixelMap(file, settled, description !== undefined)
  return {
    ...map,
    polarisation: description?.polcconv,
    frequencyGhz: description?.frequencyGhz,
  }
}

/** The map that will be read, when the headers recognise it. */
function chooseMap(file: FitsFile, request: MapRequest): MapDescription | undefined {
  const maps = describeMaps(file)
  return maps.find(({ hdu }) => request.hdu === undefined || hdu === request.hdu)
}

type Pixels = Pick<SkyPixels, 'nside' | 'values' | 'frame' | 'rotated' | 'unit' | 'notes'>

function readPixelMap(file: FitsFile, request: MapRequest, recognised: boolean): Pixels {
  if (recognised && request.ordering === undefined) {
    throw missingKey(request, 'ordering', 'whether its pixels are in RING or NESTED order')
  }
  const map = namingFile(request.file, () =>
    readHealpixMap(file, {
      hdu: request.hdu,
      column: request.column,
      ordering: request.ordering,
      badValue: request.badValue,
    }),
  )
  const { frame } = request
  if (frame === undefined) {
    throw missingKey(request, 'frame', 'in which coordinates its pixels are (COORDSYS)')
  }
  const ring = map.ordering === 'RING' ? map.values : inRings(map.values)
  const rotated = frame !== 'galactic' && request.keepFrame !== true
  const values = rotated ? rotateMap(new Float64Array(ring), 'RING', frame, 'galactic') : ring
  const { counts } = map
  const missing = map.values.length - counts.valid
  return {
    nside: map.nside,
    values,
    frame: rotated ? 'galactic' : frame,
    rotated,
    unit: map.unit,
    notes: [
      `HDU ${map.hdu}, column ${map.column}: NSIDE ${map.nside}, ${map.ordering}, ${frame}, ${counts.valid} pixels with a value, ${missing} without.`,
      ...map.notes,
      ...(rotated ? [`Rotated from ${frame} to Galactic by interpolation.`] : []),
    ],
  }
}

const inRings = (values: Float32Array | Float64Array) =>
  values instanceof Float32Array
    ? reorder(values, 'NESTED', 'RING')
    : reorder(values, 'NESTED', 'RING')

function readImageMap(file: FitsFile, request: MapRequest): Pixels {
  return namingFile(request.file, () => {
    const image = readPlateCarree(file, { hdu: request.hdu, frame: request.frame })
    if (image.frame === undefined) {
      throw missingKey(request, 'frame', 'in which coordinates it is')
    }
    const { badValue } = request
    const values =
      badValue === undefined
        ? image.values
        : image.values.map((value) => (value === badValue ? NaN : value))
    const map = plateCarreeToHealpix({ ...image, values }, request.nside)
    return {
      nside: map.nside,
      values: Float64Array.from(map.values),
      frame: 'galactic',
      rotated: image.frame !== 'galactic',
      unit: image.unit,
      notes: [
        `Plate carree image of ${image.width} x ${image.height} cells in ${image.frame}, averaged into NSIDE ${map.nside} Galactic pixels; ${map.emptyPixels} of them hold no cell.`,
        ...image.notes,
      ],
    }
  })
}

async function inputOf(path: string, file: FitsFile): Promise<SkyMap['input']> {
  const headers = createHash('sha256')
  for (const { header } of file.hdus) {
    for (const { keyword, raw, comment } of header.cards) {
      headers.update(`${keyword}\0${raw}\0${comment}\n`)
    }
  }
  return { path, ...(await digestOf(path)), headerDigest: headers.digest('hex') }
}

/** Size, time and SHA-256 of a file as it lies on the disk. @throws InputError when it cannot be read */
export async function digestOf(
  path: string,
): Promise<Pick<InputRecord, 'bytes' | 'modifiedMs' | 'sha256'>> {
  try {
    const hash = createHash('sha256')
    const { size, mtimeMs } = await stat(path)
    for await (const chunk of createReadStream(path)) hash.update(chunk)
    return { bytes: size, modifiedMs: mtimeMs, sha256: hash.digest('hex') }
  } catch (error) {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
}
