/** Models made of other models: sums with a scale for each member, and mixtures whose weights are positive and sum to 1. */
import type { Scalar, Vector } from './graph/index.ts'
import { add, addVectors, div, exp, mul, scaleVector } from './graph/index.ts'
import { ModelError } from './model-error.ts'
import type {
  FieldKind,
  MemberChoice,
  ModelInputs,
  ModelOfKind,
  ModelVariant,
  ParameterSpec,
  ParameterValue,
  ParameterValues,
  ResolvedModel,
  ScalarKind,
} from './types.ts'
import { parametersOf } from './types.ts'

export type CompositionRule = 'sum' | 'mixture'

export interface Member<Kind extends FieldKind = FieldKind> {
  name: string
  /** With published values. */
  resolved: ResolvedModel<Kind>
  /** Its scale or weight. */
  factor: number
  /** Values of its parameters that differ from the published ones. */
  given: Readonly<Record<string, ParameterValue>>
}

/** What stands for the members' scales or weights, as parameters of the whole. */
interface Factors {
  specs: readonly ParameterSpec[]
  /** One per member. */
  of(inputs: ModelInputs): Scalar[]
}

const source = 'given by the user'

/**
 * The sum or mixture of some members. Parameters of a member are called `member.parameter`; a sum has a `scale_member` for each; a
 * mixture has `log_weight_member` for all but the first, the logarithm of the ratio of their weights, so that every value
 * is allowed and the weights always sum to 1 (softmax).
 *
 * @param of as the user named them, to be kept with the model
 */
export function composite<Kind extends FieldKind>(
  kind: Kind,
  rule: CompositionRule,
  members: readonly Member<Kind>[],
  of: readonly MemberChoice[],
): ModelOfKind[Kind] {
  return builders[kind](rule, members, of)
}

type Builder<Kind extends FieldKind> = (
  rule: CompositionRule,
  members: readonly Member<Kind>[],
  of: readonly MemberChoice[],
) => ModelOfKind[Kind]

const builders: { readonly [Kind in FieldKind]: Builder<Kind> } = {
  magnetic: (rule, members, of) => {
    const factors = factorsOf(rule, members, [-1000, 1000])
    return {
      ...common(rule, members, factors, of),
      kind: 'magnetic',
      expression: (inputs): Vector =>
        total(factors, inputs, members, addVectors, (member, factor) =>
          scaleVector(member.resolved.model.expression(inputsOf(member, inputs)), factor),
        ),
    }
  },
  'thermal-electrons': (rule, members, of) => {
    const factors = factorsOf(rule, members, [0, 1000])
    return {
      ...common(rule, members, factors, of),
      kind: 'thermal-electrons',
      expression: (inputs) => density(factors, inputs, members),
    }
  },
  'cosmic-ray-electrons': (rule, members, of) => {
    const factors = factorsOf(rule, members, [0, 1000])
    return {
      ...common(rule, members, factors, of),
      kind: 'cosmic-ray-electrons',
      expression: (inputs) => density(factors, inputs, members),
    }
  },
  'random-field-strength': (rule, members, of) => {
    const factors = factorsOf(rule, members, [0, 1000])
    return {
      ...common(rule, members, factors, of),
      kind: 'random-field-strength',
      expression: (inputs) => density(factors, inputs, members),
    }
  },
}

/** The weights of a mixture, which its parameters stand for. */
export interface Mixture {
  /** What its parameters' names begin with, where it is a member itself: the member's name and a dot. */
  readonly prefix: string
  readonly members: readonly string[]
  /** Of all members but the first: the parameter that is the logarithm of its weight over that of the first. */
  readonly logarithms: readonly string[]
}

/** Every mixture that a model is or is made of. */
export function mixturesOf({ model, parameters }: ResolvedModel, prefix = ''): Mixture[] {
  const { definition, name, members } = model
  if (!definition?.of || !members) return []
  const names = memberNames(definition.of)
  const own: Mixture[] =
    name === 'mixture'
      ? [{ prefix, members: names, logarithms: names.slice(1).map((one) => prefix + logOf(one)) }]
      : []
  const inner = members(parameters).flatMap((member, i) =>
    mixturesOf(member, `${prefix}${names[i]}.`),
  )
  return [...own, ...inner]
}

/** The weights that logarithms of ratios to the first weight stand for: positive, 1 in sum. */
export function weightsFrom(logarithms: readonly number[]): number[] {
  const largest = Math.max(0, ...logarithms)
  const ratios = [0, ...logarithms].map((one) => Math.exp(one - largest))
  const sum = ratios.reduce((a, b) => a + b, 0)
  return ratios.map((ratio) => ratio / sum)
}

function logOf(member: string): string {
  return `log_weight_${member}`
}

interface DensityMember extends Omit<Member, 'resolved'> {
  resolved: { model: ModelOfKind[ScalarKind]; variant?: string }
}

function density(factors: Factors, inputs: ModelInputs, members: readonly DensityMember[]): Scalar {
  return total(factors, inputs, members, add, (member, factor) =>
    mul(member.resolved.model.expression(inputsOf(member, inputs)), factor),
  )
}

function total<One extends { name: string }, Value>(
  factors: Factors,
  inputs: ModelInputs,
  members: readonly One[],
  sum: (...values: Value[]) => Value,
  value: (member: One, factor: Scalar) => Value,
): Value {
  const own = factors.of(inputs)
  return sum(...members.map((member, i) => value(member, own[i])))
}

function common<Kind extends FieldKind>(
  rule: CompositionRule,
  members: readonly Member<Kind>[],
  factors: Factors,
  of: readonly MemberChoice[],
) {
  const specs = members.flatMap(({ name, resolved: { model, variant, parameters } }) =>
    parametersOf(model, variant).map((spec) => ({
      ...spec,
      variants: undefined,
      name: `${name}.${spec.name}`,
      default: parameters[spec.name],
      description: `${name}: ${spec.description}`,
    })),
  )
  return {
    name: rule,
    title: `${rule === 'sum' ? 'Sum' : 'Mixture'} of ${members.map(({ name }) => name).join(', ')}`,
    source: members.map(({ resolved: { model } }) => model.source).join('; '),
    variants: publishedOf(members),
    parameters: [...factors.specs, ...specs],
    members: (parameters: ParameterValues) =>
      members.map(({ name, resolved: { parameters: all, ...member } }) => ({
        ...member,
        parameters: Object.fromEntries(
          Object.keys(all).map((key) => [key, parameters[`${name}.${key}`]]),
        ),
      })),
    definition: { of },
  }
}

/** The published values as the one variant, where members have published uncertainties. */
function publishedOf(members: readonly Member[]): ModelVariant[] {
  const uncertainties = Object.fromEntries(
    members.flatMap(({ name, resolved: { model, variant } }) => {
      const found = model.variants.find((one) => one.name === variant)
      return Object.entries(found?.uncertainties ?? {}).map(([key, sigma]) => [
        `${name}.${key}`,
        sigma,
      ])
    }),
  )
  return Object.keys(uncertainties).length === 0
    ? []
    : [{ name: 'published', title: 'Published values', parameters: {}, uncertainties }]
}

/** The inputs of the whole, as a member sees them. */
function inputsOf(
  { name, resolved: { variant } }: { name: string; resolved: { variant?: string } },
  inputs: ModelInputs,
): ModelInputs {
  return {
    ...inputs,
    variant,
    scalar: (own) => inputs.scalar(`${name}.${own}`),
    vector: (own) => inputs.vector(`${name}.${own}`),
  }
}

function factorsOf(
  rule: CompositionRule,
  members: readonly Member[],
  bounds: readonly [number, number],
): Factors {
  if (rule === 'sum') {
    const key = (name: string) => `scale_${name}`
    return {
      specs: members.map(({ name, factor }) => ({
        name: key(name),
        unit: 'dimensionless',
        default: factor,
        bounds,
        description: `What ${name} is multiplied by`,
        source,
      })),
      of: ({ scalar }) => members.map(({ name }) => scalar(key(name))),
    }
  }
  const [first, ...others] = members
  const key = logOf
  return {
    specs: others.map(({ name, factor }) => ({
      name: key(name),
      unit: 'dimensionless',
      default: Math.log(factor / first.factor),
      bounds: [-100, 100],
      description: `Logarithm of the weight of ${name} over that of ${first.name}`,
      source,
    })),
    of: ({ scalar }) => {
      const ratios = others.map(({ name }) => exp(scalar(key(name))))
      const sum = add(1, ...ratios)
      return [1, ...ratios].map((ratio) => div(ratio, sum))
    },
  }
}

/** What members are called: as they say, or after their model, numbered where it comes again. */
export function memberNames(of: readonly MemberChoice[]): string[] {
  const names: string[] = []
  of.forEach(({ name, model }, i) => {
    if (name !== undefined && !/^[A-Za-z][A-Za-z0-9_]{0,59}$/.test(name)) {
      throw new ModelError(
        `of[${i}].name`,
        'A name begins with a letter and goes on with letters, digits and _, at most 60 in all.',
      )
    }
    if (name !== undefined && names.includes(name)) {
      throw new ModelError(`of[${i}].name`, `Two members are called "${name}".`)
    }
    let own = name ?? model
    for (let number = 2; name === undefined && names.includes(own); number++) {
      own = `${model}_${number}`
    }
    names.push(own)
  })
  return names
}

/** Weights of a mixture sum to 1 but for rounding in the file. */
const ROUNDING = 1e-6

/** Scales of a sum or weights of a mixture. @throws ModelError for the one in the other, or for weights that are none */
export function weightsOf(rule: CompositionRule, of: readonly MemberChoice[]): number[] {
  const foreign = rule === 'sum' ? 'weight' : 'scale'
  const wrong = of.findIndex((member) => member[foreign] !== undefined)
  if (wrong !== -1) {
    const text =
      rule === 'sum'
        ? 'Members of a sum have a scale; weights are those of a mixture.'
        : 'Members of a mixture have a weight; scales are those of a sum.'
    throw new ModelError(`of[${wrong}].${foreign}`, text)
  }
  if (rule === 'sum') return of.map(({ scale = 1 }) => scale)
  const given = of.filter(({ weight }) => weight !== undefined).length
  if (given === 0) return of.map(() => 1 / of.length)
  const missing = of.findIndex(({ weight }) => weight === undefined)
  if (missing !== -1) {
    throw new ModelError(`of[${missing}].weight`, 'Give all members a weight, or none.')
  }
  const weights = of.map(({ weight = 0 }) => weight)
  const bad = weights.findIndex((weight) => !(weight > 0))
  if (bad !== -1) {
    throw new ModelError(
      `of[${bad}].weight`,
      'A weight is positive: leave out members that have none.',
    )
  }
  const sum = weights.reduce((a, b) => a + b, 0)
  if (Math.abs(sum - 1) > ROUNDING) {
    throw new ModelError('of', `The weights sum to ${sum}, not to 1.`)
  }
  return weights
}

/** Values of members' parameters that the user gave, by their names in the whole. */
export function overridesOf(members: readonly Member[]): Record<string, ParameterValue> {
  return Object.fromEntries(
    members.flatMap(({ name, given }) =>
      Object.entries(given).map(([key, value]) => [`${name}.${key}`, value]),
    ),
  )
}
