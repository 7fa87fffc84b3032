import { totalmem } from 'node:os'
import {
  PeriodicBox,
  bindDensity,
  realiseRandomField,
  resolveModel,
  shortestWavelength,
} from '#shared/fields/index.ts'
import type { RandomField, ResolvedModel } from '#shared/fields/index.ts'
import type { GridGeometry, SpatialField, Vector3 } from '#shared/physics/index.ts'
import type { RandomFieldChoice } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'

/** A random field as a run file describes it, checked, and the grid that holds it. */
export interface RandomFieldPlan {
  readonly choice: RandomFieldChoice
  readonly strength: ResolvedModel<'random-field-strength'>
  readonly grid: GridGeometry
  /** kpc */
  readonly innerKpc: number
  /** The section of the run file, for messages. */
  readonly key: string
}

/** Resolves the model of a section; throws InputError that names the key. */
type ResolveStrength = (
  key: string,
  section: NonNullable<RandomFieldChoice['strength']>,
) => ResolvedModel<'random-field-strength'>

/** @throws InputError that names the key */
export function planRandomField(
  choice: RandomFieldChoice,
  grid: GridGeometry,
  key: string,
  resolveStrength: ResolveStrength,
): RandomFieldPlan {
  const refuse = (name: string, why: string): InputError => {
    const field = `${key}.${name}`
    return new InputError(`${field}: ${why}`, { field })
  }
  const { rms_microgauss: rms, strength, striation, outer_scale_kpc: outer } = choice
  if (rms !== undefined && strength !== undefined) {
    throw refuse('rms_microgauss', 'the strength is given twice: leave out this or strength.')
  }
  if (rms === undefined && strength === undefined && striation === 0) {
    throw refuse(
      'rms_microgauss',
      'say how strong the field is: rms_microgauss, a model as strength, or striation.',
    )
  }
  const shortest = shortestWavelength(grid)
  const innerKpc = choice.inner_scale_kpc ?? shortest
  const size = `the grid of ${grid.shape.join(' x ')} cells holds no waves shorter than ${round(shortest)} kpc, two of its largest spacings`
  if (innerKpc < shortest * (1 - 1e-9)) {
    throw refuse('inner_scale_kpc', `${size}: give no less, or make the cells smaller.`)
  }
  if (!(outer > innerKpc)) {
    throw refuse(
      'outer_scale_kpc',
      choice.inner_scale_kpc === undefined
        ? `${outer} kpc is too short: ${size}. Give more, or make the cells smaller.`
        : `the longest wavelength (${outer} kpc) must be longer than inner_scale_kpc (${innerKpc} kpc).`,
    )
  }
  requireMemory(grid, outer, key)
  return {
    choice,
    strength: strength
      ? resolveStrength(`${key}.strength`, strength)
      : resolveModel('random-field-strength', {
          model: 'uniform',
          parameters: { rms_microgauss: rms ?? 0 },
        }),
    grid,
    innerKpc,
    key,
  }
}

/** Complex numbers of two fields per cell of the periodic box. */
const BYTES_PER_CELL = 32
/** What else there is takes the rest. */
const MEMORY_SHARE = 0.5

/** What making a random field takes: its periodic box, and three components of its grid in float64. */
export function randomFieldBytes(grid: GridGeometry, outerKpc: number): number {
  const { shape } = new PeriodicBox(grid, outerKpc)
  return BYTES_PER_CELL * product(shape) + 24 * product(grid.shape)
}

/** @throws InputError where that would be more than half of the memory of this machine */
function requireMemory(grid: GridGeometry, outerKpc: number, key: string): void {
  const bytes = randomFieldBytes(grid, outerKpc)
  if (bytes <= MEMORY_SHARE * totalmem()) return
  const { shape } = new PeriodicBox(grid, outerKpc)
  throw new InputError(
    `${key}: the random field is made in a periodic box of ${shape.join(' x ')} cells, which takes ${(bytes / 1e9).toFixed(1)} GB, and this machine has ${(totalmem() / 1e9).toFixed(1)} GB: make the grid coarser.`,
    { field: key },
  )
}

function product([x, y, z]: readonly [number, number, number]): number {
  return x * y * z
}

function round(length: number): number {
  return Number(length.toPrecision(6))
}

/**
 * The values of a planned random field at the centres of its grid.
 *
 * @param regular the field that it belongs to
 * @throws InputError where no wave fits, or a value is not finite
 */
export function realise(
  { choice, strength, grid, innerKpc, key }: RandomFieldPlan,
  regular: SpatialField<Vector3>,
  observerKpc: Vector3,
): RandomField {
  const { parameters, model } = strength
  const { rms_microgauss: everywhere } = parameters
  const local = bindDensity(strength, { observerKpc })
  let field: RandomField
  try {
    field = realiseRandomField(
      grid,
      {
        seed: choice.seed,
        slope: choice.spectral_slope,
        outerKpc: choice.outer_scale_kpc,
        innerKpc,
        anisotropy: choice.anisotropy,
        striation: choice.striation,
        divergenceFree: choice.divergence_free,
      },
      {
        strength:
          model.name === 'uniform' && typeof everywhere === 'number' ? everywhere : local.evaluate,
        regular: regular.evaluate,
      },
    )
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const field = `${key}.outer_scale_kpc`
    throw new InputError(`${field}: ${error.message}`, { field, cause: error })
  }
  if (!field.values.every(Number.isFinite)) {
    throw new InputError(
      `${key}: the field is not finite everywhere: check the parameters of its strength and of the regular field.`,
      { field: key },
    )
  }
  return field
}
