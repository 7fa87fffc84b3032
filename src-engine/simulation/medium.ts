import {
  ModelError,
  bindDensity,
  bindMagneticField,
  resolveModel,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import type { FieldKind, ParameterValue, ResolvedModel } from '#shared/fields/index.ts'
import type { GridGeometry, Medium, Region, Vector3 } from '#shared/physics/index.ts'
import { griddedVectorField } from '#shared/physics/index.ts'
import { gridSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'

/** A model as one of the run file's sections names it. */
interface ModelSection {
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
    return resolveModel(kind, { model: section.model, variant: section.variant, parameters })
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const own = error.key.replace(/^parameters\./, '')
    const field = `${key}.${beside.includes(own) ? own : error.key}`
    throw new InputError(`${field}: ${error.message}`, { field, cause: error })
  }
}

/** The models of a run file with all their parameters, before they are bound to functions of position. */
export interface RunModels {
  /** The field, or what a grid starts from. */
  magnetic: ResolvedModel<'magnetic'>
  /** Present where the field is a grid. */
  grid?: GridGeometry & { region: Region }
  thermalElectrons: ResolvedModel<'thermal-electrons'>
  cosmicRayElectrons: ResolvedModel<'cosmic-ray-electrons'>
  spectralIndex: number
  observerKpc: Vector3
}

/** @throws InputError that names the key */
export function modelsOf(runFile: RunFile): RunModels {
  const { magnetic_field: field, cosmic_ray_electrons: cosmic } = runFile
  const others = {
    thermalElectrons: resolveSection(
      'thermal-electrons',
      'thermal_electrons',
      runFile.thermal_electrons,
    ),
    cosmicRayElectrons: resolveSection('cosmic-ray-electrons', 'cosmic_ray_electrons', cosmic),
    spectralIndex: cosmic.spectral_index,
    observerKpc: runFile.box.observer_kpc,
  }
  if (field.model !== 'grid') {
    return { magnetic: resolveSection('magnetic', 'magnetic_field', field), ...others }
  }
  const { shape, region, initial } = field.grid ?? gridSchema.parse({})
  return {
    magnetic: resolveSection('magnetic', 'magnetic_field.grid.initial', initial),
    grid: { shape, halfSizeKpc: runFile.box.half_size_kpc, region },
    ...others,
  }
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
    thermalElectrons: bindDensity(models.thermalElectrons, context),
    cosmicRayElectrons: bindDensity(models.cosmicRayElectrons, context),
    spectralIndex: models.spectralIndex,
  }
}
