import type { Values, Vector } from '#shared/inference/vectors.ts'
import type { GridValues, UnknownName, Unknowns } from '../kernels/interface.ts'
import { blockLength } from './representation.ts'
import type { Representation } from './representation.ts'

/** One unknown of the kernels: what stands for it, or what it is held at. */
export interface UnknownSetting {
  readonly name: UnknownName
  /** Numbers that the kernels see. */
  readonly length: number
  /** Undefined: the unknown stays at `fixed`. */
  readonly representation: Representation | undefined
  readonly fixed: ArrayLike<number>
  /** Learning rate of first-order optimisers relative to the run's. */
  readonly rate: number
}

/** Gives an array of a name and length, the same one whenever it is asked again. */
export type Allocate = (name: string, length: number) => GridValues

/** An unknown with parameters, and where its arrays are. */
export interface FreeUnknown {
  readonly name: UnknownName
  readonly representation: Representation
  readonly rate: number
  readonly parameters: GridValues
  readonly gradient: GridValues
}

type Grids = Record<UnknownName, GridValues>

/**
 * From the parameters that the optimiser moves to what the kernels are evaluated at, and back with derivatives. Where the
 * parameters are the grid, both are one array.
 */
export class FieldStage {
  readonly free: readonly FreeUnknown[]
  readonly parameters: Vector
  readonly gradient: Vector
  readonly unknowns: Unknowns
  /** The kernels write here. */
  readonly gridGradient: Unknowns
  readonly #settings: readonly UnknownSetting[]
  readonly #allocate: Allocate
  readonly #grids: Partial<Grids> = {}
  readonly #gridGradients: Partial<Grids> = {}

  constructor(settings: readonly UnknownSetting[], allocate: Allocate) {
    this.#settings = settings
    this.#allocate = allocate
    this.free = settings.flatMap(({ name, length, representation, rate }) => {
      const grid = (this.#grids[name] = this.#gridOf(name, 'value', length))
      const gridGradient = (this.#gridGradients[name] = this.#gridOf(name, 'gradient', length))
      if (representation === undefined) return []
      const { identity, block } = representation
      const count = blockLength(block)
      return {
        name,
        representation,
        rate,
        parameters: identity ? grid : allocate(`${block.name} parameters`, count),
        gradient: identity ? gridGradient : allocate(`${block.name} gradient`, count),
      }
    })
    this.parameters = this.free.map(({ parameters }) => parameters)
    this.gradient = this.free.map(({ gradient }) => gradient)
    this.unknowns = unknownsOf(this.#grids)
    this.gridGradient = unknownsOf(this.#gridGradients)
  }

  /** Arrays like the parameters, zero; `name` tells them from other ones. */
  like(name: string): Values[] {
    return this.free.map(({ representation: { block } }) => {
      const values = this.#allocate(`${block.name} ${name}`, blockLength(block))
      return values.fill(0)
    })
  }

  /** Puts everything where a run starts. */
  async start(): Promise<void> {
    for (const { name, fixed, representation } of this.#settings) {
      if (representation === undefined) this.#grids[name]?.set(fixed)
    }
    for (const { representation, parameters } of this.free) await representation.start(parameters)
    this.toGrids()
  }

  toGrids(): void {
    for (const { name, representation, parameters } of this.free) {
      const grid = this.#grids[name]
      if (!representation.identity && grid) representation.toGrid(parameters, grid)
    }
  }

  /** From `gridGradient` to `gradient`. */
  pullBack(): void {
    this.pullBackInto(this.gradient)
  }

  pullBackInto(gradient: Vector): void {
    this.free.forEach(({ name, representation, parameters }, block) => {
      const gridGradient = this.#gridGradients[name]
      if (!gridGradient) return
      if (!representation.identity) {
        representation.pullBack(parameters, gridGradient, gradient[block])
      } else if (gradient[block] !== gridGradient) gradient[block].set(gridGradient)
    })
  }

  /** The change of what the kernels see for a change of the parameters. */
  push(tangent: Vector): Unknowns {
    const tangents: Partial<Grids> = {}
    for (const { name, length } of this.#settings) {
      const block = this.free.findIndex((unknown) => unknown.name === name)
      const { representation, parameters } = this.free[block] ?? {}
      if (representation?.identity) {
        tangents[name] = tangent[block]
        continue
      }
      const grid = (tangents[name] = this.#gridOf(name, 'tangent', length))
      if (representation) representation.push(parameters, tangent[block], grid)
      else grid.fill(0)
    }
    return unknownsOf(tangents)
  }

  /** The kernels take the spectral index on the sky in float64. */
  #gridOf(name: UnknownName, role: string, length: number): GridValues {
    if (name === 'raySpectralIndex') return new Float64Array(length)
    return this.#allocate(`${name} ${role}`, length)
  }
}

function unknownsOf(grids: Partial<Grids>): Unknowns {
  const { magneticField, raySpectralIndex, ...others } = grids
  if (!magneticField) throw new Error('The magnetic field is always among the unknowns.')
  if (raySpectralIndex === undefined) return { magneticField, ...others }
  if (!(raySpectralIndex instanceof Float64Array)) {
    throw new Error('The spectral index on the sky is kept in float64.')
  }
  return { magneticField, raySpectralIndex, ...others }
}
