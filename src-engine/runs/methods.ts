import { project } from '#shared/inference/bounds.ts'
import { GaussNewton, createGaussNewtonArrays } from '#shared/inference/gauss-newton.ts'
import { Lbfgs, createLbfgsArrays } from '#shared/inference/lbfgs.ts'
import { optimiserSteps, publishedOptions } from '#shared/inference/optimisers.ts'
import type { OptimiserMethod } from '#shared/inference/optimisers.ts'
import { scheduleFactor } from '#shared/inference/schedules.ts'
import { largest, norm, scaleBy } from '#shared/inference/vectors.ts'
import type { Vector } from '#shared/inference/vectors.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { GridValues, LineOfSightOperator } from '../kernels/interface.ts'
import type { FreeUnknown } from '../unknowns/field-stage.ts'
import type { RunTerm } from '../unknowns/terms.ts'
import type { Evaluation, RunObjective } from './objective.ts'
import type { Workspace } from './workspace.ts'

/** An array of a method's state, for a session. */
export interface StateArray {
  readonly name: string
  readonly unit: string
  readonly shape: readonly number[]
  readonly values: GridValues
  /** 0: a value in a voxel; 1: a derivative with respect to one, which is in proportion to its volume; 2: the square of one. */
  readonly gradientPower: 0 | 1 | 2
}

/** How a run moves its parameters. Arrays and numbers are the whole state beside the parameters. */
export interface Method {
  /** No further step lowers the loss (by more than the tolerance). */
  readonly converged: boolean
  /**
   * Of the last step, in the unit of the unknowns: how far it could move one (first-order methods: the learning rate that it had), or
   * has moved one at most (the others).
   */
  readonly stepSize: number
  readonly arrays: readonly StateArray[]
  numbers: Readonly<Record<string, number>>
  /** Brings `arrays` and the parameters to the host's memory, where the backend keeps them in its own between steps. */
  bringBack?(): Promise<void>
  /** Goes on after the objective has changed a little. */
  goOn?(): void
  /** One step, number `step` of the run (1 for the first): the evaluation before it. @throws NotFiniteError */
  step(step: number): Promise<Evaluation>
}

export interface MethodRequest {
  readonly objective: RunObjective
  readonly operator: LineOfSightOperator
  readonly workspace: Workspace
  readonly optimiser: RunFile['optimiser']
  readonly terms: readonly RunTerm[]
}

export function createMethod(request: MethodRequest): Method {
  switch (request.optimiser.method) {
    case 'lbfgs':
      return lbfgsMethod(request)
    case 'gauss-newton':
      return gaussNewtonMethod(request)
    default:
      return firstOrderMethod(request, request.optimiser.method)
  }
}

/** The arrays of a vector, named NAME for the components of the magnetic field and NAME/BLOCK for others. */
function stateArrays(
  { stage: { free } }: RunObjective,
  name: string,
  vector: Vector,
  gradientPower: StateArray['gradientPower'],
): StateArray[] {
  return free.map(({ representation: { block } }, i) => ({
    name: block.name === 'magnetic_field' ? name : `${name}/${block.name}`,
    unit:
      gradientPower === 0 || block.unit === '' ? block.unit : `(${block.unit})^-${gradientPower}`,
    shape: block.shape,
    values: vector[i],
    gradientPower,
  }))
}

/** ADAM, Yogi, AdaBelief: learning-rate schedule, clipping, and a step of every block. */
function firstOrderMethod(request: MethodRequest, method: OptimiserMethod): Method {
  const { objective, operator, workspace, optimiser } = request
  const { stage } = objective
  const first = stage.like('first moment')
  const second = stage.like('second moment')
  const { residence } = operator
  const kept = keptArrays(request, [...first, ...second])
  let uploaded = false
  let stepSize = NaN
  const { learning_rate: rate, schedule, iterations, clip_norm: clip } = optimiser
  const update = async (unknown: FreeUnknown, block: number, step: number): Promise<void> => {
    const { parameters, gradient, representation } = unknown
    const factor = scheduleFactor(schedule, step, iterations)
    const options = publishedOptions(method, rate * unknown.rate * factor)
    const [firstMoment, secondMoment] = [first[block], second[block]]
    if (!representation.block.precise && workspace.isGrid(parameters)) {
      await operator.update({
        method,
        parameters,
        gradient,
        firstMoment,
        secondMoment,
        step,
        options,
      })
    } else {
      const end = parameters.length
      optimiserSteps[method](parameters, gradient, firstMoment, secondMoment, step, options, 0, end)
    }
    project(representation.block.bounds, parameters)
  }
  return {
    converged: false,
    get stepSize() {
      return stepSize
    },
    numbers: {},
    arrays: [
      ...stateArrays(objective, 'first_moment', first, 1),
      ...stateArrays(objective, 'second_moment', second, 2),
    ],
    async bringBack() {
      if (uploaded) await residence?.download(kept)
      uploaded = false
    },
    async step(step) {
      if (!uploaded && kept.length > 0) {
        await residence?.upload(kept)
        uploaded = true
      }
      const evaluation = await objective.evaluate()
      if (clip !== undefined) {
        const size = evaluation.gradientNorm ?? norm(stage.gradient)
        if (size > clip) scaleBy(stage.gradient, clip / size)
      }
      for (const [block, unknown] of stage.free.entries()) await update(unknown, block, step)
      stepSize = rate * scheduleFactor(schedule, step, iterations)
      stage.toGrids()
      return evaluation
    },
  }
}

/**
 * The arrays that can stay where the backend computes while first-order steps are made: parameters, gradient and moments, if
 * nothing on the host has to see them in between. None for backends that compute in the host's memory.
 */
function keptArrays(
  { objective: { stage }, operator, workspace, optimiser, terms }: MethodRequest,
  moments: readonly GridValues[],
): GridValues[] {
  const simple = stage.free.every(
    ({ representation: { identity, block }, parameters }) =>
      identity && block.bounds === undefined && workspace.isGrid(parameters),
  )
  const unseen =
    // The norm of several gradients, its clipping and terms of the parameters are worked out on the host.
    stage.free.length === 1 &&
    optimiser.clip_norm === undefined &&
    terms.every(({ by }) => by === 'kernels')
  if (!operator.residence || !simple || !unseen) return []
  return [...stage.parameters, ...stage.gradient, ...moments]
}

/** Random sign vectors that the diagonal of the preconditioner is the mean of. */
const PROBES = 8

/** The diagonal of the Gauss-Newton matrix at the start of the run, computed once and kept. */
class StartingDiagonal {
  readonly values: Vector
  known = false
  readonly #objective: RunObjective
  readonly #seed: number

  constructor({ objective, optimiser }: MethodRequest) {
    this.#objective = objective
    this.#seed = optimiser.seed
    this.values = objective.stage.like('diagonal')
  }

  async find(): Promise<void> {
    if (this.known) return
    await this.#objective.evaluate()
    await this.#objective.diagonal(PROBES, this.#seed, this.values)
    this.known = true
  }
}

/** The largest change of a parameter. */
function largestChange(after: Vector, before: Vector): number {
  let most = 0
  after.forEach((values, block) => {
    for (let i = 0; i < values.length; i++) {
      most = Math.max(most, Math.abs(values[i] - before[block][i]))
    }
  })
  return most
}

/** Of a coordinate of a model's parameter in one try of L-BFGS; one is a change that matters. */
const MOST_CHANGE = 2

function lbfgsMethod(request: MethodRequest): Method {
  const { objective, optimiser } = request
  const { stage } = objective
  const { memory, tolerance, learning_rate: firstChange } = optimiser
  let made = 0
  const arrays = createLbfgsArrays(memory, () => stage.like(`lbfgs ${made++}`))
  const precise = stage.free.map(({ representation }) => representation.block.precise === true)
  // Coordinates of a few numbers are scaled already; what little data say of one at the start must not send it far.
  const wanted = optimiser.preconditioner === 'diagonal' && precise.includes(false)
  const diagonal = wanted ? new StartingDiagonal(request) : null
  const inverse = diagonal ? stage.like('inverse diagonal') : undefined
  const mostChange = precise.map((few) => (few ? MOST_CHANGE : undefined))
  const options = { memory, tolerance, firstChange, mostChange, inverseDiagonal: inverse }
  const lbfgs = new Lbfgs(objective, options, arrays)
  let stepSize = NaN
  const prepare = async (): Promise<void> => {
    if (!diagonal || !inverse || inverse[0][0] !== 0) return
    await diagonal.find()
    inverse.forEach((values, block) => {
      const known = diagonal.values[block]
      const most = precise[block] ? largest([known]) : 0
      for (let i = 0; i < values.length; i++) values[i] = 1 / Math.max(known[i], most)
    })
  }
  return {
    get converged() {
      return lbfgs.converged
    },
    get numbers() {
      const known = diagonal?.known ? 1 : 0
      return { pairs: lbfgs.pairs, converged: lbfgs.converged ? 1 : 0, diagonal: known }
    },
    set numbers({ pairs = 0, converged = 0, diagonal: known = 0 }) {
      lbfgs.pairs = pairs
      lbfgs.converged = converged !== 0
      if (diagonal) diagonal.known = known !== 0
    },
    arrays: [
      ...arrays.steps.flatMap((pair, i) => stateArrays(objective, `optimiser/step_${i}`, pair, 0)),
      ...arrays.changes.flatMap((pair, i) =>
        stateArrays(objective, `optimiser/change_${i}`, pair, 1),
      ),
      ...(diagonal ? stateArrays(objective, 'optimiser/diagonal', diagonal.values, 1) : []),
    ],
    get stepSize() {
      return stepSize
    },
    goOn: () => lbfgs.goOn(),
    async step() {
      await prepare()
      const evaluation = await lbfgs.step()
      stepSize = largestChange(stage.parameters, arrays.before)
      stage.toGrids()
      return evaluation
    },
  }
}

function gaussNewtonMethod(request: MethodRequest): Method {
  const { objective, optimiser, terms } = request
  const { stage } = objective
  const bent = terms.find((term) => term.by === 'kernels' && term.curvature === undefined)
  if (bent !== undefined) {
    throw new InputError(
      `optimiser.method: Gauss-Newton needs quadratic regularisation, which ${bent.label} is not: choose lbfgs or a first-order method.`,
      { field: 'optimiser.method' },
    )
  }
  let made = 0
  const arrays = createGaussNewtonArrays(() => stage.like(`gauss-newton ${made++}`))
  const diagonal = new StartingDiagonal(request)
  const { inner_iterations: innerIterations, tolerance } = optimiser
  const options = { innerIterations, tolerance, diagonal: diagonal.values }
  const gaussNewton = new GaussNewton(objective, options, arrays)
  let stepSize = NaN
  return {
    get converged() {
      return gaussNewton.converged
    },
    get numbers() {
      const { damping, converged } = gaussNewton
      return { damping, converged: converged ? 1 : 0, diagonal: diagonal.known ? 1 : 0 }
    },
    set numbers({ damping = gaussNewton.damping, converged = 0, diagonal: known = 0 }) {
      gaussNewton.damping = damping
      gaussNewton.converged = converged !== 0
      diagonal.known = known !== 0
    },
    arrays: stateArrays(objective, 'optimiser/diagonal', diagonal.values, 1),
    get stepSize() {
      return stepSize
    },
    goOn: () => gaussNewton.goOn(),
    async step() {
      await diagonal.find()
      const evaluation = await gaussNewton.step()
      stepSize = largestChange(stage.parameters, arrays.before)
      stage.toGrids()
      return evaluation
    },
  }
}
