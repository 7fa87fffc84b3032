/** Parameter tables in rows, for models with many parameters from one source. */
import type { ModelVariant, ParameterSpec } from './types.ts'

export type ParameterRow = readonly [
  name: string,
  unit: string,
  standard: number,
  bounds: readonly [number, number],
  description: string,
]

export function parameterTable(
  source: string,
  rows: readonly ParameterRow[],
  variants?: readonly string[],
): ParameterSpec[] {
  return rows.map(([name, unit, standard, bounds, description]) => ({
    name,
    unit,
    default: standard,
    bounds,
    description,
    source,
    ...(variants ? { variants } : {}),
  }))
}

/** Bounds that many parameters share. */
export const strength = [-100, 100] as const
export const length = [0.001, 1000] as const
export const angle = [-360, 360] as const

/** Of models whose values were checked against those of imagine-models. */
export const imagineValues: readonly ModelVariant[] = [
  { name: 'imagine', title: 'Values of imagine-models', parameters: {} },
]
