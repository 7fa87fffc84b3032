import type { EChartsOption, LineSeriesOption, SeriesOption } from 'echarts'
import { formatNumber } from '#shared/sky/index.ts'
import type { RunMark } from '../stores/runs.ts'
import { formatRound } from '../format/text.ts'
import { tickLabel, toAxis, valueAxis } from './axis.ts'
import { decimate } from './decimate.ts'
import { breakRow, curveId } from './series.ts'
import type { CurveSpec } from './series.ts'
import type { CurveTable } from './table.ts'
import type { ChartTokens } from './tokens.ts'

/** No chart ever draws more points than this per curve; the table keeps all of them. */
export const mostPoints = 2000

export interface ChartInput {
  readonly table: CurveTable
  readonly specs: readonly CurveSpec[]
  /** Columns that are turned off. They stay as empty series, so that an update only brings new points. */
  readonly hidden?: ReadonlySet<string>
  readonly marks: readonly RunMark[]
  /** Where the run will end. */
  readonly iterations: number
  readonly log: boolean
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
  const abscissaeOf = tables.map(abscissae)
  const curves = specs.map((spec, index) =>
    hidden?.has(curveId(spec)) ? new Float64Array(0) : tables[index].column(spec.column),
  )
  const shown = function* () {
    for (const curve of curves) yield* curve
    if (input.reference !== undefined) yield input.reference
  }
  const axis = valueAxis(shown(), log)
  const last = Math.max(0, ...abscissaeOf.map((xs) => xs.at(-1) ?? 0))
  const end = Math.max(input.iterations, last, 1)
  const label = { color: tokens.text3, fontFamily: tokens.font, fontSize: 11 }
  const series: SeriesOption[] = specs.map((spec, index) =>
    line(spec, abscissaeOf[index], curves[index], input),
  )
  series.push(annotations(input, abscissaeOf, curves, axis.minimum, end, axis.minorTicks))
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
      name: input.named ? 'iteration' : '',
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

function abscissae(table: CurveTable): Float64Array {
  const named = table.column('iteration')
  return named.length > 0 ? named : Float64Array.from({ length: table.rows }, (_, row) => row)
}

function line(
  spec: CurveSpec,
  xs: Float64Array,
  values: Float64Array,
  { log, tokens }: ChartInput,
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
    data: points(xs, ys, log),
  }
}

/** The points to draw; null is a gap. */
function points(xs: Float64Array, ys: Float64Array, log: boolean): [number, number | null][] {
  return decimate(xs, ys, mostPoints).map((row) => {
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
): SeriesOption {
  const { tokens, log, marks } = input
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
  for (const mark of marks.filter(({ kind }) => kind === 'pause')) {
    // Words that would lie over one another are left to the log.
    const room = mark.iteration - labelled > 0.15 * end
    if (room) labelled = mark.iteration
    lines.push({
      xAxis: mark.iteration,
      label: text(room ? (mark.text || 'paused').toLowerCase() : '', tokens.text2),
      lineStyle: { color: tokens.text3, type: [3, 3], width: 1 },
    })
  }
  const broken = Math.min(
    ...curves.map((curve, index) => abscissaeOf[index][breakRow(curve)] ?? Infinity),
  )
  const failure = Number.isFinite(broken)
    ? { x: broken, words: `NaN at iteration ${broken}` }
    : marks
        .filter(({ kind }) => kind === 'failure')
        .map((mark) => ({
          x: mark.iteration,
          words: `failed at iteration ${mark.iteration}`,
        }))[0]
  if (failure)
    lines.push({
      xAxis: failure.x,
      label: text(failure.words, tokens.error),
      lineStyle: { color: tokens.error, type: 'solid', width: 1 },
    })
  const last = Math.max(0, ...abscissaeOf.map((xs) => xs.at(-1) ?? 0))
  return {
    type: 'scatter',
    id: 'annotations',
    silent: true,
    symbol: 'triangle',
    symbolSize: [7, 6],
    symbolOffset: [0, -3],
    color: tokens.text3,
    tooltip: { show: false },
    data: marks.filter(({ kind }) => kind === 'checkpoint').map((mark) => [mark.iteration, floor]),
    markLine: { silent: true, symbol: 'none', animation: false, data: lines as [] },
    markArea: {
      silent: true,
      itemStyle: { color: tokens.future, opacity: 0.6 },
      data: last < end ? [[{ xAxis: last }, { xAxis: end }]] : [],
    },
  }
}
