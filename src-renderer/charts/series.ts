import type { CurveTable } from './table.ts'

/** Which column of a run's curves is drawn where and how. */
export interface CurveSpec {
  readonly column: string
  readonly label: string
  /** Number of the series colour, 1 to 6. */
  readonly colour: number
  readonly dash: 'solid' | 'dashed' | 'dotted'
  /** Of several maps or runs: the one that the fitted and the held-out curve are of, an entry of the legend. */
  readonly pair?: string
  /** Of another run than the one that the chart is of, whose columns have the same names. */
  readonly of?: { readonly run: number; readonly table: CurveTable }
}

/** The last row follows no step: a curve of steps ends before it. */
const perStep = new Set(['gradient_norm', 'step_size'])

/** The values of a curve. */
export function valuesOf({ column, of }: CurveSpec, table: CurveTable): Float64Array {
  const values = (of?.table ?? table).column(column)
  const last = values[values.length - 1]
  return perStep.has(column) && Number.isNaN(last) ? values.subarray(0, -1) : values
}

/** The entry of the glossary about a curve, where there is one. */
export function termOfCurve({ column }: CurveSpec): string | undefined {
  if (column.endsWith('chi2_n_fitted')) return 'chi-square'
  if (column.endsWith('chi2_n_held_out')) return 'held-out'
  if (column === 'gradient_norm') return 'gradient-norm'
  if (column.startsWith('smoothness')) return 'smoothness'
  return penaltyLabel(column) === undefined ? undefined : 'regularisation'
}

/** What tells the curves of a chart apart. */
export const curveId = ({ column, of }: CurveSpec) => (of ? `${of.run}/${column}` : column)

/** Loss and chi-square of several runs: a colour for each, held-out curves dashed. */
export function compareCurves(
  runs: readonly { readonly run: number; readonly name: string; readonly table: CurveTable }[],
): CurveGroups {
  const spec = (index: number, column: string, words: string, dash: CurveSpec['dash']) => ({
    column,
    label: `${runs[index].name}${words}`,
    colour: 1 + (index % 6),
    dash,
    of: runs[index],
  })
  const one = (column: string) =>
    runs.flatMap(({ table }, index) =>
      hasValues(table.column(column)) ? [spec(index, column, '', 'solid')] : [],
    )
  return {
    gradient: one('gradient_norm'),
    step: one('step_size'),
    loss: runs.map((_, index) => spec(index, 'loss', '', 'solid')),
    chi2: runs.flatMap(({ table }, index) =>
      [
        spec(index, 'chi2_n_fitted', ' fitted', 'solid'),
        spec(index, 'chi2_n_held_out', ' held-out', 'dashed'),
      ]
        .filter(({ column }) => hasValues(table.column(column)))
        .map((one) => ({ ...one, pair: runs[index].name })),
    ),
  }
}
/** The curves of each entry of a legend: a pair has one together. */
export function legendEntries(specs: readonly CurveSpec[]): CurveSpec[][] {
  const keyOf = (spec: CurveSpec) =>
    spec.pair === undefined ? curveId(spec) : `${spec.of?.run ?? ''}/pair ${spec.pair}`
  const entries = new Map<string, CurveSpec[]>()
  for (const spec of specs) entries.set(keyOf(spec), [...(entries.get(keyOf(spec)) ?? []), spec])
  return [...entries.values()]
}

export interface CurveGroups {
  readonly loss: readonly CurveSpec[]
  readonly chi2: readonly CurveSpec[]
  /** Length of the gradient in all unknowns. */
  readonly gradient: readonly CurveSpec[]
  /** How far a step could move an unknown (first-order methods), or moved one at most. */
  readonly step: readonly CurveSpec[]
}

const penalties: Readonly<Record<string, string>> = {
  smoothness: 'smoothness',
  'total-variation': 'total variation',
  divergence: 'divergence',
  amplitude: 'amplitude',
  'gaussian-random-field': 'random field',
  prior: 'priors',
}
/** Ends of the names of terms of other grids than the field's. */
const sections: readonly (readonly [string, string])[] = [
  ['_magnetic_field_parameters', ' of B'],
  ['_thermal_electrons_parameters', ' of nₑ'],
  ['_cosmic_ray_electrons_parameters', ' of C'],
  ['_thermal_electrons', ' of nₑ'],
  ['_cosmic_ray_electrons', ' of C'],
  ['_spectral_index', ' of p'],
]

/** What the column of a regularisation term is called: "smoothness_thermal_electrons"; undefined for another column. */
function penaltyLabel(column: string): string | undefined {
  const [end, words] = sections.find(([suffix]) => column.endsWith(suffix)) ?? ['', '']
  const name = column.slice(0, column.length - end.length)
  const label = penalties[name.replaceAll('_', '-')]
  return label === undefined ? undefined : label + words
}

/**
 * Loss and its penalties in one chart, chi-square per pixel in the other. Fitted curves are solid, held-out ones dashed,
 * penalties dotted. Columns of one map or catalogue are named "NAME:chi2_n_fitted"; a single one repeats the totals, of
 * several each has a colour of its own.
 */
export function groupCurves(columns: readonly string[]): CurveGroups {
  const loss: CurveSpec[] = []
  const chi2: CurveSpec[] = []
  const names = [
    ...new Set(columns.filter((name) => name.includes(':')).map((name) => name.split(':')[0])),
  ]
  const several = names.length > 1
  for (const column of columns) {
    const at = column.indexOf(':')
    const [name, of] = at < 0 ? [column, ''] : [column.slice(at + 1), column.slice(0, at)]
    if (of !== '' && !several) continue
    const penalty = at < 0 ? penaltyLabel(name) : undefined
    const what = of === '' ? (several ? ', all' : '') : ` ${of}`
    const pair = several ? { pair: of === '' ? 'all' : of } : {}
    // Of several, the totals have the first colour.
    const own = of === '' ? 1 : 2 + (names.indexOf(of) % 5)
    if (at < 0 && name === 'loss') loss.push({ column, label: 'total', colour: 1, dash: 'solid' })
    else if (penalty !== undefined) loss.push({ column, label: penalty, colour: 4, dash: 'dotted' })
    else if (name === 'chi2_n_fitted')
      chi2.push({
        column,
        label: `fitted${what}`,
        colour: several ? own : 2,
        dash: 'solid',
        ...pair,
      })
    else if (name === 'chi2_n_held_out')
      chi2.push({
        column,
        label: `held-out${what}`,
        colour: several ? own : 3,
        dash: 'dashed',
        ...pair,
      })
  }
  const single = (column: string, label: string, colour: number): CurveSpec[] =>
    columns.includes(column) ? [{ column, label, colour, dash: 'solid' }] : []
  return {
    loss: distinct(loss, [4, 6, 5, 3, 2]),
    chi2,
    gradient: single('gradient_norm', 'norm', 4),
    step: single('step_size', 'size', 5),
  }
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
