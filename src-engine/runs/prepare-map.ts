import { relativeNoise } from '#shared/inference/noise.ts'
import { isPolarised } from '#shared/physics/observables.ts'
import { toIau } from '#shared/sky/index.ts'
import type { DataEntry } from '#shared/session/run-file.ts'
import type { InputRecord } from '../storage/records.ts'
import type { DataVector, MapVector } from '../storage/run-store.ts'
import { unitOf } from './data-units.ts'
import { readCompanion, readMask, resample } from './read-mask.ts'
import { digestOf, missingKey, readSkyMap } from './read-sky-map.ts'
import type { MapRequest, SkyMap } from './read-sky-map.ts'
import { rotatedPair } from './rotated-pair.ts'

/** A data vector before its values are divided into fitted and held-out ones, and the files it was made from. */
export interface PreparedEntry<Vector extends DataVector = DataVector> {
  readonly vector: Omit<Vector, 'set'>
  readonly inputs: readonly Omit<InputRecord, 'relativePath'>[]
}

/**
 * A map: Galactic RING pixels at min(own NSIDE, `skyNside`); Stokes U in the IAU sense; sigma after degrading; masked and
 * bad pixels left out.
 *
 * @param others among which Q finds the U that it is rotated with, and U its Q
 * @throws InputError that names file and key
 */
export async function prepareMap(
  entry: DataEntry,
  key: string,
  skyNside: number,
  others: readonly DataEntry[] = [],
): Promise<PreparedEntry<MapVector>> {
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
  const read = await readSkyMap(request)
  const map =
    isPolarised(entry.quantity) && read.rotated ? await rotatedPair(entry, request, others) : read
  const nside = Math.min(map.nside, skyNside)
  const { scale: unsigned, ...measured } = await unitOf(entry, map, request)
  const scale = unsigned * polarisationSign(entry, map, request)
  const values = resample(map.values, map, nside, key).map((value) => value * scale)
  const companions: Companion[] = []
  const { frequencyGhz } = measured
  const fileUnit = { unit: map.unit, scale: Math.abs(scale), frequencyGhz }
  const sigma = await sigmaOf(entry, request, nside, values, fileUnit, companions)
  const { used, map: mask } = await readMask(entry.mask, request, nside)
  if (mask) companions.push({ suffix: ' mask', map: mask })
  const kept = Array.from(values.keys()).filter(
    (p) => used[p] !== 0 && Number.isFinite(values[p]) && sigma[p] > 0 && Number.isFinite(sigma[p]),
  )
  const pixels = Int32Array.from(kept)
  const { offset, gain } = entry.nuisance
  const vector = {
    kind: 'map' as const,
    name: entry.name,
    quantity: entry.quantity,
    ...measured,
    nside,
    beamFwhmArcmin: entry.beam_fwhm_arcmin ?? null,
    offset: offset === 'none' ? 0 : typeof offset === 'number' ? offset * scale : offset,
    gain,
    notes: [...map.notes, ...notesOf(map.nside, nside, scale, values.length - pixels.length)],
    pixels,
    values: Float64Array.from(kept, (p) => values[p]),
    sigma: Float64Array.from(kept, (p) => sigma[p]),
  }
  const bandInputs = await bandInput(entry)
  const inputs = [{ suffix: '', map }, ...companions].map((read) => ({
    ...read.map.input,
    name: `${entry.name}${read.suffix}`,
  }))
  return { vector, inputs: [...inputs, ...bandInputs] }
}

/** A map read beside the one of the entry; its input is called NAME plus the suffix. */
interface Companion {
  readonly suffix: ' sigma' | ' mask'
  readonly map: SkyMap
}

function notesOf(nsideIn: number, nside: number, scale: number, left: number): string[] {
  const notes: string[] = []
  if (nsideIn !== nside) notes.push(`Averaged from NSIDE ${nsideIn} to ${nside}.`)
  if (scale < 0) notes.push('U changed its sign, from the COSMO convention to IAU.')
  const factor = Math.abs(scale)
  if (factor !== 1) notes.push(`Multiplied by ${factor} to get the unit of the model.`)
  if (left > 0) notes.push(`${left} pixels are masked or bad.`)
  return notes
}

/** -1 where a U map in the COSMO convention has to change its sign. */
function polarisationSign(entry: DataEntry, map: SkyMap, request: MapRequest): number {
  if (!isPolarised(entry.quantity)) return 1
  const convention = entry.polarisation ?? map.polarisation
  if (convention === undefined) {
    throw missingKey(request, 'polarisation', 'whether Q and U follow IAU or COSMO (POLCCONV)')
  }
  return entry.quantity === 'U' ? toIau(1, convention) : 1
}

/** The unit that the file of a map declares, and the factor from what its values are in to the unit of the model. */
interface FileUnit {
  readonly unit: string | undefined
  readonly scale: number
  readonly frequencyGhz: number | null
}

/** sigma per pixel in the unit of the model; numbers are in that of the map, a map of sigma may declare its own. */
async function sigmaOf(
  entry: DataEntry,
  request: MapRequest,
  nside: number,
  values: Float64Array,
  ofMap: FileUnit,
  companions: Companion[],
): Promise<Float64Array> {
  const { scale } = ofMap
  const { sigma } = entry
  if (typeof sigma === 'number') return new Float64Array(values.length).fill(sigma * scale)
  if (!('file' in sigma)) return relativeNoise(values, sigma.relative, sigma.floor * scale)
  const map = await readCompanion(request, sigma, 'sigma')
  companions.push({ suffix: ' sigma', map })
  const ownScale = await sigmaScale(entry, sigma, request, map.unit, ofMap)
  // Averaged as variances: errors of neighbouring pixels are taken to be the same error, which is the careful choice.
  const variance = resample(
    map.values.map((value) => (value > 0 ? value * value : NaN)),
    map,
    nside,
    `${request.key}.sigma`,
  )
  return variance.map((value) => Math.sqrt(value) * ownScale)
}

/**
 * Factor from a map of sigma to the unit of the model. Where neither the run file nor the map of sigma names a unit, or that
 * is the one that the map itself declares, it is in the unit of the map.
 */
async function sigmaScale(
  entry: DataEntry,
  sigma: { file: string; unit?: string },
  { key }: MapRequest,
  declared: string | undefined,
  ofMap: FileUnit,
): Promise<number> {
  const unit = sigma.unit ?? (declared === ofMap.unit ? undefined : declared)
  if (unit === undefined) return ofMap.scale
  const frequencyGhz = ofMap.frequencyGhz ?? undefined
  const source = { file: sigma.file, key: `${key}.sigma` }
  return (await unitOf({ ...entry, unit }, { unit: undefined, frequencyGhz }, source)).scale
}

/** The table of a bandpass, where it is a file. */
async function bandInput({
  name,
  bandpass,
}: DataEntry): Promise<Omit<InputRecord, 'relativePath'>[]> {
  if (bandpass === undefined || !('file' in bandpass)) return []
  return [await tableInput(`${name} bandpass`, bandpass.file)]
}

/** What is recorded of a table: it has no headers, so its digest stands for theirs. */
export async function tableInput(
  name: string,
  path: string,
): Promise<Omit<InputRecord, 'relativePath'>> {
  const digest = await digestOf(path)
  return { name, path, ...digest, headerDigest: digest.sha256 }
}
