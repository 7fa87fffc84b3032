import type { EventBody } from '#shared/contract/events.ts'
import type { RunSummary } from '#shared/contract/methods.ts'
import type { Session } from '../storage/session.ts'
import type { RunMemory } from './memory-plan.ts'

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

/** What a run says that is no failure: how much memory it takes, that its device was lost and it goes on. */
export interface RunNotice {
  readonly session: Session
  readonly run: number
  readonly level: 'info' | 'warning'
  readonly text: string
  /** Where it says what the run takes. */
  readonly memory?: RunMemory
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

/** Those who want to hear of one kind of news. */
class Listeners<News> {
  readonly #listeners = new Set<(news: News) => void>()

  get any(): boolean {
    return this.#listeners.size > 0
  }

  /** Returns the unsubscriber. */
  add(listener: (news: News) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(news: News): void {
    for (const listener of this.#listeners) listener(news)
  }
}

/** What runs tell of themselves. */
export class RunNews {
  readonly progress = new Listeners<RunProgress>()
  readonly rows = new Listeners<NewRows>()
  readonly failures = new Listeners<RunFailure>()
  readonly notices = new Listeners<RunNotice>()
}
