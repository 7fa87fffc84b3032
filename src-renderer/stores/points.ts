import type { Result } from '#shared/contract/methods.ts'
import type { SkyPoints } from '../sky/types.ts'

/** Data ready to draw: a map (float32, RING, Galactic, NaN where there is nothing) or the sources of a catalogue. */
export interface LoadedMap {
  readonly pixels: Float32Array | null
  /** 0 for a catalogue. */
  readonly nside: number
  readonly points: SkyPoints | null
  readonly unit: string
}
/** A map as it is on its way: at the NSIDE that is there. */
export interface CoarseMap extends LoadedMap {
  /** NSIDE of the whole map. */
  readonly finest: number
}
export interface RunMap extends LoadedMap {
  readonly iteration: number
  readonly nuisance: string
}

/** One column of a table [row][column] of sources, with their places. Throws RangeError without that column. */
export function pointsOf(table: Float64Array, columns: readonly string[], name: string): SkyPoints {
  const values = Float32Array.from(column(table, columns, name))
  return { directionsDeg: directionsOf(table, columns), values }
}

/** Data, model (null before there is one) and residual of a catalogue, at the same places. */
export function catalogueMaps(
  table: Float64Array,
  reply: Result<'run.points'>,
  overSigma: boolean,
): { data: RunMap; model: RunMap | null; residual: RunMap | null } {
  const { columns, unit, iteration, nuisance } = reply
  const directionsDeg = directionsOf(table, columns)
  const [data, model, sigma] = ['value', 'model', 'sigma'].map((name) =>
    column(table, columns, name),
  )
  const shown = (values: Float64Array): RunMap => ({
    pixels: null,
    nside: 0,
    points: { directionsDeg, values: Float32Array.from(values) },
    unit,
    iteration,
    nuisance,
  })
  if (iteration === 0 && model.every(Number.isNaN))
    return { data: shown(data), model: null, residual: null }
  const residual = data.map((value, i) => (value - model[i]) / (overSigma ? sigma[i] : 1))
  return { data: shown(data), model: shown(model), residual: shown(residual) }
}

function column(table: Float64Array, columns: readonly string[], name: string): Float64Array {
  const at = columns.indexOf(name)
  if (at < 0) throw new RangeError(`The table has no column ${name}.`)
  const width = columns.length
  return Float64Array.from({ length: table.length / width }, (_, row) => table[row * width + at])
}

function directionsOf(table: Float64Array, columns: readonly string[]): Float64Array {
  const l = column(table, columns, 'l_deg')
  const b = column(table, columns, 'b_deg')
  return Float64Array.from({ length: 2 * l.length }, (_, i) => (i % 2 === 0 ? l : b)[i >> 1])
}
