/** Which column of a run's curves is drawn where and how. */
export interface CurveSpec {
  readonly column: string
  readonly label: string
  /** Number of the series colour, 1 to 6. */
  readonly colour: number
  readonly dash: 'solid' | 'dashed' | 'dotted'
}
export interface CurveGroups {
  readonly loss: readonly CurveSpec[]
  readonly chi2: readonly CurveSpec[]
}

const penalties: Readonly<Record<string, string>> = {
  smoothness: 'smoothness',
  'total-variation': 'total variation',
  divergence: 'divergence',
  amplitude: 'amplitude',
}

/**
 * Loss and its penalties in one chart, chi-square per pixel in the other. Fitted curves are solid, held-out ones dashed,
 * penalties dotted. Columns of one map are named "map:chi2_n_fitted"; with a single map they repeat the totals.
 */
export function groupCurves(columns: readonly string[]): CurveGroups {
  const loss: CurveSpec[] = []
  const chi2: CurveSpec[] = []
  const maps = new Set(
    columns.filter((name) => name.includes(':')).map((name) => name.split(':')[0]),
  )
  for (const column of columns) {
    const [name, map] = column.includes(':')
      ? [column.slice(column.indexOf(':') + 1), column.slice(0, column.indexOf(':'))]
      : [column, '']
    if (map !== '' && maps.size < 2) continue
    const penalty = penalties[name.replaceAll('_', '-')]
    if (name === 'loss') loss.push({ column, label: 'total', colour: 1, dash: 'solid' })
    else if (penalty !== undefined) loss.push({ column, label: penalty, colour: 4, dash: 'dotted' })
    else if (name === 'chi2_n_fitted')
      chi2.push({ column, label: `fitted ${map}`.trim(), colour: 2, dash: 'solid' })
    else if (name === 'chi2_n_held_out')
      chi2.push({ column, label: `held-out ${map}`.trim(), colour: 3, dash: 'dashed' })
  }
  return { loss: distinct(loss, [4, 6, 5, 3]), chi2: distinct(chi2, [2, 3, 4, 5, 6, 1]) }
}

/** Gives a colour that is taken already to nobody else as long as there are others. */
function distinct(specs: readonly CurveSpec[], spare: readonly number[]): CurveSpec[] {
  const used = new Set<number>()
  return specs.map((spec) => {
    const colour = used.has(spec.colour)
      ? (spare.find((one) => !used.has(one)) ?? spec.colour)
      : spec.colour
    used.add(colour)
    return { ...spec, colour }
  })
}

/** Row where a curve stops being a number, or -1; one that never was a number does not break. */
export function breakRow(values: ArrayLike<number>): number {
  if (values.length === 0 || !Number.isFinite(values[0])) return -1
  for (let row = 0; row < values.length; row++) if (!Number.isFinite(values[row])) return row
  return -1
}

/** Whether a curve has anything to draw. */
export function hasValues(values: ArrayLike<number>): boolean {
  for (let row = 0; row < values.length; row++) if (Number.isFinite(values[row])) return true
  return false
}
