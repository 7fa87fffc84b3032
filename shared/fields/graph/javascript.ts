/** Float64 JavaScript for a program: the reference. */
import { binaryOperations, infix, unaryOperations } from './operations.ts'
import type { Step } from './plan.ts'
import { isLeaf, planOf, positionInputs } from './plan.ts'
import type { Instruction, Program } from './program.ts'

/** Writes the outputs at a position to `out` from `offset` on. */
export type PointFunction = (
  x: number,
  y: number,
  z: number,
  out: Float64Array,
  offset: number,
) => void

/** A program with its other inputs given, in the order in which they were named. */
export type ProgramFactory = (inputs: Float64Array) => PointFunction

/**
 * Makes a function of a program. It evaluates a string, which the content security policy of the workbench's renderer
 * forbids: only the engine binds models to values, the renderer reads no more than their descriptions.
 */
export function compile(program: Program, inputs: readonly string[]): ProgramFactory {
  const body = javascriptOf(program, inputs)
  const make: unknown = new Function('inputs', 'sech2', 'sigmoid', body)
  if (typeof make !== 'function') throw new TypeError('The generated code is no function.')
  return (values) => {
    const point: unknown = make(values, unaryOperations.sech2, unaryOperations.sigmoid)
    if (!isPointFunction(point)) throw new TypeError('The generated code makes no function.')
    return point
  }
}

function isPointFunction(value: unknown): value is PointFunction {
  return typeof value === 'function'
}

/** The body of a function of `inputs` that returns a PointFunction. */
function javascriptOf(program: Program, inputs: readonly string[]): string {
  const { instructions, outputs } = program
  const { fixed, steps } = planOf(program)
  const lines: string[] = []
  const reference = (i: number): string => {
    const { op, value, name } = instructions[i]
    if (op === 'constant') return literal(value)
    if (op === 'truth') return String(value === 1)
    if (op !== 'input') return `t${i}`
    if (positionInputs.some((known) => known === name)) return name
    const index = inputs.indexOf(name)
    if (index === -1) throw new RangeError(`The input "${name}" is not given.`)
    return `inputs[${index}]`
  }
  const assign = (i: number): void => {
    const { op, args } = instructions[i]
    lines.push(`const t${i} = ${formula(op, args.map(reference), instructions[args[1]])}`)
  }
  const emit = (step: Step): void => {
    if (step.kind === 'assign') {
      assign(step.place)
      return
    }
    const { condition, members, then, otherwise } = step
    lines.push(`let ${members.map((member) => `t${member}`).join(', ')}`)
    lines.push(`if (${reference(condition)}) {`)
    then.forEach(emit)
    for (const m of members) lines.push(`t${m} = ${reference(instructions[m].args[1])}`)
    lines.push('} else {')
    otherwise.forEach(emit)
    for (const m of members) lines.push(`t${m} = ${reference(instructions[m].args[2])}`)
    lines.push('}')
  }

  instructions.forEach((instruction, i) => {
    if (fixed[i] && !isLeaf(instruction)) assign(i)
  })
  lines.push('return (x, y, z, out, offset) => {')
  steps.forEach(emit)
  outputs.forEach((place, i) => lines.push(`out[offset + ${i}] = ${reference(place)}`))
  lines.push('}')
  return lines.join('\n')
}

function literal(value: number): string {
  return value < 0 || Object.is(value, -0)
    ? `(${Object.is(value, -0) ? '-0' : value})`
    : String(value)
}

function formula(
  op: Instruction['op'],
  [a, b, c]: readonly string[],
  second: Instruction | undefined,
): string {
  if (op in infix) return `${a} ${infix[op]} ${b}`
  switch (op) {
    case 'neg':
      return `-${a}`
    case 'not':
      return `!${a}`
    case 'select':
      return `${a} ? ${b} : ${c}`
    case 'pow':
      return power(a, b, second?.op === 'constant' ? second.value : NaN)
    case 'sech2':
    case 'sigmoid':
      return `${op}(${a})`
    default:
      if (!(op in unaryOperations) && !(op in binaryOperations)) {
        throw new RangeError(`There is no JavaScript for "${op}".`)
      }
      return `Math.${op}(${b === undefined ? a : `${a}, ${b}`})`
  }
}

/** Small whole powers as products. */
function power(base: string, exponent: string, value: number): string {
  const whole = Math.abs(value)
  if (!Number.isInteger(value) || whole > 4) return `${base} ** ${exponent}`
  const product = Array.from({ length: whole }, () => base).join(' * ')
  return value > 0 ? product : `1 / (${product})`
}
