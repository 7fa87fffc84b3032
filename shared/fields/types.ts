/** What a field model of the library is. */
import type { Ray } from '../physics/geometry.ts'
import type { Vector3 } from '../physics/vector.ts'
import type { Formula } from './formula/index.ts'
import type { Scalar, Vector } from './graph/index.ts'

export const fieldKinds = [
  'magnetic',
  'thermal-electrons',
  'cosmic-ray-electrons',
  'random-field-strength',
] as const
export type FieldKind = (typeof fieldKinds)[number]
/** Kinds whose models have one number at a point. */
export type ScalarKind = Exclude<FieldKind, 'magnetic'>

/** Unit of the values of each kind. */
export const fieldUnits: Readonly<Record<FieldKind, string>> = {
  magnetic: 'microgauss',
  'thermal-electrons': 'cm^-3',
  'cosmic-ray-electrons': 'm^-3',
  'random-field-strength': 'microgauss',
}

export type ParameterValue = number | Vector3

/** Values of all parameters of a model by name, as `resolveModel` makes them. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>

export interface ParameterSpec {
  /** snake_case with its unit as suffix, for example b0_microgauss or psi0_deg. */
  name: string
  /** One that expressions know: kpc, pc, kpc^-2, microgauss, cm^-3, m^-3, deg, Myr, dimensionless, ... */
  unit: string
  /** The variants that have this parameter; all of them unless given. */
  variants?: readonly string[]
  /** Infinity where there is no limit. */
  default: ParameterValue
  /** Smallest and largest value allowed, for each component. */
  bounds: readonly [number, number]
  description: string
  /** Where the default comes from. */
  source: string
}

/** A published or customary set of parameter values. */
export interface ModelVariant {
  name: string
  title: string
  /** Where it differs from the defaults. */
  parameters: Readonly<Record<string, ParameterValue>>
  /** Published 1-sigma uncertainties, of the parameters that have one. */
  uncertainties?: Readonly<Record<string, number>>
}

/** What a model that is in no library is made from, as it was given: plain data. */
export interface ModelDefinition {
  formula?: Formula
  of?: readonly MemberChoice[]
}

/** A model as a run file or a user names it. */
export interface ModelChoice extends ModelDefinition {
  model: string
  variant?: string
  parameters?: Readonly<Record<string, ParameterValue>>
}

/** A member of a sum or mixture. */
export interface MemberChoice extends ModelChoice {
  /** Prefix of its parameters; default: its model, with a number where that comes again. */
  name?: string
  /** In a sum, what the member is multiplied by; default 1. */
  scale?: number
  /** In a mixture; default: the same for all. */
  weight?: number
}

/** A model with a value for every parameter. */
export interface ResolvedModel<Kind extends FieldKind = FieldKind> {
  model: ModelOfKind[Kind]
  /** Absent for a model without variants. */
  variant?: string
  parameters: ParameterValues
}

/** What a model may need to know beside its parameters. */
export interface FieldContext {
  observerKpc: Vector3
}

/** What a model's expression is made of; values are in kpc, microgauss, cm^-3, m^-3, Myr and rad. */
export interface ModelInputs {
  /** Galactocentric. */
  position: Vector
  observer: Vector
  /** Of a model with variants: the one to make. */
  variant: string | undefined
  /** Whether jumps have a width: ./jump.ts. */
  smoothed: boolean
  /** A parameter that is one number. */
  scalar(name: string): Scalar
  /** A parameter that is a vector. */
  vector(name: string): Vector
}

interface Model<Kind extends FieldKind, Value> {
  kind: Kind
  name: string
  title: string
  /** The paper that defines it. */
  source: string
  /** What to know before using it: conventions, limits, and where other implementations differ. */
  notes?: readonly string[]
  /** The first is the default; empty for a model without named sets. */
  variants: readonly ModelVariant[]
  parameters: readonly ParameterSpec[]
  /** The model, written once: values, derivatives and discontinuities are made from it. */
  expression(inputs: ModelInputs): Value
  /**
   * Distances along a ray at which the model, or one of its derivatives, jumps, where a formula for them is at hand. Any
   * order; others may be among them. Without it they are searched for along the ray.
   */
  discontinuities?(ray: Ray, parameters: ParameterValues, context: FieldContext): number[]
  /** Of a sum or mixture, its members: the discontinuities are theirs. */
  members?(parameters: ParameterValues): readonly ResolvedModel[]
  /** Of a model that is in no library. */
  definition?: ModelDefinition
}

export type MagneticModel = Model<'magnetic', Vector>
export type ThermalElectronModel = Model<'thermal-electrons', Scalar>
export type CosmicRayElectronModel = Model<'cosmic-ray-electrons', Scalar>
/** Root mean square of a random magnetic field, |b|. */
export type RandomFieldStrengthModel = Model<'random-field-strength', Scalar>
export type FieldModel =
  MagneticModel | ThermalElectronModel | CosmicRayElectronModel | RandomFieldStrengthModel

/** The model type of a kind. */
export interface ModelOfKind {
  magnetic: MagneticModel
  'thermal-electrons': ThermalElectronModel
  'cosmic-ray-electrons': CosmicRayElectronModel
  'random-field-strength': RandomFieldStrengthModel
}

/** The parameters of a model that a variant has. */
export function parametersOf(model: FieldModel, variant: string | undefined): ParameterSpec[] {
  return model.parameters.filter(
    ({ variants }) => !variants || (variant !== undefined && variants.includes(variant)),
  )
}

/** The value of a scalar parameter. */
export function scalarParameter(parameters: ParameterValues, name: string): number {
  const value = parameters[name]
  if (typeof value !== 'number') throw new TypeError(`Parameter ${name} is not a number.`)
  return value
}
