import type { GridValues } from '../kernels/interface.ts'

/** The numbers that an optimiser moves for one unknown of the kernels. */
export interface ParameterBlock {
  /** Name in a session. */
  readonly name: string
  readonly unit: string
  readonly shape: readonly number[]
  /** Limits of every number; undefined: none. */
  readonly bounds?: readonly [number, number]
}

/**
 * How parameters stand for an unknown that the kernels evaluate (a grid, or the spectral index): a differentiable map. Every
 * method overwrites its last argument; arrays are in the precision of the backend.
 */
export interface Representation {
  readonly block: ParameterBlock
  /** The parameters are the grid: callers use one array for both, and no method below does anything. */
  readonly identity: boolean
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
