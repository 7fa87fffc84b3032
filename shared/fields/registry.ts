/** The model library: finding models by name and resolving their parameters. */
import { uniformCosmicRays } from './cosmic-rays/uniform.ts'
import { wmapDisc } from './cosmic-rays/wmap.ts'
import { cordes91 } from './electrons/cordes91.ts'
import { noElectrons } from './electrons/none.ts'
import { uniformElectrons } from './electrons/uniform.ts'
import { ymw16 } from './electrons/ymw16.ts'
import { jaffe } from './magnetic/jaffe.ts'
import { jf12 } from './magnetic/jf12.ts'
import { han18 } from './magnetic/han18.ts'
import { kst24 } from './magnetic/kst24.ts'
import { lsa } from './magnetic/lsa.ts'
import { pt11 } from './magnetic/pt11.ts'
import { fauvet, hmr, stanev, svt22 } from './magnetic/spirals.ts'
import { sun08 } from './magnetic/sun08.ts'
import { tf17 } from './magnetic/tf17.ts'
import { uf23 } from './magnetic/uf23.ts'
import { uniformField } from './magnetic/uniform.ts'
import { suggestion } from '../session/nearest-name.ts'
import type {
  FieldKind,
  FieldModel,
  ModelOfKind,
  ParameterSpec,
  ParameterValue,
  ParameterValues,
} from './types.ts'
import { parametersOf } from './types.ts'

const library: { readonly [Kind in FieldKind]: readonly ModelOfKind[Kind][] } = {
  magnetic: [
    lsa,
    jf12,
    uf23,
    pt11,
    sun08,
    tf17,
    han18,
    hmr,
    stanev,
    fauvet,
    svt22,
    jaffe,
    kst24,
    uniformField,
  ],
  'thermal-electrons': [noElectrons, uniformElectrons, cordes91, ymw16],
  'cosmic-ray-electrons': [wmapDisc, uniformCosmicRays],
}

/** A model, variant or parameter that does not exist or is out of range; `key` is where it was given. */
export class ModelError extends Error {
  readonly key: string
  constructor(key: string, message: string) {
    super(message)
    this.name = 'ModelError'
    this.key = key
  }
}

/** A model as a run file or a user names it. */
export interface ModelChoice {
  model: string
  variant?: string
  parameters?: Readonly<Record<string, ParameterValue>>
}

/** A model with a value for every parameter. */
export interface ResolvedModel<Kind extends FieldKind = FieldKind> {
  model: ModelOfKind[Kind]
  /** Absent for a model without variants. */
  variant?: string
  parameters: ParameterValues
}

/** Every model of the library. */
export function listModels(): FieldModel[] {
  return Object.values(library).flat()
}

/**
 * The model of a kind by name.
 *
 * @throws ModelError naming the models there are, and the nearest
 */
export function findModel<Kind extends FieldKind>(kind: Kind, name: string): ModelOfKind[Kind] {
  const models = library[kind]
  const found = models.find((model) => model.name === name)
  if (found) return found
  const names = models.map((model) => model.name)
  throw new ModelError('model', `There is no ${kind} model "${name}". ${known(name, names)}`)
}

/**
 * The model with its parameters: the defaults, then those of the variant, then the ones given.
 *
 * @throws ModelError for an unknown model, variant or parameter, a value of the wrong shape or one out of bounds
 */
export function resolveModel<Kind extends FieldKind>(
  kind: Kind,
  choice: ModelChoice,
): ResolvedModel<Kind> {
  const model = findModel(kind, choice.model)
  const variant = choice.variant ?? model.variants[0]?.name
  const values: Record<string, ParameterValue> = {}
  if (variant !== undefined) {
    const found = model.variants.find(({ name }) => name === variant)
    if (!found) {
      const names = model.variants.map(({ name }) => name)
      throw new ModelError(
        'variant',
        `Model "${model.name}" has no variant "${variant}". ${known(variant, names)}`,
      )
    }
    for (const spec of parametersOf(model, variant)) values[spec.name] = spec.default
    Object.assign(values, found.parameters)
  } else {
    for (const spec of model.parameters) values[spec.name] = spec.default
  }
  for (const [name, value] of Object.entries(choice.parameters ?? {})) {
    const specs = parametersOf(model, variant)
    const spec = specs.find((candidate) => candidate.name === name)
    if (!spec) {
      const names = specs.map((candidate) => candidate.name)
      const which = specs.length < model.parameters.length ? `, variant "${variant}",` : ''
      throw new ModelError(
        `parameters.${name}`,
        `Model "${model.name}"${which} has no parameter "${name}". ${known(name, names)}`,
      )
    }
    requireValue(model.name, spec, value)
    values[name] = value
  }
  return { model, variant, parameters: values }
}

function requireValue(model: string, spec: ParameterSpec, value: ParameterValue): void {
  const key = `parameters.${spec.name}`
  const isVector = typeof spec.default !== 'number'
  const components = typeof value === 'number' ? [value] : value
  if ((typeof value !== 'number') !== isVector || components.length !== (isVector ? 3 : 1)) {
    const shape = isVector ? 'three numbers [x, y, z]' : 'one number'
    throw new ModelError(key, `Parameter "${spec.name}" of model "${model}" takes ${shape}.`)
  }
  const [smallest, largest] = spec.bounds
  for (const component of components) {
    if (!(component >= smallest && component <= largest)) {
      throw new ModelError(
        key,
        `Parameter "${spec.name}" of model "${model}" must lie between ${smallest} and ${largest} ${spec.unit}, not ${component}.`,
      )
    }
  }
}

/** What there is, and which of it was most likely meant. */
function known(word: string, names: readonly string[]): string {
  return names.length === 0
    ? 'It has none: leave this out.'
    : `Known: ${names.join(', ')}.${suggestion(word, names)}`
}
