import { contractCodes, EngineError } from '#shared/contract/errors.ts'
import type { RunSummary, SessionState } from '#shared/contract/methods.ts'
import { runFileSchema } from '#shared/session/run-file.ts'

interface Sent {
  readonly session?: string
  readonly grant?: string
  readonly run?: number
  readonly name?: string
  readonly notes?: string
  readonly tags?: string[]
  readonly position?: number
  readonly view?: unknown
}
/** Stands for the engine: one session, with its runs. */
export const engine = {
  runs: [] as { run: number; name: string; notes: string; tags: string[] }[],
  queue: [] as number[],
  view: null as unknown,
  interrupted: undefined as number | undefined,
  isAway: false,
  /** Requests of this method fail, as on a full disk. */
  failing: '',
  /** What requests that change a run wait for. */
  held: Promise.resolve(),
  sent: [] as string[],
  stored: [] as unknown[],
}

/** As every test begins. */
export function resetEngine() {
  const nothing = { queue: [], interrupted: undefined, isAway: false, sent: [], stored: [] }
  const fine = { failing: '', held: Promise.resolve() }
  Object.assign(engine, { runs: [1, 2, 3].map(aRun), ...nothing, ...fine })
}

/** In place of the store of the connection. */
export const useConnection = () => ({
  state: 'ready',
  info: {},
  on: () => undefined,
  request: async (method: string, params: Sent) => {
    await (params.run === undefined ? undefined : engine.held)
    if (engine.isAway) throw new EngineError({ code: contractCodes.closed, message: 'Away.' })
    if (engine.failing === method)
      throw new EngineError({ code: 'file', message: 'The disk is full.' })
    return { result: answer(method, params), payloads: [] }
  },
})

function find(wanted: number | undefined) {
  const found = engine.runs.find(({ run }) => run === wanted)
  if (found) return found
  const message = `The session has no run ${wanted}.`
  throw new EngineError({ code: 'unknown-run', message })
}
function answer(method: string, { session, run, position = 0, view, ...said }: Sent): unknown {
  engine.sent.push(run === undefined ? method : `${method} ${run}`)
  switch (method) {
    case 'session.open':
      return stateOf(said.grant ?? '')
    case 'session.state':
    case 'session.configure':
      return stateOf(session ?? '')
    case 'session.view':
      engine.stored.push(view)
      return {}
    case 'run.check':
      return { issues: [] }
    case 'run.curves':
      return { columns: [], rows: 0, marks: [] }
    case 'run.describe':
      return summaryOf(Object.assign(find(run), said))
    case 'run.pause':
      return summaryOf(find(run))
    case 'run.start':
      return summaryOf(engine.runs[engine.runs.push(aRun(engine.runs.length + 1)) - 1])
    case 'run.remove':
      engine.runs = engine.runs.filter((one) => one.run !== run)
      return {}
    case 'run.reorder': {
      if (run === undefined || !engine.queue.includes(run))
        throw new EngineError({
          code: 'not-waiting',
          message: `Run ${run} does not wait for its turn any more.`,
        })
      const others = engine.queue.filter((one) => one !== run)
      engine.queue = [...others.slice(0, position), run, ...others.slice(position)]
      return engine.queue
    }
    default:
      throw new Error(`Not asked for: ${method}`)
  }
}
export const aRun = (run: number) => ({ run, name: `Run ${run}`, notes: '', tags: [] as string[] })
const summaryOf = (run: (typeof engine.runs)[number]): RunSummary => ({
  ...run,
  state: engine.queue.includes(run.run) ? 'queued' : 'done',
  ...{ iteration: 5, iterations: 5, grids: [], chi2_n_fitted: 1, chi2_n_held_out: null },
  ...{ started: 0, seconds: 1, unconstrained: [] },
})
const configuration = runFileSchema.parse({
  data: [
    { name: 'Haslam', file: 'grant:a', frequency_ghz: 0.408 },
    { name: 'Reich', file: 'grant:b', frequency_ghz: 1.42 },
  ],
  magnetic_field: { grid: {} },
})
const stateOf = (session: string): SessionState => ({
  session,
  fileId: session,
  name: session,
  title: session,
  readOnly: false,
  inputs: [],
  configuration,
  runs: engine.runs.map(summaryOf),
  queue: engine.queue,
  problems: [],
  view: engine.view,
  ...(engine.interrupted === undefined
    ? {}
    : {
        interrupted: {
          ...{ run: engine.interrupted, name: 'Run', iteration: 3, iterations: 5 },
          ...{ stored: 3, time: 0 },
        },
      }),
})
