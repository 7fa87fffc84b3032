import { changeResolution, pix2ang, vec2pix } from '#shared/healpix/index.ts'
import { blockOfPixel, heldOutBlocks } from '#shared/inference/held-out.ts'
import { pixelSets } from '#shared/inference/likelihood.ts'
import { relativeNoise } from '#shared/inference/noise.ts'
import { directionFromGalactic } from '#shared/physics/index.ts'
import { UnitError, parseUnit, toBrightnessK, toIau } from '#shared/sky/index.ts'
import type { DataEntry, RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { InputRecord } from '../storage/records.ts'
import type { DataVector } from '../storage/run-store.ts'
import { missingKey, readSkyMap } from './read-sky-map.ts'
import type { MapRequest, SkyMap } from './read-sky-map.ts'

export interface PreparedData {
  readonly data: readonly DataVector[]
  readonly inputs: readonly Omit<InputRecord, 'relativePath'>[]
  /** RING numbers at `held_out.block_nside`. */
  readonly heldOutBlocks: Int32Array
}

/**
 * Reads the maps of a run file and makes the data vectors: Galactic RING pixels at min(own NSIDE, sky.nside), in
 * kelvin (Rayleigh-Jeans), rad m^-2 or pc cm^-3; Stokes U in the IAU sense; sigma after degrading; masked and bad
 * pixels left out; held-out blocks marked.
 * @throws InputError that names file and key
 */
export async function prepareData(
  runFile: RunFile,
  onProgress: (message: string) => void = () => {},
): Promise<PreparedData> {
  if (runFile.data.length === 0) {
    throw new InputError(
      'data: the run file names no map to fit. Add an entry with name and file.',
      {
        field: 'data',
      },
    )
  }
  const names = runFile.data.map(({ name }) => name)
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  if (repeated !== undefined) {
    throw new InputError(`data: two entries are called "${repeated}". Give each its own name.`, {
      field: 'data',
    })
  }
  const blocks = heldOutBlocks(runFile.held_out)
  const data: DataVector[] = []
  const inputs: Omit<InputRecord, 'relativePath'>[] = []
  for (const [i, entry] of runFile.data.entries()) {
    onProgress(`Reading ${entry.name}`)
    const prepared = await prepareEntry(entry, `data[${i}]`, runFile, blocks)
    data.push(prepared.vector)
    inputs.push(...prepared.inputs)
  }
  return { data, inputs, heldOutBlocks: blocks }
}

/** The same data with another choice of held-out blocks. */
export function withHeldOut(
  data: readonly DataVector[],
  heldOut: RunFile['held_out'],
): DataVector[] {
  const blocks = heldOutBlocks(heldOut)
  return data.map((vector) => ({
    ...vector,
    set: setOf(placesOf(vector, heldOut.block_nside), blocks),
  }))
}

async function prepareEntry(
  entry: DataEntry,
  key: string,
  runFile: RunFile,
  blocks: Int32Array,
): Promise<{ vector: DataVector; inputs: Omit<InputRecord, 'relativePath'>[] }> {
  const { nside: skyNside } = runFile.sky
  const request: MapRequest = {
    file: entry.file,
    key,
    hdu: entry.hdu,
    column: entry.column,
    ordering: entry.ordering,
    frame: entry.frame,
    badValue: entry.bad_value,
    nside: skyNside,
  }
  const map = await readSkyMap(request)
  const nside = Math.min(map.nside, skyNside)
  const { scale, unit, frequencyGhz } = unitOf(entry, map, request)
  const values = resample(map.values, map, nside, key).map((value) => value * scale)
  const companions: Companion[] = []
  const sigma = await sigmaOf(entry, request, nside, values, scale, companions)
  const used = await maskOf(entry, request, nside, companions)
  const kept = Array.from(values.keys()).filter(
    (p) => used[p] !== 0 && Number.isFinite(values[p]) && sigma[p] > 0 && Number.isFinite(sigma[p]),
  )
  const pixels = Int32Array.from(kept)
  const set = setOf(blocksOfPixels(nside, pixels, runFile.held_out.block_nside), blocks)
  if (!set.includes(pixelSets.fitted)) {
    throw new InputError(
      `${entry.file}: no pixel of "${entry.name}" is left to fit after bad values, mask and held-out blocks.`,
      { file: entry.file, field: key },
    )
  }
  const { offset, gain } = entry.nuisance
  const vector: DataVector = {
    kind: 'map',
    name: entry.name,
    quantity: entry.quantity,
    unit,
    nside,
    frequencyGhz,
    band: frequencyGhz === null ? [] : [{ frequencyGhz, weight: 1 }],
    beamFwhmArcmin: null,
    offset: offset === 'none' ? 0 : typeof offset === 'number' ? offset * scale : offset,
    gain,
    notes: [...map.notes, ...notesOf(map.nside, nside, scale, values.length - pixels.length)],
    pixels,
    values: Float64Array.from(kept, (p) => values[p]),
    sigma: Float64Array.from(kept, (p) => sigma[p]),
    set,
  }
  const inputs = [{ suffix: '', map }, ...companions].map((read) => ({
    ...read.map.input,
    name: `${entry.name}${read.suffix}`,
  }))
  return { vector, inputs }
}

/** A map read beside the one of the entry; its input is called NAME plus the suffix. */
interface Companion {
  readonly suffix: ' sigma' | ' mask'
  readonly map: SkyMap
}

function notesOf(nsideIn: number, nside: number, scale: number, left: number): string[] {
  const notes: string[] = []
  if (nsideIn !== nside) notes.push(`Averaged from NSIDE ${nsideIn} to ${nside}.`)
  if (scale !== 1) notes.push(`Multiplied by ${scale} to get the unit of the model.`)
  if (left > 0) notes.push(`${left} pixels are masked or bad.`)
  return notes
}

/** Factor from the unit of the map to that of the model. */
function unitOf(
  entry: DataEntry,
  map: SkyMap,
  request: MapRequest,
): { scale: number; unit: string; frequencyGhz: number | null } {
  const text = entry.unit ?? map.unit
  if (text === undefined) throw missingKey(request, 'unit', 'in which unit its values are (TUNIT)')
  const unit = parseUnit(text)
  const field = `${request.key}.unit`
  const details = { file: request.file, field }
  if (unit === undefined) {
    throw new InputError(
      `${request.file}: the unit "${text}" is not known. Give ${field}, for example K, mK, K_RJ, K_CMB, MJy/sr, rad/m^2 or pc/cm^3.`,
      details,
    )
  }
  if (entry.quantity === 'faraday_depth' || entry.quantity === 'dispersion_measure') {
    const wanted = entry.quantity === 'faraday_depth' ? 'rad/m^2' : 'pc/cm^3'
    if (unit !== wanted) {
      throw new InputError(
        `${request.file}: ${entry.quantity} is in ${wanted}, but the unit is ${text}. Check ${request.key}.quantity and ${field}.`,
        details,
      )
    }
    return { scale: 1, unit: wanted === 'rad/m^2' ? 'rad m^-2' : 'pc cm^-3', frequencyGhz: null }
  }
  const frequencyGhz = entry.frequency_ghz ?? map.frequencyGhz
  if (frequencyGhz === undefined) {
    throw missingKey(request, 'frequency_ghz', 'at which frequency it was observed')
  }
  try {
    const { scale } = toBrightnessK(unit, frequencyGhz)
    return { scale: scale * polarisationSign(entry, map, request), unit: 'K', frequencyGhz }
  } catch (error) {
    if (!(error instanceof UnitError)) throw error
    const key = `${request.key}.${error.key}`
    throw new InputError(`${request.file}: ${key}: ${error.message}`, {
      file: request.file,
      field: key,
      cause: error,
    })
  }
}

/** -1 where a U map in the COSMO convention has to change its sign. */
function polarisationSign(entry: DataEntry, map: SkyMap, request: MapRequest): number {
  if (entry.quantity !== 'Q' && entry.quantity !== 'U') return 1
  const convention = entry.polarisation ?? map.polarisation
  if (convention === undefined) {
    throw missingKey(request, 'polarisation', 'whether Q and U follow IAU or COSMO (POLCCONV)')
  }
  if (map.rotated) {
    throw new InputError(
      `${request.file}: Q and U can only be rotated together. Give this map in Galactic coordinates.`,
      { file: request.file, field: `${request.key}.frame` },
    )
  }
  return entry.quantity === 'U' ? toIau(1, convention) : 1
}

/** sigma per pixel in the unit of the model; given in the unit of the map. */
async function sigmaOf(
  entry: DataEntry,
  request: MapRequest,
  nside: number,
  values: Float64Array,
  signedScale: number,
  companions: Companion[],
): Promise<Float64Array> {
  const scale = Math.abs(signedScale)
  const { sigma } = entry
  if (typeof sigma === 'number') return new Float64Array(values.length).fill(sigma * scale)
  if (!('file' in sigma)) return relativeNoise(values, sigma.relative, sigma.floor * scale)
  const map = await readCompanion(request, sigma, 'sigma')
  companions.push({ suffix: ' sigma', map })
  // Averaged as variances: errors of neighbouring pixels are taken to be the same error, which is the careful choice.
  const variance = resample(
    map.values.map((value) => value * value),
    map,
    nside,
    `${request.key}.sigma`,
  )
  return variance.map((value) => Math.sqrt(value) * scale)
}

/** 1 where a pixel may be used. */
async function maskOf(
  entry: DataEntry,
  request: MapRequest,
  nside: number,
  companions: Companion[],
): Promise<Uint8Array> {
  const pixels = 12 * nside * nside
  const { mask } = entry
  if (mask === undefined) return new Uint8Array(pixels).fill(1)
  if (!('file' in mask)) {
    const limit = (mask.galactic_latitude_above_deg * Math.PI) / 180
    return Uint8Array.from({ length: pixels }, (_, pixel) =>
      Math.abs(Math.PI / 2 - pix2ang(nside, 'RING', pixel).theta) > limit ? 1 : 0,
    )
  }
  const map = await readCompanion(request, mask, 'mask')
  companions.push({ suffix: ' mask', map })
  const open = map.values.map((value) => (Number.isFinite(value) && value !== 0 ? 1 : 0))
  const share = resample(open, map, nside, `${request.key}.mask`)
  return Uint8Array.from(share, (value) => (value >= 0.5 ? 1 : 0))
}

/** The map beside a data entry; what it does not say about its pixels is taken from the entry. */
function readCompanion(
  request: MapRequest,
  companion: { file: string; column: number | string },
  what: string,
): Promise<SkyMap> {
  return readSkyMap({
    ...request,
    hdu: undefined,
    badValue: undefined,
    file: companion.file,
    column: companion.column,
  }).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error
    throw new InputError(`${request.key}.${what}: ${error.message}`, {
      file: error.file,
      field: error.field ?? `${request.key}.${what}`,
      cause: error,
    })
  })
}

function resample(values: Float64Array, map: SkyMap, nside: number, key: string): Float64Array {
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

/** RING number at `blockNside` of the block that each value of a data vector falls into. */
function placesOf(vector: DataVector, blockNside: number): Int32Array {
  return vector.kind === 'map'
    ? blocksOfPixels(vector.nside, vector.pixels, blockNside)
    : blocksOfPoints(vector.directionsDeg, blockNside)
}

function blocksOfPixels(nside: number, pixels: Int32Array, blockNside: number): Int32Array {
  return pixels.map((pixel) => blockOfPixel(nside, blockNside, pixel))
}

function blocksOfPoints(directionsDeg: Float64Array, blockNside: number): Int32Array {
  return Int32Array.from({ length: directionsDeg.length / 2 }, (_, i) =>
    vec2pix(
      blockNside,
      'RING',
      directionFromGalactic(directionsDeg[2 * i], directionsDeg[2 * i + 1]),
    ),
  )
}

/** Fitted or held out, for each value by its block. */
function setOf(places: Int32Array, heldOut: Int32Array): Uint8Array {
  const blocks = new Set(heldOut)
  return Uint8Array.from(places, (block) =>
    blocks.has(block) ? pixelSets.heldOut : pixelSets.fitted,
  )
}
