import {
  ModelError,
  bindDensity,
  bindMagneticField,
  resolveModel,
  sampleMagneticField,
} from '#shared/fields/index.ts'
import type { FieldContext, FieldKind, ParameterValue } from '#shared/fields/index.ts'
import type { ResolvedModel } from '#shared/fields/index.ts'
import type { Medium, SpatialField, Vector3 } from '#shared/physics/index.ts'
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

/** The magnetic field of a run file: a model, or the initial values of its grid. */
function magneticField(runFile: RunFile, context: FieldContext): SpatialField<Vector3> {
  const { magnetic_field: section } = runFile
  if (section.model !== 'grid') {
    return bindMagneticField(resolveSection('magnetic', 'magnetic_field', section), context)
  }
  const { shape, region, initial } = section.grid ?? gridSchema.parse({})
  const model = resolveSection('magnetic', 'magnetic_field.grid.initial', initial)
  const geometry = { shape, halfSizeKpc: runFile.box.half_size_kpc }
  const values = sampleMagneticField(geometry, bindMagneticField(model, context), region)
  return griddedVectorField(geometry, values)
}

/** What a run file fills the Galaxy with. @throws InputError that names the key */
export function mediumOf(runFile: RunFile): Medium {
  const context = { observerKpc: runFile.box.observer_kpc }
  const { thermal_electrons: thermal, cosmic_ray_electrons: cosmic } = runFile
  return {
    magneticField: magneticField(runFile, context),
    thermalElectrons: bindDensity(
      resolveSection('thermal-electrons', 'thermal_electrons', thermal),
      context,
    ),
    cosmicRayElectrons: bindDensity(
      resolveSection('cosmic-ray-electrons', 'cosmic_ray_electrons', cosmic),
      context,
    ),
    spectralIndex: cosmic.spectral_index,
  }
}
