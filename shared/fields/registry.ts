/** The model library: finding models by name and resolving their parameters. */
import { fluxNormalised } from './cosmic-rays/flux.ts'
import { sun08CosmicRays } from './cosmic-rays/sun08.ts'
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
import { tt02 } from './magnetic/tt02.ts'
import { uf23 } from './magnetic/uf23.ts'
import { uniformField } from './magnetic/uniform.ts'
import { exponentialStrength, jf12Turbulence, uniformStrength } from './random/strengths.ts'
import { suggestion } from '../session/nearest-name.ts'
import type { Member } from './composition.ts'
import { composite, memberNames, overridesOf, weightsOf } from './composition.ts'
import { formulaModel } from './formula/index.ts'
import { ModelError, within } from './model-error.ts'
import type {
  FieldKind,
  FieldModel,
  MemberChoice,
  ModelChoice,
  ModelOfKind,
  ParameterSpec,
  ParameterValue,
  ResolvedModel,
} from './types.ts'
import { parametersOf } from './types.ts'

export { ModelError } from './model-error.ts'

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
    tt02,
    jaffe,
    kst24,
    uniformField,
  ],
  'thermal-electrons': [noElectrons, uniformElectrons, cordes91, ymw16],
  'cosmic-ray-electrons': [wmapDisc, sun08CosmicRays, fluxNormalised, uniformCosmicRays],
  'random-field-strength': [uniformStrength, exponentialStrength, jf12Turbulence],
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
  const names = [...models.map((model) => model.name), ...definedModels]
  throw new ModelError('model', `There is no ${kind} model "${name}". ${known(name, names)}`)
}

/** Models that a user makes: from a formula, or from other models. */
const definedModels = ['formula', 'sum', 'mixture'] as const

/** The model that a choice names or defines, and the values of parameters that its members bring. */
function modelOf<Kind extends FieldKind>(
  kind: Kind,
  choice: ModelChoice,
): { model: ModelOfKind[Kind]; overrides: Readonly<Record<string, ParameterValue>> } {
  const { model, formula, of } = choice
  const composed = model === 'sum' || model === 'mixture'
  if (model !== 'formula' && formula !== undefined) {
    throw new ModelError('formula', `Model "${model}" takes no formula: use "model: formula".`)
  }
  if (!composed && of !== undefined) {
    throw new ModelError('of', `Model "${model}" has no members: use "model: sum" or "mixture".`)
  }
  if (model === 'formula') {
    if (formula === undefined) {
      throw new ModelError('formula', 'Write the formula here: its components and parameters.')
    }
    const key = JSON.stringify([kind, formula])
    return { model: remembered(kind, key, () => formulaModel(kind, formula)), overrides: {} }
  }
  if (!composed) return { model: findModel(kind, model), overrides: {} }
  if (of === undefined || of.length === 0) {
    throw new ModelError('of', `A ${model} needs members: list models under "of".`)
  }
  const key = JSON.stringify([kind, model, of])
  const members = membersOf(kind, model, of)
  return {
    model: remembered(kind, key, () => composite(kind, model, members, of)),
    overrides: overridesOf(members),
  }
}

function membersOf<Kind extends FieldKind>(
  kind: Kind,
  rule: 'sum' | 'mixture',
  of: readonly MemberChoice[],
): Member<Kind>[] {
  const names = memberNames(of)
  const weights = weightsOf(rule, of)
  return of.map((choice, i) => {
    try {
      const { parameters = {}, ...published } = choice
      // Resolved with the values given too, so that they are checked.
      resolveModel(kind, choice)
      const resolved = resolveModel(kind, published)
      return { name: names[i], resolved, factor: weights[i], given: parameters }
    } catch (error) {
      throw error instanceof ModelError ? within(`of[${i}]`, error) : error
    }
  })
}

/** Models by what defines them: one that comes again is compiled already. */
const made: { readonly [Kind in FieldKind]: Map<string, ModelOfKind[Kind]> } = {
  magnetic: new Map(),
  'thermal-electrons': new Map(),
  'cosmic-ray-electrons': new Map(),
  'random-field-strength': new Map(),
}
const MOST_REMEMBERED = 32

function remembered<Kind extends FieldKind>(
  kind: Kind,
  key: string,
  make: () => ModelOfKind[Kind],
): ModelOfKind[Kind] {
  const models = made[kind]
  const found = models.get(key)
  if (found) return found
  const model = make()
  const [oldest] = models.keys()
  if (models.size >= MOST_REMEMBERED && oldest !== undefined) models.delete(oldest)
  models.set(key, model)
  return model
}

/**
 * The model with its parameters: the defaults, then those of the variant, of the members, then the ones given.
 *
 * @throws ModelError for an unknown model, variant or parameter, a value of the wrong shape or one out of bounds
 */
export function resolveModel<Kind extends FieldKind>(
  kind: Kind,
  choice: ModelChoice,
): ResolvedModel<Kind> {
  const { model, overrides } = modelOf(kind, choice)
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
  Object.assign(values, overrides)
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
