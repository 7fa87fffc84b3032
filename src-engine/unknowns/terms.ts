import type { GridValues, RegularisationTerm } from '../kernels/interface.ts'
import type { QuadraticTerm } from './quadratic-term.ts'

/** A term of the loss that is a function of one block of parameters. */
export interface ParameterPenalty {
  readonly weight: number
  /** The value at `parameters`; its gradient is added to `gradient`. */
  add(parameters: GridValues, gradient: GridValues): number
  /** Adds the product of its curvature at `parameters` with `tangent`. */
  addCurvature(parameters: GridValues, tangent: GridValues, into: GridValues): void
}

/** A quadratic form has the same curvature everywhere. */
export function quadraticPenalty({ weight, add }: QuadraticTerm): ParameterPenalty {
  return {
    weight,
    add,
    addCurvature: (_, tangent, into) => {
      add(tangent, into)
    },
  }
}

/** A regularisation term of a run, and who computes it. */
export type RunTerm =
  | {
      readonly by: 'kernels'
      /** Name in curves and figures. */
      readonly label: string
      readonly kernelTerm: RegularisationTerm
      /** The Hessian, where the term is quadratic. */
      readonly curvature: QuadraticTerm | undefined
    }
  | {
      readonly by: 'parameters'
      readonly label: string
      /** Name of the block whose parameters it is of. */
      readonly block: string
      readonly penalty: ParameterPenalty
    }

/** 1/2 weight |parameters|^2: the prior of whitened parameters. */
export function whitePrior(weight: number): QuadraticTerm {
  return {
    weight,
    add: (values, gradient) => {
      let squares = 0
      for (let i = 0; i < values.length; i++) {
        squares += values[i] * values[i]
        gradient[i] += weight * values[i]
      }
      return (weight * squares) / 2
    },
  }
}
