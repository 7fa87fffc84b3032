import { randomStreams, uniform } from '#shared/inference/random.ts'
import type { RandomStream } from '#shared/inference/random.ts'
import { cotangent, fitWeights, mapStatistics, residuals } from '#shared/inference/likelihood.ts'
import type { MapStatistics } from '#shared/inference/likelihood.ts'
import type { CurvedObjective } from '#shared/inference/gauss-newton.ts'
import { solveNuisance } from '#shared/inference/nuisance.ts'
import type { Nuisance } from '#shared/inference/nuisance.ts'
import { dot, norm } from '#shared/inference/vectors.ts'
import type { Values, Vector } from '#shared/inference/vectors.ts'
import { KernelError } from '../kernels/interface.ts'
import type { LineOfSightOperator, Observables, RegularisationValue } from '../kernels/interface.ts'
import type { DataVector } from '../storage/run-store.ts'
import type { FieldStage } from '../unknowns/field-stage.ts'
import type { ParameterPenalty, RunTerm } from '../unknowns/terms.ts'
import { fittedValues } from './fitted-numbers.ts'
import type { Measurement } from './measurement/measurement.ts'

/** The value of a regularisation term of a run. */
export interface TermValue {
  readonly term: string
  readonly weight: number
  readonly value: number
}

/** Everything known about the unknowns before a step. */
export interface Evaluation {
  readonly loss: number
  readonly maps: readonly MapStatistics[]
  readonly nuisance: readonly Nuisance[]
  /** One per data vector: the model without offset and gain, in the unit of the data. */
  readonly models: readonly Float64Array[]
  readonly regularisation: readonly TermValue[]
  /** Parameters of models that are fitted, in their units. */
  readonly parameters: readonly number[]
  /** Euclidean norm of the gradient of the loss with respect to the parameters; null where none was computed. */
  readonly gradientNorm: number | null
}

/** A number is no longer finite: the sentence says which. */
export class NotFiniteError extends Error {
  override readonly name = 'NotFiniteError'
}

type Likelihood = Pick<Evaluation, 'maps' | 'nuisance' | 'models'> & {
  readonly residual: readonly Float64Array[]
}

/**
 * The loss of a run as a function of its parameters: field stage, kernels, measurement, nuisance terms in closed form,
 * likelihood and regularisation, with gradient and Gauss-Newton matrix. Sums over pixels are float64 in a fixed order, so
 * the same operator gives the same bits whenever and however often the run was paused.
 */
export class RunObjective implements CurvedObjective<Evaluation> {
  readonly stage: FieldStage
  readonly bounds: CurvedObjective<Evaluation>['bounds']
  readonly #operator: LineOfSightOperator
  readonly #data: readonly DataVector[]
  readonly #measurement: Measurement
  readonly #terms: readonly RunTerm[]
  readonly #weights: readonly Float64Array[]
  /** By data vector, what is added to the model: what the grid leaves out of it. None: nothing. */
  #defects: readonly Float64Array[] = []
  /** Of the last evaluation: the Gauss-Newton matrix depends on it. */
  #last: Likelihood | undefined

  constructor(
    operator: LineOfSightOperator,
    data: readonly DataVector[],
    measurement: Measurement,
    stage: FieldStage,
    terms: readonly RunTerm[],
  ) {
    this.stage = stage
    this.bounds = stage.free.map(({ representation }) => representation.block.bounds)
    this.#operator = operator
    this.#data = data
    this.#measurement = measurement
    this.#terms = terms
    this.#weights = data.map(({ sigma, set }) => fitWeights(sigma, set))
  }

  /** Arrays that are added to the models from now on, zero at first. */
  makeDefects(): readonly Float64Array[] {
    this.#defects = this.#data.map(({ values }) => new Float64Array(values.length))
    return this.#defects
  }

  get parameters(): Vector {
    return this.stage.parameters
  }

  get gradient(): Vector {
    return this.stage.gradient
  }

  /** Value and gradient. @throws NotFiniteError */
  async evaluate(): Promise<Evaluation> {
    const { stage } = this
    stage.toGrids()
    const likelihood = await this.#likelihood()
    const { regularisation, gradientNorm } = await finite(
      this.#operator.lossGradient(stage.unknowns, this.#cotangent(likelihood), stage.gridGradient),
    )
    stage.pullBack()
    const terms = this.#termValues(regularisation, stage.gradient)
    // The kernels' norm, where the parameters are what they differentiate with respect to.
    const same = stage.free.length === 1 && stage.free[0].representation.identity
    const size = same ? gradientNorm : norm(stage.gradient)
    const evaluation = evaluationOf(likelihood, terms, fittedValues(stage), size)
    this.#requireFinite(evaluation)
    return evaluation
  }

  /** Value and gradient, or undefined where they are not finite. */
  async attempt(): Promise<Evaluation | undefined> {
    try {
      return await this.evaluate()
    } catch (error) {
      if (error instanceof NotFiniteError) return undefined
      throw error
    }
  }

  /** The value alone. @throws NotFiniteError */
  async evaluateValue(): Promise<Evaluation> {
    this.stage.toGrids()
    const likelihood = await this.#likelihood()
    const regularisation = await this.#operator.regularisation(this.stage.unknowns)
    // Only the values count; the gradients of terms of the parameters go where the next evaluation overwrites them.
    const terms = this.#termValues(regularisation, this.stage.gradient)
    const evaluation = evaluationOf(likelihood, terms, fittedValues(this.stage), null)
    this.#requireFinite(evaluation)
    return evaluation
  }

  /**
   * into = (J'WJ + R'') vector at the parameters of the last evaluation, with the nuisance terms eliminated (Kaufman, BIT 15, 49
   * (1975)); the second derivatives of the representations are left out. Overwrites `gradient`.
   */
  async applyCurvature(vector: Vector, into: Vector): Promise<void> {
    const { stage } = this
    const tangent = stage.push(vector)
    const changes = this.#measurement.apply(await this.#operator.jvp(stage.unknowns, tangent))
    this.#requireFiniteVectors('the change of', changes)
    const likelihood = this.#requireLast()
    const seen = changes.map((change, i) => this.#withoutNuisance(change, likelihood, i))
    // The likelihood's gradient is -J'W residual.
    const cotangents = seen.map((change, i) =>
      cotangent(change, this.#weights[i], -likelihood.nuisance[i].gain),
    )
    await this.#operator.adjoint(
      stage.unknowns,
      this.#measurement.transpose(cotangents),
      stage.gridGradient,
    )
    for (const term of this.#terms) {
      if (term.by === 'kernels') {
        term.curvature?.add(tangent.magneticField, stage.gridGradient.magneticField)
      }
    }
    stage.pullBackInto(into)
    this.#eachParameterTerm((penalty, block) =>
      penalty.addCurvature(stage.parameters[block], vector[block], into[block]),
    )
  }

  /**
   * About the diagonal of the Gauss-Newton matrix, always positive. The data's part is the mean over `probes` random sign vectors z
   * of (J'W^1/2 z)^2, which is exact on average (Bekas, Kokiopoulou & Saad 2007); the regularisation's is one number per block,
   * the mean of its diagonal. Overwrites `gradient`.
   */
  async diagonal(probes: number, seed: number, into: Vector): Promise<void> {
    const { stage } = this
    const likelihood = this.#requireLast()
    const work = stage.like('probe')
    for (const values of into) values.fill(0)
    let counter = 0
    for (let probe = 0; probe < probes; probe++) {
      const signs = this.#weights.map((weights, i) =>
        weights.map((w) => {
          const sign = randomSign(seed, randomStreams.preconditioner, counter++)
          return sign * Math.sqrt(w) * likelihood.nuisance[i].gain
        }),
      )
      const seen = this.#measurement.transpose(signs)
      await this.#operator.adjoint(stage.unknowns, seen, stage.gridGradient)
      stage.pullBackInto(work)
      addSquares(into, work, 1 / probes)
    }
    for (const block of this.#preciseBlocks()) await this.#setPreciseDiagonal(block, into[block])
    this.#addPenaltyDiagonal(seed, into, work)
    into.forEach(keepPositive)
    if (!into.every((values) => values.every(Number.isFinite))) {
      throw new NotFiniteError('the preconditioner is no longer a finite number.')
    }
  }

  /** Blocks of a few numbers, of which everything can be worked out one by one. */
  #preciseBlocks(): number[] {
    const { free } = this.stage
    return [...free.keys()].filter((block) => free[block].representation.block.precise)
  }

  /** The data's part of the diagonal, exactly. */
  async #setPreciseDiagonal(block: number, into: Values): Promise<void> {
    const { stage } = this
    const likelihood = this.#requireLast()
    const direction = stage.like('direction')
    for (let k = 0; k < into.length; k++) {
      direction[block].fill(0)[k] = 1
      const tangent = stage.push(direction)
      const changes = this.#measurement.apply(await this.#operator.jvp(stage.unknowns, tangent))
      into[k] = changes.reduce((sum, change, i) => {
        const weights = this.#weights[i]
        const seen = this.#withoutNuisance(change, likelihood, i)
        return seen.reduce((total, x, pixel) => total + weights[pixel] * x * x, sum)
      }, 0)
    }
  }

  /**
   * The Gauss-Newton matrix of the blocks of a few numbers, [number][number], with all other unknowns held where they are: the
   * inverse of their covariance. At the parameters of the last evaluation; overwrites `gradient`.
   */
  async preciseCurvature(): Promise<number[][]> {
    const { stage } = this
    const blocks = this.#preciseBlocks()
    const rows: number[][] = []
    const direction = stage.like('direction')
    const product = stage.like('product')
    for (const block of blocks) {
      for (let k = 0; k < direction[block].length; k++) {
        direction[block][k] = 1
        await this.applyCurvature(direction, product)
        rows.push(blocks.flatMap((other) => Array.from(product[other])))
        direction[block][k] = 0
      }
    }
    return rows
  }

  /**
   * About the diagonal of R'': one number per block, the mean from the product with a random sign vector, but of blocks of a few
   * numbers, whose penalties are of each by itself, exactly.
   */
  #addPenaltyDiagonal(seed: number, into: Vector, work: Values[]): void {
    const { stage } = this
    let counter = 0
    for (const values of work) {
      for (let i = 0; i < values.length; i++) {
        values[i] = randomSign(seed, randomStreams.preconditionerPenalty, counter++)
      }
    }
    const tangent = stage.push(work)
    stage.gridGradient.magneticField.fill(0)
    for (const term of this.#terms) {
      if (term.by === 'kernels') {
        term.curvature?.add(tangent.magneticField, stage.gridGradient.magneticField)
      }
    }
    const products = stage.like('penalty probe')
    stage.pullBackInto(products)
    stage.free.forEach(({ name, representation }, block) => {
      const { precise = false } = representation.block
      if (name !== 'magneticField' || precise) products[block].fill(0)
    })
    this.#eachParameterTerm((penalty, block) =>
      penalty.addCurvature(stage.parameters[block], work[block], products[block]),
    )
    const precise = this.#preciseBlocks()
    products.forEach((product, block) => {
      if (precise.includes(block)) {
        for (let i = 0; i < product.length; i++) into[block][i] += product[i] * work[block][i]
        return
      }
      let free = 0
      for (let i = 0; i < product.length; i++) free += product[i] === 0 ? 0 : 1
      if (free === 0) return
      const mean = dot([product], [work[block]]) / free
      for (let i = 0; i < product.length; i++) into[block][i] += mean
    })
  }

  #eachParameterTerm(visit: (penalty: ParameterPenalty, block: number) => void): void {
    for (const term of this.#terms) {
      if (term.by !== 'parameters') continue
      visit(term.penalty, this.#blockNamed(term.block))
    }
  }

  #blockNamed(name: string): number {
    return this.stage.free.findIndex(({ representation }) => representation.block.name === name)
  }

  #requireLast(): Likelihood {
    if (this.#last === undefined) throw new Error('The objective has not been evaluated yet.')
    return this.#last
  }

  async #likelihood(): Promise<Likelihood> {
    const observables = await finite(this.#operator.forward(this.stage.unknowns))
    const models = this.#measurement.apply(observables)
    this.#defects.forEach((defect, i) => {
      for (let at = 0; at < defect.length; at++) models[i][at] += defect[at]
    })
    this.#requireFiniteVectors('the model of', models)
    const nuisance = this.#data.map((vector, i) =>
      solveNuisance(vector.values, models[i], this.#weights[i], vector),
    )
    const residual = this.#data.map((vector, i) => residuals(vector.values, models[i], nuisance[i]))
    const maps = this.#data.map(({ sigma, set }, i) => mapStatistics(residual[i], sigma, set))
    this.#last = { maps, nuisance, models, residual }
    return this.#last
  }

  #cotangent({ residual, nuisance }: Likelihood): Observables {
    return this.#measurement.transpose(
      residual.map((values, i) => cotangent(values, this.#weights[i], nuisance[i].gain)),
    )
  }

  /** What is left of a change of the model when offset and gain follow it. */
  #withoutNuisance(
    change: Float64Array,
    { models, nuisance }: Likelihood,
    i: number,
  ): Float64Array {
    const { offset, gain } = this.#data[i]
    const seen = change.map((value) => nuisance[i].gain * value)
    const terms = { offset: offset === 'free' ? offset : 0, gain: gain === 'free' ? gain : 0 }
    return residuals(seen, models[i], solveNuisance(seen, models[i], this.#weights[i], terms))
  }

  /** All terms in the order of the run file; adds the gradients of those of the parameters. */
  #termValues(kernelValues: readonly RegularisationValue[], gradient: Vector): TermValue[] {
    const { parameters } = this.stage
    let next = 0
    return this.#terms.map((term): TermValue => {
      if (term.by === 'kernels') {
        const { weight, value } = kernelValues[next++]
        return { term: term.label, weight, value }
      }
      const block = this.#blockNamed(term.block)
      const value = term.penalty.add(parameters[block], gradient[block])
      return { term: term.label, weight: term.penalty.weight, value }
    })
  }

  #requireFiniteVectors(what: string, vectors: readonly Float64Array[]): void {
    const bad = vectors.findIndex((values) => !values.every(Number.isFinite))
    if (bad >= 0) {
      throw new NotFiniteError(`${what} "${this.#data[bad].name}" is no longer a finite number.`)
    }
  }

  /** A number that is not finite stops the run before it can spread into the unknowns. */
  #requireFinite({ loss, regularisation, maps, gradientNorm }: Evaluation): void {
    if (Number.isFinite(loss) && (gradientNorm === null || Number.isFinite(gradientNorm))) return
    const term = regularisation.find(({ value }) => !Number.isFinite(value))
    const map = maps.findIndex(({ fitted }) => !Number.isFinite(fitted.chi2))
    let culprit = 'the gradient'
    if (term) culprit = `the regularisation term ${term.term}`
    else if (map >= 0) culprit = `chi-square of "${this.#data[map].name}"`
    throw new NotFiniteError(`${culprit} is no longer a finite number.`)
  }
}

/** The kernels refuse numbers that are not finite. */
async function finite<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof KernelError) throw new NotFiniteError(error.message, { cause: error })
    throw error
  }
}

function randomSign(seed: number, stream: RandomStream, counter: number): -1 | 1 {
  return uniform(seed, stream, counter) < 0.5 ? -1 : 1
}

function evaluationOf(
  { maps, nuisance, models }: Likelihood,
  regularisation: readonly TermValue[],
  parameters: readonly number[],
  gradientNorm: number | null,
): Evaluation {
  const chi2 = maps.reduce((sum, { fitted }) => sum + fitted.chi2, 0)
  const penalty = regularisation.reduce((sum, { value }) => sum + value, 0)
  const loss = chi2 / 2 + penalty
  return { loss, maps, nuisance, models, regularisation, parameters, gradientNorm }
}

function addSquares(into: Vector, values: Vector, factor: number): void {
  into.forEach((sums, block) => {
    const squared = values[block]
    for (let i = 0; i < sums.length; i++) sums[i] += factor * squared[i] * squared[i]
  })
}

/** Parameters that nothing holds get a small share of the largest curvature: they have no gradient either. */
function keepPositive(diagonal: Values): void {
  let most = 0
  for (let i = 0; i < diagonal.length; i++) most = Math.max(most, diagonal[i])
  const least = most > 0 ? 1e-6 * most : 1
  for (let i = 0; i < diagonal.length; i++) diagonal[i] = Math.max(diagonal[i], least)
}
