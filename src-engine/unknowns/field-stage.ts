import type { Values, Vector } from '#shared/inference/vectors.ts'
import type { GridValues, UnknownName, Unknowns } from '../kernels/interface.ts'
import { blockLength } from './representation.ts'
import type { ParameterBlock, Representation } from './representation.ts'

/** One unknown of the kernels: what stands for it, or what it is held at. */
export interface UnknownSetting {
  readonly name: UnknownName
  /** Numbers that the kernels see. */
  readonly length: number
  /** What they stand for adds up; none: the unknown stays at `fixed`. */
  readonly representations: readonly Representation[]
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
    this.free = settings.flatMap(({ name, length, representations, rate }) => {
      const grid = (this.#grids[name] = this.#gridOf(name, 'value', length))
      const gridGradient = (this.#gridGradients[name] = this.#gridOf(name, 'gradient', length))
      return representations.map((representation) => {
        const { identity, block } = representation
        if (identity && representations.length > 1) {
          throw new Error(`${block.name} is the grid itself: nothing can be added to it.`)
        }
        return {
          name,
          representation,
          rate,
          parameters: identity ? grid : this.#blockOf(block, 'parameters'),
          gradient: identity ? gridGradient : this.#blockOf(block, 'gradient'),
        }
      })
    })
    this.parameters = this.free.map(({ parameters }) => parameters)
    this.gradient = this.free.map(({ gradient }) => gradient)
    this.unknowns = unknownsOf(this.#grids)
    this.gridGradient = unknownsOf(this.#gridGradients)
  }

  /** Arrays like the parameters, zero; `name` tells them from other ones. */
  like(name: string): Values[] {
    return this.free.map(({ representation: { block } }) => this.#blockOf(block, name).fill(0))
  }

  /** Puts everything where a run starts. */
  async start(): Promise<void> {
    for (const { name, fixed, representations } of this.#settings) {
      if (representations.length === 0) this.#grids[name]?.set(fixed)
    }
    for (const { representation, parameters } of this.free) await representation.start(parameters)
    this.toGrids()
  }

  toGrids(): void {
    this.#addUp(this.#grids, ({ representation, parameters }, grid) => {
      if (!representation.identity) representation.toGrid(parameters, grid)
    })
  }

  /** Writes what every representation stands for, or the sum where an unknown has several. */
  #addUp(
    grids: Partial<Grids>,
    write: (unknown: FreeUnknown, into: GridValues, block: number) => void,
  ): void {
    const begun = new Set<UnknownName>()
    this.free.forEach((unknown, block) => {
      const grid = grids[unknown.name]
      if (!grid) return
      if (!begun.has(unknown.name)) write(unknown, grid, block)
      else {
        const part = this.#gridOf(unknown.name, 'part', grid.length)
        write(unknown, part, block)
        for (let i = 0; i < grid.length; i++) grid[i] += part[i]
      }
      begun.add(unknown.name)
    })
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
      const identity = this.free[block]?.representation.identity
      tangents[name] = identity ? tangent[block] : this.#gridOf(name, 'tangent', length)
      if (block === -1) tangents[name]?.fill(0)
    }
    this.#addUp(tangents, ({ representation, parameters }, grid, block) => {
      if (!representation.identity) representation.push(parameters, tangent[block], grid)
    })
    return unknownsOf(tangents)
  }

  #blockOf(block: ParameterBlock, role: string): Values {
    const length = blockLength(block)
    return block.precise
      ? new Float64Array(length)
      : this.#allocate(`${block.name} ${role}`, length)
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
