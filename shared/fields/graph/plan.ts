/**
 * The order in which a program is evaluated at a point, whatever the language.
 *
 * What does not depend on the position is computed once, when the parameters are given. A value that is used only in one
 * branch of a choice is computed only when that branch is taken: a branch is a scope, a value belongs to the innermost scope
 * that holds all its uses. Choices on the same condition share their branches where none depends on another.
 */
import type { Instruction, Program } from './program.ts'

/** Names of the three inputs that change from point to point, in kpc. */
export const positionInputs = ['x', 'y', 'z'] as const

/** The computation of one instruction. */
interface Assignment {
  readonly kind: 'assign'
  readonly place: number
}

/** Choices on one condition. */
export interface Choice {
  readonly kind: 'choice'
  readonly condition: number
  /** Places of the `select` instructions that take the values of one or the other branch. */
  readonly members: readonly number[]
  readonly then: readonly Step[]
  readonly otherwise: readonly Step[]
}

export type Step = Assignment | Choice

export interface Plan {
  /** Of each instruction: whether it is the same at all points. */
  readonly fixed: readonly boolean[]
  /** Of those that are not, constants and inputs left out. */
  readonly steps: readonly Step[]
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

export function isLeaf({ op }: Instruction): boolean {
  return op === 'constant' || op === 'truth' || op === 'input'
}

export function planOf(program: Program): Plan {
  const { instructions, outputs } = program
  const fixed = fixedOf(instructions)
  const ranks = ranksOf(program, fixed)
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

  const stepsOf = (scope: Scope): Step[] => {
    const order = [...scope.members].sort((a, b) => ranks[a] - ranks[b] || a - b)
    const choices = new Map<string, number[]>()
    const steps: Step[] = []
    for (const place of order) {
      if (isLeaf(instructions[place])) continue
      const branch =
        instructions[place].op === 'select' ? scope.branches.get(key(place)) : undefined
      if (!branch) {
        steps.push({ kind: 'assign', place })
        continue
      }
      const members = choices.get(key(place))
      if (members) {
        members.push(place)
        continue
      }
      const own = [place]
      choices.set(key(place), own)
      const [condition] = instructions[place].args
      const then = stepsOf(branch.then)
      const otherwise = stepsOf(branch.otherwise)
      steps.push({ kind: 'choice', condition, members: own, then, otherwise })
    }
    return steps
  }
  return { fixed, steps: stepsOf(root) }
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
 * evaluated in the order of their ranks, choices before others. A choice that nothing waits for comes as late as another on
 * the same condition, so that the two share their branches.
 */
function ranksOf({ instructions }: Program, fixed: readonly boolean[]): number[] {
  const first = ranksAbove(instructions, fixed, () => 0)
  const latest = latestRanks(instructions, first)
  const together = instructions.map(({ op, args }, i) => {
    if (op !== 'select' || fixed[i]) return 0
    const possible = instructions.flatMap((other, k) =>
      other.op === 'select' && other.args[0] === args[0] && first[k] <= latest[i] ? [first[k]] : [],
    )
    return Math.max(...possible)
  })
  return ranksAbove(instructions, fixed, (i) => together[i])
}

function ranksAbove(
  instructions: readonly Instruction[],
  fixed: readonly boolean[],
  least: (choice: number) => number,
): number[] {
  const ranks: number[] = []
  instructions.forEach(({ op, args }, i) => {
    const below = Math.max(0, ...args.map((arg) => ranks[arg]))
    // A choice comes half a rank before the others that know it.
    const choice = () => Math.max(least(i), Math.floor(below) + 1)
    ranks.push(fixed[i] ? 0 : op === 'select' ? choice() : ceilHalf(below))
  })
  return ranks
}

/** Ranks up to which instructions may be put off without delaying a choice. */
function latestRanks(instructions: readonly Instruction[], ranks: readonly number[]): number[] {
  const latest = ranks.map(() => Infinity)
  for (let i = instructions.length - 1; i >= 0; i--) {
    const { op, args } = instructions[i]
    const own = op === 'select' ? ranks[i] - 0.5 : latest[i]
    for (const arg of args) latest[arg] = Math.min(latest[arg], own)
  }
  return latest
}

function ceilHalf(rank: number): number {
  return rank === 0 ? 0 : Math.floor(rank) + 0.5
}
