import type { RegularisationTerm, UnknownName } from '../kernels/interface.ts'
import type { QuadraticTerm } from './quadratic-term.ts'

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
      /** Of the parameters of one unknown. */
      readonly by: 'parameters'
      readonly label: string
      readonly unknown: UnknownName
      readonly quadratic: QuadraticTerm
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
