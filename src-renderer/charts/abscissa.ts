import type { CurveTable } from './table.ts'

/** What curves are drawn against: steps, the time spent optimising, or the time since the start with its pauses. */
export const curveAxes = ['iteration', 'compute', 'wall'] as const
export type CurveAxis = (typeof curveAxes)[number]

/** Iterations, or seconds; NaN where an earlier version of the program kept no clock. */
export function abscissaOf(table: CurveTable, axis: CurveAxis): Float64Array {
  if (axis === 'compute') return clock(table, 'seconds')
  if (axis === 'wall') {
    const times = clock(table, 'unix_s')
    const start = times.find(Number.isFinite) ?? 0
    return times.map((time) => time - start)
  }
  const named = table.column('iteration')
  return named.length > 0 ? named : Float64Array.from({ length: table.rows }, (_, row) => row)
}

function clock(table: CurveTable, name: string): Float64Array {
  const column = table.column(name)
  return column.length > 0 ? column : new Float64Array(table.rows).fill(NaN)
}

/** How an axis is printed: what its values are divided by, and what it is called. */
export interface AxisScale {
  readonly divisor: number
  readonly name: string
}

const names = { compute: 'time optimising', wall: 'time since the start' } as const

/** Seconds, minutes from five of them on, hours from three on. */
export function axisScale(axis: CurveAxis, largest: number): AxisScale {
  if (axis === 'iteration') return { divisor: 1, name: 'iteration' }
  const [divisor, unit] = largest < 300 ? [1, 's'] : largest < 10_800 ? [60, 'min'] : [3600, 'h']
  return { divisor, name: `${names[axis]}, ${unit}` }
}

/** How long a run rested before it went on at an iteration, s; NaN where no clock tells. */
export function restAt(table: CurveTable, iteration: number): number {
  const times = table.column('unix_s')
  return iteration > 0 && iteration < times.length ? times[iteration] - times[iteration - 1] : NaN
}
