import { buildScale, valueStatistics } from '../sky/colour-scale.ts'
import type { ColourLimits, SkyMapProps, SkyNorm } from '../sky/types.ts'

/** A scale of colours on the screen, and how to change its limits. */
export interface ShownScale {
  readonly title: string
  readonly fields: {
    readonly limits: ColourLimits
    readonly manual: boolean
    readonly unit: string
    readonly norm: SkyNorm
    readonly symmetric: boolean
  }
  readonly set: (limits: ColourLimits | null) => void
}

/** The scale of a map; null while there is no map. `manual`: its limits were chosen by hand. */
export function shownScale(
  title: string,
  map: SkyMapProps,
  manual: boolean,
  set: ShownScale['set'],
): ShownScale | null {
  const values = map.points?.values ?? map.pixels
  if (!values) return null
  const { limits } = buildScale(map, valueStatistics(values))
  const { unit, norm, symmetric } = map
  return { title, fields: { limits, manual, unit, norm, symmetric }, set }
}
