import { sampleDensity } from '#shared/fields/index.ts'
import type { GridGeometry } from '#shared/physics/grid.ts'
import { voxelCount } from '#shared/physics/grid.ts'
import { freeNames } from '#shared/session/free-names.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { RegularisationTerm, UnknownName } from '../kernels/interface.ts'
import { bindDensity } from '../models/fields.ts'
import { fieldOnGrid } from '../simulation/magnetic-field.ts'
import type { RunModels } from '../simulation/medium.ts'
import { cosmicRayElectronsOf, thermalElectronsOf } from '../simulation/medium.ts'
import type { RayIndices } from '../simulation/ray-index.ts'
import { components, correction } from './components.ts'
import type { UnknownSetting } from './field-stage.ts'
import { freeNumbersOf } from './free-numbers.ts'
import type { FreeNumber } from './free-numbers.ts'
import { modelOnGrid } from './parametric.ts'
import { constantIndex, indexGrid, logRatio, logScale, regionIndices } from './positive.ts'
import { gaussianPriors } from './prior.ts'
import { quadraticTerm } from './quadratic-term.ts'
import type { Representation } from './representation.ts'
import { vectorPotential } from './vector-potential.ts'
import type { RunTerm } from './terms.ts'
import { quadraticPenalty, whitePrior } from './terms.ts'
import { whitened } from './whitened.ts'

/** The unknowns of a run with what stands for them, and the regularisation of both. */
export interface RunUnknowns {
  readonly settings: readonly UnknownSetting[]
  /** In the order of the run file. */
  readonly terms: readonly RunTerm[]
  /** [nx, ny, nz, 3] microgauss: the initial model; that of a grid is zero outside the region. */
  readonly initialField: Float64Array
  /** Parameters of models that are fitted. */
  readonly numbers: readonly FreeNumber[]
  /** Numbers of the regions whose spectral indices are free, in the order of the parameters. */
  readonly indexRegions?: readonly number[]
}

type Entry = RunFile['regularisation'][number]
type Section = Entry['of']

const unknownOf: Readonly<Record<Section, UnknownName>> = {
  magnetic_field: 'magneticField',
  thermal_electrons: 'thermalElectrons',
  cosmic_ray_electrons: 'cosmicRays',
  spectral_index: 'spectralIndex',
}

/** Names in `cosmic_ray_electrons.free` that are no parameters of its model. */
const freeOfCosmicRays = ['scale', 'spectral_index', 'spectral_index_grid'] as const

/** Whether nothing but parameters of models is free in a run, so that it can do without its grid. */
export function fitsModelsAlone({
  magnetic_field: field,
  thermal_electrons: thermal,
  cosmic_ray_electrons: cosmic,
}: RunFile): boolean {
  const free = [field, thermal, cosmic].flatMap((section) => freeNames(section.free))
  return (
    [field, thermal, cosmic].every(({ model }) => model !== 'grid') &&
    field.grid?.representation !== 'correction' &&
    cosmic.spectral_index_regions === undefined &&
    free.length > 0 &&
    !free.some((name) => freeOfCosmicRays.some((one) => one === name))
  )
}

/** What settings are made from. */
interface Making {
  readonly runFile: RunFile
  readonly models: RunModels
  readonly grid: GridGeometry
  readonly region: Uint8Array
  readonly numbers: Readonly<Record<'magnetic' | 'thermal' | 'cosmic', readonly FreeNumber[]>>
  /**
   * The region, where the kernels differentiate everywhere because a model's parameters matter everywhere, and grids have to
   * leave out the rest themselves.
   */
  readonly mask: Uint8Array | undefined
}

/**
 * What a run leaves free, from its run file.
 *
 * @param region [voxel], non-zero inside
 * @param indices p along each ray, where it differs between them
 * @throws InputError that names the key
 */
export function runUnknowns(
  runFile: RunFile,
  models: RunModels,
  grid: GridGeometry,
  region: Uint8Array,
  indices?: RayIndices,
): RunUnknowns {
  const initialField = fieldOnGrid(models, grid)
  const numbers = modelNumbersOf(runFile, models)
  const all = Object.values(numbers).flat()
  const mask = all.length > 0 ? region : undefined
  const making: Making = { runFile, models, grid, region, numbers, mask }
  if (models.random && numbers.magnetic.length > 0) {
    throw new InputError(
      'magnetic_field.random: parameters of a model are fitted without a random field: leave this out, or free no parameter of the magnetic field.',
      { field: 'magnetic_field.random' },
    )
  }
  const settings = [
    magneticField(making, initialField),
    ...densities(making),
    ...(indices ? [skyIndex(indices)] : spectralIndex(making)),
  ]
  if (settings.every(({ representations }) => representations.length === 0)) {
    throw nothingIsFree(runFile)
  }
  const terms = runFile.regularisation.flatMap((entry, i) =>
    termOf(entry, `regularisation[${i}]`, runFile, settings, grid, region, initialField),
  )
  const { numbers: indexRegions } = indices?.regions ?? {}
  return {
    settings,
    terms: [...terms, ...priorTerms(settings)],
    initialField,
    numbers: all,
    ...(indexRegions ? { indexRegions } : {}),
  }
}

export function nothingIsFree({ magnetic_field: { model } }: RunFile): InputError {
  const [field, what] =
    model === 'grid'
      ? ['magnetic_field.grid.free', 'free the field, or make an electron density a grid']
      : [
          'magnetic_field.free',
          'name parameters of the model in free (in the workbench: tick Fit beside them), or set "model: grid"',
        ]
  return new InputError(`${field}: nothing is free: ${what}.`, { field })
}

/** The parameters of models that a run file frees. @throws InputError that names the key */
export function modelNumbersOf(runFile: RunFile, models: RunModels): Making['numbers'] {
  const {
    magnetic_field: field,
    thermal_electrons: thermal,
    cosmic_ray_electrons: cosmic,
  } = runFile
  const refuse = (section: 'thermal_electrons' | 'cosmic_ray_electrons', name: string) =>
    new InputError(
      `${section}.free: every voxel is free already, the parameters of the model that the grid starts from are not: leave out ${name}.`,
      { field: `${section}.free` },
    )
  const own = freeNames(cosmic.free).filter((name) => !freeOfCosmicRays.some((one) => one === name))
  if (cosmic.model === 'grid' && own.length > 0) throw refuse('cosmic_ray_electrons', own[0])
  const [first] = freeNames(thermal.free)
  if (thermal.model === 'grid' && first !== undefined) throw refuse('thermal_electrons', first)
  return {
    magnetic:
      field.model === 'grid' ? [] : freeNumbersOf(runFile, 'magnetic_field', models.magnetic),
    thermal: freeNumbersOf(runFile, 'thermal_electrons', models.thermalElectrons),
    cosmic: freeNumbersOf(
      runFile,
      'cosmic_ray_electrons',
      models.cosmicRayElectrons,
      freeOfCosmicRays,
    ),
  }
}

/** Gaussian priors of the parameters of models. */
function priorTerms(settings: readonly UnknownSetting[]): RunTerm[] {
  return settings.flatMap(({ representations }) =>
    representations.flatMap(({ numbers, block }): RunTerm[] => {
      const penalty = numbers && gaussianPriors(numbers)
      if (penalty === undefined) return []
      return [{ by: 'parameters', label: `prior_${block.name}`, block: block.name, penalty }]
    }),
  )
}

function magneticField(making: Making, initial: Float64Array): UnknownSetting {
  const { runFile, numbers } = making
  const isGrid = runFile.magnetic_field.model === 'grid'
  const { free = true } = runFile.magnetic_field.grid ?? {}
  return {
    name: 'magneticField',
    length: initial.length,
    representations: isGrid
      ? free
        ? [gridField(making, initial)]
        : []
      : modelField(making, initial, numbers.magnetic),
    fixed: initial,
    rate: 1,
  }
}

function gridField({ runFile, grid, region, mask }: Making, initial: Float64Array): Representation {
  const { representation = 'components' } = runFile.magnetic_field.grid ?? {}
  switch (representation) {
    case 'components':
      return mask ? correction(grid, initial, mask) : components(grid, initial)
    case 'correction':
      return correction(grid, initial, mask)
    case 'vector-potential':
      return vectorPotential(grid, region, initial)
    case 'whitened':
      return whitened(grid, region, initial, randomField(runFile))
  }
}

/** A model with what is free of it, and a grid that is added to it where one is asked for. */
function modelField(
  { runFile, models, grid, region }: Making,
  initial: Float64Array,
  numbers: readonly FreeNumber[],
): Representation[] {
  const { representation = 'components' } = runFile.magnetic_field.grid ?? {}
  if (representation === 'vector-potential' || representation === 'whitened') {
    const field = 'magnetic_field.grid.representation'
    throw new InputError(
      `${field}: what is added to a model is a correction, not ${representation}: choose correction, or leave this out.`,
      { field },
    )
  }
  const added = representation === 'correction'
  // Where the grid is only a means, it stands for the model between its vertices too.
  const sharpened = fitsModelsAlone(runFile) && runFile.optimiser.corrections > 0
  const { magnetic, observerKpc } = models
  const context = { observerKpc }
  const base =
    numbers.length > 0
      ? [modelOnGrid(grid, 'magnetic_field', magnetic, numbers, 3, context, sharpened)]
      : []
  if (!added) return base
  // Whatever has parameters of its own is not in the correction's model too.
  const fixed = numbers.length > 0 ? new Float64Array(initial.length) : initial
  return [...base, correction(grid, fixed, region)]
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

function densities({ runFile, models, grid, numbers, mask }: Making): UnknownSetting[] {
  const context = { observerKpc: models.observerKpc }
  const { thermal_electrons: thermal, cosmic_ray_electrons: cosmic } = runFile
  const settings: UnknownSetting[] = []
  const add = (
    name: UnknownName,
    model: Float64Array,
    rate: number,
    representation: Representation,
  ): void => {
    const representations = [representation]
    settings.push({ name, length: voxelCount(grid), representations, fixed: model, rate })
  }
  if (thermal.model === 'grid') {
    const model = sampleDensity(grid, bindDensity(models.thermalElectrons, context))
    const { relative_rate: rate = 0.1 } = thermal.grid ?? {}
    add('thermalElectrons', model, rate, logRatio(grid, 'thermal_electrons', model, mask))
  } else if (numbers.thermal.length > 0) {
    const { thermalElectrons: model } = models
    const own = modelOnGrid(grid, 'thermal_electrons', model, numbers.thermal, 1, context)
    add('thermalElectrons', sampleDensity(grid, thermalElectronsOf(models)), 1, own)
  }
  const scaled = freeNames(cosmic.free).includes('scale')
  if (numbers.cosmic.length > 0) {
    if (scaled) {
      throw new InputError(
        'cosmic_ray_electrons.free: the scale is one of the whole model, and parameters of the model are free: free its density instead of scale.',
        { field: 'cosmic_ray_electrons.free' },
      )
    }
    const { cosmicRayElectrons: model } = models
    const own = modelOnGrid(grid, 'cosmic_ray_electrons', model, numbers.cosmic, 1, context)
    add('cosmicRays', sampleDensity(grid, bindDensity(model, context)), 1, own)
  } else if (cosmic.model === 'grid' || scaled) {
    if (cosmic.model === 'grid' && scaled) {
      throw new InputError(
        'cosmic_ray_electrons.free: every voxel is free already: leave out scale.',
        {
          field: 'cosmic_ray_electrons.free',
        },
      )
    }
    const model = sampleDensity(grid, cosmicRayElectronsOf(models))
    const { relative_rate: rate = 0.1 } = cosmic.grid ?? {}
    const representation = scaled
      ? logScale('cosmic_ray_electrons', model)
      : logRatio(grid, 'cosmic_ray_electrons', model, mask)
    add('cosmicRays', model, rate, representation)
  }
  return settings
}

/** p of every ray: held fixed, or one number for each region. */
function skyIndex({ values, regions }: RayIndices): UnknownSetting {
  return {
    name: 'raySpectralIndex',
    length: values.length,
    representations: regions ? [regionIndices(regions)] : [],
    fixed: values,
    rate: 0.1,
  }
}

function spectralIndex({ runFile, grid, mask }: Making): UnknownSetting[] {
  const { free, spectral_index: p } = runFile.cosmic_ray_electrons
  const everywhere = freeNames(free).includes('spectral_index')
  const voxels = freeNames(free).includes('spectral_index_grid')
  if (everywhere && voxels) {
    throw new InputError(
      'cosmic_ray_electrons.free: the spectral index is free in every voxel already: leave out spectral_index.',
      { field: 'cosmic_ray_electrons.free' },
    )
  }
  const rate = 0.1
  if (everywhere) {
    const representations = [constantIndex(p)]
    return [{ name: 'raySpectralIndex', length: 1, representations, fixed: [p], rate }]
  }
  if (!voxels) return []
  const length = voxelCount(grid)
  const representations = [indexGrid(grid, p, mask)]
  return [{ name: 'spectralIndex', length, representations, fixed: [], rate }]
}

/** Nothing for a term of an unknown that has no free voxels: it is a constant, or a matter of the priors. */
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
  // What is free in every voxel, beside the parameters of a model that it may be added to.
  const free = setting?.representations.find(({ numbers }) => numbers === undefined)
  const shape = free?.block.shape
  if (of !== 'magnetic_field') {
    if (term !== 'smoothness' && term !== 'amplitude') {
      throw new InputError(`${key}.term: ${of} takes smoothness or amplitude, not ${term}.`, {
        field: `${key}.term`,
      })
    }
    if (free === undefined || shape?.length !== 3) {
      throw new InputError(`${key}.of: ${of} is no free grid: make it one.`, {
        field: `${key}.of`,
      })
    }
    const penalty = quadraticPenalty(quadraticTerm(term, weight, grid, region, 1))
    return [{ by: 'parameters', label: `${term}_${of}`, block: free.block.name, penalty }]
  }
  if (free === undefined) return []
  const representation = runFile.magnetic_field.grid?.representation
  if (term === 'gaussian-random-field') {
    if (representation !== 'whitened') {
      throw new InputError(
        `${key}: the prior of a Gaussian random field is applied in whitened coordinates: set magnetic_field.grid.representation to whitened.`,
        { field: key },
      )
    }
    const penalty = quadraticPenalty(whitePrior(weight))
    return [{ by: 'parameters', label: term, block: free.block.name, penalty }]
  }
  // Added to a model that is fitted too, the correction alone is regularised: the model is what it is.
  if (setting !== undefined && setting.representations.length > 1) {
    if (term === 'total-variation') {
      throw new InputError(
        `${key}.term: the correction of a model with free parameters takes smoothness, divergence or amplitude, not total-variation.`,
        { field: `${key}.term` },
      )
    }
    const penalty = quadraticPenalty(quadraticTerm(term, weight, grid, region, 3))
    return [{ by: 'parameters', label: term, block: free.block.name, penalty }]
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
