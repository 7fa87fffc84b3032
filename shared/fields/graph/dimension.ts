/** Units of the expressions of a field model, checked while an expression is built. */

/** Exponents of kpc, microgauss, cm^-3, m^-3 and Myr. Angles are radians, without dimension. */
export type Dimension = readonly [number, number, number, number, number]

export const dimensionless: Dimension = [0, 0, 0, 0, 0]
const lengthDimension: Dimension = [1, 0, 0, 0, 0]

export interface Unit {
  readonly dimension: Dimension
  /** What one of it is in kpc, microgauss, cm^-3, m^-3, Myr and rad. */
  readonly factor: number
}

/** (km/s) in kpc/Myr, with Julian years. */
const KM_S = 3.15576e13 / 3.0856775807e16

const units = {
  dimensionless: { dimension: dimensionless, factor: 1 },
  rad: { dimension: dimensionless, factor: 1 },
  deg: { dimension: dimensionless, factor: Math.PI / 180 },
  kpc: { dimension: lengthDimension, factor: 1 },
  pc: { dimension: lengthDimension, factor: 1e-3 },
  'kpc^-1': { dimension: [-1, 0, 0, 0, 0], factor: 1 },
  'kpc^-2': { dimension: [-2, 0, 0, 0, 0], factor: 1 },
  microgauss: { dimension: [0, 1, 0, 0, 0], factor: 1 },
  'cm^-3': { dimension: [0, 0, 1, 0, 0], factor: 1 },
  'm^-3': { dimension: [0, 0, 0, 1, 0], factor: 1 },
  Myr: { dimension: [0, 0, 0, 0, 1], factor: 1 },
  'km/s': { dimension: [1, 0, 0, 0, -1], factor: KM_S },
} as const satisfies Readonly<Record<string, Unit>>

export type UnitName = keyof typeof units
/** All of them, as parameters and formulas write them. */
export const unitNames: readonly UnitName[] = Object.keys(units).filter(isUnitName)

export function isUnitName(name: string): name is UnitName {
  return Object.hasOwn(units, name)
}

/** @throws RangeError for a unit that expressions do not know */
export function unitNamed(name: string): Unit {
  const found = Object.entries(units).find(([known]) => known === name)
  if (found) return found[1]
  throw new RangeError(`There is no unit "${name}" in expressions. Known: ${unitNames.join(', ')}.`)
}

export function sameDimension(a: Dimension, b: Dimension): boolean {
  return a.every((exponent, i) => Math.abs(exponent - b[i]) < 1e-12)
}

export function isDimensionless(dimension: Dimension): boolean {
  return sameDimension(dimension, dimensionless)
}

/** a + factor * b, exponent by exponent: of a product (factor 1), a quotient (-1) or a power. */
export function combineDimensions(a: Dimension, b: Dimension, factor: number): Dimension {
  return [
    a[0] + factor * b[0],
    a[1] + factor * b[1],
    a[2] + factor * b[2],
    a[3] + factor * b[3],
    a[4] + factor * b[4],
  ]
}

/** For messages, for example kpc^-2 microgauss. */
export function dimensionText(dimension: Dimension): string {
  const names = ['kpc', 'microgauss', 'cm^-3', 'm^-3', 'Myr']
  const parts = names.flatMap((name, i) => {
    if (dimension[i] === 0) return []
    return dimension[i] === 1 ? [name] : [`(${name})^${dimension[i]}`]
  })
  return parts.join(' ') || 'dimensionless'
}
