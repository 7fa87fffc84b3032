/** What a field model of the library is. */
import type { Ray } from '../physics/geometry.ts'
import type { Vector3 } from '../physics/vector.ts'

export const fieldKinds = ['magnetic', 'thermal-electrons', 'cosmic-ray-electrons'] as const
export type FieldKind = (typeof fieldKinds)[number]

/** Unit of the values of each kind. */
export const fieldUnits: Readonly<Record<FieldKind, string>> = {
  magnetic: 'microgauss',
  'thermal-electrons': 'cm^-3',
  'cosmic-ray-electrons': 'm^-3',
}

export type ParameterValue = number | Vector3

/** Values of all parameters of a model by name, as `resolveModel` makes them. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>

export interface ParameterSpec {
  /** snake_case with its unit as suffix, for example b0_microgauss or psi0_deg. */
  name: string
  unit: string
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
}

/** What a model may need to know beside its parameters. */
export interface FieldContext {
  observerKpc: Vector3
}

interface Model<Kind extends FieldKind, Value> {
  kind: Kind
  name: string
  title: string
  /** The paper that defines it. */
  source: string
  /** The first is the default; empty for a model without named sets. */
  variants: readonly ModelVariant[]
  parameters: readonly ParameterSpec[]
  /** Value at a position in Galactocentric kpc, in the unit of the kind. */
  evaluate(positionKpc: Vector3, parameters: ParameterValues, context: FieldContext): Value
  /** Distances along a ray at which the model, or one of its derivatives, jumps. Any order; others may be among them. */
  discontinuities(ray: Ray, parameters: ParameterValues, context: FieldContext): number[]
}

export type MagneticModel = Model<'magnetic', Vector3>
export type ThermalElectronModel = Model<'thermal-electrons', number>
export type CosmicRayElectronModel = Model<'cosmic-ray-electrons', number>
export type FieldModel = MagneticModel | ThermalElectronModel | CosmicRayElectronModel

/** The model type of a kind. */
export interface ModelOfKind {
  magnetic: MagneticModel
  'thermal-electrons': ThermalElectronModel
  'cosmic-ray-electrons': CosmicRayElectronModel
}

/** The value of a scalar parameter. */
export function scalarParameter(parameters: ParameterValues, name: string): number {
  const value = parameters[name]
  if (typeof value !== 'number') throw new TypeError(`Parameter ${name} is not a number.`)
  return value
}

/** The value of a vector parameter. */
export function vectorParameter(parameters: ParameterValues, name: string): Vector3 {
  const value = parameters[name]
  if (value === undefined || typeof value === 'number') {
    throw new TypeError(`Parameter ${name} is not a vector.`)
  }
  return value
}
