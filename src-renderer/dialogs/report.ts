import { withoutPrivateData } from '#shared/report/private-data.ts'
import { formatBytes } from '../format/text.ts'
import type { Result, RunSummary } from '#shared/contract/methods.ts'

export interface ReportSource {
  readonly info: Result<'app.info'> | null
  readonly engineLines: readonly string[]
  readonly logLines: readonly string[]
  readonly userAgent: string
  /** Of WebGL, where there is one. */
  readonly graphics: string
  readonly window: string
  readonly view: string
  readonly runs: readonly Pick<RunSummary, 'state' | 'grids'>[]
  /** Words that must not be in it: of the project, its files, data and runs. */
  readonly names: readonly string[]
}

const mostLines = 100

type Backend = Result<'app.info'>['backends'][number]
/** Whether and with what a backend computes here: "usable: plain float64". */
export function backendText({ usable, chosen, detail }: Backend): string {
  const state = usable ? (chosen ? 'in use' : 'usable') : 'not usable'
  if (detail === '') return state
  // A sentence goes on in lower case after the colon; names of devices and abbreviations stay as they are.
  const words = detail.endsWith('.')
    ? detail.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase())
    : detail
  return `${state}: ${words}`
}

/** A text for a bug report: what the program and the machine are, and the last lines of the logs without paths and names. */
export function bugReport(source: ReportSource): string {
  const { info } = source
  const clean = (line: string) => withoutPrivateData(line, source.names)
  const backends = info?.backends.map(
    (one) => `${one.name}, ${backendText({ ...one, detail: clean(one.detail) })}`,
  )
  const states = source.runs.map(({ state, grids }) => `${state} (${grids.join(', ')})`)
  return [
    'What happened, and what did you expect?',
    '',
    '',
    `Larmor ${info?.version ?? '(the engine cannot be reached)'}`,
    ...(info
      ? [
          `${info.platform}, Node ${info.node}`,
          `${info.cpu}, ${info.threads} threads, ${formatBytes(info.memoryBytes)}`,
        ]
      : []),
    ...(backends ?? []),
    source.userAgent,
    `WebGL: ${source.graphics}`,
    `Window: ${source.window}; ${source.view}`,
    `Runs: ${states.length === 0 ? 'none' : states.join('; ')}`,
    '',
    'Log of the workbench:',
    ...source.logLines.slice(-mostLines).map(clean),
    '',
    'Log of the engine:',
    ...source.engineLines.slice(-mostLines).map(clean),
    '',
  ].join('\n')
}
