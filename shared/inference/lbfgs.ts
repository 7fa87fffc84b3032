import { isHeld, project } from './bounds.ts'
import type { BlockBounds } from './bounds.ts'
import { backtrack, strongWolfe } from './line-search.ts'
import type { LinePoint } from './line-search.ts'
import { assign, combine, dot, largest, multiplyBy, scaleBy } from './vectors.ts'
import type { Values, Vector } from './vectors.ts'

/** A function to minimise over `parameters`, which the optimiser moves in place. */
export interface Objective<Evaluation extends { readonly loss: number }> {
  readonly parameters: Vector
  /** At the parameters of the last call of `evaluate`. */
  readonly gradient: Vector
  /** Per block; undefined: none. */
  readonly bounds: readonly (BlockBounds | undefined)[]
  /** Evaluates value and gradient; throws where they are not finite numbers. */
  evaluate(): Promise<Evaluation>
  /** The same, but undefined where they are not. */
  attempt(): Promise<Evaluation | undefined>
}

export interface LbfgsOptions {
  /** Pairs of differences that are kept. */
  readonly memory: number
  /** Largest change of a parameter in the first step, in the unit of the parameters. */
  readonly firstChange: number
  /** A step that lowers the loss by less than this share of it is the last. */
  readonly tolerance: number
  /** By block, the largest change of a parameter in the first try of any step; undefined: none. */
  readonly mostChange?: readonly (number | undefined)[]
  /** Diagonal of a first inverse Hessian; without one it is a multiple of the identity. */
  readonly inverseDiagonal?: Vector
}

/** The arrays of a state: each like the parameters. `steps` and `changes` hold `memory` pairs, used in a circle. */
export interface LbfgsArrays {
  readonly before: Vector
  readonly gradientBefore: Vector
  readonly direction: Vector
  readonly steps: readonly Vector[]
  readonly changes: readonly Vector[]
}

export function createLbfgsArrays(memory: number, allocate: () => Values[]): LbfgsArrays {
  const pairs = Array.from({ length: memory })
  return {
    before: allocate(),
    gradientBefore: allocate(),
    direction: allocate(),
    steps: pairs.map(allocate),
    changes: pairs.map(allocate),
  }
}

/**
 * Limited-memory BFGS: the two-loop recursion of Nocedal, Math. Comp. 35, 773 (1980) (Nocedal & Wright 2006, Algorithms 7.4
 * and 7.5) with a strong Wolfe line search; with bounds, projected onto them: parameters at a bound that the gradient
 * pushes against stay, the line search is Armijo's along the projected path.
 *
 * The pairs, their number and the parameters are the whole state: set them again and the next step has the same bits.
 */
export class Lbfgs<Evaluation extends { readonly loss: number }> {
  /** Pairs ever kept. */
  pairs = 0
  converged = false
  readonly #objective: Objective<Evaluation>
  readonly #options: LbfgsOptions
  readonly #arrays: LbfgsArrays
  readonly #bounded: boolean
  /** steps . changes of the pairs, where known. */
  readonly #products: (number | undefined)[] = []
  #current: Evaluation | undefined

  constructor(objective: Objective<Evaluation>, options: LbfgsOptions, arrays: LbfgsArrays) {
    this.#objective = objective
    this.#options = options
    this.#arrays = arrays
    this.#bounded = objective.bounds.some((bounds) => bounds !== undefined)
  }

  /** Goes on after the function has changed a little: what is known of its curvature stays. */
  goOn(): void {
    this.converged = false
    this.#current = undefined
  }

  /** One step; returns the evaluation before it. Where no step lowers the function, `converged` is set and nothing moves. */
  async step(): Promise<Evaluation> {
    const { parameters, gradient } = this.#objective
    const { before, gradientBefore, direction } = this.#arrays
    const evaluation = (this.#current ??= await this.#objective.evaluate())
    assign(before, parameters)
    assign(gradientBefore, gradient)
    let accepted: Evaluation | undefined
    // A second try without the pairs: rounding or a strong curvature can spoil the direction they give.
    for (const pairs of this.pairs > 0 ? [this.pairs, 0] : [0]) {
      this.pairs = pairs
      this.#findDirection()
      accepted = await this.#search(evaluation.loss)
      if (accepted !== undefined) break
    }
    if (accepted === undefined) {
      assign(parameters, before)
      assign(gradient, gradientBefore)
      this.converged = true
      return evaluation
    }
    this.#keepPair()
    this.#current = accepted
    const decrease = evaluation.loss - accepted.loss
    if (decrease <= this.#options.tolerance * Math.abs(evaluation.loss)) this.converged = true
    // What the direction was is of no use later.
    scaleBy(direction, 0)
    return evaluation
  }

  /** direction = -H g by the two loops. */
  #findDirection(): void {
    const { direction, gradientBefore, steps, changes } = this.#arrays
    const { memory, inverseDiagonal } = this.#options
    assign(direction, gradientBefore)
    this.#clearBlocked(direction)
    const kept = Math.min(this.pairs, memory)
    const slots = Array.from({ length: kept }, (_, i) => (this.pairs - 1 - i) % memory)
    const products = slots.map((slot) => (this.#products[slot] ??= dot(steps[slot], changes[slot])))
    const alphas = slots.map((slot, i) => {
      const alpha = dot(steps[slot], direction) / products[i]
      combine(direction, direction, -alpha, changes[slot])
      return alpha
    })
    if (inverseDiagonal !== undefined) multiplyBy(direction, inverseDiagonal)
    else if (kept > 0) {
      const newest = changes[slots[0]]
      scaleBy(direction, products[0] / dot(newest, newest))
    }
    for (let i = kept - 1; i >= 0; i--) {
      const beta = dot(changes[slots[i]], direction) / products[i]
      combine(direction, direction, alphas[i] - beta, steps[slots[i]])
    }
    scaleBy(direction, -1)
    this.#clearBlocked(direction)
  }

  /** Zero where a bound holds a parameter against the gradient. */
  #clearBlocked(values: Vector): void {
    const { before, gradientBefore } = this.#arrays
    this.#objective.bounds.forEach((bounds, block) => {
      if (bounds === undefined) return
      before[block].forEach((x, i) => {
        if (isHeld(bounds, i, x, gradientBefore[block][i])) values[block][i] = 0
      })
    })
  }

  async #search(value: number): Promise<Evaluation | undefined> {
    const { parameters, gradient } = this.#objective
    const { direction, gradientBefore, before } = this.#arrays
    const slope = dot(gradientBefore, direction)
    if (!(slope < 0)) return undefined
    const change = this.#options.firstChange / largest(direction)
    const firstStep = Math.min(this.pairs > 0 ? 1 : Math.min(1e30, change), this.#longestStep())
    let last = NaN
    const along = async (step: number): Promise<LinePoint<Evaluation>> => {
      combine(parameters, before, step, direction)
      this.#project()
      last = step
      const detail = await this.#objective.attempt()
      if (detail === undefined) return { step, value: Infinity, slope: NaN, detail }
      return { step, value: detail.loss, slope: dot(gradient, direction), detail }
    }
    const start = { value, slope, firstStep }
    const found = this.#bounded
      ? await backtrack(start, along, () => wayDown(gradientBefore, parameters, before))
      : await strongWolfe(start, along)
    if (found === undefined || found.step === last) return found?.detail
    return (await along(found.step)).detail
  }

  #longestStep(): number {
    const { direction } = this.#arrays
    const limits = (this.#options.mostChange ?? []).map((limit, block) =>
      limit === undefined ? Infinity : limit / largest([direction[block]]),
    )
    return Math.min(Infinity, ...limits)
  }

  #project(): void {
    const { bounds, parameters } = this.#objective
    bounds.forEach((limits, block) => project(limits, parameters[block]))
  }

  /** Keeps the last step and what it changed the gradient by, unless the curvature along it is not positive. */
  #keepPair(): void {
    const { parameters, gradient } = this.#objective
    const { before, gradientBefore, steps, changes } = this.#arrays
    const slot = this.pairs % this.#options.memory
    const step = steps[slot]
    const change = changes[slot]
    combine(step, parameters, -1, before)
    combine(change, gradient, -1, gradientBefore)
    const product = dot(step, change)
    this.#products[slot] = product
    if (product > 1e-10 * Math.sqrt(dot(step, step) * dot(change, change))) this.pairs++
    // A slot that held an older pair is spoilt: begin anew.
    else if (this.pairs >= this.#options.memory) this.pairs = 0
  }
}

/** g . (x - x0) */
function wayDown(gradient: Vector, x: Vector, x0: Vector): number {
  return dot(gradient, x) - dot(gradient, x0)
}
