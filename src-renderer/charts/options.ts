import type { EChartsOption, LineSeriesOption, SeriesOption } from 'echarts'
import { formatNumber } from '#shared/sky/index.ts'
import type { RunMark } from '../stores/runs.ts'
import { formatDuration, formatRound } from '../format/text.ts'
import { abscissaOf, axisScale, restAt } from './abscissa.ts'
import type { CurveAxis } from './abscissa.ts'
import { tickLabel, toAxis, valueAxis } from './axis.ts'
import { decimate } from './decimate.ts'
import { breakRow, curveId, valuesOf } from './series.ts'
import type { CurveSpec } from './series.ts'
import type { CurveTable } from './table.ts'
import type { ChartTokens } from './tokens.ts'

/** No chart ever draws more points than this, all its curves together; the table keeps all of them. */
const mostPoints = 4000

export interface ChartInput {
  readonly table: CurveTable
  readonly specs: readonly CurveSpec[]
  /** Columns that are turned off. They stay as empty series, so that an update only brings new points. */
  readonly hidden?: ReadonlySet<string>
  readonly marks: readonly RunMark[]
  /** Where the run will end. */
  readonly iterations: number
  readonly log: boolean
  /** What the curves are drawn against. */
  readonly axis: CurveAxis
  /** A dotted line at this value: 1 for chi-square per pixel. */
  readonly reference?: number
  /** Whether the horizontal axis says what it is: once for charts below one another. */
  readonly named?: boolean
  readonly tokens: ChartTokens
}

/** Everything ECharts needs to draw one plot box. */
export function chartOption(input: ChartInput): EChartsOption {
  const { table, specs, hidden, log, tokens } = input
  const tables = specs.map((spec) => spec.of?.table ?? table)
  const raw = tables.map((one) => abscissaOf(one, input.axis))
  const scale = axisScale(input.axis, Math.max(0, ...raw.map(lastNumber)))
  const abscissaeOf = scale.divisor === 1 ? raw : raw.map((xs) => xs.map((x) => x / scale.divisor))
  const curves = specs.map((spec, index) =>
    hidden?.has(curveId(spec)) ? new Float64Array(0) : valuesOf(spec, tables[index]),
  )
  const shown = function* () {
    for (const curve of curves) yield* curve
    if (input.reference !== undefined) yield input.reference
  }
  const axis = valueAxis(shown(), log)
  const last = Math.max(0, ...abscissaeOf.map(lastNumber))
  const end = Math.max(input.axis === 'iteration' ? input.iterations : 0, last) || 1
  const budget = Math.floor(mostPoints / Math.max(1, specs.length))
  const label = { color: tokens.text3, fontFamily: tokens.font, fontSize: 11 }
  const series: SeriesOption[] = specs.map((spec, index) =>
    line(spec, abscissaeOf[index], curves[index], input, budget),
  )
  series.push(
    annotations(input, abscissaeOf, curves, axis.minimum, end, axis.minorTicks, scale.divisor),
  )
  return {
    animation: false,
    grid: { left: 52, right: 16, top: 6, bottom: input.named ? 38 : 24 },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: tokens.popover,
      borderColor: tokens.line2,
      borderWidth: 1,
      padding: [4, 8],
      textStyle: { color: tokens.text1, fontFamily: tokens.font, fontSize: 11, lineHeight: 16 },
      axisPointer: {
        type: 'line',
        lineStyle: { color: tokens.text2, width: 1 },
        label: { show: false },
      },
      valueFormatter: (value) =>
        typeof value === 'number' ? formatNumber(log ? 10 ** value : value) : '',
      confine: true,
    },
    xAxis: {
      type: 'value',
      min: 0,
      max: end,
      splitNumber: 5,
      name: input.named ? scale.name : '',
      nameLocation: 'middle',
      nameGap: 20,
      nameTextStyle: label,
      axisLabel: { ...label, hideOverlap: true, formatter: (value: number) => formatRound(value) },
      axisLine: { show: true, lineStyle: { color: tokens.frame } },
      axisTick: { show: false },
      splitLine: { show: true, lineStyle: { color: tokens.grid } },
    },
    yAxis: {
      type: 'value',
      min: axis.minimum,
      max: axis.maximum,
      axisLabel: {
        ...label,
        customValues: [...axis.ticks],
        formatter: (value: number) => tickLabel(value, axis),
      },
      axisTick: { show: false, customValues: [...axis.ticks] },
      axisLine: { show: true, lineStyle: { color: tokens.frame } },
      splitLine: { show: true, lineStyle: { color: tokens.grid } },
    },
    series,
  }
}

/** The largest of ascending numbers among which some are missing. */
function lastNumber(xs: Float64Array): number {
  for (let row = xs.length - 1; row >= 0; row--) if (Number.isFinite(xs[row])) return xs[row]
  return 0
}

function line(
  spec: CurveSpec,
  xs: Float64Array,
  values: Float64Array,
  { log, tokens }: ChartInput,
  budget: number,
): LineSeriesOption {
  // The curve ends where it stops being a number; that is an event, and drawn as one.
  const stop = breakRow(values)
  const count = stop < 0 ? values.length : stop
  const ys = values.subarray(0, count)
  const color = tokens.series[spec.colour - 1]
  return {
    type: 'line',
    id: curveId(spec),
    name: spec.label,
    showSymbol: false,
    silent: true,
    color,
    lineStyle: {
      width: 1.5,
      type: spec.dash === 'solid' ? 'solid' : spec.dash === 'dashed' ? [5, 3] : [1.5, 3],
    },
    emphasis: { disabled: true },
    data: points(xs, ys, log, budget),
  }
}

/** The points to draw; null is a gap. */
function points(
  xs: Float64Array,
  ys: Float64Array,
  log: boolean,
  budget: number,
): [number, number | null][] {
  return decimate(xs, ys, budget)
    .filter((row) => Number.isFinite(xs[row]))
    .map((row) => {
      const at = toAxis(ys[row], log)
      return [xs[row], Number.isFinite(at) ? at : null]
    })
}

/** Grid between decades, reference, the part not reached yet, pauses, checkpoints and failures. */
function annotations(
  input: ChartInput,
  abscissaeOf: readonly Float64Array[],
  curves: readonly Float64Array[],
  floor: number,
  end: number,
  minorTicks: readonly number[],
  divisor: number,
): SeriesOption {
  const { tokens, log } = input
  const own = abscissaOf(input.table, input.axis)
  /** A pause is where the last row before it is, on a clock: the next one comes after it. */
  const placeOf = ({ iteration, kind }: RunMark): number => {
    if (input.axis === 'iteration') return iteration
    const row = Math.max(0, kind === 'resume' ? iteration : iteration - 1)
    return own[Math.min(row, own.length - 1)] / divisor
  }
  const marks = input.marks
    .map((mark) => ({ ...mark, x: placeOf(mark) }))
    .filter(({ x }) => Number.isFinite(x))
  const text = (words: string, color: string) => ({
    show: words !== '',
    formatter: words,
    color,
    fontFamily: tokens.font,
    fontSize: 11,
    position: 'end' as const,
    distance: 0,
    offset: [4, 3],
    rotate: 0,
    align: 'left' as const,
    verticalAlign: 'top' as const,
  })
  const none = { show: false }
  const lines: object[] = minorTicks.map((tick) => ({
    yAxis: tick,
    label: none,
    lineStyle: { color: tokens.grid, opacity: 0.5, type: 'solid', width: 1 },
  }))
  if (input.reference !== undefined)
    lines.push({
      yAxis: toAxis(input.reference, log),
      label: none,
      lineStyle: { color: tokens.text3, type: [1, 3], width: 1 },
    })
  let labelled = -Infinity
  const rests = marks.filter(({ kind }) => kind === 'pause')
  for (const mark of marks.filter(({ kind }) => kind === 'pause' || kind === 'resume')) {
    const isResume = mark.kind === 'resume'
    // Where a run went on is where it paused, but for a clock; after a crash there was no pause.
    if (isResume && rests.some(({ x }) => x === mark.x)) continue
    // Words that would lie over one another are left to the log.
    const room = mark.x - labelled > 0.15 * end
    if (room) labelled = mark.x
    const words = (mark.text || (isResume ? 'resumed' : 'paused')).toLowerCase()
    const rest = isResume ? NaN : restAt(input.table, mark.iteration)
    const length = Number.isFinite(rest) ? `, ${formatDuration(rest)}` : ''
    lines.push({
      xAxis: mark.x,
      label: text(room ? words + length : '', tokens.text2),
      lineStyle: { color: tokens.text3, type: [3, 3], width: 1 },
    })
  }
  // Rows count iterations. Of several runs the first on this axis, place and number of the same one.
  const broken = curves
    .map((curve, index) => ({ row: breakRow(curve), xs: abscissaeOf[index] }))
    .filter(({ row }) => row >= 0)
    .map(({ row, xs }) => ({ x: xs[row], words: `NaN at iteration ${row}` }))
    // A run of an earlier version has no clock.
    .filter(({ x }) => Number.isFinite(x))
    .sort((one, other) => one.x - other.x)
  const failure =
    broken[0] ??
    marks
      .filter(({ kind }) => kind === 'failure')
      .map((mark) => ({
        x: mark.x,
        words: `failed at iteration ${mark.iteration}`,
      }))[0]
  if (failure)
    lines.push({
      xAxis: failure.x,
      label: text(failure.words, tokens.error),
      lineStyle: { color: tokens.error, type: 'solid', width: 1 },
    })
  const last = Math.max(0, ...abscissaeOf.map(lastNumber))
  return {
    type: 'scatter',
    id: 'annotations',
    silent: true,
    symbol: 'triangle',
    symbolSize: [7, 6],
    symbolOffset: [0, -3],
    color: tokens.text3,
    tooltip: { show: false },
    data: marks.filter(({ kind }) => kind === 'checkpoint').map((mark) => [mark.x, floor]),
    markLine: { silent: true, symbol: 'none', animation: false, data: lines as [] },
    markArea: {
      silent: true,
      itemStyle: { color: tokens.future, opacity: 0.6 },
      data: last < end ? [[{ xAxis: last }, { xAxis: end }]] : [],
    },
  }
}
