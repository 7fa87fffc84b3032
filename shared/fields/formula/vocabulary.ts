/** The words that formulas know beside the user's own. */
import type { Scalar, Vector } from '../graph/index.ts'
import * as graph from '../graph/index.ts'

export interface FormulaFunction {
  /** Names of its operands, for messages. */
  readonly operands: readonly string[]
  /** Whether more operands of the last kind may follow. */
  readonly more?: boolean
  readonly build: (...operands: Scalar[]) => Scalar
}

const of = (build: FormulaFunction['build'], ...operands: string[]): FormulaFunction => ({
  operands,
  build,
})

/** `where(condition, a, b)` is known to the parser itself: its first operand is no number. */
export const functions: ReadonlyMap<string, FormulaFunction> = new Map([
  ['abs', of(graph.abs, 'x')],
  ['sign', of(graph.sign, 'x')],
  ['floor', of(graph.floor, 'x')],
  ['sqrt', of(graph.sqrt, 'x')],
  ['exp', of(graph.exp, 'x')],
  ['log', of(graph.log, 'x')],
  ['sin', of(graph.sin, 'x')],
  ['cos', of(graph.cos, 'x')],
  ['tan', of(graph.tan, 'x')],
  ['asin', of(graph.asin, 'x')],
  ['acos', of(graph.acos, 'x')],
  ['atan', of(graph.atan, 'x')],
  ['atan2', of(graph.atan2, 'y', 'x')],
  ['sinh', of(graph.sinh, 'x')],
  ['cosh', of(graph.cosh, 'x')],
  ['tanh', of(graph.tanh, 'x')],
  ['sech2', of(graph.sech2, 'x')],
  ['sigmoid', of(graph.sigmoid, 'x')],
  ['min', { ...of(graph.min, 'a', 'b'), more: true }],
  ['max', { ...of(graph.max, 'a', 'b'), more: true }],
  ['gaussian', of(graph.gaussian, 'x', 'width')],
  ['smooth_step', of(graph.smoothStep, 'x', 'at', 'width')],
  ['spiral_phase', of(graph.spiralPhase, 'r', 'phi', 'r0', 'pitch')],
  ['spiral_radius', of(graph.spiralRadius, 'phi', 'phi0', 'r0', 'pitch')],
])

/** Where a formula is evaluated: r from the axis, rho from the centre, theta from the north pole. */
export const coordinates: ReadonlyMap<string, (position: Vector) => Scalar> = new Map([
  ['x', ([x]: Vector) => x],
  ['y', ([, y]: Vector) => y],
  ['z', ([, , z]: Vector) => z],
  ['r', (position: Vector) => graph.cylindrical(position).r],
  ['phi', (position: Vector) => graph.cylindrical(position).phi],
  ['rho', (position: Vector) => distance(position)],
  ['theta', (position: Vector) => graph.atan2(graph.cylindrical(position).r, position[2])],
])

function distance([x, y, z]: Vector): Scalar {
  return graph.sqrt(graph.add(graph.square(x), graph.square(y), graph.square(z)))
}

export const constants: ReadonlyMap<string, number> = new Map([['pi', Math.PI]])

/** Words of the language itself, and names under which models find their inputs. */
const words = new Set(['and', 'or', 'not', 'where', 'observer', 'cm', 'm', 'km'])

/** Units that formulas write; `dimensionless` is what a number alone is. */
export const formulaUnits = graph.unitNames.filter((name) => name !== 'dimensionless')

export function isUnit(word: string): boolean {
  return word !== 'dimensionless' && graph.isUnitName(word)
}

/** Whether a word has a meaning already, so that it names no parameter. */
export function isReserved(word: string): boolean {
  return (
    functions.has(word) ||
    coordinates.has(word) ||
    constants.has(word) ||
    words.has(word) ||
    isUnit(word)
  )
}
