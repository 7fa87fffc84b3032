import type { FailureKind, RunState, RunSummary } from '#shared/contract/methods.ts'
import { fieldStatistics } from '#shared/inference/field-statistics.ts'
import { pooledChi2 } from '#shared/inference/likelihood.ts'
import { backendNames } from '#shared/session/run-file.ts'
import { tableFiles } from '#shared/session/run-file-paths.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, errorText } from '../errors.ts'
import { KernelDeviceLostError } from '../kernels/interface.ts'
import type { CosmicRayInputs } from '../simulation/cosmic-ray-inputs.ts'
import type { RunFigures, RunRecord } from '../storage/records.ts'
import type { DataVector, RunChanges } from '../storage/run-store.ts'
import type { Session } from '../storage/session.ts'
import { exactModels } from './exact-models.ts'
import { fitsModelsAlone } from '../unknowns/settings.ts'
import { atLevel } from './levels.ts'
import { memoryText } from './memory-plan.ts'
import type { BackendName, ComputationRequest, OperatorCache, ReadyOperator } from './operators.ts'
import { DivergenceError } from './optimise.ts'
import { prepareData } from './prepare-data.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { RateMeter } from './rate-meter.ts'
import { digestOf } from './read-sky-map.ts'
import { RunLoop } from './run-loop.ts'
import type { RunNews, Stage } from './run-news.ts'
import { parametersOf, summaryOf } from './run-summary.ts'
import { runWarnings } from './run-warnings.ts'

export interface Overrides {
  backend?: BackendName
  threads?: number
  /** New total of iterations. */
  iterations?: number
}

export type Ending = 'paused' | 'stopped'

/** Where a setting is named as wrong, or the numbers have run away, the same run fails again. */
function failureOf(error: unknown): FailureKind {
  const bySettings =
    error instanceof DivergenceError || (error instanceof InputError && error.field !== undefined)
  return bySettings ? 'settings' : 'other'
}

/** At most this often per run, and always at a change of state. */
const newsIntervalMs = 100

/** One run from the queue to its end: reads the data, makes the operator, steps, and stores and tells what happens. */
export class RunJob {
  readonly session: Session
  readonly run: number
  /** Resolves when the run is paused, stopped, done or failed. */
  readonly settled: Promise<RunSummary>
  readonly #overrides: Overrides
  readonly #news: RunNews
  readonly #abort = new AbortController()
  readonly #rate = new RateMeter()
  #settle: (summary: RunSummary) => void = () => {}
  #state: RunState = 'queued'
  #stage: Stage = 'queued'
  #message = 'Waiting for its turn'
  #fraction = 0
  #ending: Ending | undefined
  #loop: RunLoop | undefined
  #cosmicRays: CosmicRayInputs = {}
  /** What computes instead of what was asked for, after its device was lost. */
  #replacement: BackendName | undefined
  /** Rows of the curves that listeners have seen. */
  #announcedRows = 0
  #lastNewsMs = 0

  constructor(session: Session, run: number, overrides: Overrides, news: RunNews) {
    this.session = session
    this.run = run
    this.#overrides = overrides
    this.#news = news
    this.settled = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** What it has in memory; undefined before its first step. */
  get loop(): RunLoop | undefined {
    return this.#loop
  }

  /** Tells that it waits. */
  queued(): void {
    this.#announce(true)
  }

  /** Asks it to end after the step it is at. */
  end(ending: Ending): void {
    this.#ending = ending
    if (this.#state === 'running') this.#setState('pausing', 'Finishing the step')
    this.#abort.abort()
  }

  /** It leaves the queue before its turn; `end` says as what. */
  withdraw(): void {
    this.#rest()
    this.settle()
  }

  /** Goes on until the run is paused, stopped, done or failed; a failure is stored and told, not thrown. */
  async work(operators: OperatorCache): Promise<void> {
    try {
      await this.#execute(operators)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Lets those go on who wait for `settled`. */
  settle(): void {
    this.#settle(summaryOf(this.session.runs.get(this.run)))
  }

  summary(): RunSummary {
    const stored = summaryOf(this.session.runs.get(this.run))
    const loop = this.#loop
    const maps = loop?.latest?.maps
    return {
      ...stored,
      state: this.#state,
      iteration: loop?.iteration ?? stored.iteration,
      seconds: loop && this.#state !== 'preparing' ? loop.seconds : stored.seconds,
      ...(maps
        ? {
            chi2_n_fitted: pooledChi2(maps.map(({ fitted }) => fitted)),
            chi2_n_held_out: pooledChi2(maps.map(({ heldOut }) => heldOut)),
          }
        : {}),
      ...(loop && this.#state !== 'done' ? parametersOf(loop.parameters) : {}),
      ...(this.#state === 'failed' ? { error: this.#message } : {}),
    }
  }

  async #execute(operators: OperatorCache): Promise<void> {
    const { session, run } = this
    if (this.#abort.signal.aborted) return this.#rest()
    this.#setState('preparing', 'Reading the data', 'loading')
    const data = await this.#loadData()
    let losses = 0
    for (;;) {
      try {
        return await this.#compute(operators, data)
      } catch (error) {
        const backend = this.#replacement ?? session.runs.get(run).backend
        const lost = error instanceof KernelDeviceLostError
        // Where the device does not come back, the run goes on without it.
        const goesOn = lost || (losses > 0 && error instanceof InputError)
        if (!goesOn || backend === 'wasm') throw error
        losses++
        await this.#goOn(operators, error, losses === 1 && lost ? undefined : 'wasm')
      }
    }
  }

  /** From the last checkpoint to the end, or to a pause. @throws KernelDeviceLostError */
  async #compute(operators: OperatorCache, data: readonly DataVector[]): Promise<void> {
    const { session, run } = this
    if (this.#abort.signal.aborted) return this.#rest()
    const record = session.runs.get(run)
    this.#setState('preparing', 'Walking the lines of sight', 'rays')
    const memory = await operators.plan(this.#computation(record.configuration, data))
    this.#news.notices.tell({ session, run, level: 'info', text: memoryText(memory), memory })
    const loop = await this.#begin(operators, record, data)
    if (!loop) return this.#rest()
    loop.startNotes.forEach((text, i) => {
      const level = i === 0 ? 'info' : 'warning'
      this.#news.notices.tell({ session, run, level, text })
    })
    for (const text of runWarnings(loop.ready.prepared, data)) {
      this.#news.notices.tell({ session, run, level: 'warning', text })
    }
    const changed = this.#noteComputation(record, loop.ready)
    this.#setState('preparing', 'Starting the threads', 'warm-up')
    this.#loop = loop
    this.#announcedRows = loop.iteration
    if (loop.iteration > 0) {
      session.transaction(() =>
        loop.mark(
          'resume',
          changed ? 'Resumed on other threads, another backend or other kernels' : 'Resumed',
        ),
      )
    }
    this.#setState('running', 'Optimising', 'optimising')
    await this.#iterate(loop, record.iterations)
    if (loop.iteration < record.iterations && !loop.converged) return this.#interrupt(loop)
    this.#setState('running', 'Writing the result', 'writing')
    await loop.finish((figures) => withField(figures, loop, loop.ready.prepared))
    if (loop.isUnsettled) {
      const text =
        'The parameters still moved by more than their uncertainties when the models were integrated without the grid last: take a finer grid, or more optimiser.corrections.'
      this.#news.notices.tell({ session, run, level: 'warning', text })
    }
    this.#update({ state: 'done' })
    this.#setState('done', 'Done', 'finished')
  }

  /** The run falls back to its last checkpoint; what the lost device held is gone. */
  async #goOn(
    operators: OperatorCache,
    error: unknown,
    replacement: BackendName | undefined,
  ): Promise<void> {
    const { session, run } = this
    const iteration = this.#loop?.iteration ?? 0
    this.#loop = undefined
    this.#replacement = replacement ?? this.#replacement
    await operators.discard()
    const [checkpoint] = session.runs.checkpoints(run)
    const from = checkpoint ? `iteration ${checkpoint.iteration}` : 'the start'
    const how = replacement ? `on ${replacement} instead` : 'on the same device'
    const text = `${errorText(error)} Going on from ${from} ${how}.`
    session.transaction(() => session.runs.addMark(run, iteration, 'failure', text))
    this.#news.notices.tell({ session, run, level: 'warning', text })
  }

  /** The stored data vectors of the run, or those made from the files on its first start. */
  async #loadData(): Promise<readonly DataVector[]> {
    const { session, run } = this
    const stored = session.runs.data(run)
    if (stored.length > 0) {
      await requireSameTables(session, session.runs.get(run).configuration)
      this.#cosmicRays = session.runs.cosmicRays(run)
      return stored
    }
    const prepared = await prepareData(session.runs.get(run).configuration, (message) => {
      this.#message = message
      this.#announce(false)
    })
    session.transaction(() => {
      session.runs.putData(run, prepared.data)
      session.runs.putCosmicRays(run, prepared.cosmicRays)
      session.runs.update(run, { heldOutBlocks: prepared.heldOutBlocks })
      for (const input of prepared.inputs) session.putInput(input)
    })
    this.#cosmicRays = prepared.cosmicRays
    return prepared.data
  }

  /** Undefined when the run is to end before it could begin. */
  async #begin(
    operators: OperatorCache,
    { configuration }: RunRecord,
    data: readonly DataVector[],
  ): Promise<RunLoop | undefined> {
    const { session, run } = this
    const { signal } = this.#abort
    // Once it steps, it ends between two steps: the operator of a finer grid is then made in any case.
    const patient = new AbortController().signal
    const prepare = (level: number): Promise<ReadyOperator> => {
      return operators.get({
        ...this.#computation(atLevel(configuration, level), data),
        signal: this.#loop ? patient : signal,
        onProgress: (fraction) => {
          this.#fraction = this.#loop ? 0 : fraction
          this.#announce(false)
        },
      })
    }
    const exact = async (values: readonly number[]): Promise<readonly Float64Array[]> => {
      this.#message = 'Integrating the models without the grid'
      const found = await exactModels(configuration, data, values, (fraction) => {
        this.#fraction = fraction
        this.#announce(false)
      })
      this.#setState(this.#state, 'Optimising')
      return found
    }
    const alone = fitsModelsAlone(configuration)
    try {
      return await RunLoop.create(session, run, data, prepare, alone ? exact : undefined)
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }

  #computation(runFile: RunFile, data: readonly DataVector[]): ComputationRequest {
    const record = this.session.runs.get(this.run)
    const backend = this.#replacement ?? this.#overrides.backend ?? storedBackend(record)
    // The number of threads belongs to the backend that had it.
    const stored = record.backend === backend ? record.threads : null
    const threads = this.#overrides.threads ?? stored ?? undefined
    return { runFile, data, cosmicRays: this.#cosmicRays, backend, threads }
  }

  /** Stores what computes the run from now on; returns whether that may give other bits than its steps so far. */
  #noteComputation(record: RunRecord, { backend, mode, build, operator }: ReadyOperator): boolean {
    const { threads } = operator
    const now = { backend, mode, build, threads }
    const changed = record.iteration > 0 && computedElsewhere(record, now)
    this.#update({ ...now, ...(changed ? { bitIdentical: false } : {}) })
    return changed
  }

  async #iterate(loop: RunLoop, iterations: number): Promise<void> {
    loop.begin()
    this.#rate.start(loop.iteration)
    while (loop.iteration < iterations && !loop.converged && !this.#abort.signal.aborted) {
      await loop.step()
      this.#rate.count(loop.iteration)
      this.#announce(false)
    }
  }

  async #interrupt(loop: RunLoop): Promise<void> {
    const stopped = this.#ending === 'stopped'
    await loop.bringBack()
    loop.checkpoint(stopped ? 'stop' : 'pause')
    this.session.transaction(() => loop.mark('pause', stopped ? 'Stopped' : 'Paused'))
    this.#rest()
  }

  /** It is paused or stopped. */
  #rest(): void {
    const state = this.#ending ?? 'paused'
    this.#update({ state })
    this.#setState(state, state === 'stopped' ? 'Stopped' : 'Paused', 'finished')
  }

  #fail(error: unknown): void {
    const text = errorText(error)
    const { session, run } = this
    const iteration = this.#loop?.iteration ?? 0
    this.#state = 'failed'
    this.#stage = 'finished'
    this.#message = text
    try {
      session.transaction(() => {
        // The state that a step has left is stored before it is evaluated: this one cannot be.
        if (error instanceof DivergenceError) session.runs.dropCheckpoint(run, iteration)
        session.runs.update(run, { state: 'failed', error: text, failure: failureOf(error) })
        session.runs.addMark(run, iteration, 'failure', text)
      })
    } catch {
      // The file cannot be written (a full disk, for instance): that is the failure already being reported.
    }
    this.#announce(true)
    this.#news.failures.tell({ session, run, error, begun: this.#loop !== undefined })
  }

  #update(changes: RunChanges): void {
    this.session.transaction(() => this.session.runs.update(this.run, changes))
  }

  #setState(state: RunState, message: string, stage: Stage = this.#stage): void {
    const stored = state === 'preparing' || state === 'running'
    if (stored && this.#state !== state) this.#update({ state })
    this.#state = state
    this.#stage = stage
    this.#message = message
    this.#fraction = 0
    this.#announce(true)
  }

  #announce(always: boolean): void {
    const now = performance.now()
    if (!always && now - this.#lastNewsMs < newsIntervalMs) return
    this.#lastNewsMs = now
    this.#announceRows()
    const summary = this.summary()
    const { perSecond } = this.#rate
    const percent = Math.round(100 * this.#fraction)
    this.#news.progress.tell({
      session: this.session,
      summary,
      stage: this.#stage,
      iterationsPerSecond: perSecond,
      secondsLeft: perSecond ? (summary.iterations - summary.iteration) / perSecond : null,
      residual: this.#loop?.latest?.maps[0]?.fitted.residualStd ?? null,
      message: this.#fraction > 0 ? `${this.#message}: ${percent} %` : this.#message,
    })
  }

  #announceRows(): void {
    const { session, run } = this
    const { rows: listeners } = this.#news
    const from = this.#announcedRows
    if (!this.#loop || !listeners.any) return
    const { columns, rows, values } = this.#loop.curves(from)
    if (rows === 0) return
    this.#announcedRows += rows
    listeners.tell({ session, run, columns, from, rows, values })
  }
}

/** Data lie in the session, tables do not. @throws InputError where one is not the one that the run began with */
async function requireSameTables(session: Session, runFile: RunFile): Promise<void> {
  for (const { section, file, key } of tableFiles(runFile)) {
    const before = session.inputs.find(({ name }) => name === section)
    if (before?.path !== file || (await digestOf(file)).sha256 === before.sha256) continue
    throw new InputError(
      `${file} has changed since the run began, so it cannot go on. Put the old file back, or start a new run.`,
      { file, field: key },
    )
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
  return backendNames.find((name) => name === backend) ?? configuration.backend
}

function withField(
  figures: RunFigures,
  loop: RunLoop,
  { problem, region, unknowns }: PreparedProblem,
): RunFigures {
  const { mean, p99, max, streakRatio } = fieldStatistics(
    problem.grid,
    loop.field,
    region,
    problem.observerKpc,
  )
  const indices = loop.spectralIndices?.map((value, i) => {
    return { region: unknowns.indexRegions?.[i] ?? null, value }
  })
  const { scales } = loop
  return {
    ...figures,
    ...(indices ? { spectral_index: indices } : {}),
    ...(scales.length > 0 ? { scales } : {}),
    field: {
      b_mean_microgauss: mean,
      b_p99_microgauss: p99,
      b_max_microgauss: max,
      streak_ratio: streakRatio,
    },
  }
}
