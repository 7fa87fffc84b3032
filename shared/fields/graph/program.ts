/** From expressions to a list of instructions without repeats: common subexpressions are computed once. */
import type { Condition, Expression, Scalar } from './expression.ts'

export interface Instruction {
  readonly op: Scalar['op'] | Condition['op']
  /** Places of the operands in the list; all come before. */
  readonly args: readonly number[]
  readonly value: number
  readonly name: string
}

export interface Program {
  readonly instructions: readonly Instruction[]
  /** Places of what was asked for, in its order. */
  readonly outputs: readonly number[]
}

const commutative = new Set<string>(['add', 'mul', 'min', 'max', 'and'])

export function programOf(outputs: readonly Expression[]): Program {
  const instructions: Instruction[] = []
  const byKey = new Map<string, number>()
  const byNode = new Map<Expression, number>()
  const place = (node: Expression): number => {
    const known = byNode.get(node)
    if (known !== undefined) return known
    const args = node.args.map(place)
    if (commutative.has(node.op)) args.sort((a, b) => a - b)
    const key = `${node.op} ${args.join(' ')} ${Object.is(node.value, -0) ? '-0' : node.value} ${node.name}`
    let index = byKey.get(key)
    if (index === undefined) {
      index = instructions.length
      instructions.push({ op: node.op, args, value: node.value, name: node.name })
      byKey.set(key, index)
    }
    byNode.set(node, index)
    return index
  }
  return { outputs: outputs.map(place), instructions }
}
