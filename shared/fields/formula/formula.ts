/** A field model that a user writes: expressions of position and of parameters of its own. */
import type { Expression, Scalar, Vector } from '../graph/index.ts'
import * as graph from '../graph/index.ts'
import { jump, smoothing } from '../jump.ts'
import type { FieldKind, FieldModel, ModelInputs, ModelOfKind, ParameterSpec } from '../types.ts'
import { fieldKinds, fieldUnits } from '../types.ts'
import { FormulaError, TextError } from './formula-error.ts'
import type { Choice, Names } from './parser.ts'
import { parse } from './parser.ts'
import type { Token } from './tokens.ts'
import { tokensOf } from './tokens.ts'
import { constants, coordinates, isReserved } from './vocabulary.ts'

export interface FormulaParameter {
  readonly value: number
  /** Default: dimensionless. */
  readonly unit?: string
  /** Smallest and largest value; default: no limits. */
  readonly bounds?: readonly [number, number]
  readonly description?: string
}

/** Components that a formula may give, each an expression. A field is Cartesian or cylindrical; what is left out is zero. */
export const formulaComponents = {
  magnetic: ['B_x', 'B_y', 'B_z', 'B_r', 'B_phi'],
  'thermal-electrons': ['n_e'],
  'cosmic-ray-electrons': ['C'],
  'random-field-strength': ['b_rms'],
} as const satisfies Readonly<Record<FieldKind, readonly string[]>>
type Component = (typeof formulaComponents)[FieldKind][number]

export type Formula = Readonly<Partial<Record<Component, string>>> & {
  readonly parameters?: Readonly<Record<string, FormulaParameter>>
  /** Intermediate values by name, in any order. */
  readonly definitions?: Readonly<Record<string, string>>
}

/** All texts of a formula together. */
const MOST_CHARACTERS = 20_000
const MOST_NAMES = 200
/** Operations that follow one another: beyond, differentiation would run out of stack. */
const DEEPEST = 400

const unlimited = [-Infinity, Infinity] as const

/** The kind of field that a formula gives, by its components; undefined where it has none. */
export function kindOfFormula(formula: Formula): FieldKind | undefined {
  return fieldKinds.find((kind) =>
    formulaComponents[kind].some((name: Component) => formula[name] !== undefined),
  )
}

/**
 * The model of a formula.
 *
 * @throws FormulaError that names the text and the place in it
 */
export function formulaModel<Kind extends FieldKind>(
  kind: Kind,
  formula: Formula,
): ModelOfKind[Kind] {
  requireOutline(kind, formula)
  const model = builders[kind](formula, parameterSpecs(formula))
  check(model)
  return model
}

const common = (formula: Formula, parameters: readonly ParameterSpec[]) => ({
  name: 'formula',
  title: 'Formula',
  source: 'given by the user',
  variants: [],
  parameters,
  definition: { formula },
})

type Builder<Kind extends FieldKind> = (
  formula: Formula,
  parameters: readonly ParameterSpec[],
) => ModelOfKind[Kind]

const builders: { readonly [Kind in FieldKind]: Builder<Kind> } = {
  magnetic: (formula, parameters) => ({
    ...common(formula, parameters),
    kind: 'magnetic',
    expression: (inputs) => fieldOf(formula, inputs),
  }),
  'thermal-electrons': (formula, parameters) => ({
    ...common(formula, parameters),
    kind: 'thermal-electrons',
    expression: (inputs) => reader(formula, inputs)('n_e', 'cm^-3'),
  }),
  'cosmic-ray-electrons': (formula, parameters) => ({
    ...common(formula, parameters),
    kind: 'cosmic-ray-electrons',
    expression: (inputs) => reader(formula, inputs)('C', 'm^-3'),
  }),
  'random-field-strength': (formula, parameters) => ({
    ...common(formula, parameters),
    kind: 'random-field-strength',
    expression: (inputs) => reader(formula, inputs)('b_rms', 'microgauss'),
  }),
}

function fieldOf(formula: Formula, inputs: ModelInputs): Vector {
  const read = reader(formula, inputs)
  const component = (name: Component) => read(name, 'microgauss')
  if (isCylindrical(formula)) {
    const [radial, azimuthal, vertical] = [component('B_r'), component('B_phi'), component('B_z')]
    return graph.fromCylindrical(graph.cylindrical(inputs.position), radial, azimuthal, vertical)
  }
  return [component('B_x'), component('B_y'), component('B_z')]
}

function isCylindrical({ B_r, B_phi }: Formula): boolean {
  return B_r !== undefined || B_phi !== undefined
}

/** What can be said without reading the texts. */
function requireOutline(kind: FieldKind, formula: Formula): void {
  const known: readonly Component[] = formulaComponents[kind]
  const all = Object.values(formulaComponents).flat()
  const given = all.filter((name) => formula[name] !== undefined)
  const foreign = given.find((name) => !known.includes(name))
  if (foreign !== undefined) {
    throw new FormulaError([foreign], `A formula for ${kind} gives ${known.join(', ')}.`)
  }
  if (given.length === 0) {
    const what = kind === 'magnetic' ? 'B_x, B_y, B_z or B_r, B_phi, B_z' : known[0]
    throw new FormulaError([], `The formula gives nothing: write ${what} in ${fieldUnits[kind]}.`)
  }
  const cartesian = given.find((name) => name === 'B_x' || name === 'B_y')
  if (cartesian !== undefined && isCylindrical(formula)) {
    throw new FormulaError(
      [cartesian],
      'Give the field either as B_x, B_y, B_z or as B_r, B_phi, B_z.',
    )
  }
  const texts = [...given.map((name) => formula[name]), ...Object.values(formula.definitions ?? {})]
  const characters = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
  if (characters > MOST_CHARACTERS) {
    throw new FormulaError(
      [],
      `The formula has ${characters} characters; at most ${MOST_CHARACTERS} are possible.`,
    )
  }
  for (const key of ['parameters', 'definitions'] as const) {
    const names = Object.keys(formula[key] ?? {})
    if (names.length > MOST_NAMES) {
      throw new FormulaError([key], `At most ${MOST_NAMES} are possible, not ${names.length}.`)
    }
    for (const name of names) requireName(key, name)
  }
  const twice = Object.keys(formula.definitions ?? {}).find((name) =>
    Object.hasOwn(formula.parameters ?? {}, name),
  )
  if (twice !== undefined) {
    throw new FormulaError(['definitions', twice], `"${twice}" is a parameter already.`)
  }
}

function requireName(key: string, name: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,59}$/.test(name)) {
    throw new FormulaError(
      [key, name],
      'A name begins with a letter and goes on with letters, digits and _, at most 60 in all.',
    )
  }
  if (isReserved(name)) {
    throw new FormulaError(
      [key, name],
      `"${name}" has a meaning in formulas already: choose another name.`,
    )
  }
}

function parameterSpecs({ parameters = {} }: Formula): ParameterSpec[] {
  return Object.entries(parameters).map(([name, parameter]) => {
    const { value, unit = 'dimensionless', bounds = unlimited, description = '' } = parameter
    const path = ['parameters', name]
    if (!graph.isUnitName(unit)) {
      throw new FormulaError(
        [...path, 'unit'],
        `There is no unit "${unit}". Known: ${graph.unitNames.join(', ')}.`,
      )
    }
    const [smallest, largest] = bounds
    if (!(smallest < largest)) {
      throw new FormulaError([...path, 'bounds'], 'The lower bound must be smaller than the upper.')
    }
    if (!(value >= smallest && value <= largest && Number.isFinite(value))) {
      throw new FormulaError(
        [...path, 'value'],
        `The value must lie between ${smallest} and ${largest}, not ${value}.`,
      )
    }
    return { name, unit, default: value, bounds, description, source: 'given by the user' }
  })
}

/** Builds the expressions once with inputs that stand for nothing, so that mistakes come to light. */
function check(model: FieldModel): void {
  const position = ['x', 'y', 'z'].map((name) => graph.input(name, kpcDimension))
  const [x, y, z] = position
  const value = model.expression({
    position: [x, y, z],
    observer: [x, y, z],
    variant: undefined,
    smoothed: model.parameters.some(({ name }) => name === smoothing.name),
    scalar: (name) => {
      const { unit } = model.parameters.find((spec) => spec.name === name) ?? { unit: '' }
      const { dimension, factor } = graph.unitNamed(unit)
      return graph.mul(graph.input(name, dimension), graph.constant(factor))
    },
    vector: () => [x, y, z],
  })
  const outputs = 'type' in value ? [value] : value
  // The last step of a field, from cylindrical components, is at most three operations more.
  const [deepest] = outputs.map((output) => depthOf(output)).sort((a, b) => b - a)
  if (deepest > DEEPEST) {
    throw new FormulaError(
      [],
      `In this formula ${deepest} operations follow one another; at most ${DEEPEST} are possible.`,
    )
  }
}

const kpcDimension = graph.unitNamed('kpc').dimension

/** The longest chain of operations in an expression; without recursion, since it may be long. */
function depthOf(root: Expression): number {
  const depths = new Map<Expression, number>()
  const waiting: Expression[] = [root]
  for (let node = waiting.at(-1); node; node = waiting.at(-1)) {
    const below = node.args.filter((arg) => !depths.has(arg))
    if (below.length > 0) {
      waiting.push(...below)
      continue
    }
    waiting.pop()
    depths.set(node, 1 + Math.max(0, ...node.args.map((arg) => depths.get(arg) ?? 0)))
  }
  return depths.get(root) ?? 0
}

/** Reads components one by one; definitions are read before, each after those that it uses. */
function reader(
  formula: Formula,
  inputs: ModelInputs,
): (component: Component, unit: graph.UnitName) => Scalar {
  const { position, scalar } = inputs
  const where: Choice = (when, then, otherwise) => jump(inputs, when, then, otherwise)
  const names = new Map<string, Expression>()
  for (const [name, at] of coordinates) names.set(name, at(position))
  for (const [name, value] of constants) names.set(name, graph.constant(value))
  for (const name of Object.keys(formula.parameters ?? {})) names.set(name, scalar(name))
  for (const [name, text, tokens] of inOrder(formula.definitions ?? {})) {
    const path = ['definitions', name]
    names.set(
      name,
      reading(path, text, () => parse(tokens, names, where)),
    )
  }
  return (component, unit) => {
    const text = formula[component]
    if (text === undefined) return graph.constant(0)
    return reading([component], text, () => valueOf(component, text, names, where, unit))
  }
}

function valueOf(
  component: Component,
  text: string,
  names: Names,
  where: Choice,
  unit: graph.UnitName,
): Scalar {
  const value = parse(tokensOf(text), names, where)
  if (!graph.isScalar(value)) {
    throw new TextError(0, `${component} must be a number in ${unit}, but this is a condition.`)
  }
  const { dimension } = value
  if (dimension && !graph.sameDimension(dimension, graph.unitNamed(unit).dimension)) {
    throw new TextError(
      0,
      `${component} must be in ${unit}, but this is ${inWords(graph.dimensionText(dimension))}.`,
    )
  }
  return value
}

function inWords(dimension: string): string {
  return dimension === 'dimensionless' ? dimension : `in ${dimension}`
}

function reading<Read>(path: readonly string[], text: string, read: () => Read): Read {
  try {
    return read()
  } catch (error) {
    if (error instanceof TextError) throw new FormulaError(path, error.message, text, error.at)
    throw error
  }
}

/** Definitions with their words, each after those that it uses. */
function inOrder(
  definitions: Readonly<Record<string, string>>,
): [name: string, text: string, tokens: readonly Token[]][] {
  let waiting = Object.entries(definitions).map(([name, text]) => {
    const tokens = reading(['definitions', name], text, () => tokensOf(text))
    return { name, text, tokens }
  })
  const ordered: typeof waiting = []
  while (waiting.length > 0) {
    const missing = new Set(waiting.map(({ name }) => name))
    const isMissing = ({ kind, text }: Token) => kind === 'name' && missing.has(text)
    const ready = waiting.filter(({ tokens }) => !tokens.some(isMissing))
    if (ready.length === 0) {
      const [{ name, text, tokens }] = waiting
      const at = tokens.find(isMissing)?.at ?? 0
      throw new FormulaError(
        ['definitions', name],
        'Definitions use one another in a circle here.',
        text,
        at,
      )
    }
    ordered.push(...ready)
    waiting = waiting.filter((definition) => !ready.includes(definition))
  }
  return ordered.map(({ name, text, tokens }) => [name, text, tokens])
}
