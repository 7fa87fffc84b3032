import { COLOUR_TABLES } from './colour-tables.ts'

export type ColourMapName = keyof typeof COLOUR_TABLES

/** What a colour map is for: amounts, signed values about 0, or angles. */
export type ColourMapKind = 'sequential' | 'diverging' | 'cyclic'

export interface ColourMap {
  readonly name: ColourMapName
  readonly kind: ColourMapKind
  readonly licence: string
}

/** All of them can be told apart by colour-blind readers; none is a rainbow. */
export const COLOUR_MAPS: readonly ColourMap[] = [
  { name: 'inferno', kind: 'sequential', licence: 'CC0' },
  { name: 'viridis', kind: 'sequential', licence: 'CC0' },
  { name: 'cividis', kind: 'sequential', licence: 'matplotlib' },
  { name: 'greys', kind: 'sequential', licence: 'MIT' },
  { name: 'berlin', kind: 'diverging', licence: 'MIT' },
  { name: 'vik', kind: 'diverging', licence: 'MIT' },
  { name: 'twilight', kind: 'cyclic', licence: 'matplotlib' },
]

/** Is this the name of a colour map? */
export function isColourMapName(name: string): name is ColourMapName {
  return name in COLOUR_TABLES
}

const decoded = new Map<ColourMapName, Uint8Array>()

/** The 256 colours of a map, [index][red, green, blue]; a shared table: do not write into it. */
export function colourTable(name: ColourMapName): Uint8Array {
  let table = decoded.get(name)
  if (!table) {
    const hex = COLOUR_TABLES[name]
    table = Uint8Array.from({ length: 768 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16))
    decoded.set(name, table)
  }
  return table
}

/**
 * Colour at a position on the colour bar: the 256 colours fill equal parts of [0, 1], as in matplotlib;
 * beyond the ends the end colours. Undefined for NaN: bad pixels have a colour of their own.
 */
export function colourAt(
  name: ColourMapName,
  position: number,
): readonly [number, number, number] | undefined {
  if (Number.isNaN(position)) return undefined
  const index = 3 * Math.min(Math.max(Math.floor(position * 256), 0), 255)
  const table = colourTable(name)
  return [table[index], table[index + 1], table[index + 2]]
}
