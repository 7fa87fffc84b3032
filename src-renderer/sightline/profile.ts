import type { SightlineColumn } from '#shared/contract/methods.ts'

/** A profile as the engine sends it, column by column. */
export interface SightlineProfile {
  readonly rows: number
  /** Ascending from 0. */
  readonly distanceKpc: Float64Array
  readonly columns: ReadonlyMap<SightlineColumn, Float64Array>
}

/** From a table [row][column]. Throws RangeError without distances. */
export function profileOf(
  names: readonly SightlineColumn[],
  rows: number,
  table: Float64Array,
): SightlineProfile {
  const columns = new Map(
    names.map((name, column) => [
      name,
      Float64Array.from({ length: rows }, (_, row) => table[row * names.length + column]),
    ]),
  )
  const distanceKpc = columns.get('distance_kpc')
  if (!distanceKpc) throw new RangeError('The profile has no distances.')
  return { rows, distanceKpc, columns }
}

/** Value of a column at a distance, straight between rows; beyond the ends that of the end. */
export function valueAt(
  { distanceKpc }: SightlineProfile,
  values: Float64Array,
  distance: number,
): number {
  const last = distanceKpc.length - 1
  if (distance <= distanceKpc[0]) return values[0]
  if (distance >= distanceKpc[last]) return values[last]
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (distanceKpc[middle] <= distance) low = middle
    else high = middle
  }
  const part = (distance - distanceKpc[low]) / (distanceKpc[high] - distanceKpc[low])
  return values[low] + part * (values[high] - values[low])
}

/** The table as CSV, one row per distance. */
export function profileCsv({ rows, columns }: SightlineProfile): string {
  const names = [...columns.keys()]
  const lines = Array.from({ length: rows }, (_, row) =>
    names.map((name) => String(columns.get(name)?.[row] ?? '')).join(','),
  )
  return `${[names.join(','), ...lines].join('\n')}\n`
}
