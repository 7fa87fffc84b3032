import type { GridName } from '#shared/contract/methods.ts'
import type { Curves, CheckpointContent } from '../storage/run-store.ts'
import type { Session } from '../storage/session.ts'
import { errorText } from '../errors.ts'
import type { GridValues } from '../kernels/interface.ts'
import type {
  CheckpointRecord,
  MarkKind,
  ParameterFigures,
  RunFigures,
} from '../storage/records.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { FreeNumber } from '../unknowns/free-numbers.ts'
import type { ReadyOperator } from './operators.ts'
import { parameterFigures } from './fitted-numbers.ts'
import { gridOf } from './prepare-problem.ts'
import { curveColumns, curveRow, figuresOf } from './figures.ts'
import { LevelledOptimisation } from './levels.ts'
import type { LevelsRequest } from './levels.ts'
import type { RunEvaluation } from './optimise.ts'
import { startCautions, startFrom, withEarlierResult } from './start-from.ts'

/** How often rows of the curves reach the file between checkpoints. */
const flushMs = 2000

export interface GridCopy {
  /** Steps done. */
  readonly iteration: number
  readonly unit: string
  readonly shape: readonly number[]
  /** [nx, ny, nz, 3], or [nx, ny, nz] of a density */
  readonly values: Float32Array<ArrayBuffer>
}

/**
 * A run that is going on: steps in memory, and their way into the session. Checkpoint times never affect the bits.
 */
export class RunLoop {
  readonly session: Session
  readonly run: number
  readonly data: readonly DataVector[]
  readonly columns: readonly string[]
  /** What is to be known of where it begins, one sentence each. */
  readonly startNotes: string[] = []
  readonly shape: readonly [number, number, number]
  /** What was last evaluated; the step after it may be done already. */
  latest: RunEvaluation | undefined
  readonly #optimisation: LevelledOptimisation
  readonly #checkpointMs: number
  readonly #secondsBefore: number
  readonly #numbers: readonly FreeNumber[]
  #rows: Float64Array = new Float64Array()
  #rowCount = 0
  #storedRows = 0
  #startedMs = 0
  #flushedMs = 0
  #checkpointedMs = 0
  #checkpointWanted = false
  #stepping = false
  readonly #looks: (() => void)[] = []

  private constructor(
    session: Session,
    run: number,
    data: readonly DataVector[],
    optimisation: LevelledOptimisation,
  ) {
    const record = session.runs.get(run)
    const { configuration } = record
    this.session = session
    this.run = run
    this.data = data
    this.shape = gridOf(configuration).shape
    const terms = optimisation.ready.prepared.unknowns.terms.map(({ label }) => ({ term: label }))
    this.#numbers = optimisation.ready.prepared.unknowns.numbers
    this.columns = curveColumns(data, terms, this.#numbers)
    this.#optimisation = optimisation
    this.#checkpointMs = 1000 * configuration.checkpoint.every_s
    this.#secondsBefore = record.seconds
  }

  /**
   * Starts at the latest checkpoint of the run that can be read, or at the initial field.
   *
   * @param prepare makes the operator of a level of the grid (./levels.ts)
   * @param exact as `LevelsRequest` has it
   * @throws InputError when there are checkpoints, but all of them are damaged
   */
  static async create(
    session: Session,
    run: number,
    data: readonly DataVector[],
    prepare: (level: number) => Promise<ReadyOperator>,
    exact?: LevelsRequest['exact'],
  ): Promise<RunLoop> {
    const { configuration } = session.runs.get(run)
    const { optimiser } = configuration
    const request = { data, optimiser, shape: gridOf(configuration).shape, prepare, exact }
    const [latest] = session.runs.checkpoints(run)
    const level = latest?.details.optimiser.level ?? (latest ? optimiser.levels : 0)
    const optimisation = await LevelledOptimisation.create(request, level)
    const loop = new RunLoop(session, run, data, optimisation)
    if (!latest) loop.#startFrom()
    const unread = loop.#restore()
    const kept = loop.#keepRows(unread)
    loop.#rows = kept.values
    loop.#rowCount = kept.rows
    loop.#storedRows = kept.rows
    return loop
  }

  get iteration(): number {
    return this.#optimisation.iteration
  }

  /** [nx, ny, nz, 3] microgauss, in the memory that the next step changes: copy what must stay. */
  get field(): Float32Array | Float64Array {
    return this.#optimisation.field
  }

  /**
   * A copy of a grid and the steps done to it, taken between two steps: within one, the threads are writing it.
   * Undefined when the run has no grid of this name.
   */
  gridBetweenSteps(name: GridName = 'magnetic_field'): Promise<GridCopy | undefined> {
    return this.#betweenSteps(() => this.#copyGrid(name))
  }

  /** What `look` makes of the grids and the state of the method, by name, between two steps; it must not keep the arrays. */
  lookBetweenSteps<Seen>(
    look: (arrays: ReadonlyMap<string, GridValues>, iteration: number) => Seen,
  ): Promise<Seen> {
    return this.#betweenSteps(() => {
      const { grids, state } = this.#optimisation
      const arrays = [...grids, ...state].map(({ name, values }) => [name, values] as const)
      return look(new Map(arrays), this.iteration)
    })
  }

  #betweenSteps<Seen>(look: () => Seen): Promise<Seen> {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        try {
          resolve(look())
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      }
      if (this.#stepping) this.#looks.push(attempt)
      else attempt()
    })
  }

  /** The operator that is at work. */
  get ready(): ReadyOperator {
    return this.#optimisation.ready
  }

  /** Free spectral indices of the whole sky or its regions; undefined where there are none. */
  get spectralIndices(): readonly number[] | undefined {
    const found = this.#optimisation.state.find(({ name }) => name === 'parameters/spectral_index')
    return found && Array.from(found.values)
  }

  /** Free factors of whole densities, by the names of these. */
  get scales(): { of: string; value: number }[] {
    return this.#optimisation.state.flatMap(({ name, values }) => {
      const [, of] = /^parameters\/ln_(.+)_scale$/.exec(name) ?? []
      return of === undefined ? [] : [{ of, value: Math.exp(values[0]) }]
    })
  }

  /** Whether a fit of parameters would go on moving if its models were integrated without the grid once more. */
  get isUnsettled(): boolean {
    return this.#optimisation.isUnsettled
  }

  /** Whether another step would not lower the loss. */
  get converged(): boolean {
    return this.#optimisation.converged
  }

  /** Fitted parameters of models as last evaluated, without uncertainties; undefined where there are none. */
  get parameters(): ParameterFigures | undefined {
    return this.latest && parameterFigures(this.#numbers, this.latest.parameters)
  }

  /** Seconds spent in this and earlier sittings. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#startedMs) / 1000
  }

  /** The rows so far, from row `from` on. */
  curves(from = 0): Curves {
    const width = this.columns.length
    const values = this.#rows.slice(from * width, this.#rowCount * width)
    return { columns: this.columns, rows: values.length / width, values }
  }

  begin(): void {
    this.#startedMs = performance.now()
    this.#flushedMs = this.#startedMs
    this.#checkpointedMs = this.#startedMs
  }

  /** One step and what it leaves in the session. */
  async step(): Promise<void> {
    this.#stepping = true
    let due = false
    try {
      this.latest = await this.#optimisation.step()
      const sinceCheckpointMs = performance.now() - this.#checkpointedMs
      due = this.#checkpointWanted || sinceCheckpointMs >= this.#checkpointMs
      if (due || this.#looks.length > 0) await this.bringBack()
    } finally {
      this.#stepping = false
      for (const look of this.#looks.splice(0)) look()
    }
    this.#addRow(this.latest)
    if (due) this.checkpoint('periodic')
    else if (performance.now() - this.#flushedMs >= flushMs) this.#flush()
  }

  /** Brings the grids and the state of the method up to date for a checkpoint: a backend may keep them in memory of its own. */
  bringBack(): Promise<void> {
    return this.#optimisation.bringBack()
  }

  /** Asks for a checkpoint after the step that is under way: in the middle of it the threads are writing the field. */
  checkpointSoon(): void {
    this.#checkpointWanted = true
  }

  /** The row after the last step, and the final checkpoint. */
  async finish(extra: (figures: RunFigures) => RunFigures): Promise<void> {
    this.latest = await this.#optimisation.evaluate()
    await this.bringBack()
    this.#addRow(this.latest)
    const parameters = await this.#optimisation.determinedParameters()
    this.checkpoint('final', (figures) => extra(parameters ? { ...figures, parameters } : figures))
  }

  /** Everything up to now into the session, in one transaction. */
  checkpoint(
    kind: CheckpointContent['kind'],
    extra: (figures: RunFigures) => RunFigures = (figures) => figures,
  ): void {
    const evaluation = this.latest
    if (!evaluation) return
    const { session, run } = this
    const { grids, state, numbers, iteration } = this.#optimisation
    session.transaction(() => {
      this.#appendRows()
      session.runs.saveCheckpoint(run, {
        iteration,
        kind,
        randomState: { generator: 'philox4x32-10', draws: 0 },
        details: {
          modelIteration: evaluation.iteration,
          nuisance: [...evaluation.nuisance],
          optimiser: { ...numbers },
        },
        arrays: [
          ...grids,
          ...state,
          ...this.data.map(({ name, unit }, i) => ({
            name: `model/${name}`,
            unit,
            shape: [evaluation.models[i].length],
            values: evaluation.models[i],
          })),
        ],
      })
      session.runs.update(run, {
        seconds: this.seconds,
        figures: extra(figuresOf(evaluation, this.data, this.#numbers)),
      })
      if (kind === 'periodic') this.mark('checkpoint', 'Checkpoint')
    })
    this.#checkpointWanted = false
    this.#checkpointedMs = performance.now()
    this.#flushedMs = this.#checkpointedMs
  }

  mark(kind: MarkKind, text: string): void {
    this.session.runs.addMark(this.run, this.iteration, kind, text)
  }

  #copyGrid(name: GridName): GridCopy | undefined {
    const grid = this.#optimisation.grids.find((one) => one.name === name)
    if (grid === undefined) return undefined
    return {
      iteration: this.iteration,
      unit: grid.unit,
      shape: grid.shape,
      values: Float32Array.from(grid.values),
    }
  }

  /** Puts the parameters where the result of an earlier run is; kept in the session, so that a new attempt begins alike. */
  #startFrom(): void {
    const { session, run } = this
    const { configuration } = session.runs.get(run)
    const { start_from: from } = configuration
    if (from === undefined) return
    const { stage, prepared } = this.#optimisation.beginning
    const kept = session.runs.start(run)
    if (kept.size > 0) {
      for (const { representation, parameters } of stage.free) {
        const values = kept.get(representation.block.name)
        if (values) parameters.set(values)
      }
      stage.toGrids()
      return
    }
    withEarlierResult(from, session, run, (earlier) => {
      const { record, checkpoint } = earlier
      this.startNotes.push(
        `Starts from the result of "${record.name}" at iteration ${checkpoint.iteration}.`,
        ...startFrom(stage, prepared, configuration, earlier),
        ...startCautions(configuration, earlier),
      )
    })
    session.transaction(() => {
      session.runs.putStart(
        run,
        stage.free.map(({ representation: { block }, parameters }) => ({
          ...block,
          values: parameters,
        })),
      )
    })
  }

  /** Returns what is wrong with later checkpoints than the one that was taken. */
  #restore(): string[] {
    const problems: unknown[] = []
    const checkpoints = this.session.runs.checkpoints(this.run)
    for (const checkpoint of checkpoints) {
      try {
        this.#load(checkpoint)
        return problems.map(errorText)
      } catch (error) {
        problems.push(error)
      }
    }
    if (checkpoints.length > 0) throw problems[0]
    return []
  }

  #load(checkpoint: CheckpointRecord): void {
    const { level } = checkpoint.details.optimiser
    if (level !== undefined && level !== this.#optimisation.numbers.level) {
      throw new Error('An earlier checkpoint is of another level of the grid: start the run anew.')
    }
    for (const { name, values: into } of this.#optimisation.needed) {
      const { values } = this.session.runs.checkpointArray(checkpoint, name)
      if (values.length !== into.length) {
        throw new Error(
          `The checkpoint's ${name} has ${values.length} values, but the run needs ${into.length}.`,
        )
      }
      into.set(values)
    }
    this.#optimisation.restore(checkpoint.iteration, checkpoint.details.optimiser)
  }

  /** Rows before the checkpoint stay; what came after it will be computed again. */
  #keepRows(problems: readonly string[]): Curves {
    const { session, run, iteration } = this
    session.transaction(() => {
      session.runs.truncateCurves(run, iteration, this.columns)
      for (const text of problems) {
        this.mark('failure', `A later checkpoint could not be read: ${text}`)
      }
    })
    return session.runs.curves(run)
  }

  #addRow(evaluation: RunEvaluation): void {
    const row = curveRow(evaluation, this.seconds, Date.now() / 1000)
    const at = this.#rowCount * row.length
    if (at + row.length > this.#rows.length) {
      const larger = new Float64Array(Math.max(64 * row.length, 2 * this.#rows.length))
      larger.set(this.#rows)
      this.#rows = larger
    }
    this.#rows.set(row, at)
    this.#rowCount++
  }

  #flush(): void {
    this.session.transaction(() => {
      this.#appendRows()
      this.session.runs.update(this.run, { seconds: this.seconds })
    })
    this.#flushedMs = performance.now()
  }

  #appendRows(): void {
    const width = this.columns.length
    const values = this.#rows.subarray(this.#storedRows * width, this.#rowCount * width)
    this.session.runs.appendCurves(this.run, this.#storedRows, width, values)
    this.#storedRows = this.#rowCount
  }
}
