import {
  bindDensity,
  bindMagneticField,
  sampleDensity,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { RegularisationTerm, UnknownName } from '../kernels/interface.ts'
import type { RunModels } from '../simulation/medium.ts'
import { components, correction } from './components.ts'
import type { UnknownSetting } from './field-stage.ts'
import { constantIndex, indexGrid, logRatio, logScale } from './positive.ts'
import { quadraticTerm } from './quadratic-term.ts'
import type { Representation } from './representation.ts'
import { vectorPotential } from './vector-potential.ts'
import type { RunTerm } from './terms.ts'
import { whitePrior } from './terms.ts'
import { whitened } from './whitened.ts'

/** The unknowns of a run with what stands for them, and the regularisation of both. */
export interface RunUnknowns {
  readonly settings: readonly UnknownSetting[]
  /** In the order of the run file. */
  readonly terms: readonly RunTerm[]
  /** [nx, ny, nz, 3] microgauss: the initial model, zero outside the region. */
  readonly initialField: Float64Array
}

type Entry = RunFile['regularisation'][number]
type Section = Entry['of']

const unknownOf: Readonly<Record<Section, UnknownName>> = {
  magnetic_field: 'magneticField',
  thermal_electrons: 'thermalElectrons',
  cosmic_ray_electrons: 'cosmicRays',
  spectral_index: 'spectralIndex',
}

/** Names in `cosmic_ray_electrons.free` that a run understands. */
const freeOfCosmicRays = ['scale', 'spectral_index', 'spectral_index_grid'] as const

/**
 * What a run leaves free, from its run file.
 *
 * @param region [voxel], non-zero inside
 * @throws InputError that names the key
 */
export function runUnknowns(
  runFile: RunFile,
  models: RunModels,
  grid: GridGeometry,
  region: Uint8Array,
): RunUnknowns {
  const context = { observerKpc: models.observerKpc }
  const initialField = sampleMagneticField(
    grid,
    bindMagneticField(models.magnetic, context),
    models.grid?.region,
  )
  const settings = [
    magneticField(runFile, grid, region, initialField),
    ...densities(runFile, models, grid),
    ...spectralIndex(runFile, grid),
  ]
  if (settings.every(({ representation }) => representation === undefined)) {
    throw new InputError(
      'magnetic_field.grid.free: nothing is free: free the field, or make an electron density a grid.',
      { field: 'magnetic_field.grid.free' },
    )
  }
  const terms = runFile.regularisation.flatMap((entry, i) =>
    termOf(entry, `regularisation[${i}]`, runFile, settings, grid, region, initialField),
  )
  return { settings, terms, initialField }
}

function magneticField(
  runFile: RunFile,
  grid: GridGeometry,
  region: Uint8Array,
  initial: Float64Array,
): UnknownSetting {
  const { representation = 'components', free = true } = runFile.magnetic_field.grid ?? {}
  const build = (): Representation => {
    switch (representation) {
      case 'components':
        return components(grid, initial)
      case 'correction':
        return correction(grid, initial)
      case 'vector-potential':
        return vectorPotential(grid, region, initial)
      case 'whitened':
        return whitened(grid, region, initial, randomField(runFile))
    }
  }
  return {
    name: 'magneticField',
    length: initial.length,
    representation: free ? build() : undefined,
    fixed: initial,
    rate: 1,
  }
}

function randomField({ regularisation }: RunFile) {
  const entry = regularisation.find(({ term }) => term === 'gaussian-random-field')
  if (entry === undefined) {
    throw new InputError(
      'magnetic_field.grid.representation: whitened coordinates need the power spectrum of their prior: add the term gaussian-random-field to regularisation.',
      { field: 'magnetic_field.grid.representation' },
    )
  }
  const { sigma_microgauss: sigma = 2, correlation_kpc: correlationKpc = 1, slope = 11 / 3 } = entry
  return { sigma, correlationKpc, slope }
}

function densities(runFile: RunFile, models: RunModels, grid: GridGeometry): UnknownSetting[] {
  const context = { observerKpc: models.observerKpc }
  const { thermal_electrons: thermal, cosmic_ray_electrons: cosmic } = runFile
  const unknown = cosmic.free.find((name) => !freeOfCosmicRays.some((known) => known === name))
  if (unknown !== undefined || thermal.free.length > 0) {
    const section = unknown === undefined ? 'thermal_electrons' : 'cosmic_ray_electrons'
    throw new InputError(
      `${section}.free: a run fits voxels (model: grid), and of cosmic-ray electrons also ${freeOfCosmicRays.join(', ')}, not ${unknown ?? thermal.free[0]}. \`larmor evaluate\` gives the derivatives of parametric models.`,
      { field: `${section}.free` },
    )
  }
  const settings: UnknownSetting[] = []
  const add = (
    name: UnknownName,
    model: Float64Array,
    rate: number,
    representation: Representation,
  ): void => {
    settings.push({ name, length: voxelCount(grid), representation, fixed: model, rate })
  }
  if (thermal.model === 'grid') {
    const model = sampleDensity(grid, bindDensity(models.thermalElectrons, context))
    const { relative_rate: rate = 0.1 } = thermal.grid ?? {}
    add('thermalElectrons', model, rate, logRatio(grid, 'thermal_electrons', model))
  }
  const scaled = cosmic.free.includes('scale')
  if (cosmic.model === 'grid' || scaled) {
    if (cosmic.model === 'grid' && scaled) {
      throw new InputError(
        'cosmic_ray_electrons.free: every voxel is free already: leave out scale.',
        {
          field: 'cosmic_ray_electrons.free',
        },
      )
    }
    const model = sampleDensity(grid, bindDensity(models.cosmicRayElectrons, context))
    const { relative_rate: rate = 0.1 } = cosmic.grid ?? {}
    const representation = scaled
      ? logScale('cosmic_ray_electrons', model)
      : logRatio(grid, 'cosmic_ray_electrons', model)
    add('cosmicRays', model, rate, representation)
  }
  return settings
}

function spectralIndex(
  { cosmic_ray_electrons: { free, spectral_index: p } }: RunFile,
  grid: GridGeometry,
): UnknownSetting[] {
  const everywhere = free.includes('spectral_index')
  const voxels = free.includes('spectral_index_grid')
  if (everywhere && voxels) {
    throw new InputError(
      'cosmic_ray_electrons.free: the spectral index is free in every voxel already: leave out spectral_index.',
      { field: 'cosmic_ray_electrons.free' },
    )
  }
  const rate = 0.1
  if (everywhere) {
    const representation = constantIndex(p)
    return [{ name: 'raySpectralIndex', length: 1, representation, fixed: [p], rate }]
  }
  if (!voxels) return []
  const length = voxelCount(grid)
  const representation = indexGrid(grid, p)
  return [{ name: 'spectralIndex', length, representation, fixed: [], rate }]
}

/** Nothing for a term of an unknown that is held fixed: it is a constant. */
function termOf(
  entry: Entry,
  key: string,
  runFile: RunFile,
  settings: readonly UnknownSetting[],
  grid: GridGeometry,
  region: Uint8Array,
  initialField: Float64Array,
): RunTerm[] {
  const { term, weight, of } = entry
  const unknown = unknownOf[of]
  const setting = settings.find(({ name }) => name === unknown)
  const shape = setting?.representation?.block.shape
  if (of !== 'magnetic_field') {
    if (term !== 'smoothness' && term !== 'amplitude') {
      throw new InputError(`${key}.term: ${of} takes smoothness or amplitude, not ${term}.`, {
        field: `${key}.term`,
      })
    }
    if (shape?.length !== 3) {
      throw new InputError(`${key}.of: ${of} is no free grid: make it one.`, {
        field: `${key}.of`,
      })
    }
    const quadratic = quadraticTerm(term, weight, grid, region, 1)
    return [{ by: 'parameters', label: `${term}_${of}`, unknown, quadratic }]
  }
  if (shape === undefined) return []
  const representation = runFile.magnetic_field.grid?.representation
  if (term === 'gaussian-random-field') {
    if (representation !== 'whitened') {
      throw new InputError(
        `${key}: the prior of a Gaussian random field is applied in whitened coordinates: set magnetic_field.grid.representation to whitened.`,
        { field: key },
      )
    }
    return [{ by: 'parameters', label: term, unknown, quadratic: whitePrior(weight) }]
  }
  // Of a correction, the amplitude is that of the correction.
  const reference = term === 'amplitude' && representation === 'correction'
  const kernelTerm: RegularisationTerm = {
    term,
    weight,
    ...(reference ? { reference: initialField } : {}),
  }
  const curvature =
    term === 'total-variation' ? undefined : quadraticTerm(term, weight, grid, region, 3)
  return [{ by: 'kernels', label: term, kernelTerm, curvature }]
}
