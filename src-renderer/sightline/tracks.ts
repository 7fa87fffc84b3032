import type { SightlineColumn } from '#shared/contract/methods.ts'
import type { Observable } from '#shared/physics/line-of-sight/problem.ts'
import { isPolarised } from '#shared/physics/observables.ts'
import type { Unconstrained } from '#shared/session/unconstrained.ts'
import { niceStep } from '../charts/axis.ts'
import type { SightlineProfile } from './profile.ts'

/** What one track of the panel shows. */
export interface TrackInfo {
  readonly column: SightlineColumn
  /** A letter, with what stands below it. */
  readonly symbol: string
  readonly below: string
  readonly name: string
  readonly unit: string
  /** Its entry in the glossary. */
  readonly term: string
  readonly kind: 'positive' | 'signed' | 'log'
  /** Adds up along the ray. */
  readonly cumulative: boolean
  /** Number of the series colour. */
  readonly colour: number
  readonly note: string
  /** The note in full, where there is room for its first words only. */
  readonly about?: string
  /** Drawn so that it is not taken for a result. */
  readonly quiet?: boolean
}

type TrackColumn = Exclude<SightlineColumn, 'distance_kpc'>

const terms: Readonly<Record<TrackColumn, string>> = {
  B: 'field-strength',
  B_perp: 'b-perp',
  B_parallel: 'b-parallel',
  n_e: 'thermal-electrons',
  C: 'cosmic-ray-electrons-c',
  emissivity: 'emissivity',
  I: 'stokes-i-q-u',
  Q: 'stokes-i-q-u',
  U: 'stokes-i-q-u',
  faraday_depth: 'faraday-depth',
  dispersion_measure: 'dispersion-measure',
}

const track = (
  column: TrackColumn,
  [symbol, below]: readonly [string, string],
  name: string,
  unit: string,
  kind: TrackInfo['kind'],
  colour: number,
  note: string,
  cumulative = false,
): TrackInfo => ({
  ...{ column, symbol, below, name, unit, kind, colour, note, cumulative },
  term: terms[column],
})

/** All there are, from top to bottom. */
export const allTracks: readonly TrackInfo[] = [
  track('B', ['|B|', ''], 'Field strength', 'microgauss', 'positive', 3, 'strength'),
  track('B_perp', ['B', '⊥'], 'Across the sightline', 'microgauss', 'positive', 4, 'across'),
  track('B_parallel', ['B', '∥'], 'Along the sightline', 'microgauss', 'signed', 6, '+ toward us'),
  track('n_e', ['n', 'e'], 'Thermal electrons', 'cm^-3', 'log', 2, 'thermal, log'),
  track('C', ['C', ''], 'Cosmic-ray electrons', 'm^-3', 'log', 5, 'cosmic ray, log'),
  // Not logarithmic: the area below it is I.
  track('emissivity', ['j', ''], 'Emissivity', 'K kpc^-1', 'positive', 1, 'synchrotron'),
  track('I', ['I', ''], 'Intensity so far', 'K', 'positive', 1, 'cumulative', true),
  track('Q', ['Q', ''], 'Stokes Q so far', 'K', 'signed', 1, 'cumulative', true),
  track('U', ['U', ''], 'Stokes U so far', 'K', 'signed', 1, 'cumulative', true),
  track('faraday_depth', ['φ', ''], 'Faraday depth', 'rad m^-2', 'signed', 1, 'cumulative', true),
  track(
    'dispersion_measure',
    ['DM', ''],
    'Dispersion measure',
    'pc cm^-3',
    'positive',
    1,
    'cumulative',
    true,
  ),
]

/** What is shown unless the user chose: the field, the electrons, and what the data are. */
export function defaultTracks(quantity: Observable): SightlineColumn[] {
  const own: SightlineColumn[] = isPolarised(quantity) ? [quantity, 'faraday_depth'] : [quantity]
  return ['B_perp', 'B_parallel', 'n_e', ...own]
}

/** The vertical axis of a track: unit positions 0 (bottom) to 1 (top). */
export interface TrackAxis {
  readonly low: number
  readonly high: number
  readonly log: boolean
  readonly ticks: readonly number[]
}

/** Decades below the largest value that a logarithmic track shows. */
const mostDecades = 4

export function trackAxis(values: Float64Array, kind: TrackInfo['kind']): TrackAxis {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value) || (kind === 'log' && value <= 0)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (kind === 'log') {
    if (!(high > 0)) return { low: 0, high: 1, log: false, ticks: [0] }
    const top = Math.ceil(Math.log10(high) - 1e-9)
    const bottom = Math.max(Math.floor(Math.log10(low) + 1e-9), top - mostDecades)
    const first = Math.min(bottom, top - 1)
    return { low: 10 ** first, high: 10 ** top, log: true, ticks: [10 ** first, 10 ** top] }
  }
  const reach = Math.max(Math.abs(low), Math.abs(high), 1e-12)
  const step = niceStep(Number.isFinite(reach) ? reach : 1)
  // The nearest of 1, 2, 5 above may be more than twice as far as the values go: then half of it.
  const top = step / 2 >= reach ? step / 2 : step
  if (kind === 'signed') return { low: -top, high: top, log: false, ticks: [-top, 0, top] }
  return { low: 0, high: top, log: false, ticks: [0, top] }
}

/** Where a value is on an axis, 0 to 1; NaN for one that is none. */
export function onAxis({ low, high, log }: TrackAxis, value: number): number {
  if (!log) return (value - low) / (high - low)
  return value > 0 ? Math.log(value / low) / Math.log(high / low) : value === 0 ? 0 : NaN
}

/** What is said of a track beyond what it is. */
export type TrackRemark = Required<Pick<TrackInfo, 'note' | 'about' | 'quiet'>>
export type TrackRemarks = ReadonlyMap<SightlineColumn, TrackRemark>

const emission = ['emissivity', 'I', 'Q', 'U'] as const
/** The tracks that are as the run started and as its regularisation likes them; what is ambiguous as a whole is none of one track. */
const unconstrainedTracks: Readonly<Record<Unconstrained, readonly TrackColumn[]>> = {
  'field-unseen': ['B', 'B_perp', 'B_parallel', 'faraday_depth', ...emission],
  'thermal-electrons-unseen': ['n_e', 'faraday_depth', 'dispersion_measure'],
  'cosmic-rays-unseen': ['C', ...emission],
  parallel: ['B_parallel', 'faraday_depth'],
  perpendicular: ['B_perp', ...emission],
  direction: ['Q', 'U'],
  sign: [],
  distances: [],
  strength: [],
}

/** What a run's data do not tell, and what was fitted to the model of the data that are shown: "offset 3.21 K". */
export function trackRemarks(
  unconstrained: readonly Unconstrained[],
  quantity: Observable,
  nuisance: string,
): TrackRemarks {
  const remarks = new Map<SightlineColumn, TrackRemark>()
  if (nuisance !== '') {
    const terms = ['gain', 'offset'].filter((term) => nuisance.includes(term))
    remarks.set(quantity, {
      note: `before ${terms.join(', ')}`,
      about: `cumulative, without the ${terms.join(' and ')}: ${nuisance}`,
      quiet: false,
    })
  }
  for (const column of unconstrained.flatMap((kind) => unconstrainedTracks[kind]))
    remarks.set(column, {
      note: 'not constrained',
      about: 'not constrained by these data',
      quiet: true,
    })
  return remarks
}

/** The tracks that a profile has, in their order. */
export function tracksOf(
  { columns }: SightlineProfile,
  wanted: readonly SightlineColumn[],
  remarks: TrackRemarks,
): TrackInfo[] {
  return allTracks
    .filter(({ column }) => wanted.includes(column) && columns.has(column))
    .map((info) => ({ ...info, ...remarks.get(info.column) }))
}
