import { isHeld, project } from './bounds.ts'
import { conjugateGradients } from './conjugate-gradients.ts'
import type { ConjugateGradientsArrays } from './conjugate-gradients.ts'
import type { Objective } from './lbfgs.ts'
import { assign, combine, dot, multiplyBy } from './vectors.ts'
import type { Values, Vector } from './vectors.ts'

/** An objective whose Gauss-Newton matrix, J'WJ and the Hessian of the penalties, can be applied. */
export interface CurvedObjective<
  Evaluation extends { readonly loss: number },
> extends Objective<Evaluation> {
  /** into = (J'WJ + R'') vector, at the parameters of the last evaluation. */
  applyCurvature(vector: Vector, into: Vector): Promise<void>
}

export interface GaussNewtonOptions {
  /** Most conjugate-gradient iterations per step; each costs a tangent and an adjoint pass. */
  readonly innerIterations: number
  /** A step that lowers the loss by less than this share of it is the last. */
  readonly tolerance: number
  /** About the diagonal of the Gauss-Newton matrix: Marquardt's scale of the damping, and the preconditioner. */
  readonly diagonal: Vector
}

export interface GaussNewtonArrays {
  readonly before: Vector
  readonly right: Vector
  readonly inverseDiagonal: Vector
  readonly inner: ConjugateGradientsArrays
}

export function createGaussNewtonArrays(allocate: () => Values[]): GaussNewtonArrays {
  return {
    before: allocate(),
    right: allocate(),
    inverseDiagonal: allocate(),
    inner: {
      solution: allocate(),
      residual: allocate(),
      conjugate: allocate(),
      product: allocate(),
      scaled: allocate(),
    },
  }
}

/** The inner residual is brought to this share of the gradient: more would be wasted far from the minimum. */
const INNER_TOLERANCE = 0.05
const MOST_TRIES = 12

/**
 * Gauss-Newton steps solved by preconditioned conjugate gradients, damped as Levenberg and Marquardt do: (H + damping D) d = -g;
 * the damping follows the ratio of the real to the predicted decrease (Nocedal & Wright 2006, section 10.3 and
 * Algorithm 4.1). Parameters that a bound holds against the gradient stay, and a step is projected onto the bounds.
 * Parameters and damping are the whole state.
 */
export class GaussNewton<Evaluation extends { readonly loss: number }> {
  damping = 1e-3
  converged = false
  readonly #objective: CurvedObjective<Evaluation>
  readonly #options: GaussNewtonOptions
  readonly #arrays: GaussNewtonArrays
  #current: Evaluation | undefined
  /** By block, the parameters that a bound holds in this step. */
  #held: readonly (readonly number[])[] = []

  constructor(
    objective: CurvedObjective<Evaluation>,
    options: GaussNewtonOptions,
    arrays: GaussNewtonArrays,
  ) {
    this.#objective = objective
    this.#options = options
    this.#arrays = arrays
  }

  /** Goes on after the function has changed a little. */
  goOn(): void {
    this.converged = false
    this.#current = undefined
  }

  /** One step; returns the evaluation before it. Where no step lowers the function, `converged` is set and nothing moves. */
  async step(): Promise<Evaluation> {
    const { parameters, gradient } = this.#objective
    const { before, right, inner } = this.#arrays
    const evaluation = (this.#current ??= await this.#objective.evaluate())
    assign(before, parameters)
    right.forEach((values, block) => values.forEach((_, i) => (values[i] = -gradient[block][i])))
    this.#findHeld()
    this.#clearHeld(right)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      // The curvature is that at `before`: a rejected try must be forgotten first.
      if (tries > 0) await this.#objective.evaluate()
      await this.#solve()
      // d.(H + damping D)d = d.(-g - residual): what the model of the function loses.
      const whole = (dot(right, inner.solution) + dot(inner.residual, inner.solution)) / 2
      combine(parameters, before, 1, inner.solution)
      const predicted = this.#project() ? this.#predictShortened() : whole
      const now = predicted > 0 ? await this.#objective.attempt() : undefined
      const decrease = now === undefined ? -Infinity : evaluation.loss - now.loss
      if (decrease > 0.75 * predicted) this.damping /= 3
      else if (!(decrease > 0.25 * predicted)) this.damping *= 4
      if (now !== undefined && decrease > 1e-4 * predicted) {
        this.#current = now
        if (decrease <= this.#options.tolerance * Math.abs(evaluation.loss)) this.converged = true
        return evaluation
      }
      assign(parameters, before)
    }
    this.converged = true
    this.#current = undefined
    return evaluation
  }

  #findHeld(): void {
    const { bounds, gradient, parameters } = this.#objective
    this.#held = bounds.map((limits, block) =>
      limits === undefined
        ? []
        : [...parameters[block].keys()].filter((i) =>
            isHeld(limits, i, parameters[block][i], gradient[block][i]),
          ),
    )
  }

  #clearHeld(values: Vector): void {
    this.#held.forEach((indices, block) => indices.forEach((i) => (values[block][i] = 0)))
  }

  #project(): boolean {
    const { bounds, parameters } = this.#objective
    return bounds.map((limits, block) => project(limits, parameters[block])).includes(true)
  }

  /** Of a step that bounds have shortened: half of what the slope promises, as at the minimum along it. */
  #predictShortened(): number {
    const { before, right } = this.#arrays
    return (dot(right, this.#objective.parameters) - dot(right, before)) / 2
  }

  async #solve(): Promise<void> {
    const { right, inverseDiagonal, inner } = this.#arrays
    const { diagonal, innerIterations: iterations } = this.#options
    const { damping } = this
    diagonal.forEach((values, block) =>
      values.forEach((d, i) => (inverseDiagonal[block][i] = 1 / (d * (1 + damping)))),
    )
    const apply = async (vector: Vector, into: Vector): Promise<void> => {
      await this.#objective.applyCurvature(vector, into)
      // `scaled` is rewritten after every product: damping D v may be put there.
      assign(inner.scaled, vector)
      multiplyBy(inner.scaled, diagonal)
      combine(into, into, damping, inner.scaled)
      this.#clearHeld(into)
    }
    await conjugateGradients(
      { apply, right, inverseDiagonal, iterations, tolerance: INNER_TOLERANCE },
      inner,
    )
  }
}
