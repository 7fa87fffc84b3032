import { rotateFrame } from '#shared/sky/index.ts'
import { roundedTo } from '../format/text.ts'
import type { SkyDirection } from '../sky/types.ts'

/** What is at one pixel or source, for other programs: tab-separated, a line of names and one of values. */
export interface SkyReading {
  /** Galactic, degrees. */
  readonly at: SkyDirection
  /** RING number, or the number of the source in its catalogue, from 0. */
  readonly pixel: number
  /** 0 for a catalogue. */
  readonly nside: number
  readonly unit: string
  readonly data: number | null
  readonly model: number | null
  readonly residual: number | null
  readonly residualOverSigma: number | null
}

/** The value of the data with its place. */
export function valueText(reading: SkyReading): string {
  const value = [
    ['value', plain(reading.data)],
    ['unit', reading.unit],
  ] as const
  return table([...value, ...placeOfReading(reading)])
}

/** All that the panel reads there. An empty cell: there is no value. */
export function readingsText(reading: SkyReading): string {
  return table([
    ...placeOfReading(reading),
    ['data', plain(reading.data)],
    ['model', plain(reading.model)],
    ['residual', plain(reading.residual)],
    ['residual_over_sigma', plain(reading.residualOverSigma)],
    ['unit', reading.unit],
  ])
}

type Cell = readonly [name: string, value: string]

function placeOfReading({ at, pixel, nside }: SkyReading): Cell[] {
  const equatorial = rotateFrame(at.lonDeg, at.latDeg, 'galactic', 'equatorial-J2000')
  const number: Cell[] =
    nside === 0
      ? [['source', String(pixel + 1)]]
      : [
          ['pixel_ring', String(pixel)],
          ['nside', String(nside)],
        ]
  return [
    ['l_deg', degrees(at.lonDeg)],
    ['b_deg', degrees(at.latDeg)],
    ['ra_j2000_deg', degrees(equatorial.lonDeg)],
    ['dec_j2000_deg', degrees(equatorial.latDeg)],
    ...number,
  ]
}

function table(cells: readonly Cell[]): string {
  const line = (column: 0 | 1) => cells.map((cell) => cell[column]).join('\t')
  return `${line(0)}\n${line(1)}\n`
}

const degrees = (angle: number) => String(Math.round(angle * 1e6) / 1e6)

/** The fewest digits that are this float32 and no other. */
function plain(value: number | null): string {
  if (value === null) return ''
  const short = [6, 7, 8].map((digits) => roundedTo(value, digits))
  return String(short.find((one) => Math.fround(one) === value) ?? roundedTo(value, 9))
}
