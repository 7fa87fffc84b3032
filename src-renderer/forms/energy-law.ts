/** How many cosmic-ray electrons there are at which energy: one of several laws, which exclude each other in a run file. */
import { freeNamesOf, withFreeNames } from './free-names.ts'
import { isRecord } from './nodes.ts'
import { valueAt, withValue } from './paths.ts'

export const energyLaws = ['index', 'map', 'regions', 'table', 'broken'] as const
export type EnergyLaw = (typeof energyLaws)[number]

const section = 'cosmic_ray_electrons'
/** A power law with one spectral index p has no key beside `spectral_index`. */
const starts: Readonly<Record<EnergyLaw, Readonly<Record<string, unknown>>>> = {
  index: {},
  map: { spectral_index_map: { file: '' } },
  regions: { spectral_index_regions: { file: '', initial: {}, free: true } },
  table: { spectrum: { file: '', reference_gev: 10 } },
  broken: {
    spectrum: {
      ...{ break_gev: 4, index_below: 2, index_above: 3 },
      ...{ from_gev: 0.001, to_gev: 1_000_000, reference_gev: 10 },
    },
  },
}
const keys = ['spectral_index_map', 'spectral_index_regions', 'spectrum']

export function energyLawOf(configuration: unknown): EnergyLaw {
  const [map, regions, spectrum] = keys.map((key) => valueAt(configuration, [section, key]))
  if (isRecord(spectrum)) return 'file' in spectrum ? 'table' : 'broken'
  if (map !== undefined) return 'map'
  return regions === undefined ? 'index' : 'regions'
}

/** The configuration with another law; a spectral index that was free beside it is so no longer. */
export function withEnergyLaw(configuration: unknown, law: EnergyLaw): unknown {
  const old = valueAt(configuration, [section])
  const kept = Object.entries(isRecord(old) ? old : {}).filter(([key]) => !keys.includes(key))
  const next = { ...Object.fromEntries(kept), ...starts[law] }
  const names = freeNamesOf(next.free).filter((name) => !name.startsWith('spectral_index'))
  const free = law === 'index' ? next.free : withFreeNames(next.free, names)
  return withValue(configuration, [section], { ...next, free })
}
