import {
  ModelError,
  bindDensity,
  bindMagneticField,
  listModels,
  resolveModel,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import type {
  FieldKind,
  ModelDefinition,
  ParameterValue,
  ResolvedModel,
} from '#shared/fields/index.ts'
import type { GridGeometry, Medium, Region, SpatialField, Vector3 } from '#shared/physics/index.ts'
import { griddedVectorField } from '#shared/physics/index.ts'
import { gridSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import { electronTableOf, tabulatedDensity } from './density-table.ts'
import type { DensityTable } from './density-table.ts'

/** A model as one of the run file's sections names it. */
interface ModelSection extends ModelDefinition {
  model: string
  variant?: string
  parameters: Readonly<Record<string, ParameterValue>>
  B_microgauss?: Vector3
  n_e_cm3?: number
  C_m3?: number
  radius_kpc?: number
}

/** Parameters of the uniform models that may stand beside `model` as well as in `parameters`. */
const ownKeys = ['B_microgauss', 'n_e_cm3', 'C_m3', 'radius_kpc'] as const

/**
 * The model that a section of a run file names, with all its parameters.
 *
 * @param key the section, for messages
 * @throws InputError that names the key
 */
export function resolveSection<Kind extends FieldKind>(
  kind: Kind,
  key: string,
  section: ModelSection,
): ResolvedModel<Kind> {
  requireLibraryModel(kind, key, section.model)
  const parameters: Record<string, ParameterValue> = { ...section.parameters }
  const beside: string[] = []
  for (const name of ownKeys) {
    const value = section[name]
    if (value === undefined) continue
    if (name in parameters) {
      const field = `${key}.${name}`
      throw new InputError(`${field} is given twice: beside the model and in its parameters.`, {
        field,
      })
    }
    parameters[name] = value
    beside.push(name)
  }
  try {
    const { model, variant, formula, of } = section
    return resolveModel(kind, { model, variant, parameters, formula, of })
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const own = error.key.replace(/^parameters\./, '')
    const field = `${key}.${beside.includes(own) ? own : error.key}`
    throw new InputError(`${field}: ${error.message}`, { field, cause: error })
  }
}

/** What a field can be besides a model, and where that is possible. */
const otherSources: Readonly<Record<string, string>> = {
  grid: 'a grid cannot start from a grid',
  file: 'only thermal electrons can be read from a file',
}

function requireLibraryModel(kind: FieldKind, key: string, model: string): void {
  if (!Object.hasOwn(otherSources, model)) return
  const field = `${key}.model`
  const names = listModels().flatMap(({ kind: of, name }) => (of === kind ? [name] : []))
  throw new InputError(
    `${field}: "${model}" is not possible here, ${otherSources[model]}: choose one of ${names.join(', ')}.`,
    { field },
  )
}

/**
 * The grid settings of a magnetic field, with their defaults; undefined where it is a model.
 *
 * @throws InputError for keys of a model beside a grid, or of a grid beside a model: they would be ignored
 */
export function gridSettingsOf({
  magnetic_field: field,
}: RunFile): RunFile['magnetic_field']['grid'] {
  if (field.model !== 'grid') {
    if (field.grid === undefined) return undefined
    throw new InputError(
      `magnetic_field.grid: the field is the model "${field.model}": set "model: grid" to use these settings, or leave them out.`,
      { field: 'magnetic_field.grid' },
    )
  }
  const unused = (['variant', 'B_microgauss', 'radius_kpc'] as const).find(
    (name) => field[name] !== undefined,
  )
  const wrong = unused ?? (Object.keys(field.parameters).length > 0 ? 'parameters' : undefined)
  if (wrong !== undefined) {
    throw new InputError(
      `magnetic_field.${wrong}: a grid takes its first values from magnetic_field.grid.initial: move this there.`,
      { field: `magnetic_field.${wrong}` },
    )
  }
  return field.grid ?? gridSchema.parse({})
}

/** The models of a run file with all their parameters, before they are bound to functions of position. */
export interface RunModels {
  /** The field, or what a grid starts from. */
  magnetic: ResolvedModel<'magnetic'>
  /** Present where the field is a grid. */
  grid?: GridGeometry & { region: Region }
  /** `none` where there is a table. */
  thermalElectrons: ResolvedModel<'thermal-electrons'>
  /** Present where the density comes from a file. */
  electronTable?: DensityTable
  cosmicRayElectrons: ResolvedModel<'cosmic-ray-electrons'>
  spectralIndex: number
  observerKpc: Vector3
}

/** @throws InputError that names the key */
export function modelsOf(runFile: RunFile): RunModels {
  const { magnetic_field: field, cosmic_ray_electrons: cosmic } = runFile
  const electronTable = electronTableOf(runFile)
  const others = {
    ...(electronTable
      ? { electronTable, thermalElectrons: resolveModel('thermal-electrons', { model: 'none' }) }
      : { thermalElectrons: resolveDensity('thermal-electrons', 'thermal_electrons', runFile) }),
    cosmicRayElectrons: resolveDensity('cosmic-ray-electrons', 'cosmic_ray_electrons', runFile),
    spectralIndex: cosmic.spectral_index,
    observerKpc: runFile.box.observer_kpc,
  }
  const settings = gridSettingsOf(runFile)
  if (!settings) return { magnetic: resolveSection('magnetic', 'magnetic_field', field), ...others }
  const { shape, region, initial } = settings
  return {
    magnetic: resolveSection('magnetic', 'magnetic_field.grid.initial', initial),
    grid: { shape, halfSizeKpc: runFile.box.half_size_kpc, region },
    ...others,
  }
}

/** The model of a density, or what its grid starts from. */
function resolveDensity<Kind extends 'thermal-electrons' | 'cosmic-ray-electrons'>(
  kind: Kind,
  key: 'thermal_electrons' | 'cosmic_ray_electrons',
  runFile: RunFile,
): ResolvedModel<Kind> {
  const section = runFile[key]
  if (section.model !== 'grid') {
    if (section.grid === undefined) return resolveSection(kind, key, section)
    throw new InputError(
      `${key}.grid: the density is the model "${section.model}": set "model: grid" to use these settings, or leave them out.`,
      { field: `${key}.grid` },
    )
  }
  if (section.grid === undefined) {
    throw new InputError(`${key}.grid.initial: say which model the grid starts from.`, {
      field: `${key}.grid.initial`,
    })
  }
  return resolveSection(kind, `${key}.grid.initial`, section.grid.initial)
}

/** n_e as a function of position, from its model or its table. */
export function thermalElectronsOf(models: RunModels): SpatialField<number> {
  const { thermalElectrons, electronTable, observerKpc } = models
  return electronTable
    ? tabulatedDensity(electronTable)
    : bindDensity(thermalElectrons, { observerKpc })
}

/** What the models fill the Galaxy with; a grid holds its initial values. */
export function mediumOf(models: RunModels): Medium {
  const { grid, observerKpc } = models
  const context = { observerKpc }
  const field = bindMagneticField(models.magnetic, context)
  return {
    magneticField: grid
      ? griddedVectorField(grid, sampleMagneticField(grid, field, grid.region))
      : field,
    thermalElectrons: thermalElectronsOf(models),
    cosmicRayElectrons: bindDensity(models.cosmicRayElectrons, context),
    spectralIndex: models.spectralIndex,
  }
}
