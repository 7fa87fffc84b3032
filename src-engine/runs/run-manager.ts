import { EngineError } from '#shared/contract/errors.ts'
import type { RunSummary } from '#shared/contract/methods.ts'
import { InputError } from '../errors.ts'
import { loadBackend } from '../kernels/index.ts'
import type { RunRecord } from '../storage/records.ts'
import type { Session } from '../storage/session.ts'
import { OperatorCache } from './operators.ts'
import type { LoadBackend } from './operators.ts'
import { RunJob } from './run-job.ts'
import type { Ending, Overrides } from './run-job.ts'
import type { RunLoop } from './run-loop.ts'
import { RunNews } from './run-news.ts'
import type { NewRows, RunFailure, RunNotice, RunProgress } from './run-news.ts'
import { summaryOf } from './run-summary.ts'

/**
 * Runs of open sessions, one after another: each takes all the threads. A run is stored in its session as it goes;
 * whatever ends the process, it can be resumed at its last checkpoint to the same bits.
 */
export class RunManager {
  readonly #operators: OperatorCache
  readonly #queue: RunJob[] = []
  readonly #news = new RunNews()
  #working: Promise<void> | undefined
  /** Whether the first of the queue has begun. */
  #going = false

  constructor(load: LoadBackend = loadBackend) {
    this.#operators = new OperatorCache(load)
  }

  /** Called when something changes, at most ten times a second per run. Returns the unsubscriber. */
  onProgress(listener: (progress: RunProgress) => void): () => void {
    return this.#news.progress.add(listener)
  }

  onRows(listener: (rows: NewRows) => void): () => void {
    return this.#news.rows.add(listener)
  }

  /** Called with what was thrown when a run fails, before it settles. Returns the unsubscriber. */
  onFailure(listener: (failure: RunFailure) => void): () => void {
    return this.#news.failures.add(listener)
  }

  /** Called with what a run has to say beside its progress. Returns the unsubscriber. */
  onNotice(listener: (notice: RunNotice) => void): () => void {
    return this.#news.notices.add(listener)
  }

  /** Adds a run of the session's configuration to the queue. @throws InputError for a read-only session */
  start(session: Session, options: { name?: string } & Overrides = {}): RunSummary {
    const run = session.transaction(() => session.runs.create(options.name, session.configuration))
    return this.#enqueue(session, run, options)
  }

  /**
   * Continues a paused, stopped, failed or finished run at its last checkpoint, with its stored backend and number of
   * threads; other ones, or another build of the kernels, mark it as not bit-identical.
   */
  resume(session: Session, id: number, overrides: Overrides = {}): RunSummary {
    const going = this.#find(session, id)
    if (going) return going.summary()
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

  /** Runs of a session that wait for their turn, in order. */
  waiting(session: Session): number[] {
    return this.#waiting.filter((job) => job.session === session).map(({ run }) => run)
  }

  /**
   * Puts a run that waits at a position among those of its session; runs of other sessions keep their turns.
   *
   * @throws EngineError for one that does not wait
   */
  reorder(session: Session, id: number, position: number): number[] {
    const own = this.#waiting.filter((job) => job.session === session)
    const job = own.find(({ run }) => run === id)
    if (!job) {
      const message = `Run ${id} does not wait for its turn any more.`
      throw new EngineError({ code: 'not-waiting', message })
    }
    const others = own.filter((one) => one !== job)
    const ordered = [...others.slice(0, position), job, ...others.slice(position)]
    this.#queue.forEach((one, place) => {
      const next = own.includes(one) ? ordered.shift() : undefined
      if (next) this.#queue[place] = next
    })
    return this.waiting(session)
  }

  /** Deletes a run and its results; one that waits leaves the queue. @throws InputError for one that goes on */
  async remove(session: Session, id: number): Promise<void> {
    const job = this.#find(session, id)
    if (job) {
      if (!this.#waiting.includes(job)) {
        throw new InputError('The run is going on. Stop it before it is deleted.')
      }
      this.#end(session, id, 'stopped')
      await job.settled
    }
    session.transaction(() => session.runs.remove(id))
  }

  /** State and latest figures of a run, whether it goes on or not. */
  summary(session: Session, id: number): RunSummary {
    return this.#find(session, id)?.summary() ?? summaryOf(session.runs.get(id))
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
    for (const job of jobs) job.end('paused')
    await Promise.all(jobs.map((job) => job.settled))
  }

  /** Pauses everything, stores it, and ends the worker threads. */
  async shutdown(): Promise<void> {
    for (const job of this.#queue.slice()) job.end('paused')
    await this.#working
    await this.#operators.dispose()
  }

  #find(session: Session, id: number): RunJob | undefined {
    return this.#queue.find((job) => job.session === session && job.run === id)
  }

  #end(session: Session, id: number, ending: Ending): RunSummary {
    const job = this.#find(session, id)
    job?.end(ending)
    // A paused one has no job any more; it only changes its name.
    if (!job && ending === 'stopped' && session.runs.get(id).state === 'paused')
      session.transaction(() => session.runs.update(id, { state: 'stopped' }))
    // One that has not begun leaves the queue at once: its turn may be hours away.
    if (job && this.#waiting.includes(job)) {
      this.#queue.splice(this.#queue.indexOf(job), 1)
      job.withdraw()
    }
    return this.summary(session, id)
  }

  /** All but the one that goes on. */
  get #waiting(): readonly RunJob[] {
    return this.#queue.slice(this.#going ? 1 : 0)
  }

  #enqueue(session: Session, record: RunRecord, overrides: Overrides): RunSummary {
    const iterations = overrides.iterations ?? record.iterations
    if (iterations < record.iteration) {
      throw new InputError(
        `The run has done ${record.iteration} iterations already; it cannot end at ${iterations}.`,
        { field: 'optimiser.iterations' },
      )
    }
    session.transaction(() => {
      session.runs.update(record.id, {
        state: 'queued',
        iterations,
        error: null,
        failure: null,
      })
    })
    const job = new RunJob(session, record.id, overrides, this.#news)
    this.#queue.push(job)
    job.queued()
    this.#working ??= this.#work()
    return job.summary()
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      // Let the caller of start() see the queued state before preparation begins.
      await new Promise(setImmediate)
      if (this.#queue.length === 0) break
      const [job] = this.#queue
      this.#going = true
      await job.work(this.#operators)
      this.#going = false
      this.#queue.shift()
      job.settle()
    }
    this.#working = undefined
  }
}
