import { assign, combine, dot, multiplyBy, scaleBy } from './vectors.ts'
import type { Vector } from './vectors.ts'

export interface ConjugateGradientsProblem {
  /** into = A vector, for a symmetric positive definite A. */
  readonly apply: (vector: Vector, into: Vector) => Promise<void> | void
  readonly right: Vector
  /** Diagonal of an approximate inverse of A. */
  readonly inverseDiagonal?: Vector
  readonly iterations: number
  /** Ends when the residual is this share of the right side (both in the norm of the preconditioner). */
  readonly tolerance: number
}

/** Like the right side: solution, residual, and work. */
export interface ConjugateGradientsArrays {
  readonly solution: Vector
  readonly residual: Vector
  readonly conjugate: Vector
  readonly product: Vector
  readonly scaled: Vector
}

/**
 * Solves A x = b from x = 0 by preconditioned conjugate gradients (Hestenes & Stiefel 1952; Nocedal & Wright 2006,
 * Algorithm 5.3). Ends at a direction whose curvature is not positive. Returns the iterations done; solution and
 * residual b - A x are in the arrays.
 */
export async function conjugateGradients(
  { apply, right, inverseDiagonal, iterations, tolerance }: ConjugateGradientsProblem,
  { solution, residual, conjugate, product, scaled }: ConjugateGradientsArrays,
): Promise<number> {
  const precondition = (): number => {
    assign(scaled, residual)
    if (inverseDiagonal !== undefined) multiplyBy(scaled, inverseDiagonal)
    return dot(residual, scaled)
  }
  scaleBy(solution, 0)
  assign(residual, right)
  let square = precondition()
  assign(conjugate, scaled)
  const enough = tolerance ** 2 * square
  let done = 0
  while (done < iterations && square > enough) {
    await apply(conjugate, product)
    const curvature = dot(conjugate, product)
    if (!(curvature > 0)) break
    const alpha = square / curvature
    combine(solution, solution, alpha, conjugate)
    combine(residual, residual, -alpha, product)
    const before = square
    square = precondition()
    combine(conjugate, scaled, square / before, conjugate)
    done++
  }
  return done
}
