import type { DataEntry } from '#shared/session/run-file.ts'
import type { Observable } from '#shared/physics/line-of-sight/problem.ts'
import { isDepth, observableUnits } from '#shared/physics/observables.ts'
import { UnitError, parseUnit, toBrightnessK } from '#shared/sky/index.ts'
import { InputError } from '../errors.ts'
import type { DataDescription } from '../storage/records.ts'
import { missingKey } from './read-sky-map.ts'
import { readTable } from './read-table.ts'

export type Band = DataDescription['band']

/** How the values of a file become those that the model is compared with. */
export interface DataUnit {
  /** Factor to `unit`. */
  readonly scale: number
  readonly unit: (typeof observableUnits)[Observable]
  /** Nominal; null for quantities without one. */
  readonly frequencyGhz: number | null
  readonly band: Band
}

/** A file and the key of the run file under which what it does not say is given. */
interface Source {
  readonly file: string
  readonly key: string
}

/**
 * Factor from the unit of a file to that of the model, and the band.
 *
 * The weights of a bandpass apply to Rayleigh-Jeans brightness temperature: d = sum w T(nu) / sum w. Data in K_CMB are
 * multiplied by the band's mean of dT_RJ / dT_CMB, so that their calibration on the dipole holds.
 * @throws InputError that names the key
 */
export async function unitOf(
  entry: DataEntry,
  declared: { unit: string | undefined; frequencyGhz: number | undefined },
  source: Source,
): Promise<DataUnit> {
  const text = entry.unit ?? declared.unit
  if (text === undefined) throw missingKey(source, 'unit', 'in which unit its values are')
  const unit = parseUnit(text)
  const field = `${source.key}.unit`
  const details = { file: source.file, field }
  if (unit === undefined) {
    throw new InputError(
      `${source.file}: the unit "${text}" is not known. Give ${field}, for example K, mK, K_RJ, K_CMB, MJy/sr, rad/m^2 or pc/cm^3.`,
      details,
    )
  }
  const { quantity } = entry
  if (isDepth(quantity)) {
    const wanted = quantity === 'faraday_depth' ? 'rad/m^2' : 'pc/cm^3'
    if (unit !== wanted) {
      throw new InputError(
        `${source.file}: ${quantity} is in ${wanted}, but the unit is ${text}. Check ${source.key}.quantity and ${field}.`,
        details,
      )
    }
    if (entry.bandpass) {
      const key = `${source.key}.bandpass`
      throw new InputError(`${key}: ${quantity} does not depend on frequency: leave this out.`, {
        field: key,
      })
    }
    return { scale: 1, unit: observableUnits[quantity], frequencyGhz: null, band: [] }
  }
  const bandpass = entry.bandpass && (await readBand(entry.bandpass, `${source.key}.bandpass`))
  const frequencyGhz = entry.frequency_ghz ?? declared.frequencyGhz ?? meanOf(bandpass)
  if (frequencyGhz === undefined) {
    throw missingKey(source, 'frequency_ghz', 'at which frequency it was observed')
  }
  const band = bandpass ?? [{ frequencyGhz, weight: 1 }]
  if (bandpass && unit.includes('Jy')) {
    throw new InputError(
      `${field}: over a bandpass intensities depend on the spectrum that the calibration assumed: convert the map to K_RJ or K_CMB.`,
      { field },
    )
  }
  try {
    // The nominal frequency decides what plain kelvin mean.
    toBrightnessK(unit, frequencyGhz)
    const scale = band.reduce(
      (sum, term) => sum + term.weight * toBrightnessK(unit, term.frequencyGhz).scale,
      0,
    )
    return { scale, unit: 'K', frequencyGhz, band }
  } catch (error) {
    if (!(error instanceof UnitError)) throw error
    const key = `${source.key}.${error.key}`
    throw new InputError(`${source.file}: ${key}: ${error.message}`, {
      file: source.file,
      field: key,
      cause: error,
    })
  }
}

/** Frequencies with positive weights, their sum made 1. */
async function readBand(bandpass: NonNullable<DataEntry['bandpass']>, key: string): Promise<Band> {
  let frequencies: ArrayLike<number>
  let weights: ArrayLike<number>
  if ('file' in bandpass) {
    const { file } = bandpass
    const table = await readTable(file)
    frequencies = table.numbers('frequency_ghz', key)
    weights = table.numbers('weight', key)
    const wrong = Array.from(frequencies).some((f, i) => !(f > 0 && weights[i] >= 0))
    if (wrong || table.rows > 100 || new Set(Array.from(frequencies)).size !== table.rows) {
      throw new InputError(
        `${file}: a bandpass has up to 100 different positive frequencies (GHz) and weights of 0 or more, one row each; it has ${table.rows} rows. The model is computed at every one: thin it out.`,
        { file, field: key },
      )
    }
  } else {
    frequencies = bandpass.frequencies_ghz
    weights = bandpass.weights
  }
  const sum = Array.from(weights).reduce((total, weight) => total + weight, 0)
  if (!(sum > 0)) {
    throw new InputError(`${key}: at least one weight must be positive.`, { field: key })
  }
  return Array.from(frequencies).flatMap((frequencyGhz, i) =>
    weights[i] > 0 ? [{ frequencyGhz, weight: weights[i] / sum }] : [],
  )
}

function meanOf(band: Band | undefined): number | undefined {
  return band?.reduce((sum, { frequencyGhz, weight }) => sum + weight * frequencyGhz, 0)
}
