import { freeNamesOf } from './free-names.ts'
import { isRecord } from './nodes.ts'
import { valueAt, withValue } from './paths.ts'

const randomField = 'gaussian-random-field'
const path = ['magnetic_field', 'grid', 'representation'] as const

const ofField = (row: Record<string, unknown>) => (row.of ?? 'magnetic_field') === 'magnetic_field'

/**
 * A configuration with another representation of the field. Whitened coordinates and the prior of a Gaussian random
 * field belong together: one brings the other, in place of the other terms of the field, and takes it away again.
 */
export function withRepresentation(configuration: unknown, next: string): unknown {
  const changed = withValue(configuration, path, next)
  const list = valueAt(configuration, ['regularisation'])
  const rows = Array.isArray(list) ? list.filter(isRecord) : []
  const has = rows.some((row) => row.term === randomField)
  if ((next === 'whitened') === has) return changed
  const others = rows.filter((row) => !ofField(row))
  const own =
    next === 'whitened' ? { term: randomField, weight: 1 } : { term: 'smoothness', weight: 0.1 }
  return withValue(changed, ['regularisation'], [{ ...own, of: 'magnetic_field' }, ...others])
}

/** What regularisation can be of: the free grids. */
export function regularisedSections(configuration: unknown): string[] {
  const isGrid = (section: string) =>
    valueAt(configuration, [section, 'model']) === 'grid' ||
    (section === 'magnetic_field' && isCorrected(configuration))
  const fixed = valueAt(configuration, ['magnetic_field', 'grid', 'free']) === false
  const free = valueAt(configuration, ['cosmic_ray_electrons', 'free'])
  return [
    ...(isGrid('magnetic_field') && !fixed ? ['magnetic_field'] : []),
    ...['thermal_electrons', 'cosmic_ray_electrons'].filter(isGrid),
    ...(freeNamesOf(free).includes('spectral_index_grid') ? ['spectral_index'] : []),
  ]
}

/** Whether a model of the magnetic field has free voxels added to it. */
export const isCorrected = (configuration: unknown): boolean =>
  valueAt(configuration, ['magnetic_field', 'model']) !== 'grid' &&
  valueAt(configuration, path) === 'correction'

/** A configuration whose model of the magnetic field has free voxels added to it, or has none any more. */
export function withCorrection(configuration: unknown, grid: unknown, on: boolean): unknown {
  const added = isRecord(grid) ? { ...grid, representation: 'correction' } : undefined
  return withValue(configuration, ['magnetic_field', 'grid'], on ? added : undefined)
}

/** Terms that a section takes; the random field comes and goes with the whitened representation. */
export function termsOf(section: string, names: readonly string[]): string[] {
  if (section !== 'magnetic_field')
    return names.filter((name) => name === 'smoothness' || name === 'amplitude')
  return names.filter((name) => name !== randomField)
}

/** The next term that could be added; undefined when there is none. */
export function freeTerm(
  rows: readonly Record<string, unknown>[],
  sections: readonly string[],
  names: readonly string[],
): { readonly term: string; readonly of: string } | undefined {
  for (const of of sections)
    for (const term of termsOf(of, names))
      if (!rows.some((row) => row.term === term && (row.of ?? 'magnetic_field') === of))
        return { term, of }
  return undefined
}
