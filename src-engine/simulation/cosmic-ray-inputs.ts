import {
  ELECTRON_MASS_KG,
  ELEMENTARY_CHARGE_C,
  SPEED_OF_LIGHT_M_S,
} from '#shared/physics/constants.ts'
import { freeNames } from '#shared/session/free-names.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { CosmicRaySpectrum } from '../kernels/interface.ts'
import { readSkyMap } from '../runs/read-sky-map.ts'
import type { SkyMap } from '../runs/read-sky-map.ts'
import { readTable } from '../runs/read-table.ts'

/** What a run file says about the energies of cosmic-ray electrons beyond one number, read from its files. */
export interface CosmicRayInputs {
  /** Of a map of p, or of regions with one p each. */
  readonly skyIndex?: SkyIndex
  readonly spectrum?: CosmicRaySpectrum
}

/** A HEALPix map in RING order and Galactic coordinates: p, or numbers of regions; NaN where it has no value. */
export interface SkyIndex {
  readonly nside: number
  readonly values: Float64Array
}

type Section = RunFile['cosmic_ray_electrons']

const section = 'cosmic_ray_electrons'
/** Electron rest energy. */
const REST_GEV = (ELECTRON_MASS_KG * SPEED_OF_LIGHT_M_S ** 2) / ELEMENTARY_CHARGE_C / 1e9

/** The key of a run file that names a map of the sky for p, if there is one. */
export function skyIndexKey(
  cosmic: Section,
): 'spectral_index_map' | 'spectral_index_regions' | undefined {
  if (cosmic.spectral_index_map) return 'spectral_index_map'
  return cosmic.spectral_index_regions ? 'spectral_index_regions' : undefined
}

/** @throws InputError where keys on the energies of cosmic-ray electrons exclude each other */
export function requireOneEnergyLaw(cosmic: Section): void {
  const freeIndex = freeNames(cosmic.free).find((name) => name.startsWith('spectral_index'))
  const given = [
    ...(cosmic.spectrum ? ['spectrum'] : []),
    ...(cosmic.spectral_index_map ? ['spectral_index_map'] : []),
    ...(cosmic.spectral_index_regions ? ['spectral_index_regions'] : []),
    ...(freeIndex ? [`free (${freeIndex})`] : []),
  ]
  if (given.length < 2) return
  const [first, second] = given
  const field = `${section}.${first}`
  throw new InputError(
    `${field} does not go with ${second}: the electrons have one spectrum, or one spectral index that is a number, a map, regions or a grid. Leave one out.`,
    { field },
  )
}

/**
 * Reads the files that `cosmic_ray_electrons` names.
 *
 * @throws InputError that names file and key
 */
export async function readCosmicRayInputs({
  cosmic_ray_electrons: cosmic,
  sky,
}: RunFile): Promise<{ inputs: CosmicRayInputs; map?: SkyMap }> {
  requireOneEnergyLaw(cosmic)
  if (cosmic.spectrum) return { inputs: { spectrum: await spectrumOf(cosmic) } }
  const key = skyIndexKey(cosmic)
  const named = key && cosmic[key]
  if (!named) return { inputs: {} }
  const request = { ...named, key: `${section}.${key}`, nside: sky.nside }
  const map = await readSkyMap(request)
  if (key === 'spectral_index_regions' && map.rotated) {
    throw new InputError(
      `${named.file}: numbers of regions cannot be rotated: give this map in Galactic coordinates.`,
      { file: named.file, field: `${request.key}.file` },
    )
  }
  return { inputs: { skyIndex: { nside: map.nside, values: map.values } }, map }
}

/** N per energy as a shape of the Lorentz factor, equal to gamma^-p at the reference energy. */
async function spectrumOf({ spectrum, spectral_index: p }: Section): Promise<CosmicRaySpectrum> {
  if (!spectrum) throw new Error('The run file has no spectrum.')
  const { energies, densities, name } =
    'file' in spectrum ? await tabulated(spectrum.file) : broken(spectrum)
  const reference = spectrum.reference_gev
  const [least, most] = [energies[0], energies[energies.length - 1]]
  if (!(reference >= least && reference <= most)) {
    const field = `${section}.spectrum.reference_gev`
    throw new InputError(
      `${field}: ${reference} GeV lies outside ${name}, which goes from ${least} to ${most} GeV: give an energy at which there are electrons.`,
      { field },
    )
  }
  const upper = Math.max(
    1,
    energies.findIndex((energy) => energy >= reference),
  )
  const [e0, e1] = [energies[upper - 1], energies[upper]]
  const share = Math.log(reference / e0) / Math.log(e1 / e0)
  const at = densities[upper - 1] ** (1 - share) * densities[upper] ** share
  const scale = (reference / REST_GEV) ** -p / at
  return {
    gamma: energies.map((energy) => energy / REST_GEV),
    shape: densities.map((density) => scale * density),
  }
}

interface Tabulated {
  readonly energies: Float64Array
  readonly densities: Float64Array
  /** For messages. */
  readonly name: string
}

type BrokenPowerLaw = Exclude<NonNullable<Section['spectrum']>, { file: string }>

function broken({
  break_gev,
  index_below,
  index_above,
  from_gev,
  to_gev,
}: BrokenPowerLaw): Tabulated {
  if (from_gev < REST_GEV) {
    const field = `${section}.spectrum.from_gev`
    throw new InputError(
      `${field}: electrons have at least their rest energy, ${REST_GEV.toPrecision(6)} GeV, not ${from_gev}.`,
      { field },
    )
  }
  return {
    energies: Float64Array.of(from_gev, break_gev, to_gev),
    densities: Float64Array.of(
      (from_gev / break_gev) ** -index_below,
      1,
      (to_gev / break_gev) ** -index_above,
    ),
    name: 'the spectrum',
  }
}

async function tabulated(path: string): Promise<Tabulated> {
  const key = `${section}.spectrum`
  const table = await readTable(path)
  const energies = table.numbers('energy_gev', key)
  const densities = table.numbers('density', key)
  const refuse = (what: string): InputError =>
    new InputError(`${path}: ${what}`, { file: path, field: `${key}.file` })
  if (energies.length < 2) throw refuse('a spectrum needs at least two rows.')
  energies.forEach((energy, row) => {
    if (!(energy >= REST_GEV && energy < Infinity)) {
      throw refuse(
        `energy_gev in row ${row + 1} is ${energy}: electrons have at least their rest energy, ${REST_GEV.toPrecision(6)} GeV.`,
      )
    }
    if (row > 0 && !(energy > energies[row - 1])) {
      throw refuse(
        `energy_gev in row ${row + 1} is ${energy} after ${energies[row - 1]}: energies must ascend.`,
      )
    }
    if (!(densities[row] > 0 && densities[row] < Infinity)) {
      throw refuse(
        `density in row ${row + 1} is ${densities[row]}: it must be above 0, for it is interpolated in logarithms. Leave the row out where there are no electrons.`,
      )
    }
  })
  return { energies, densities, name: path }
}
