import { ModelError, listModels, resolveModel } from '#shared/fields/index.ts'
import type {
  FieldKind,
  ModelDefinition,
  ParameterValue,
  ResolvedModel,
} from '#shared/fields/index.ts'
import type { GridGeometry, Medium, Region, SpatialField, Vector3 } from '#shared/physics/index.ts'
import { freedomsOf } from '#shared/session/free-names.ts'
import { gridSchema } from '#shared/session/run-file.ts'
import type { RandomFieldChoice, RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { CosmicRaySpectrum } from '../kernels/interface.ts'
import { bindDensity } from '../models/fields.ts'
import { requireOneEnergyLaw } from './cosmic-ray-inputs.ts'
import type { CosmicRayInputs, SkyIndex } from './cosmic-ray-inputs.ts'
import { fieldTable, tabulatedDensity } from './field-table.ts'
import type { FieldTable } from './field-table.ts'
import { magneticFieldOf } from './magnetic-field.ts'
import { planRandomField } from './random-field.ts'
import type { RandomFieldPlan } from './random-field.ts'

/** A model as one of the run file's sections names it. */
interface ModelSection extends ModelDefinition {
  model: string
  variant?: string
  parameters: Readonly<Record<string, ParameterValue>>
  B_microgauss?: Vector3
  n_e_cm3?: number
  C_m3?: number
  radius_kpc?: number
  free?: RunFile['magnetic_field']['free']
}

/** Parameters of the uniform models that may stand beside `model` as well as in `parameters`. */
const ownKeys = ['B_microgauss', 'n_e_cm3', 'C_m3', 'radius_kpc'] as const

/**
 * The model that a section of a run file names, with all its parameters.
 *
 * @param key the section, for messages
 * @throws InputError that names the key
 */
function resolveSection<Kind extends FieldKind>(
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
  const started = startingValues(key, section, parameters)
  Object.assign(parameters, started)
  try {
    const { model, variant, formula, of } = section
    return resolveModel(kind, { model, variant, parameters, formula, of })
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const own = error.key.replace(/^parameters\./, '')
    const where = own in started ? `free.${own}.initial` : beside.includes(own) ? own : error.key
    const field = `${key}.${where}`
    throw new InputError(`${field}: ${error.message}`, { field, cause: error })
  }
}

/** Values that a fit starts from, of free parameters that say so. */
function startingValues(
  key: string,
  { free = [] }: ModelSection,
  parameters: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const values: Record<string, ParameterValue> = {}
  for (const [name, { initial }] of freedomsOf(free)) {
    if (initial === undefined) continue
    if (name in parameters) {
      const field = `${key}.free.${name}.initial`
      throw new InputError(
        `${field}: "${name}" has a value in parameters already: leave one out.`,
        {
          field,
        },
      )
    }
    values[name] = initial
  }
  return values
}

/** What a field can be besides a model, and where that is possible. */
const otherSources: Readonly<Record<string, string>> = {
  grid: 'a grid cannot start from a grid',
  file: 'tables are fields and densities that are held fixed, and what the grid of a magnetic field starts from',
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
 * The grid of a magnetic field that is one, or that a run takes a model to, with its defaults.
 *
 * @throws InputError for keys of a model beside a grid: they would be ignored
 */
export function gridSettingsOf({
  magnetic_field: field,
}: RunFile): NonNullable<RunFile['magnetic_field']['grid']> {
  const settings = field.grid ?? gridSchema.parse({})
  if (field.model !== 'grid') return settings
  const unused = (['variant', 'B_microgauss', 'radius_kpc', 'random'] as const).find(
    (name) => field[name] !== undefined,
  )
  const wrong = unused ?? (Object.keys(field.parameters).length > 0 ? 'parameters' : undefined)
  if (wrong !== undefined) {
    throw new InputError(
      `magnetic_field.${wrong}: a grid takes its first values from magnetic_field.grid.initial: move this there.`,
      { field: `magnetic_field.${wrong}` },
    )
  }
  return settings
}

/** The models of a run file with all their parameters, before they are bound to functions of position. */
export interface RunModels {
  /** The field, or what a grid starts from. */
  magnetic: ResolvedModel<'magnetic'>
  /** Present where the field is a grid. */
  grid?: GridGeometry & { region: Region }
  /** Present where the field comes from a file; `magnetic` is then zero. */
  magneticTable?: FieldTable
  /** What is added to the field. */
  random?: RandomFieldPlan
  /** `none` where there is a table. */
  thermalElectrons: ResolvedModel<'thermal-electrons'>
  /** Present where the density comes from a file. */
  electronTable?: FieldTable
  /** Zero where there is a table. */
  cosmicRayElectrons: ResolvedModel<'cosmic-ray-electrons'>
  cosmicRayTable?: FieldTable
  spectralIndex: number
  /** Present where p depends on the direction, and its map was read. */
  skyIndex?: SkyIndex
  /** Present where the electrons have no power law, and their table was read. */
  spectrum?: CosmicRaySpectrum
  observerKpc: Vector3
}

/**
 * @param inputs what was read of the files that `cosmic_ray_electrons` names; without them a run file can be checked
 * @throws InputError that names the key
 */
export function modelsOf(runFile: RunFile, inputs: CosmicRayInputs = {}): RunModels {
  const { magnetic_field: field, cosmic_ray_electrons: cosmic } = runFile
  requireOneEnergyLaw(cosmic)
  const { electronTable, cosmicRayTable } = densityTablesOf(runFile)
  const others = {
    ...(electronTable
      ? { electronTable, thermalElectrons: resolveModel('thermal-electrons', { model: 'none' }) }
      : { thermalElectrons: resolveDensity('thermal-electrons', 'thermal_electrons', runFile) }),
    ...(cosmicRayTable
      ? {
          cosmicRayTable,
          cosmicRayElectrons: resolveModel('cosmic-ray-electrons', {
            model: 'uniform',
            parameters: { C_m3: 0 },
          }),
        }
      : {
          cosmicRayElectrons: resolveDensity(
            'cosmic-ray-electrons',
            'cosmic_ray_electrons',
            runFile,
          ),
        }),
    spectralIndex: cosmic.spectral_index,
    ...inputs,
    observerKpc: runFile.box.observer_kpc,
  }
  const { shape, region, initial } = gridSettingsOf(runFile)
  const halfSizeKpc = runFile.box.half_size_kpc
  if (field.model !== 'grid') {
    return {
      ...magneticOf('magnetic_field', field, halfSizeKpc),
      ...randomOf(field.random, field.random?.shape ?? shape, halfSizeKpc, 'magnetic_field.random'),
      ...others,
    }
  }
  const key = 'magnetic_field.grid.initial'
  return {
    ...magneticOf(key, initial, halfSizeKpc),
    grid: { shape, halfSizeKpc, region },
    ...randomOf(initial.random, shape, halfSizeKpc, `${key}.random`),
    ...others,
  }
}

/** Keys of models, which do not go with a table. */
const modelKeys = ['variant', 'formula', 'of', 'radius_kpc'] as const

/** The tables of densities, where there are any. */
function densityTablesOf({
  box: { half_size_kpc: halfSizeKpc },
  thermal_electrons: thermal,
  cosmic_ray_electrons: cosmic,
}: RunFile): Pick<RunModels, 'electronTable' | 'cosmicRayTable'> {
  return {
    electronTable: fieldTable(thermal, {
      key: 'thermal_electrons',
      components: 1,
      modelKeys: [...modelKeys, 'n_e_cm3', 'grid'],
      halfSizeKpc,
    }),
    cosmicRayTable: fieldTable(cosmic, {
      key: 'cosmic_ray_electrons',
      components: 1,
      modelKeys: [...modelKeys, 'C_m3', 'grid'],
      free: ['scale', 'spectral_index', 'spectral_index_grid'],
      halfSizeKpc,
    }),
  }
}

/** A magnetic field, or what a grid starts from: a model, or a table. */
function magneticOf(
  key: string,
  section: Parameters<typeof fieldTable>[0] & ModelSection,
  halfSizeKpc: Vector3,
): Pick<RunModels, 'magnetic' | 'magneticTable'> {
  const magneticTable = fieldTable(section, {
    key,
    components: 3,
    modelKeys: [...modelKeys, 'B_microgauss'],
    halfSizeKpc,
  })
  if (!magneticTable) return { magnetic: resolveSection('magnetic', key, section) }
  const nothing = { B_microgauss: [0, 0, 0] as const }
  return {
    magneticTable,
    magnetic: resolveModel('magnetic', { model: 'uniform', parameters: nothing }),
  }
}

function randomOf(
  choice: RandomFieldChoice | undefined,
  shape: GridGeometry['shape'],
  halfSizeKpc: Vector3,
  key: string,
): Pick<RunModels, 'random'> {
  if (!choice) return {}
  const resolve = resolveSection<'random-field-strength'>
  return {
    random: planRandomField(choice, { shape, halfSizeKpc }, key, (where, section) =>
      resolve('random-field-strength', where, section),
    ),
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
    if (section.grid === undefined) return resolveSection(kind, key, withIndex(section, runFile))
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
  return resolveSection(kind, `${key}.grid.initial`, withIndex(section.grid.initial, runFile))
}

/** Cosmic rays with a measured flux have it at one energy, from which the run file's spectral index leads to others. */
function withIndex<Section extends ModelSection>(
  section: Section,
  { cosmic_ray_electrons: { spectral_index } }: RunFile,
): Section {
  if (section.model !== 'flux') return section
  const parameters = { normalisation_index: spectral_index, ...section.parameters }
  return { ...section, parameters }
}

/** n_e as a function of position, from its model or its table. */
export function thermalElectronsOf(models: RunModels): SpatialField<number> {
  const { thermalElectrons, electronTable, observerKpc } = models
  return electronTable
    ? tabulatedDensity(electronTable)
    : bindDensity(thermalElectrons, { observerKpc })
}

/** C as a function of position, from its model or its table. */
export function cosmicRayElectronsOf(models: RunModels): SpatialField<number> {
  const { cosmicRayElectrons, cosmicRayTable, observerKpc } = models
  return cosmicRayTable
    ? tabulatedDensity(cosmicRayTable)
    : bindDensity(cosmicRayElectrons, { observerKpc })
}

/** What the models fill the Galaxy with; a grid holds its initial values. */
export function mediumOf(models: RunModels): Medium {
  return {
    magneticField: magneticFieldOf(models),
    thermalElectrons: thermalElectronsOf(models),
    cosmicRayElectrons: cosmicRayElectronsOf(models),
    spectralIndex: models.spectralIndex,
  }
}
