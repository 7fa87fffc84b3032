import { listModels } from '#shared/fields/index.ts'
import type { FieldKind, FieldModel, ParameterSpec } from '#shared/fields/index.ts'

/** The section of the run file that names a model of each kind. */
export const modelSections = {
  magnetic_field: 'magnetic',
  thermal_electrons: 'thermal-electrons',
  cosmic_ray_electrons: 'cosmic-ray-electrons',
} as const satisfies Readonly<Record<string, FieldKind>>
export type ModelSection = keyof typeof modelSections

export interface ModelOption {
  readonly value: string
  readonly label: string
}

/** Models that may be chosen in a section; free voxels only for the magnetic field. */
export function modelOptions(section: ModelSection): ModelOption[] {
  const models = listModels()
    .filter((model) => model.kind === modelSections[section])
    .map((model) => ({ value: model.name, label: model.title }))
  return section === 'magnetic_field'
    ? [{ value: 'grid', label: 'Free voxels' }, ...models]
    : models
}

export function findModelOf(section: ModelSection, name: string): FieldModel | undefined {
  return listModels().find((model) => model.kind === modelSections[section] && model.name === name)
}

/** The default of a parameter for a variant: the variant's own value where it has one. */
export function parameterDefault(
  model: FieldModel,
  variant: string | undefined,
  spec: ParameterSpec,
): ParameterSpec['default'] {
  const chosen = model.variants.find(({ name }) => name === variant) ?? model.variants[0]
  return chosen?.parameters[spec.name] ?? spec.default
}
