import { describe, expect, it } from 'vitest'
import { tickLabel, toAxis, valueAxis } from '#renderer/charts/axis.ts'
import { curvesCsv } from '#renderer/charts/csv.ts'
import { abscissaOf, axisScale, restAt } from '#renderer/charts/abscissa.ts'
import { chartOption } from '#renderer/charts/options.ts'
import { chartsSvg, printTokens } from '#renderer/charts/print.ts'
import { decimate } from '#renderer/charts/decimate.ts'
import {
  breakRow,
  groupCurves,
  hasValues,
  legendEntries,
  valuesOf,
} from '#renderer/charts/series.ts'
import { CurveTable } from '#renderer/charts/table.ts'
import type { ChartTokens } from '#renderer/charts/tokens.ts'

describe('decimation', () => {
  const x = Float64Array.from({ length: 100_000 }, (_, i) => i)

  it('keeps short curves whole', () => {
    expect(decimate([0, 1, 2], [5, 6, 7], 4000)).toEqual([0, 1, 2])
  })
  it('never exceeds the limit, keeps ends and order', () => {
    const rows = decimate(x, x.map(Math.sin), 4000)
    expect(rows.length).toBeLessThanOrEqual(4000)
    expect(rows[0]).toBe(0)
    expect(rows[rows.length - 1]).toBe(x.length - 1)
    expect(rows.every((row, i) => i === 0 || row > rows[i - 1])).toBe(true)
  })
  it('keeps a single spike and a single dip', () => {
    const y = new Float64Array(x.length)
    y[54_321] = 1e6
    y[77_777] = -1e6
    const rows = decimate(x, y, 1000)
    expect(rows).toContain(54_321)
    expect(rows).toContain(77_777)
  })
})

describe('value axis', () => {
  it('shows decades on a wide logarithmic range', () => {
    const axis = valueAxis([300, 2e5], true)
    expect(axis.ticks.map(Math.round)).toEqual([3, 4, 5])
    expect(axis.ticks.map((tick) => tickLabel(tick, axis))).toEqual(['10³', '10⁴', '10⁵'])
    expect(axis.minimum).toBeLessThan(Math.log10(300))
    expect(axis.maximum).toBeGreaterThan(Math.log10(2e5))
  })
  it('keeps narrow ranges instead of snapping to decades', () => {
    const axis = valueAxis([0.56, 0.6], true)
    expect(axis.maximum - axis.minimum).toBeLessThan(0.3)
    expect(axis.ticks.length).toBeGreaterThanOrEqual(2)
    expect(axis.ticks.every((tick) => tick >= axis.minimum && tick <= axis.maximum)).toBe(true)
  })
  it('leaves out what a logarithm cannot show, and says so with NaN', () => {
    expect(toAxis(-3, true)).toBeNaN()
    expect(toAxis(0, true)).toBeNaN()
    expect(valueAxis([-1, 0, NaN, 10, 1000], true).minimum).toBeGreaterThan(0)
  })
  it('has limits without values and with one value', () => {
    for (const values of [[], [NaN], [4]])
      for (const log of [true, false]) {
        const axis = valueAxis(values, log)
        expect(axis.maximum).toBeGreaterThan(axis.minimum)
      }
  })
})

describe('curve columns', () => {
  const one = ['iteration', 'loss', 'chi2', 'chi2_n_fitted', 'chi2_n_held_out', 'gradient_norm']

  it('groups totals and penalties, held-out dashed, penalties dotted', () => {
    const groups = groupCurves([...one, 'smoothness', 'total-variation'])
    expect(groups.loss.map(({ label, dash }) => [label, dash])).toEqual([
      ['total', 'solid'],
      ['smoothness', 'dotted'],
      ['total variation', 'dotted'],
    ])
    expect(groups.chi2.map(({ label, dash }) => [label, dash])).toEqual([
      ['fitted', 'solid'],
      ['held-out', 'dashed'],
    ])
    const colours = [...groups.loss].map(({ colour }) => colour)
    expect(new Set(colours).size).toBe(colours.length)
  })
  it('adds the maps only where there are several', () => {
    const map = (name: string) => [`${name}:chi2_n_fitted`, `${name}:residual_std_fitted`]
    expect(groupCurves([...one, ...map('a')]).chi2).toHaveLength(2)
    expect(groupCurves([...one, ...map('a'), ...map('b')]).chi2.map(({ label }) => label)).toEqual([
      'fitted, all',
      'held-out, all',
      'fitted a',
      'fitted b',
    ])
  })
  it('gives each of several maps and catalogues one colour, held-out dashed', () => {
    const of = (name: string) => [`${name}:chi2_n_fitted`, `${name}:chi2_n_held_out`]
    const { chi2 } = groupCurves([...one, ...of('Q 1.4'), ...of('rm')])
    expect(chi2.map(({ label, colour, dash }) => [label, colour, dash])).toEqual([
      ['fitted, all', 1, 'solid'],
      ['held-out, all', 1, 'dashed'],
      ['fitted Q 1.4', 2, 'solid'],
      ['held-out Q 1.4', 2, 'dashed'],
      ['fitted rm', 3, 'solid'],
      ['held-out rm', 3, 'dashed'],
    ])
  })
  it('has one entry in the legend for the two curves of a map', () => {
    const of = (name: string) => [`${name}:chi2_n_fitted`, `${name}:chi2_n_held_out`]
    const shown = (columns: readonly string[]) =>
      legendEntries(groupCurves(columns).chi2).map((entry) => entry.map(({ label }) => label))
    expect(shown([...one, ...of('Q 1.4'), ...of('rm')])).toEqual([
      ['fitted, all', 'held-out, all'],
      ['fitted Q 1.4', 'held-out Q 1.4'],
      ['fitted rm', 'held-out rm'],
    ])
    // Of one map the names are the labels.
    expect(shown([...one, ...of('I')])).toEqual([['fitted'], ['held-out']])
  })
  it('names the terms of densities and the random field', () => {
    const { loss } = groupCurves([
      ...one,
      'gaussian-random-field',
      'smoothness_thermal_electrons',
      'amplitude_cosmic_ray_electrons',
    ])
    expect(loss.map(({ label }) => label)).toEqual([
      'total',
      'random field',
      'smoothness of nₑ',
      'amplitude of C',
    ])
  })
  it('takes NaN for an event only in a curve that had values', () => {
    expect(breakRow([3, 2, NaN, NaN])).toBe(2)
    expect(breakRow([3, 2, 1])).toBe(-1)
    expect(breakRow([NaN, NaN])).toBe(-1)
    expect(hasValues([NaN, NaN])).toBe(false)
    expect(hasValues([NaN, 1])).toBe(true)
  })
})

describe('curve table', () => {
  it('appends, replaces after a resume and refuses gaps', () => {
    const table = new CurveTable()
    expect(table.write(['iteration', 'loss'], 0, 2, [0, 10, 1, 9])).toBe(true)
    expect(table.write(['iteration', 'loss'], 2, 1, [2, 8])).toBe(true)
    expect([...table.column('loss')]).toEqual([10, 9, 8])
    expect(table.write(['iteration', 'loss'], 1, 1, [1, 7])).toBe(true)
    expect([...table.column('loss')]).toEqual([10, 7])
    expect(table.write(['iteration', 'loss'], 5, 1, [5, 1])).toBe(false)
    expect(table.write(['iteration', 'other'], 2, 1, [2, 1])).toBe(false)
    expect(table.last('loss')).toBe(7)
  })
  it('grows beyond its first room without losing rows', () => {
    const table = new CurveTable()
    for (let row = 0; row < 1000; row++) table.write(['x'], row, 1, [row])
    expect(table.rows).toBe(1000)
    expect(table.column('x')[0]).toBe(0)
    expect(table.column('x')[999]).toBe(999)
  })
  it('writes CSV with every digit', () => {
    const table = new CurveTable()
    table.write(['iteration', 'loss'], 0, 1, [0, 0.1 + 0.2])
    expect(curvesCsv(table)).toBe('"iteration","loss"\r\n0,0.30000000000000004\r\n')
  })
})

describe('axes of time', () => {
  const table = new CurveTable()
  // Two steps, a pause of ten minutes, two steps.
  const rows = [
    [0, 8, 0, 1000],
    [1, 4, 2, 1002],
    [2, 2, 4, 1604],
    [3, 1, 6, 1606],
  ]
  table.write(['iteration', 'loss', 'seconds', 'unix_s'], 0, 4, rows.flat())

  it('are seconds of work, and seconds since the start with pauses', () => {
    expect([...abscissaOf(table, 'iteration')]).toEqual([0, 1, 2, 3])
    expect([...abscissaOf(table, 'compute')]).toEqual([0, 2, 4, 6])
    expect([...abscissaOf(table, 'wall')]).toEqual([0, 2, 604, 606])
    expect(restAt(table, 2)).toBe(602)
    expect(restAt(table, 4)).toBeNaN()
  })
  it('have a unit that suits them', () => {
    expect(axisScale('compute', 299)).toEqual({ divisor: 1, name: 'time optimising, s' })
    expect(axisScale('wall', 606)).toEqual({ divisor: 60, name: 'time since the start, min' })
    expect(axisScale('wall', 20_000).divisor).toBe(3600)
    expect(axisScale('iteration', 1e9).divisor).toBe(1)
  })
  it('do not take the last row, which follows no step, for a failure', () => {
    const steps = new CurveTable()
    steps.write(['iteration', 'step_size'], 0, 3, [0, 0.4, 1, 0.4, 2, NaN])
    const [spec] = groupCurves(steps.columns).step
    expect([...valuesOf(spec, steps)]).toEqual([0.4, 0.4])
    expect([...valuesOf({ ...spec, column: 'iteration' }, steps)]).toEqual([0, 1, 2])
  })
  it('are NaN for curves without clocks', () => {
    const old = new CurveTable()
    old.write(['iteration', 'loss'], 0, 1, [0, 1])
    expect([...abscissaOf(old, 'wall')]).toEqual([NaN])
  })
  it('put a pause and its end where they were', () => {
    const option = chartOption({
      table,
      specs: groupCurves(table.columns).loss,
      marks: [
        { iteration: 2, kind: 'pause', text: 'Paused' },
        { iteration: 2, kind: 'resume', text: 'Resumed' },
        { iteration: 3, kind: 'checkpoint', text: 'Checkpoint' },
      ],
      iterations: 200,
      log: true,
      axis: 'wall',
      tokens: printTokens,
    })
    const series = Array.isArray(option.series) ? option.series : []
    const notes = series.find(({ id }) => id === 'annotations')
    const lines = JSON.parse(JSON.stringify(notes)).markLine.data as { xAxis?: number }[]
    const places = lines.flatMap(({ xAxis }) => (xAxis === undefined ? [] : [xAxis * 60]))
    expect(places.map(Math.round)).toEqual([2, 604])
    expect(JSON.stringify(lines)).toContain('paused, 10:02')
    expect(notes?.data).toEqual([[604 / 60, expect.any(Number)]])
    // The axis ends with the run: nobody knows when the rest will be.
    expect(option.xAxis).toMatchObject({ max: 606 / 60, name: '' })
  })
})

describe('charts', () => {
  it('never draw more than 4,000 points, all curves together', () => {
    const long = new CurveTable()
    const columns = ['iteration', 'loss', 'smoothness', 'amplitude']
    const values = Array.from({ length: 30_000 }, (_, row) => [row, 1 + Math.sin(row), 2, 3])
    long.write(columns, 0, values.length, values.flat())
    const { series } = chartOption({
      table: long,
      specs: groupCurves(columns).loss,
      marks: [],
      iterations: 0,
      log: true,
      axis: 'iteration',
      tokens: printTokens,
    })
    const drawn = (Array.isArray(series) ? series : []).reduce(
      (sum, { data }) => sum + (Array.isArray(data) ? data.length : 0),
      0,
    )
    expect(drawn).toBeGreaterThan(2000)
    expect(drawn).toBeLessThanOrEqual(4000)
  })
  it('end a curve where it is no number, with a red line there that says so', () => {
    const broken = new CurveTable()
    const rows = [[0, 100, 0], [1, 10, 30], [2, 1, 60], [3, NaN, 120], [4, 0.5, 150]] // prettier-ignore
    broken.write(['iteration', 'loss', 'seconds'], 0, rows.length, rows.flat())
    const { loss } = groupCurves(broken.columns)
    const paths = (axis: 'iteration' | 'compute') => {
      const input = { table: broken, specs: loss, marks: [], iterations: 8, log: true } as const
      const svg = chartsSvg([{ title: 'Loss', input: { ...input, axis, tokens: printTokens } }])
      const of = (colour: string) =>
        [...svg.matchAll(/<path d="([^"]+)"[^>]* stroke="([^"]+)"/g)]
          .filter(([, , stroke]) => stroke === colour)
          .map(([, path]) => path)
      const words = svg.match(new RegExp(`fill="${printTokens.error}">[^<]*`, 'g'))
      return { red: of(printTokens.error), curve: of(printTokens.series[0])[0], words }
    }
    const words = [`fill="${printTokens.error}">NaN at iteration 3`]
    // The plot is 632 px wide from 64 px on, and 204 px high; thin lines lie on halves.
    const byIteration = paths('iteration')
    expect(byIteration).toMatchObject({ red: ['M301.5 238L301.5 34'], words })
    expect(byIteration.curve).toMatch(/^M64 [\d.]+L143 [\d.]+L222 [\d.]+$/)
    // Two of the two and a half minutes that it took, of whose clock nobody knows the end.
    expect(paths('compute')).toMatchObject({ red: ['M569.5 238L569.5 34'], words })
  })
  it('are written as one SVG on white, with titles and legends', () => {
    const table = new CurveTable()
    table.write(['iteration', 'loss', 'gradient_norm'], 0, 2, [0, 9, 3, 1, 4, 2])
    const { loss, gradient } = groupCurves(table.columns)
    const rest = { table, marks: [], iterations: 2, log: true, axis: 'iteration' } as const
    const svg = chartsSvg([
      { title: 'Loss', input: { ...rest, specs: loss, tokens: printTokens } },
      { title: 'Gradient norm', input: { ...rest, specs: gradient, tokens: printTokens } },
    ])
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="720" height="560"/)
    for (const words of ['Loss', 'total', 'Gradient norm', 'iteration'])
      expect(svg).toContain(words)
    const names = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, name]) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('chart updates', () => {
  const tokens: ChartTokens = {
    text1: '#fff',
    text2: '#ccc',
    text3: '#999',
    line2: '#333',
    frame: '#444',
    grid: '#222',
    popover: '#111',
    error: '#f00',
    future: '#000',
    font: 'sans-serif',
    series: ['#1', '#2', '#3', '#4', '#5', '#6'],
  }
  it('keep the same series whatever is hidden, so that they can be merged', () => {
    const table = new CurveTable()
    table.write(['iteration', 'loss', 'smoothness'], 0, 2, Float64Array.from([0, 9, 1, 1, 4, 2]))
    const specs = groupCurves(table.columns).loss
    const ids = (hidden: ReadonlySet<string>) => {
      const { series } = chartOption({
        ...{ table, specs, hidden, marks: [], iterations: 5, log: true, axis: 'iteration', tokens },
      })
      return (Array.isArray(series) ? series : []).map(({ id, data }) => [
        id,
        Array.isArray(data) ? data.length : -1,
      ])
    }
    expect(ids(new Set())).toEqual([
      ['loss', 2],
      ['smoothness', 2],
      ['annotations', 0],
    ])
    expect(ids(new Set(['loss']))).toEqual([
      ['loss', 0],
      ['smoothness', 2],
      ['annotations', 0],
    ])
  })
})
