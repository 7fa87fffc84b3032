import { z } from 'zod'
import { listModels, ModelError, resolveModel } from '#shared/fields/index.ts'
import type { FieldKind, FieldModel, ParameterSpec } from '#shared/fields/index.ts'

import { definitionKeys } from '#shared/session/model-schema.ts'
import { firstFormulas } from './first-formulas.ts'
import { membersOf, withMembers } from './members.ts'
import { isRecord } from './nodes.ts'
import { valueAt, withValue } from './paths.ts'

/** The section of the run file that names a model of each kind. */
export const modelSections = {
  magnetic_field: 'magnetic',
  thermal_electrons: 'thermal-electrons',
  cosmic_ray_electrons: 'cosmic-ray-electrons',
} as const satisfies Readonly<Record<string, FieldKind>>
export type ModelSection = keyof typeof modelSections

/** Everywhere that a model is chosen: also for how strong a random field is. */
export const modelKinds = {
  ...modelSections,
  random_strength: 'random-field-strength',
} as const satisfies Readonly<Record<string, FieldKind>>
export type ModelPlace = keyof typeof modelKinds

export interface ModelOption {
  readonly value: string
  readonly label: string
}

/** Models that may be chosen; `nested` where a grid starts from them, or is made of them: not from a grid, nor from nothing. */
export function modelOptions(section: ModelPlace, nested = false): ModelOption[] {
  const models = listModels()
    .filter((model) => model.kind === modelKinds[section])
    .map((model) => ({ value: model.name, label: model.title }))
  const formula = { value: 'formula', label: definedTitles.formula }
  const composed = ['sum', 'mixture'].map((value) => ({ value, label: definedTitles[value] }))
  if (nested || section === 'random_strength') {
    // The grid of a density starts from a model only.
    const own = section === 'magnetic_field' ? [tableOf(section)] : []
    return [formula, ...composed, ...own, ...models.filter(({ value }) => value !== 'none')]
  }
  return [
    { value: 'grid', label: 'Free voxels' },
    formula,
    ...composed,
    tableOf(section),
    ...models,
  ]
}

const tableOf = (section: ModelSection) => ({ value: 'file', label: tableTitles[section] })
const tableTitles: Readonly<Record<ModelSection, string>> = {
  magnetic_field: 'Table of B',
  thermal_electrons: 'Table of nₑ',
  cosmic_ray_electrons: 'Table of C',
}

/** What a table of each section holds. */
export const tableHelp: Readonly<Record<ModelSection, string>> = {
  magnetic_field: 'NumPy array or FITS image [nx, ny, nz, 3] in μG.',
  thermal_electrons: 'NumPy array or FITS image [nx, ny, nz] in cm⁻³.',
  cosmic_ray_electrons: 'NumPy array or FITS image [nx, ny, nz] in m⁻³.',
}

/** Keys of a section that belong to its model. */
const modelKeys = [
  ...['variant', 'B_microgauss', 'n_e_cm3', 'C_m3', 'radius_kpc'],
  ...['grid', 'file', 'half_size_kpc', 'centre_kpc'],
  ...['formula', 'of', 'random'],
]

/**
 * A model just chosen: a formula begins with one that works, a sum or mixture with the model that was there before.
 *
 * @param before what named the model before
 */
export function started(
  section: ModelPlace,
  model: string,
  before: unknown,
): Record<string, unknown> {
  if (model === 'formula') return { model, formula: firstFormulas[section] }
  if (model !== 'sum' && model !== 'mixture') return { model }
  const old = isRecord(before) ? before : {}
  if (old.model === 'sum' || old.model === 'mixture') {
    return { model, of: withMembers(model, membersOf(old.of)) }
  }
  const isMember = old.model === 'formula' || findModelOf(section, String(old.model)) !== undefined
  const {
    model: own,
    variant,
    formula,
    parameters = {},
  } = isMember ? old : { model: memberModel[section], parameters: {} }
  const kept = Object.entries({ variant, formula }).filter(([, value]) => value !== undefined)
  return { model, of: [{ model: own, ...Object.fromEntries(kept), parameters }] }
}

/** What a sum begins with where there was no model to begin with. */
const memberModel: Readonly<Record<ModelPlace, string>> = {
  random_strength: 'uniform',
  magnetic_field: 'lsa',
  thermal_electrons: 'ymw16',
  cosmic_ray_electrons: 'wmap',
}

/** What a density's grid starts from where there was no model to begin with. */
const firstModel = { thermal_electrons: 'ymw16', cosmic_ray_electrons: 'wmap' } as const

/**
 * A section with another model, and the configuration around it: free voxels of a density start from the model that was
 * chosen before, and regularisation of a density that is free no longer leaves with it.
 */
export function withModel(
  configuration: unknown,
  section: ModelSection,
  next: string,
  fieldGrid: unknown,
): unknown {
  const old = valueAt(configuration, [section])
  const kept = isRecord(old) ? { ...old } : {}
  const { model: before, variant, parameters, formula, of } = kept
  for (const key of modelKeys) delete kept[key]
  const base = { ...kept, ...started(section, next, old), parameters: {}, free: [] }
  if (section === 'magnetic_field')
    return withValue(
      configuration,
      [section],
      next === 'grid' ? { ...base, grid: fieldGrid } : base,
    )
  const wasModel = modelOptions(section, true).some(({ value }) => value === before)
  const initial = wasModel
    ? {
        model: before,
        ...(variant === undefined ? {} : { variant }),
        parameters,
        ...(formula === undefined ? {} : { formula }),
        ...(of === undefined ? {} : { of }),
      }
    : { model: firstModel[section], parameters: {} }
  const grid = { initial, relative_rate: 0.1 }
  const changed = withValue(configuration, [section], next === 'grid' ? { ...base, grid } : base)
  if (next === 'grid') return changed
  const terms = valueAt(changed, ['regularisation'])
  return Array.isArray(terms)
    ? withValue(
        changed,
        ['regularisation'],
        terms.filter((term) => !isRecord(term) || term.of !== section),
      )
    : changed
}

/** Of a section, what names a sum or mixture. */
const compositionSchema = z.object({ model: z.string(), of: definitionKeys.of })

/** The sum or mixture that is named, with the parameters of all its members; undefined where something in it is wrong. */
export function composedModel(section: ModelPlace, choice: unknown): FieldModel | undefined {
  const parsed = compositionSchema.safeParse(choice)
  if (!parsed.success) return undefined
  try {
    return resolveModel(modelKinds[section], parsed.data).model
  } catch (error) {
    if (error instanceof ModelError) return undefined
    throw error
  }
}

export function findModelOf(section: ModelPlace, name: string): FieldModel | undefined {
  return listModels().find((model) => model.kind === modelKinds[section] && model.name === name)
}

const definedTitles: Readonly<Record<string, string>> = {
  formula: 'Formula',
  sum: 'Sum of models',
  mixture: 'Mixture of models',
}

/** What a model is called in lists. */
export function modelTitle(section: ModelSection, name: string): string {
  return findModelOf(section, name)?.title ?? definedTitles[name] ?? name
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
