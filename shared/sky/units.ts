import {
  BOLTZMANN_J_K,
  CMB_TEMPERATURE_K,
  HZ_PER_GHZ,
  SPEED_OF_LIGHT_M_S,
  thermodynamicOverRayleighJeans,
} from '../physics/constants.ts'

const TEMPERATURE_PREFIXES = { K: 1, mK: 1e-3, uK: 1e-6, nK: 1e-9 } as const
type TemperaturePrefix = keyof typeof TEMPERATURE_PREFIXES
const INTENSITIES = { 'Jy/sr': 1, 'kJy/sr': 1e3, 'MJy/sr': 1e6 } as const
type IntensityUnit = keyof typeof INTENSITIES

/** Brightness temperature: plain (Rayleigh-Jeans below 10 GHz), Rayleigh-Jeans, or thermodynamic. */
export type TemperatureUnit =
  TemperaturePrefix | `${TemperaturePrefix}_RJ` | `${TemperaturePrefix}_CMB`

/** Units of map values, in their canonical spelling. */
export type Unit = TemperatureUnit | IntensityUnit | 'rad/m^2' | 'pc/cm^3'

/** A unit of map values with the number in front of it, where a file has one: '0.1 K' counts tenths of a kelvin. */
export type ScaledUnit = Unit | `${number} ${Unit}`

/** From this frequency on, plain kelvin may mean either temperature and must be made precise. */
export const PLAIN_KELVIN_BELOW_GHZ = 10

/** A unit or frequency that does not settle how to read the values; `key` is the run-file key. */
export class UnitError extends Error {
  override readonly name = 'UnitError'
  readonly key: 'unit' | 'frequency_ghz'

  constructor(key: 'unit' | 'frequency_ghz', message: string) {
    super(message)
    this.key = key
  }
}

/** A number in front of a unit (FITS standard 4.0, section 4.3): '0.1 K', '1e-3 K', '10**-1 K', '10^(-3) K', '100mK'. */
const MULTIPLIER =
  /^(?:10(?:\*\*|\^)\(?([+-]?\d{1,2})\)?|(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))[ *]*(?=[^\d\s])/

/**
 * The unit that a text such as a TUNIT names ('mK,thermodynamic', 'uK_CMB', 'MJy sr-1', 'K (RJ)', '0.1 K', ...),
 * or undefined when it names none of ours. Prefixes are read as they are written: 'MK' is megakelvin,
 * hence unknown.
 */
export function parseUnit(text: string): ScaledUnit | undefined {
  const trimmed = text.trim().replace(/^['"[]+|['"\]]+$/g, '')
  const multiplier = MULTIPLIER.exec(trimmed)
  if (!multiplier) return parsePlain(trimmed)
  const unit = parsePlain(trimmed.slice(multiplier[0].length))
  const [, power, decimal] = multiplier
  // Written out, so that 10**-1 is the float64 nearest to 0.1.
  const scale = Number(power === undefined ? decimal : `1e${power}`)
  if (unit === undefined || !(scale > 0 && Number.isFinite(scale))) return undefined
  return scale === 1 ? unit : `${scale} ${unit}`
}

function parsePlain(text: string): Unit | undefined {
  return parseTemperature(text) ?? parseCompound(text)
}

/** The number in front of a unit (1 where there is none) and the unit itself. */
function splitUnit(scaled: ScaledUnit): { multiplier: number; unit: Unit } {
  if (isPlain(scaled)) return { multiplier: 1, unit: scaled }
  const space = scaled.indexOf(' ')
  const unit = parsePlain(scaled.slice(space + 1))
  if (unit === undefined) throw new UnitError('unit', `unit "${scaled}" is not known.`)
  return { multiplier: Number(scaled.slice(0, space)), unit }
}

function isPlain(unit: ScaledUnit): unit is Unit {
  return !unit.includes(' ')
}

const TEMPERATURE =
  /^(m|milli|u|micro|[\u00b5\u03bc]|n|nano)?[ _-]?(?:K|[Kk]elvins?|KELVIN)(?=$|[ _,(;:-]|[Cc][Mm][Bb]|[Rr][Jj])[ _,(;:-]*(.*?)[ )]*$/
const SCALE_LETTERS: Record<string, TemperaturePrefix> = {
  m: 'mK',
  milli: 'mK',
  u: 'uK',
  micro: 'uK',
  '\u00b5': 'uK',
  '\u03bc': 'uK',
  n: 'nK',
  nano: 'nK',
}

function parseTemperature(text: string): TemperatureUnit | undefined {
  const match = TEMPERATURE.exec(text)
  if (!match) return undefined
  const prefix = match[1] === undefined ? 'K' : SCALE_LETTERS[match[1]]
  const kind = match[2]
    .toLowerCase()
    .replace(/[ _-]?temp(erature)?$/, '')
    .replace(/[\s_-]+/g, '-')
  if (kind === '') return prefix
  if (/^(cmb|thermo|thermodynamic|cmb-thermodynamic|thermodynamic-cmb)$/.test(kind)) {
    return `${prefix}_CMB`
  }
  if (/^(rj|rayleigh-jeans|antenna|brightness-rj|rj-brightness)$/.test(kind)) return `${prefix}_RJ`
  return undefined
}

const COMPOUNDS: Record<string, Unit | undefined> = {
  'Jy^1 sr^-1': 'Jy/sr',
  'kJy^1 sr^-1': 'kJy/sr',
  'MJy^1 sr^-1': 'MJy/sr',
  'm^-2 rad^1': 'rad/m^2',
  'cm^-3 pc^1': 'pc/cm^3',
}
const BASE_UNITS: Record<string, string | undefined> = {
  jy: 'Jy',
  mjy: 'MJy',
  kjy: 'kJy',
  sr: 'sr',
  ster: 'sr',
  steradian: 'sr',
  rad: 'rad',
  radian: 'rad',
  radians: 'rad',
  m: 'm',
  cm: 'cm',
  pc: 'pc',
  parsec: 'pc',
}

/** A product of base units with powers: 'MJy/sr', 'MJy sr-1', 'rad m**-2', 'cm^-3 pc' ... */
function parseCompound(text: string): Unit | undefined {
  const powers = new Map<string, number>()
  const factor = /([*/.\u00b7\s]*)([A-Za-z]+)(?:(?:\^|\*\*)?\(?([+-]?\d)\)?)?/y
  while (factor.lastIndex < text.length) {
    const match = factor.exec(text)
    if (!match) return undefined
    const [, separator, name, exponent] = match
    const base = BASE_UNITS[name.toLowerCase()]
    // 'mJy' is millijansky: a lower-case m in front of Jy is not our mega.
    if (base === undefined || /^m[Jj]/.test(name)) return undefined
    const power = Number(exponent ?? 1) * (separator.includes('/') ? -1 : 1)
    powers.set(base, (powers.get(base) ?? 0) + power)
  }
  const key = [...powers].map(([base, power]) => `${base}^${power}`).sort()
  return COMPOUNDS[key.join(' ')]
}

/**
 * Factor from `unit` to Rayleigh-Jeans brightness temperature in kelvin: T_RJ = scale x value.
 * Thermodynamic temperatures are fluctuations about T0 = 2.7255 K; intensities use
 * T = c^2 I / (2 k nu^2). Throws UnitError for plain kelvin at 10 GHz and above, for units that are no
 * brightness, and for a frequency that is not positive.
 */
export function toBrightnessK(scaled: ScaledUnit, frequencyGhz: number): { scale: number } {
  const { multiplier, unit } = splitUnit(scaled)
  if (!(frequencyGhz > 0 && Number.isFinite(frequencyGhz))) {
    throw new UnitError(
      'frequency_ghz',
      `frequency_ghz is ${frequencyGhz}: give the observing frequency in GHz, greater than 0.`,
    )
  }
  if (isIntensity(unit)) {
    const hertz = frequencyGhz * HZ_PER_GHZ
    const wattsPerJansky = 1e-26
    const kelvin = SPEED_OF_LIGHT_M_S ** 2 / (2 * BOLTZMANN_J_K * hertz ** 2)
    return { scale: multiplier * INTENSITIES[unit] * wattsPerJansky * kelvin }
  }
  if (!isTemperature(unit)) {
    throw new UnitError(
      'unit',
      `unit "${scaled}" is no brightness: give K_RJ, K_CMB (also with m or u in front), MJy/sr, or K below ${PLAIN_KELVIN_BELOW_GHZ} GHz.`,
    )
  }
  const prefix = temperaturePrefix(unit)
  const scale = multiplier * TEMPERATURE_PREFIXES[prefix]
  if (unit.endsWith('_CMB')) {
    return { scale: scale / thermodynamicOverRayleighJeans(frequencyGhz, CMB_TEMPERATURE_K) }
  }
  if (unit === prefix && frequencyGhz >= PLAIN_KELVIN_BELOW_GHZ) {
    throw new UnitError(
      'unit',
      `unit "${scaled}" at ${frequencyGhz} GHz may be Rayleigh-Jeans or thermodynamic temperature: set unit to ${scaled}_RJ or ${scaled}_CMB.`,
    )
  }
  return { scale }
}

function isIntensity(unit: Unit): unit is IntensityUnit {
  return unit in INTENSITIES
}

function isTemperature(unit: Unit): unit is TemperatureUnit {
  return /^[mun]?K(_RJ|_CMB)?$/.test(unit)
}

function temperaturePrefix(unit: TemperatureUnit): TemperaturePrefix {
  if (unit.startsWith('m')) return 'mK'
  if (unit.startsWith('u')) return 'uK'
  return unit.startsWith('n') ? 'nK' : 'K'
}
