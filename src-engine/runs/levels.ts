import { gridSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { ParameterFigures } from '../storage/records.ts'
import { determinedParameters } from './fitted-numbers.ts'
import type { FieldStage } from '../unknowns/field-stage.ts'
import type { StateArray } from './methods.ts'
import type { ReadyOperator } from './operators.ts'
import { Optimisation } from './optimise.ts'
import type { RunEvaluation } from './optimise.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { refine } from './refine.ts'

/** A coarser grid needs this many voxels along its axes at least. */
const FEWEST_VOXELS = 4

/**
 * The run file with the grid of a level: 0 is the coarsest, `optimiser.levels` that of the run file; each halves the spacing.
 *
 * @throws InputError where the grid cannot be made coarser
 */
export function atLevel(runFile: RunFile, level: number): RunFile {
  const { levels } = runFile.optimiser
  if (level === levels) return runFile
  const grid = runFile.magnetic_field.grid ?? gridSchema.parse({})
  const refuse = (why: string) =>
    new InputError(`optimiser.levels: ${why}`, { field: 'optimiser.levels' })
  if (grid.representation === 'whitened') {
    throw refuse('whitened coordinates have no coarser ones: choose another representation, or 0.')
  }
  const factor = 2 ** (levels - level)
  const [nx, ny, nz] = grid.shape.map((n) => Math.ceil(n / factor))
  if (Math.min(nx, ny, nz) < FEWEST_VOXELS) {
    throw refuse(
      `${levels} levels would leave fewer than ${FEWEST_VOXELS} voxels along an axis of the grid.`,
    )
  }
  const magnetic_field = { ...runFile.magnetic_field, grid: { ...grid, shape: [nx, ny, nz] } }
  return { ...runFile, magnetic_field: magnetic_field as RunFile['magnetic_field'] }
}

export interface LevelsRequest {
  readonly data: readonly DataVector[]
  readonly optimiser: RunFile['optimiser']
  /** The shape of the last level's grid. */
  readonly shape: readonly [number, number, number]
  /** Makes the operator of a level; that of the level before may be gone then. */
  readonly prepare: (level: number) => Promise<ReadyOperator>
  /** The models at values of the fitted parameters, integrated without the grid; undefined where a run has no such models. */
  readonly exact?: (values: readonly number[]) => Promise<readonly Float64Array[]>
}

/**
 * A correction after which the fit lowered its loss by less than this was the last that is worth its time: the parameters moved
 * by less than half of their standard deviations together.
 */
const ENOUGH = 0.1

/** A last correction that lowered the loss by more than this moved the parameters by two standard deviations: the next may matter. */
const UNSETTLED = 2

/** Prefix of what a coarse level stores of itself. */
const COARSE = 'optimiser/level/'

/**
 * An optimisation that starts on a coarse grid and goes over to finer ones, with parameters and the state of its method
 * interpolated. The iterations are shared out evenly among the levels; one that converges goes on to the next at once.
 * Looks like an optimisation on the last grid.
 */
export class LevelledOptimisation {
  readonly #request: LevelsRequest
  #level: number
  #ready: ReadyOperator
  #optimisation: Optimisation
  /** How often `exact` has been asked. */
  #corrections = 0
  /** Just after that was done last, and now; NaN before. */
  #corrected = NaN
  #loss = NaN

  private constructor(request: LevelsRequest, level: number, ready: ReadyOperator) {
    this.#request = request
    this.#level = level
    this.#ready = ready
    this.#optimisation = this.#made(ready)
  }

  /** At the start of `level`. */
  static async create(request: LevelsRequest, level = 0): Promise<LevelledOptimisation> {
    const made = new LevelledOptimisation(request, level, await request.prepare(level))
    await made.#optimisation.start()
    return made
  }

  get ready(): ReadyOperator {
    return this.#ready
  }

  get iteration(): number {
    return this.#optimisation.iteration
  }

  /** Whether the run has reached its last grid, and another step would not lower the loss. */
  get converged(): boolean {
    return this.#isLast && this.#optimisation.converged && this.#isExact
  }

  /** Whether the last correction still moved the parameters much. */
  get isUnsettled(): boolean {
    return this.#corrected - this.#loss > UNSETTLED
  }

  get #isExact(): boolean {
    return this.#corrections >= this.#wanted || this.#corrected - this.#loss < ENOUGH
  }

  get numbers(): Readonly<Record<string, number>> {
    const { numbers } = this.#optimisation
    const level = this.#level
    if (this.#wanted === 0) return { ...numbers, level }
    const corrections = { corrections: this.#corrections }
    if (Number.isNaN(this.#corrected)) return { ...numbers, level, ...corrections }
    return { ...numbers, level, ...corrections, corrected: this.#corrected, loss: this.#loss }
  }

  /** [nx, ny, nz, 3] microgauss on the last grid; while that is being worked on, the memory that the next step changes. */
  get field(): GridValues {
    return this.grids[0].values
  }

  /** On the last grid. */
  get grids(): StateArray[] {
    const { grids } = this.#optimisation
    if (this.#isLast) return grids
    return grids.map((grid) => {
      const shape = [...this.#request.shape, ...grid.shape.slice(3)]
      const length = shape.reduce((product, n) => product * n, 1)
      const fine = { ...grid, shape, values: new Float32Array(length) }
      refine(grid, fine)
      return fine
    })
  }

  /** The arrays of the level's own state, to be filled before `restore`. */
  get state(): StateArray[] {
    const { grids, state } = this.#optimisation
    if (this.#isLast) return state
    return [...grids, ...state].map((array) => ({ ...array, name: COARSE + array.name }))
  }

  /** Arrays that a checkpoint must give back before `restore`. */
  get needed(): StateArray[] {
    return this.#isLast ? [...this.grids, ...this.state] : this.state
  }

  restore(iteration: number, numbers: Readonly<Record<string, number>>): void {
    this.#corrections = numbers.corrections ?? 0
    this.#corrected = numbers.corrected ?? NaN
    this.#loss = numbers.loss ?? NaN
    this.#optimisation.restore(iteration, numbers)
  }

  /** Where the parameters are: to put them elsewhere before the first step, with the problem they belong to. */
  get beginning(): { readonly stage: FieldStage; readonly prepared: PreparedProblem } {
    return { stage: this.#optimisation.objective.stage, prepared: this.#ready.prepared }
  }

  /** Brings `field`, `grids` and `state` up to date, which a backend may keep in memory of its own between steps. */
  bringBack(): Promise<void> {
    return this.#optimisation.bringBack()
  }

  async step(): Promise<RunEvaluation> {
    if (!this.#isLast && (this.#optimisation.converged || this.iteration >= this.#end)) {
      await this.#goFiner()
    }
    const isNew = await this.#correct()
    const evaluation = await this.#optimisation.step()
    if (isNew) this.#corrected = evaluation.loss
    if (!Number.isNaN(this.#corrected)) this.#loss = evaluation.loss
    return evaluation
  }

  /** When the last grid has done its share of the iterations, or no step lowers the loss on it any more. */
  async #correct(): Promise<boolean> {
    const { exact, optimiser } = this.#request
    const due = exact !== undefined && this.#isLast && this.#corrections < this.#wanted
    if (!due) return false
    const share = Math.round((optimiser.iterations * (this.#corrections + 1)) / (this.#wanted + 1))
    if (!this.#optimisation.converged && this.iteration < share) return false
    await this.#optimisation.correct(exact)
    this.#corrections++
    return true
  }

  get #wanted(): number {
    return this.#request.exact === undefined ? 0 : this.#request.optimiser.corrections
  }

  #made(ready: ReadyOperator): Optimisation {
    return new Optimisation({ ...ready, ...this.#request, correctable: this.#wanted > 0 })
  }

  /** The unknowns on the last grid, without a step. */
  async evaluate(): Promise<RunEvaluation> {
    while (!this.#isLast) await this.#goFiner()
    return this.#optimisation.evaluate()
  }

  /** Fitted parameters with their uncertainties, after `evaluate`. */
  determinedParameters(): Promise<ParameterFigures | undefined> {
    return determinedParameters(this.#optimisation.objective)
  }

  get #isLast(): boolean {
    return this.#level === this.#request.optimiser.levels
  }

  /** Iteration at which the level ends. */
  get #end(): number {
    const { iterations, levels } = this.#request.optimiser
    return Math.round((iterations * (this.#level + 1)) / (levels + 1))
  }

  async #goFiner(): Promise<void> {
    const coarse = this.#optimisation
    await coarse.bringBack()
    const level = this.#level + 1
    const ready = await this.#request.prepare(level)
    const fine = this.#made(ready)
    await fine.start()
    const before = new Map([...coarse.grids, ...coarse.state].map((array) => [array.name, array]))
    for (const array of [...fine.grids, ...fine.state]) {
      const known = before.get(array.name)
      // A voxel with an eighth of the volume has an eighth of the gradient.
      if (known) refine(known, array, 8 ** -array.gradientPower)
    }
    fine.clearFixed()
    fine.restore(coarse.iteration, { ...coarse.numbers, converged: 0 })
    this.#level = level
    this.#ready = ready
    this.#optimisation = fine
  }
}
