/**
 * Float64 JavaScript for a program.
 *
 * What does not depend on the position is computed once, when the parameters are given. A value that is used only in one
 * branch of a choice is computed only when that branch is taken: a branch is a scope, a value belongs to the innermost scope
 * that holds all its uses. Choices on the same condition share their branches where none depends on another.
 */
import { binaryOperations, unaryOperations } from './operations.ts'
import type { Instruction, Program } from './program.ts'

/** Names of the three inputs that change from point to point, in kpc. */
export const positionInputs = ['x', 'y', 'z'] as const

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

interface Scope {
  readonly parent: Scope | undefined
  readonly depth: number
  /** Places of the instructions evaluated here. */
  readonly members: number[]
  readonly branches: Map<string, { then: Scope; otherwise: Scope }>
}

function newScope(parent: Scope | undefined): Scope {
  return { parent, depth: (parent?.depth ?? -1) + 1, members: [], branches: new Map() }
}

function innermostCommon(a: Scope, b: Scope): Scope {
  let [left, right] = [a, b]
  while (left !== right) {
    if (left.depth >= right.depth && left.parent) left = left.parent
    else if (right.parent) right = right.parent
  }
  return left
}

/** The body of a function of `inputs` that returns a PointFunction. */
export function javascriptOf(
  { instructions, outputs }: Program,
  inputs: readonly string[],
): string {
  const fixed = fixedOf(instructions)
  const ranks = ranksOf(instructions, fixed)
  const key = (i: number) => `${instructions[i].args[0]} ${ranks[i]}`

  const root = newScope(undefined)
  const scopes = new Array<Scope | undefined>(instructions.length)
  const use = (i: number, scope: Scope): void => {
    const before = scopes[i]
    scopes[i] = before ? innermostCommon(before, scope) : scope
  }
  for (const i of outputs) use(i, root)
  for (let i = instructions.length - 1; i >= 0; i--) {
    const scope = scopes[i]
    if (fixed[i] || !scope) continue
    scope.members.push(i)
    const { op, args } = instructions[i]
    if (op !== 'select' || fixed[args[0]]) {
      for (const arg of args) use(arg, scope)
      continue
    }
    let branch = scope.branches.get(key(i))
    if (!branch) {
      branch = { then: newScope(scope), otherwise: newScope(scope) }
      scope.branches.set(key(i), branch)
    }
    use(args[0], scope)
    use(args[1], branch.then)
    use(args[2], branch.otherwise)
  }

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
  const isLeaf = ({ op }: Instruction) => op === 'constant' || op === 'truth' || op === 'input'
  const assign = (i: number): void => {
    const { op, args } = instructions[i]
    lines.push(`const t${i} = ${formula(op, args.map(reference), instructions[args[1]])}`)
  }
  const emit = (scope: Scope): void => {
    const order = [...scope.members].sort((a, b) => ranks[a] - ranks[b] || a - b)
    const waiting = new Map<string, number[]>()
    const done = new Set<string>()
    for (const i of order) {
      if (instructions[i].op === 'select' && scope.branches.has(key(i))) {
        waiting.set(key(i), [...(waiting.get(key(i)) ?? []), i])
      }
    }
    for (const i of order) {
      if (isLeaf(instructions[i])) continue
      const group = instructions[i].op === 'select' ? waiting.get(key(i)) : undefined
      const branch = scope.branches.get(key(i))
      if (!group || !branch) {
        assign(i)
        continue
      }
      if (done.has(key(i))) continue
      done.add(key(i))
      lines.push(`let ${group.map((member) => `t${member}`).join(', ')}`)
      lines.push(`if (${reference(instructions[i].args[0])}) {`)
      emit(branch.then)
      for (const m of group) lines.push(`t${m} = ${reference(instructions[m].args[1])}`)
      lines.push('} else {')
      emit(branch.otherwise)
      for (const m of group) lines.push(`t${m} = ${reference(instructions[m].args[2])}`)
      lines.push('}')
    }
  }

  instructions.forEach((instruction, i) => {
    if (fixed[i] && !isLeaf(instruction)) assign(i)
  })
  lines.push('return (x, y, z, out, offset) => {')
  emit(root)
  outputs.forEach((place, i) => lines.push(`out[offset + ${i}] = ${reference(place)}`))
  lines.push('}')
  return lines.join('\n')
}

/** Which instructions do not depend on the position. */
function fixedOf(instructions: readonly Instruction[]): boolean[] {
  const fixed: boolean[] = []
  for (const { op, args, name } of instructions) {
    const moves = op === 'input' && positionInputs.some((known) => known === name)
    fixed.push(!moves && args.every((arg) => fixed[arg]))
  }
  return fixed
}

/**
 * The number of choices that an instruction depends on, along the longest chain: within a scope, instructions may be
 * evaluated in the order of their ranks, choices before others.
 */
function ranksOf(instructions: readonly Instruction[], fixed: readonly boolean[]): number[] {
  const ranks: number[] = []
  instructions.forEach(({ op, args }, i) => {
    const below = Math.max(0, ...args.map((arg) => ranks[arg]))
    // A choice comes half a rank before the others that know it.
    ranks.push(fixed[i] ? 0 : op === 'select' ? Math.floor(below) + 1 : ceilHalf(below))
  })
  return ranks
}

function ceilHalf(rank: number): number {
  return rank === 0 ? 0 : Math.floor(rank) + 0.5
}

function literal(value: number): string {
  return value < 0 || Object.is(value, -0)
    ? `(${Object.is(value, -0) ? '-0' : value})`
    : String(value)
}

const infix: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  less: '<',
  'at-most': '<=',
  and: '&&',
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
