import type {
  FieldKind,
  ParameterComponent,
  ParameterSpec,
  ParameterValue,
  ResolvedModel,
} from '#shared/fields/index.ts'
import { parametersOf } from '#shared/fields/index.ts'
import { freeNames } from '#shared/session/free-names.ts'
import { suggestion } from '#shared/session/nearest-name.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { RunModels } from './medium.ts'

const sections = [
  ['magnetic_field', 'magnetic'],
  ['thermal_electrons', 'thermalElectrons'],
  ['cosmic_ray_electrons', 'cosmicRayElectrons'],
] as const
export type ModelKey = (typeof sections)[number][1]

/** One number that a run file calls free: a parameter, or one component of a vector parameter. */
export interface FreeParameter {
  /** The run file's section and the parameter, `magnetic_field.b0_microgauss`. */
  name: string
  component?: 0 | 1 | 2
  /** The model that it belongs to. */
  of: ModelKey
  parameter: ParameterComponent
  unit: string
  value: number
  /** A step over which the models change by a few per cent. */
  step: number
  /** The models with another value of this number. */
  at: (value: number) => RunModels
}

/** The free parameters of a run file, in its order. @throws InputError naming one that its model does not have */
export function freeParametersOf(runFile: RunFile, models: RunModels): FreeParameter[] {
  return sections.flatMap(([section, key]) =>
    freeNames(runFile[section].free).flatMap((name, i) => {
      const { model } = models[key]
      const specs = parametersOf(model, models[key].variant)
      const spec = specs.find((candidate) => candidate.name === name)
      if (!spec) {
        const names = specs.map((candidate) => candidate.name)
        const { free } = runFile[section]
        const field = `${section}.free${Array.isArray(free) ? `[${i}]` : `.${name}`}`
        const known = names.length > 0 ? `Known: ${names.join(', ')}.` : 'It has none.'
        throw new InputError(
          `${field}: Model "${model.name}" has no parameter "${name}". ${known}${suggestion(name, names)}`,
          { field },
        )
      }
      return numbersOf(models, key, `${section}.${name}`, spec)
    }),
  )
}

function numbersOf(
  models: RunModels,
  key: ModelKey,
  name: string,
  spec: ParameterSpec,
): FreeParameter[] {
  const value = models[key].parameters[spec.name]
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw new InputError(`${name} has no limit: give it a value to make it free.`, {
        field: name,
      })
    }
    const at = (changed: number) => replaced(models, key, spec.name, changed)
    const parameter = { name: spec.name }
    return [{ name, of: key, parameter, unit: spec.unit, value, step: stepOf(spec, value), at }]
  }
  return ([0, 1, 2] as const).map((component) => ({
    name,
    component,
    of: key,
    parameter: { name: spec.name, component },
    unit: spec.unit,
    value: value[component],
    step: stepOf(spec, Math.hypot(...value)),
    at: (changed: number) => {
      const [x, y, z] = value.map((old, i) => (i === component ? changed : old))
      return replaced(models, key, spec.name, [x, y, z])
    },
  }))
}

/** Half a degree for angles; two per cent of other values, or of the default where the value is zero. */
function stepOf(spec: ParameterSpec, value: number): number {
  if (spec.unit === 'deg') return 0.5
  const standard = typeof spec.default === 'number' ? spec.default : Math.hypot(...spec.default)
  return 0.02 * (Math.abs(value) || Math.abs(standard) || 1)
}

function replaced(
  models: RunModels,
  key: ModelKey,
  name: string,
  value: ParameterValue,
): RunModels {
  const change = <Kind extends FieldKind>(resolved: ResolvedModel<Kind>) => ({
    ...resolved,
    parameters: { ...resolved.parameters, [name]: value },
  })
  switch (key) {
    case 'magnetic':
      return { ...models, magnetic: change(models.magnetic) }
    case 'thermalElectrons':
      return { ...models, thermalElectrons: change(models.thermalElectrons) }
    case 'cosmicRayElectrons':
      return { ...models, cosmicRayElectrons: change(models.cosmicRayElectrons) }
  }
}
