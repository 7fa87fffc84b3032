import type { EventBody } from '#shared/contract/events.ts'
import type { RunState, RunSummary } from '#shared/contract/methods.ts'
import { fieldStatistics } from '#shared/inference/field-statistics.ts'
import { pooledChi2 } from '#shared/inference/likelihood.ts'
import { errorText, InputError } from '../errors.ts'
import type { RunFigures, RunRecord } from '../storage/records.ts'
import type { DataVector, RunChanges } from '../storage/run-store.ts'
import type { Session } from '../storage/session.ts'
import { loadBackend } from '../kernels/index.ts'
import { OperatorCache } from './operators.ts'
import type { BackendName, LoadBackend } from './operators.ts'
import { prepareData } from './prepare-data.ts'
import { RateMeter } from './rate-meter.ts'
import { RunLoop } from './run-loop.ts'

export type Stage = EventBody<'run.progress'>['stage']

export interface RunProgress {
  readonly session: Session
  readonly summary: RunSummary
  readonly stage: Stage
  readonly iterationsPerSecond: number | null
  readonly secondsLeft: number | null
  /** Residual standard deviation of the fitted pixels of the first map, in its unit. */
  readonly residual: number | null
  readonly message: string
}

export interface RunFailure {
  readonly session: Session
  readonly run: number
  readonly error: unknown
  /** Whether it failed after its data were read and its first step could be made. */
  readonly begun: boolean
}

/** New rows of the curves: [rows][columns], the first being row `from`. */
export interface NewRows {
  readonly session: Session
  readonly run: number
  readonly columns: readonly string[]
  readonly from: number
  readonly rows: number
  readonly values: Float64Array
}

export interface Overrides {
  backend?: BackendName
  threads?: number
  /** New total of iterations. */
  iterations?: number
}

type Ending = 'paused' | 'stopped'

interface Job {
  readonly session: Session
  readonly run: number
  readonly overrides: Overrides
  readonly abort: AbortController
  readonly settled: Promise<RunSummary>
  readonly settle: (summary: RunSummary) => void
  readonly rate: RateMeter
  state: RunState
  stage: Stage
  message: string
  fraction: number
  ending: Ending | undefined
  loop: RunLoop | undefined
  /** Rows of the curves that listeners have seen. */
  announcedRows: number
  lastNewsMs: number
}

/** At most this often per run, and always at a change of state. */
const newsIntervalMs = 100

/**
 * Runs of open sessions, one after another: each takes all the threads. A run is stored in its session as it goes;
 * whatever ends the process, it can be resumed at its last checkpoint to the same bits.
 */
export class RunManager {
  readonly #operators: OperatorCache
  readonly #queue: Job[] = []
  readonly #progress = new Set<(progress: RunProgress) => void>()
  readonly #rows = new Set<(rows: NewRows) => void>()
  readonly #failures = new Set<(failure: RunFailure) => void>()
  #working: Promise<void> | undefined

  constructor(load: LoadBackend = loadBackend) {
    this.#operators = new OperatorCache(load)
  }

  /** Called when something changes, at most ten times a second per run. Returns the unsubscriber. */
  onProgress(listener: (progress: RunProgress) => void): () => void {
    this.#progress.add(listener)
    return () => this.#progress.delete(listener)
  }

  onRows(listener: (rows: NewRows) => void): () => void {
    this.#rows.add(listener)
    return () => this.#rows.delete(listener)
  }

  /** Called with what was thrown when a run fails, before it settles. Returns the unsubscriber. */
  onFailure(listener: (failure: RunFailure) => void): () => void {
    this.#failures.add(listener)
    return () => this.#failures.delete(listener)
  }

  /** Adds a run of the session's configuration to the queue. @throws InputError for a read-only session */
  start(session: Session, options: { name?: string } & Overrides = {}): RunSummary {
    const run = session.transaction(() => {
      const number = session.runs.list().length + 1
      return session.runs.create(options.name ?? `Run ${number}`, session.configuration)
    })
    return this.#enqueue(session, run, options)
  }

  /**
   * Continues a paused, stopped, failed or finished run at its last checkpoint, with its stored backend and number of
   * threads; other ones, or another build of the kernels, mark it as not bit-identical.
   */
  resume(session: Session, id: number, overrides: Overrides = {}): RunSummary {
    const going = this.#find(session, id)
    if (going) return this.#summary(going)
    return this.#enqueue(session, session.runs.get(id), overrides)
  }

  /** Asks a run to pause after the step it is at; it then writes a checkpoint. */
  pause(session: Session, id: number): RunSummary {
    return this.#end(session, id, 'paused')
  }

  /** As pause, but the user does not mean to go on (though it can be resumed). */
  stop(session: Session, id: number): RunSummary {
    return this.#end(session, id, 'stopped')
  }

  /** State and latest figures of a run, whether it goes on or not. */
  summary(session: Session, id: number): RunSummary {
    const job = this.#find(session, id)
    return job ? this.#summary(job) : summaryOf(session.runs.get(id))
  }

  /** What a run that goes on has in memory; undefined for others (see the session). */
  live(session: Session, id: number): RunLoop | undefined {
    return this.#find(session, id)?.loop
  }

  /** Resolves when the run is paused, stopped, done or failed. */
  async settled(session: Session, id: number): Promise<RunSummary> {
    const job = this.#find(session, id)
    return job ? job.settled : summaryOf(session.runs.get(id))
  }

  /** Writes checkpoints of the running ones after the step they are at, without pausing (before the computer sleeps). */
  checkpointSoon(): void {
    for (const { loop } of this.#queue) loop?.checkpointSoon()
  }

  /** Pauses the runs of one session and waits until they are stored. */
  async release(session: Session): Promise<void> {
    const jobs = this.#queue.filter((job) => job.session === session)
    for (const job of jobs) this.#end(session, job.run, 'paused')
    await Promise.all(jobs.map((job) => job.settled))
  }

  /** Pauses everything, stores it, and ends the worker threads. */
  async shutdown(): Promise<void> {
    for (const job of this.#queue.slice()) this.#end(job.session, job.run, 'paused')
    await this.#working
    await this.#operators.dispose()
  }

  #find(session: Session, id: number): Job | undefined {
    return this.#queue.find((job) => job.session === session && job.run === id)
  }

  #enqueue(session: Session, record: RunRecord, overrides: Overrides): RunSummary {
    const iterations = overrides.iterations ?? record.iterations
    if (iterations < record.iteration) {
      throw new InputError(
        `The run has done ${record.iteration} iterations already; it cannot end at ${iterations}.`,
        { field: 'optimiser.iterations' },
      )
    }
    let settle: Job['settle'] = () => {}
    const settled = new Promise<RunSummary>((resolve) => {
      settle = resolve
    })
    const job: Job = {
      session,
      run: record.id,
      overrides,
      abort: new AbortController(),
      settled,
      settle,
      rate: new RateMeter(),
      state: 'queued',
      stage: 'queued',
      message: 'Waiting for its turn',
      fraction: 0,
      ending: undefined,
      loop: undefined,
      announcedRows: 0,
      lastNewsMs: 0,
    }
    session.transaction(() => {
      session.runs.update(record.id, { state: 'queued', iterations, error: null })
    })
    this.#queue.push(job)
    this.#announce(job, true)
    this.#working ??= this.#work()
    return this.#summary(job)
  }

  #end(session: Session, id: number, ending: Ending): RunSummary {
    const job = this.#find(session, id)
    if (!job) return summaryOf(session.runs.get(id))
    job.ending = ending
    if (job.state === 'running') this.#setState(job, 'pausing', 'Finishing the step')
    job.abort.abort()
    return this.#summary(job)
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      // Let the caller of start() see the queued state before preparation begins.
      await new Promise(setImmediate)
      const [job] = this.#queue
      const error = await this.#execute(job).then(
        () => undefined,
        (thrown: unknown) => ({ thrown }),
      )
      if (error) this.#fail(job, error.thrown)
      this.#queue.shift()
      job.settle(summaryOf(job.session.runs.get(job.run)))
    }
    this.#working = undefined
  }

  async #execute(job: Job): Promise<void> {
    const { session, run, overrides, abort } = job
    if (abort.signal.aborted) return this.#settle(job)
    this.#setState(job, 'preparing', 'Reading the data', 'loading')
    const data = await this.#loadData(job)
    const record = session.runs.get(run)
    this.#setState(job, 'preparing', 'Walking the lines of sight', 'rays')
    const ready = await this.#operators
      .get({
        runFile: record.configuration,
        data,
        backend: overrides.backend ?? storedBackend(record),
        threads: overrides.threads ?? record.threads ?? undefined,
        signal: abort.signal,
        onProgress: (fraction) => {
          job.fraction = fraction
          this.#announce(job, false)
        },
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return undefined
        throw error
      })
    if (!ready) return this.#settle(job)
    const { backend, mode, build } = ready
    const { threads } = ready.operator
    const changed =
      record.iteration > 0 && computedElsewhere(record, { backend, mode, build, threads })
    this.#update(job, {
      backend,
      mode,
      build,
      threads,
      ...(changed ? { bitIdentical: false } : {}),
    })
    this.#setState(job, 'preparing', 'Starting the threads', 'warm-up')
    const loop = new RunLoop(session, run, ready, data)
    job.loop = loop
    job.announcedRows = loop.iteration
    if (loop.iteration > 0) {
      session.transaction(() =>
        loop.mark(
          'resume',
          changed ? 'Resumed on other threads, another backend or other kernels' : 'Resumed',
        ),
      )
    }
    this.#setState(job, 'running', 'Optimising', 'optimising')
    await this.#iterate(job, loop, record.iterations)
    if (loop.iteration < record.iterations) return this.#interrupt(job, loop)
    this.#setState(job, 'running', 'Writing the result', 'writing')
    await loop.finish((figures) => withField(figures, loop, ready.prepared))
    this.#update(job, { state: 'done' })
    this.#setState(job, 'done', 'Done', 'finished')
  }

  async #iterate(job: Job, loop: RunLoop, iterations: number): Promise<void> {
    loop.begin()
    job.rate.start(loop.iteration)
    while (loop.iteration < iterations && !job.abort.signal.aborted) {
      await loop.step()
      job.rate.count(loop.iteration)
      this.#announce(job, false)
    }
  }

  #interrupt(job: Job, loop: RunLoop): void {
    const kind = job.ending === 'stopped' ? 'stop' : 'pause'
    loop.checkpoint(kind)
    job.session.transaction(() =>
      loop.mark('pause', job.ending === 'stopped' ? 'Stopped' : 'Paused'),
    )
    this.#settle(job)
  }

  #settle(job: Job): void {
    const state = job.ending ?? 'paused'
    this.#update(job, { state })
    this.#setState(job, state, state === 'stopped' ? 'Stopped' : 'Paused', 'finished')
  }

  #fail(job: Job, error: unknown): void {
    const text = errorText(error)
    job.state = 'failed'
    job.stage = 'finished'
    job.message = text
    try {
      job.session.transaction(() => {
        job.session.runs.update(job.run, { state: 'failed', error: text })
        job.session.runs.addMark(job.run, job.loop?.iteration ?? 0, 'failure', text)
      })
    } catch {
      // The file cannot be written (a full disk, for instance): that is the failure already being reported.
    }
    this.#announce(job, true)
    const failure = { session: job.session, run: job.run, error, begun: job.loop !== undefined }
    for (const listener of this.#failures) listener(failure)
  }

  /** The stored data vectors of a run, or those made from the files on its first start. */
  async #loadData(job: Job): Promise<readonly DataVector[]> {
    const { session, run } = job
    const stored = session.runs.data(run)
    if (stored.length > 0) return stored
    const prepared = await prepareData(session.runs.get(run).configuration, (message) => {
      job.message = message
      this.#announce(job, false)
    })
    session.transaction(() => {
      session.runs.putData(run, prepared.data)
      session.runs.update(run, { heldOutBlocks: prepared.heldOutBlocks })
      for (const input of prepared.inputs) session.putInput(input)
    })
    return prepared.data
  }

  #update(job: Job, changes: RunChanges): void {
    job.session.transaction(() => job.session.runs.update(job.run, changes))
  }

  #setState(job: Job, state: RunState, message: string, stage: Stage = job.stage): void {
    const stored = state === 'preparing' || state === 'running'
    if (stored && job.state !== state) this.#update(job, { state })
    job.state = state
    job.stage = stage
    job.message = message
    job.fraction = 0
    this.#announce(job, true)
  }

  #announce(job: Job, always: boolean): void {
    const now = performance.now()
    if (!always && now - job.lastNewsMs < newsIntervalMs) return
    job.lastNewsMs = now
    this.#announceRows(job)
    const summary = this.#summary(job)
    const { perSecond } = job.rate
    const progress: RunProgress = {
      session: job.session,
      summary,
      stage: job.stage,
      iterationsPerSecond: perSecond,
      secondsLeft: perSecond ? (summary.iterations - summary.iteration) / perSecond : null,
      residual: job.loop?.latest?.maps[0]?.fitted.residualStd ?? null,
      message:
        job.fraction > 0 ? `${job.message}: ${Math.round(100 * job.fraction)} %` : job.message,
    }
    for (const listener of this.#progress) listener(progress)
  }

  #announceRows(job: Job): void {
    const { loop, announcedRows } = job
    if (!loop || this.#rows.size === 0) return
    const { columns, rows, values } = loop.curves(announcedRows)
    if (rows === 0) return
    job.announcedRows += rows
    for (const listener of this.#rows) {
      listener({ session: job.session, run: job.run, columns, from: announcedRows, rows, values })
    }
  }

  #summary(job: Job): RunSummary {
    const stored = summaryOf(job.session.runs.get(job.run))
    const { loop } = job
    const maps = loop?.latest?.maps
    return {
      ...stored,
      state: job.state,
      iteration: loop?.iteration ?? stored.iteration,
      seconds: loop && job.state !== 'preparing' ? loop.seconds : stored.seconds,
      ...(maps
        ? {
            chi2_n_fitted: pooledChi2(maps.map(({ fitted }) => fitted)),
            chi2_n_held_out: pooledChi2(maps.map(({ heldOut }) => heldOut)),
          }
        : {}),
      ...(job.state === 'failed' ? { error: job.message } : {}),
    }
  }
}

type Computation = Pick<RunRecord, 'backend' | 'mode' | 'build' | 'threads'>

/** Whether steps of the run were made by something that may give other bits; what is not recorded cannot tell. */
function computedElsewhere(record: Computation, now: Computation): boolean {
  const keys = ['backend', 'mode', 'build', 'threads'] as const
  return keys.some((key) => record[key] !== null && record[key] !== now[key])
}

function storedBackend(record: RunRecord): BackendName {
  const { backend, configuration } = record
  return backend === 'wasm' || backend === 'reference' ? backend : configuration.backend
}

function withField(
  figures: RunFigures,
  loop: RunLoop,
  prepared: {
    region: Uint8Array
    problem: {
      grid: Parameters<typeof fieldStatistics>[0]
      observerKpc: readonly [number, number, number]
    }
  },
): RunFigures {
  const { mean, p99, max, streakRatio } = fieldStatistics(
    prepared.problem.grid,
    loop.field,
    prepared.region,
    prepared.problem.observerKpc,
  )
  return {
    ...figures,
    field: {
      b_mean_microgauss: mean,
      b_p99_microgauss: p99,
      b_max_microgauss: max,
      streak_ratio: streakRatio,
    },
  }
}

/** What the contract says about a stored run. */
export function summaryOf(record: RunRecord): RunSummary {
  return {
    run: record.id,
    name: record.name,
    state: record.state,
    iteration: record.iteration,
    iterations: record.iterations,
    chi2_n_fitted: record.figures?.chi2_n_fitted ?? null,
    chi2_n_held_out: record.figures?.chi2_n_held_out ?? null,
    started: record.createdMs,
    seconds: record.seconds,
    ...(record.error === null ? {} : { error: record.error }),
  }
}
