/** The part of a program that is the same at all points, evaluated once for generated code that runs elsewhere. */
import { binaryOperations, unaryOperations } from './operations.ts'
import type { BinaryOperation, UnaryOperation } from './operations.ts'
import type { Instruction, Program } from './program.ts'

/** Whether an instruction is true or false and not a number. */
export function isCondition({ op }: Instruction): boolean {
  return op === 'truth' || op === 'less' || op === 'at-most' || op === 'and' || op === 'not'
}

/**
 * Values of the instructions that are fixed, conditions as 1 and 0; the others are left at 0.
 *
 * @param names of the inputs, in the order of their values
 * @throws RangeError for an input without a value
 */
export function fixedValues(
  { instructions }: Program,
  fixed: readonly boolean[],
  names: readonly string[],
  values: ArrayLike<number>,
): Float64Array {
  const found = new Float64Array(instructions.length)
  instructions.forEach((instruction, i) => {
    if (!fixed[i]) return
    const { op, args, name } = instruction
    if (op === 'input') {
      const index = names.indexOf(name)
      if (index === -1) throw new RangeError(`The input "${name}" is not given.`)
      found[i] = values[index]
      return
    }
    found[i] = valueOf(
      instruction,
      args.map((arg) => found[arg]),
    )
  })
  return found
}

function valueOf({ op, value }: Instruction, [a, b, c]: readonly number[]): number {
  switch (op) {
    case 'constant':
    case 'truth':
      return value
    case 'less':
      return Number(a < b)
    case 'at-most':
      return Number(a <= b)
    case 'and':
      return a * b
    case 'not':
      return 1 - a
    case 'select':
      return a === 1 ? b : c
    default:
      if (isUnary(op)) return unaryOperations[op](a)
      if (isBinary(op)) return binaryOperations[op](a, b)
      throw new RangeError(`There is no value of "${op}".`)
  }
}

function isUnary(op: string): op is UnaryOperation {
  return op in unaryOperations
}

function isBinary(op: string): op is BinaryOperation {
  return op in binaryOperations
}
