import type { BlockBounds } from '#shared/inference/bounds.ts'
import type { GridValues } from '../kernels/interface.ts'
import type { FreeNumber } from './free-numbers.ts'

/** The numbers that an optimiser moves for one unknown of the kernels. */
export interface ParameterBlock {
  /** Name in a session. */
  readonly name: string
  readonly unit: string
  readonly shape: readonly number[]
  /** Undefined: none. */
  readonly bounds?: BlockBounds
  /** A few numbers that are kept in float64 whatever the backend's precision, and told one by one. */
  readonly precise?: boolean
}

/** What the parameters of a block stand for, where each is a number of its own. */
export interface FittedNumbers {
  readonly numbers: readonly FreeNumber[]
  /** In their units. */
  valuesAt(parameters: GridValues): number[]
  /** Parameters that stand for values; of values beyond the bounds, for the bounds. */
  parametersAt(values: readonly number[]): number[]
  /** Derivatives of the values with respect to the parameters, each of its own. */
  slopesAt(parameters: GridValues): number[]
}

/**
 * How parameters stand for an unknown that the kernels evaluate (a grid, or the spectral index): a differentiable map. Every
 * method overwrites its last argument; arrays are in the precision of the backend.
 */
export interface Representation {
  readonly block: ParameterBlock
  /** The parameters are the grid: callers use one array for both, and no method below does anything. */
  readonly identity: boolean
  /** Of a model's parameters. */
  readonly numbers?: FittedNumbers
  /** Where a run starts. */
  start(parameters: GridValues): Promise<void> | void
  toGrid(parameters: GridValues, grid: GridValues): void
  /** The change of the grid for a change of the parameters: J tangent. */
  push(parameters: GridValues, tangent: GridValues, gridTangent: GridValues): void
  /** J' gridGradient, the adjoint of `push`. */
  pullBack(parameters: GridValues, gridGradient: GridValues, gradient: GridValues): void
}

/** Number of parameters. */
export function blockLength({ shape }: ParameterBlock): number {
  return shape.reduce((product, size) => product * size, 1)
}
