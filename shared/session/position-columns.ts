import type { DataEntry } from './run-file.ts'

type Frame = NonNullable<DataEntry['frame']>

/** The columns that hold the positions of a catalogue's sources. */
export interface PositionColumns {
  readonly l: string
  readonly b: string
}

const usual: Readonly<Record<Frame, PositionColumns>> = {
  galactic: { l: 'l', b: 'b' },
  'equatorial-J2000': { l: 'ra', b: 'dec' },
  'equatorial-B1950': { l: 'ra', b: 'dec' },
  ecliptic: { l: 'lon', b: 'lat' },
}

/** Those that a data entry names, or else what they are called in its frame. */
export function positionColumns({
  frame = 'galactic',
  catalogue,
}: {
  readonly frame?: DataEntry['frame']
  readonly catalogue?: Partial<PositionColumns>
}): PositionColumns {
  const { l, b } = usual[frame]
  return { l: catalogue?.l ?? l, b: catalogue?.b ?? b }
}
