import type { RunFile } from '#shared/session/run-file.ts'
import type { GridValues, LineOfSightOperator, UnknownName } from '../kernels/interface.ts'
import type { DataVector } from '../storage/run-store.ts'
import { FieldStage } from '../unknowns/field-stage.ts'
import { createMethod } from './methods.ts'
import type { Method, StateArray } from './methods.ts'
import { NotFiniteError, RunObjective } from './objective.ts'
import type { Evaluation } from './objective.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { Workspace } from './workspace.ts'

/** The run has become meaningless: a number is no longer finite. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError'
}

/** Everything known about the unknowns after `iteration` steps. */
export interface RunEvaluation extends Evaluation {
  readonly iteration: number
  /** Of the step that followed (`Method.stepSize`); NaN where none did. */
  readonly stepSize: number
}

/** What is optimised, and with what. */
export interface OptimisationProblem {
  readonly operator: LineOfSightOperator
  readonly data: readonly DataVector[]
  readonly prepared: PreparedProblem
  readonly optimiser: RunFile['optimiser']
  /** Whether `correct` will be called. */
  readonly correctable?: boolean
  /** May hold what an earlier optimisation with this operator left in it; it is overwritten. */
  readonly workspace?: Workspace
}

/** Names of the unknowns' grids in a session, and their units. */
const gridArrays: Readonly<Partial<Record<UnknownName, { name: string; unit: string }>>> = {
  magneticField: { name: 'magnetic_field', unit: 'microgauss' },
  thermalElectrons: { name: 'thermal_electrons', unit: 'cm^-3' },
  cosmicRays: { name: 'cosmic_ray_electrons', unit: 'm^-3' },
  spectralIndex: { name: 'spectral_index', unit: '' },
}

/**
 * The iteration of a run: the objective and the method that moves its parameters. Call `start` or fill the arrays and call
 * `restore` first.
 */
export class Optimisation {
  /** Steps done. */
  iteration = 0
  readonly objective: RunObjective
  readonly #problem: OptimisationProblem
  readonly #method: Method
  readonly #defects: readonly Float64Array[]

  constructor(problem: OptimisationProblem) {
    const { operator, data, prepared, optimiser } = problem
    const { unknowns, measurement } = prepared
    const { workspace = new Workspace(operator) } = problem
    const stage = new FieldStage(unknowns.settings, workspace.array)
    const { terms } = unknowns
    this.objective = new RunObjective(operator, data, measurement, stage, terms)
    this.#problem = problem
    this.#defects = problem.correctable ? this.objective.makeDefects() : []
    this.#method = createMethod({
      objective: this.objective,
      operator,
      workspace,
      optimiser,
      terms,
    })
  }

  /** [nx, ny, nz, 3] microgauss, in the memory that the next step changes. */
  get field(): GridValues {
    return this.objective.stage.unknowns.magneticField
  }

  /** Whether another step would not lower the loss. */
  get converged(): boolean {
    return this.#method.converged
  }

  /** The numbers of the method's state. */
  get numbers(): Readonly<Record<string, number>> {
    return this.#method.numbers
  }

  /** What the run has found: the grids, as the kernels see them. */
  get grids(): StateArray[] {
    const { stage } = this.objective
    return this.#problem.prepared.unknowns.settings.flatMap(({ name }) => {
      const known = gridArrays[name]
      const values = stage.unknowns[name]
      if (known === undefined || values === undefined) return []
      const { shape } = this.#problem.prepared.problem.grid
      const vectors = name === 'magneticField'
      return [{ ...known, shape: vectors ? [...shape, 3] : shape, values, gradientPower: 0 }]
    })
  }

  /** What a resume needs beside `numbers`: parameters (unless they are the grids) and state of the method. */
  get state(): StateArray[] {
    const parameters = this.objective.stage.free.flatMap(
      ({ representation, parameters: values }) =>
        representation.identity
          ? []
          : [
              {
                ...representation.block,
                name: `parameters/${representation.block.name}`,
                values,
                gradientPower: 0 as const,
              },
            ],
    )
    const { data } = this.#problem
    const defects = this.#defects.map((values, i) => ({
      name: `optimiser/defect/${data[i].name}`,
      unit: data[i].unit,
      shape: [values.length],
      values,
      gradientPower: 0 as const,
    }))
    return [...parameters, ...this.#method.arrays, ...defects]
  }

  /**
   * Adds to the models, from now on, what they lack of `exact` at the parameters as they are; the method goes on.
   *
   * @throws DivergenceError
   */
  async correct(exact: (values: readonly number[]) => Promise<readonly Float64Array[]>) {
    const { models, parameters } = await this.evaluate()
    const found = await exact(parameters)
    this.#defects.forEach((defect, i) => {
      for (let at = 0; at < defect.length; at++) defect[at] += found[i][at] - models[i][at]
    })
    this.#method.goOn?.()
  }

  /** Puts the parameters where a run starts. */
  async start(): Promise<void> {
    await this.objective.stage.start()
  }

  /** Sets the field to zero outside the region, where interpolation from a coarser region may have left something. */
  clearFixed(): void {
    const { region } = this.#problem.prepared
    for (const { name, parameters, representation } of this.objective.stage.free) {
      if (name !== 'magneticField' || representation.block.precise) continue
      for (let voxel = 0; voxel < region.length; voxel++) {
        if (region[voxel] === 0) parameters.fill(0, 3 * voxel, 3 * voxel + 3)
      }
    }
  }

  /** Goes on after `iteration` steps, with the arrays of `grids` and `state` as they were. */
  restore(iteration: number, numbers: Readonly<Record<string, number>>): void {
    this.iteration = iteration
    this.#method.numbers = numbers
    this.objective.stage.toGrids()
  }

  /** Brings `grids` and `state` up to date, which a backend may keep in memory of its own between steps. */
  async bringBack(): Promise<void> {
    await this.#method.bringBack?.()
  }

  /** One step: the evaluation before it. @throws DivergenceError, leaving the parameters as they were */
  async step(): Promise<RunEvaluation> {
    const evaluation = await this.#guarded(() => this.#method.step(this.iteration + 1))
    this.iteration++
    return { ...evaluation, stepSize: this.#method.stepSize }
  }

  /** The unknowns as they are, without a step. @throws DivergenceError */
  evaluate(withGradient = false): Promise<RunEvaluation> {
    const { objective } = this
    return this.#guarded(() => (withGradient ? objective.evaluate() : objective.evaluateValue()))
  }

  async #guarded(work: () => Promise<Evaluation>): Promise<RunEvaluation> {
    const { iteration } = this
    try {
      return { ...(await work()), iteration, stepSize: NaN }
    } catch (error) {
      if (!(error instanceof NotFiniteError)) throw error
      throw new DivergenceError(
        `At iteration ${iteration} the run became meaningless: ${error.message} The session keeps its last sound checkpoint, or begins anew. Try a smaller learning rate (optimiser.learning_rate is ${this.#problem.optimiser.learning_rate}).`,
        { cause: error },
      )
    }
  }
}
