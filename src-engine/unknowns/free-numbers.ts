import type { ParameterComponent, ParameterSpec, ResolvedModel } from '#shared/fields/index.ts'
import { mixturesOf, movesSurface, parametersOf, scalarParameter } from '#shared/fields/index.ts'
import { freedomsOf } from '#shared/session/free-names.ts'
import { suggestion } from '#shared/session/nearest-name.ts'
import type { Freedom, RunFile } from '#shared/session/run-file.ts'
import { InputError } from '../errors.ts'
import type { Transform } from './coordinates.ts'

export type ModelSectionName = 'magnetic_field' | 'thermal_electrons' | 'cosmic_ray_electrons'

export interface GaussianPrior {
  readonly mean: number
  readonly sigma: number
}

/** One number among the parameters of a model that a run fits, with everything that it was told about it. */
export interface FreeNumber {
  /** The run file's section and the parameter, `magnetic_field.b0_microgauss`; of a vector, `magnetic_field.B_microgauss[0]`. */
  readonly name: string
  readonly section: ModelSectionName
  readonly parameter: ParameterComponent
  readonly unit: string
  readonly initial: number
  readonly bounds: readonly [number, number]
  readonly prior: GaussianPrior | undefined
  readonly transform: Transform
  /** A change that matters, in its unit: the prior's sigma, or a guess. */
  readonly scale: number
  /** Whether it shifts a surface on which the model jumps. */
  readonly movesSurface: boolean
  /** Of the logarithm of a weight: the mixture whose weight it is. */
  readonly mixture?: FreeMixture
}

/** A mixture with weights that a run fits. */
export interface FreeMixture {
  /** Names of the weights, one per member: `magnetic_field.weight_uf23`. */
  readonly weights: readonly string[]
  /** Of all members but the first: the name of the free number, and its value where it is held. */
  readonly logarithms: readonly { readonly name: string; readonly held: number }[]
}

/**
 * The free parameters of a section that are its model's, one entry per number.
 *
 * @param others names in `free` that are not the model's
 * @throws InputError that names the key
 */
export function freeNumbersOf(
  runFile: RunFile,
  section: ModelSectionName,
  resolved: ResolvedModel,
  others: readonly string[] = [],
): FreeNumber[] {
  const { free } = runFile[section]
  const specs = parametersOf(resolved.model, resolved.variant)
  return freedomsOf(free).flatMap(([name, freedom], i) => {
    if (others.includes(name)) return []
    const key = `${section}.free${Array.isArray(free) ? `[${i}]` : `.${name}`}`
    const spec = specs.find((candidate) => candidate.name === name)
    if (spec) return numbersOf(resolved, spec, freedom, section, key)
    const names = [...others, ...specs.map((candidate) => candidate.name)]
    const known = names.length > 0 ? `Known: ${names.join(', ')}.` : 'It has none.'
    throw new InputError(
      `${key}: Model "${resolved.model.name}" has no parameter "${name}". ${known}${suggestion(name, names)}`,
      { field: key },
    )
  })
}

function numbersOf(
  resolved: ResolvedModel,
  spec: ParameterSpec,
  freedom: Freedom,
  section: ModelSectionName,
  key: string,
): FreeNumber[] {
  // The value already is `initial`, where that is given: ../simulation/medium.ts.
  const value = resolved.parameters[spec.name]
  const prior = priorOf(resolved, spec, freedom, key)
  const components = typeof value === 'number' ? [undefined] : ([0, 1, 2] as const)
  const mixture = mixtureWith(resolved, spec.name, section)
  return components.map((component): FreeNumber => {
    const parameter = component === undefined ? { name: spec.name } : { name: spec.name, component }
    const initial = componentOf(value, component)
    const [lower, upper] = freedom.bounds ?? spec.bounds
    const number: FreeNumber = {
      name: `${section}.${spec.name}${component === undefined ? '' : `[${component}]`}`,
      section,
      parameter,
      unit: spec.unit,
      initial,
      bounds: [lower, upper],
      prior: prior && { mean: componentOf(prior.mean, component), sigma: prior.sigma },
      transform: freedom.transform,
      scale: prior?.sigma ?? Math.min(scaleOf(spec, initial), (upper - lower) / 4),
      movesSurface: movesSurface(resolved, parameter),
      ...(mixture ? { mixture } : {}),
    }
    requireNumber(number, spec, key)
    return number
  })
}

function mixtureWith(
  resolved: ResolvedModel,
  parameter: string,
  section: ModelSectionName,
): FreeMixture | undefined {
  const found = mixturesOf(resolved).find(({ logarithms }) => logarithms.includes(parameter))
  return (
    found && {
      weights: found.members.map((member) => `${section}.${found.prefix}weight_${member}`),
      logarithms: found.logarithms.map((name) => ({
        name: `${section}.${name}`,
        held: scalarParameter(resolved.parameters, name),
      })),
    }
  )
}

function componentOf(
  value: number | readonly [number, number, number],
  component: 0 | 1 | 2 | undefined,
): number {
  return typeof value === 'number' ? value : value[component ?? 0]
}

/** Ten degrees for angles; a fifth of other values, or of the default where the value is zero. */
function scaleOf(spec: ParameterSpec, value: number): number {
  if (spec.unit === 'deg') return 10
  const standard = typeof spec.default === 'number' ? spec.default : Math.hypot(...spec.default)
  return 0.2 * (Math.abs(value) || (Number.isFinite(standard) ? Math.abs(standard) : 0) || 1)
}

function priorOf(
  { model, variant }: ResolvedModel,
  spec: ParameterSpec,
  { prior }: Freedom,
  key: string,
): { mean: number | readonly [number, number, number]; sigma: number } | undefined {
  if (prior === 'uniform') return undefined
  if (typeof prior === 'object') {
    if (typeof prior.mean !== 'number' && typeof spec.default === 'number') {
      const field = `${key}.prior.mean`
      throw new InputError(`${field}: "${spec.name}" is one number, not three.`, { field })
    }
    return prior
  }
  const set = model.variants.find(({ name }) => name === variant)
  const sigma = set?.uncertainties?.[spec.name]
  if (sigma !== undefined) return { mean: set?.parameters[spec.name] ?? spec.default, sigma }
  if (prior === undefined) return undefined
  const field = `${key}.prior`
  throw new InputError(
    `${field}: no uncertainty of "${spec.name}" has been published${variant === undefined ? '' : ` for the variant "${variant}"`}: give a mean and a sigma, or uniform.`,
    { field },
  )
}

function requireNumber(
  { initial, bounds: [lower, upper], transform, unit }: FreeNumber,
  spec: ParameterSpec,
  key: string,
): void {
  const refuse = (part: string, why: string): never => {
    const field = part === '' ? key : `${key}.${part}`
    throw new InputError(`${field}: ${why}`, { field })
  }
  const [least, most] = spec.bounds
  if (lower < least || upper > most) {
    refuse(
      'bounds',
      `"${spec.name}" must lie between ${least} and ${most} ${unit}, so that its bounds cannot be [${lower}, ${upper}].`,
    )
  }
  if (!Number.isFinite(initial)) {
    refuse('initial', `"${spec.name}" has no limit by itself: give it a value to start from.`)
  }
  if (initial < lower || initial > upper) {
    refuse(
      'initial',
      `"${spec.name}" starts at ${initial} ${unit}, outside its bounds [${lower}, ${upper}]: start inside, or widen them.`,
    )
  }
  if (transform === 'log' && !(initial > 0)) {
    refuse(
      'transform',
      `a logarithm needs a positive start, and "${spec.name}" starts at ${initial}.`,
    )
  }
  if (transform === 'smooth' && !(initial > lower && initial < upper && upper - lower < Infinity)) {
    refuse('transform', `a smooth map needs two finite bounds, and a start between them.`)
  }
  if (transform === 'wrap' && !(unit === 'deg' && upper - lower === 360)) {
    refuse(
      'transform',
      `only an angle can be wrapped, within bounds 360 degrees apart; give bounds such as [0, 360].`,
    )
  }
}
