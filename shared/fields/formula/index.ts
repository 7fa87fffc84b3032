export * from './formula.ts'
export { FormulaError } from './formula-error.ts'
export type { FormulaPosition } from './formula-error.ts'
export { coordinates, formulaUnits, functions } from './vocabulary.ts'
