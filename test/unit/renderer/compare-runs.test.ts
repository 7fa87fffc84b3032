import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { chartOption } from '#renderer/charts/options.ts'
import { compareCurves, curveId } from '#renderer/charts/series.ts'
import { settingsDifference } from '#renderer/charts/settings-difference.ts'
import { CurveTable } from '#renderer/charts/table.ts'
import { exportCommandLine, runCommandLine, shellWord } from '#renderer/commands/command-line.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

const grant = `grant:${'a'.repeat(32)}`
const fileName = (word: string) => (word === grant ? 'haslam map.fits' : 'other.fits')
const run = (changes: Record<string, unknown> = {}) =>
  runFileSchema.parse({
    data: [{ name: 'haslam', file: grant, frequency_ghz: 0.408 }],
    magnetic_field: { grid: {} },
    ...changes,
  })

function table(rows: number, start: number): CurveTable {
  const made = new CurveTable()
  const values = Array.from({ length: rows }, (_, row) => [row, start / (row + 1), 2, 3]).flat()
  made.write(['iteration', 'loss', 'chi2_n_fitted', 'chi2_n_held_out'], 0, rows, values)
  return made
}
const tokens = {
  text1: '#111111',
  text2: '#222222',
  text3: '#333333',
  grid: '#444444',
  frame: '#555555',
  future: '#666666',
  error: '#777777',
  popover: '#888888',
  line2: '#999999',
  series: ['#000001', '#000002', '#000003', '#000004', '#000005', '#000006'],
  font: 'Inter',
}

describe('runs compared', () => {
  const runs = [
    { run: 1, name: 'Run 1', table: table(4, 10) },
    { run: 2, name: 'Run 2', table: table(9, 20) },
  ]
  it('have a colour each and their own lengths', () => {
    const groups = compareCurves(runs)
    expect(groups.loss.map(({ label, colour }) => [label, colour])).toEqual([
      ['Run 1', 1],
      ['Run 2', 2],
    ])
    expect(groups.chi2.map(({ label, dash }) => `${label} ${dash}`)).toEqual([
      'Run 1 fitted solid',
      'Run 1 held-out dashed',
      'Run 2 fitted solid',
      'Run 2 held-out dashed',
    ])
    expect(new Set(groups.chi2.map(curveId)).size).toBe(4)
    const option = chartOption({
      table: runs[0].table,
      specs: groups.loss,
      marks: [],
      iterations: 0,
      log: false,
      axis: 'iteration',
      tokens,
    })
    const series = [option.series].flat().filter((one) => one?.type === 'line')
    expect(series.map((one) => Array.isArray(one?.data) && one.data.length)).toEqual([4, 9])
    expect(series[1]?.data).toEqual(
      expect.arrayContaining([
        [0, 20],
        [1, 10],
      ]),
    )
    // The shorter curve ends; nothing in it has become meaningless.
    expect(JSON.stringify(option)).not.toContain('NaN at')
    expect(option.xAxis).toMatchObject({ max: 8 })
  })

  it('say which settings differ, by name', () => {
    const faster = run({ optimiser: { learning_rate: 0.2, iterations: 50 } })
    expect(settingsDifference([run(), faster], fileName)).toEqual([
      { key: 'optimiser.learning_rate', values: ['0.4', '0.2'] },
      { key: 'optimiser.iterations', values: ['200', '50'] },
    ])
    expect(settingsDifference([run(), run({ title: 'Another' })], fileName)).toEqual([])
    // What one leaves to the defaults and the other writes out is the same.
    const grid = { shape: [128, 128, 32] as [number, number, number] }
    expect(settingsDifference([run(), run({ magnetic_field: { grid } })], fileName)).toEqual([])
    const other = run({ data: [{ name: 'haslam', file: 'grant:x', frequency_ghz: 0.408 }] })
    expect(settingsDifference([run(), other], fileName)).toEqual([
      { key: 'data haslam.file', values: ['haslam map.fits', 'other.fits'] },
    ])
  })
})

describe('a run as command line', () => {
  it('writes a run file that means the same, with what differs from the defaults', () => {
    const configuration = run({ optimiser: { learning_rate: 0.2 }, title: "Jim's run" })
    const text = runCommandLine(configuration, 'my fit.larmor', fileName)
    const [, file, body] = /^cat > (.*) <<'END'\n([^]*)\nEND\n/.exec(text) ?? []
    expect(file).toBe("'my fit.yaml'")
    expect(text.trimEnd().split('\n').at(-1)).toBe(
      "larmor run 'my fit.yaml' --out 'my fit-cli.larmor'",
    )
    expect(parse(body)).toEqual({
      data: [{ name: 'haslam', file: 'haslam map.fits', frequency_ghz: 0.408 }],
      title: "Jim's run",
      optimiser: { learning_rate: 0.2 },
    })
    const again = runFileSchema.parse(parse(body))
    expect(again.optimiser).toEqual(configuration.optimiser)
  })

  it('names the session that a continued run begins with: it is to be in another one', () => {
    const text = runCommandLine(run({ start_from: { run: 3 } }), 'my fit.larmor', fileName)
    const [, body] = /'END'\n([^]*)\nEND\n/.exec(text) ?? []
    expect(parse(body)).toMatchObject({ start_from: { file: 'my fit.larmor', run: 3 } })
  })

  it('exports a run by number', () => {
    expect(exportCommandLine('fit.larmor', 2)).toBe(
      'larmor export fit.larmor --run 2 --out fit-export\n',
    )
    expect(shellWord("it's")).toBe(`'it'\\''s'`)
  })
})
