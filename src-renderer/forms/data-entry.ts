import { FRAMES } from '#shared/sky/index.ts'
import type { Frame } from '#shared/sky/index.ts'
import type { KnownTable } from '../stores/project.ts'
import { nodeAt } from './nodes.ts'
import type { FormNode } from './nodes.ts'

const brightness = new Set(['I', 'Q', 'U'])

export const hasFrequency = (quantity: string) => brightness.has(quantity)
export const isPolarised = (quantity: string) => quantity === 'Q' || quantity === 'U'

/** Units that a table does not state, by quantity. */
const pointUnits: Readonly<Record<string, string>> = {
  faraday_depth: 'rad/m^2',
  dispersion_measure: 'pc/cm^3',
}
export const pointUnit = (quantity: string) => pointUnits[quantity] ?? ''

/** What a file says of the unit of a column; undefined where it says nothing. */
export function unitIn(
  { columns, units }: Pick<KnownTable, 'columns' | 'units'>,
  column: string | undefined,
): string | undefined {
  const at = columns.findIndex((name) => name === column)
  return at < 0 || units[at] === '' ? undefined : units[at]
}

/**
 * The unit that the entry of a catalogue needs: none beside one that the file states, so that a wrong one there is found.
 */
export const catalogueUnit = (stated: string | undefined, quantity: string) =>
  stated === undefined ? { unit: pointUnit(quantity) } : {}

/**
 * A data entry of another quantity: without what only the old one had, and where a catalogue's unit is set in that of
 * the new one.
 */
export function withQuantity(
  entry: Readonly<Record<string, unknown>>,
  quantity: string,
): Record<string, unknown> {
  const { frequency_ghz, bandpass, polarisation, ...rest } = entry
  return {
    ...rest,
    quantity,
    ...(hasFrequency(quantity) ? { frequency_ghz, bandpass } : {}),
    ...(isPolarised(quantity) ? { polarisation } : {}),
    ...(entry.catalogue === undefined || entry.unit === undefined
      ? {}
      : { unit: pointUnit(quantity) }),
  }
}

/** The node of a key of a data entry without the variants that read a map: a catalogue has none beside it. */
export function withoutFiles(key: 'sigma' | 'mask'): FormNode | undefined {
  const node = nodeAt(['data', 0, key])
  if (node?.kind !== 'variants') return node
  const variants = node.variants.filter(
    (variant) => variant.kind !== 'object' || !variant.entries.has('file'),
  )
  return { ...node, variants }
}

/** What a catalogue can hold. */
export function pointQuantities(): FormNode | undefined {
  const node = nodeAt(['data', 0, 'quantity'])
  if (node?.kind !== 'choice') return node
  return { ...node, options: node.options.filter((option) => !hasFrequency(option)) }
}

/** Both or none. */
interface GuessedPositions {
  readonly l?: string
  readonly b?: string
}

/** Columns of a table by what they usually are called; undefined where no name fits. */
export interface GuessedColumns extends GuessedPositions {
  /** Of the positions; Galactic where no name fits. */
  readonly frame: Frame
  readonly value?: string
  readonly sigma?: string
  readonly distance?: string
  readonly quantity: string
}

/** Longitude and latitude; names of VizieR begin with _ where it has worked the positions out, and those of pulsar catalogues end on D. */
const positions: Readonly<Record<Frame, readonly [RegExp, RegExp]>> = {
  galactic: [/^_?(l|gl|glon|gal_?lon|l_deg)$/i, /^_?(b|gb|glat|gal_?lat|b_deg)$/i],
  'equatorial-J2000': [
    /^(_?ra[._ ]?(j?2000|icrs|deg|jd)?|alpha(_?j2000)?|right_?ascension)$/i,
    /^(_?dec?[._ ]?(j?2000|icrs|deg|jd)?|delta(_?j2000)?|declination)$/i,
  ],
  'equatorial-B1950': [/^_?ra[._ ]?b?1950$/i, /^_?dec?[._ ]?b?1950$/i],
  ecliptic: [/^_?(elon|ecl_?lon)$/i, /^_?(elat|ecl_?lat)$/i],
}

/** What longitude and latitude are called in a frame. */
export const positionWords = (frame: Frame): { readonly l: string; readonly b: string } =>
  frame.startsWith('equatorial')
    ? { l: 'Right ascension', b: 'Declination' }
    : frame === 'ecliptic'
      ? { l: 'Ecliptic longitude', b: 'Ecliptic latitude' }
      : { l: 'Longitude l', b: 'Latitude b' }

/** The columns with positions in a frame. */
export function guessPositions(columns: readonly string[], frame: Frame): GuessedPositions {
  const [l, b] = positions[frame].map((pattern) => columns.find((name) => pattern.test(name)))
  return l === undefined || b === undefined ? {} : { l, b }
}

const names = {
  rotation: /^(rm|rm_rad_m2|faraday_depth|fd|phi)$/i,
  dispersion: /^(dm|dm_pc_cm3|dispersion_measure)$/i,
  sigma: /^(sigma|err|error|rm_?err|rm_?sigma|e_rm|dm_?err|e_dm|rmerr)/i,
  distance: /^(d|dist|distance|distance_kpc|dist_kpc|d_kpc)$/i,
}

/** A proposal for the user to confirm: column names are statements of the file. */
export function guessColumns(columns: readonly string[]): GuessedColumns {
  const find = (pattern: RegExp) => columns.find((name) => pattern.test(name))
  const rotation = find(names.rotation)
  const dispersion = find(names.dispersion)
  const frame = FRAMES.find((one) => guessPositions(columns, one).l !== undefined) ?? 'galactic'
  return {
    frame,
    ...guessPositions(columns, frame),
    value: rotation ?? dispersion,
    sigma: find(names.sigma),
    distance: find(names.distance),
    quantity:
      rotation === undefined && dispersion !== undefined ? 'dispersion_measure' : 'faraday_depth',
  }
}
