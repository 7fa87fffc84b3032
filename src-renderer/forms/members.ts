/** Members of a sum or mixture, as the run file lists them under `of`. */
import { memberNames } from '#shared/fields/composition.ts'
import type { MemberChoice } from '#shared/fields/index.ts'
import { isRecord } from './nodes.ts'

export type Rule = 'sum' | 'mixture'

/** The members that can be read. */
export function membersOf(of: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(of) ? of.filter(isRecord) : []
}

/** What the members are called, given or after their models; their own words where that is not possible. */
export function namesOf(members: readonly Record<string, unknown>[]): string[] {
  const plain: MemberChoice[] = members.map(({ name, model }) => ({
    model: String(model),
    ...(typeof name === 'string' ? { name } : {}),
  }))
  try {
    return memberNames(plain)
  } catch {
    return plain.map(({ name, model }) => name ?? model)
  }
}

/**
 * Weights of a mixture: those given, or the same for all; where values of their logarithms stand beside the members, these.
 *
 * @param parameters of the mixture, by name
 */
export function weightsOf(
  members: readonly Record<string, unknown>[],
  parameters: unknown,
): number[] {
  const given = members.map(({ weight }) => weight)
  const plain = given.every((weight) => typeof weight === 'number' && weight > 0)
    ? given.map(Number)
    : members.map(() => 1)
  const beside = isRecord(parameters) ? parameters : {}
  const ratios = namesOf(members).map((name, i) => {
    const own = i === 0 ? undefined : beside[logWeight(name)]
    return typeof own === 'number' ? plain[0] * Math.exp(own) : plain[i]
  })
  const sum = ratios.reduce((a, b) => a + b, 0)
  return ratios.map((ratio) => ratio / sum)
}

const logWeight = (name: string) => `log_weight_${name}`

/** Smallest weight that a slider gives: a member without any weight is left out instead. */
const leastWeight = 0.001

/**
 * A mixture with one weight changed; the others share the rest in the proportions that they had, so that all sum to 1.
 *
 * @param model with its members and parameters
 */
export function withWeight(
  model: Readonly<Record<string, unknown>>,
  index: number,
  weight: number,
): Record<string, unknown> {
  const members = membersOf(model.of)
  const old = weightsOf(members, model.parameters)
  const others = members.length - 1
  const own = others === 0 ? 1 : Math.min(1 - others * leastWeight, Math.max(leastWeight, weight))
  const rest = 1 - old[index]
  const shared = old.map((one, i) =>
    i === index ? own : Math.max(leastWeight, ((1 - own) * one) / rest),
  )
  const sum = shared.reduce((a, b) => a + b, 0)
  const parameters = Object.fromEntries(
    Object.entries(isRecord(model.parameters) ? model.parameters : {}).filter(
      ([name]) => !namesOf(members).map(logWeight).includes(name),
    ),
  )
  const of = members.map((member, i) => ({ ...member, weight: shared[i] / sum }))
  return { ...model, of, parameters }
}

/** Members with one more, or one fewer: the weights of a mixture go on summing to 1. */
export function withMembers(
  rule: Rule,
  members: readonly Record<string, unknown>[],
): Record<string, unknown>[] {
  const foreign = rule === 'sum' ? 'weight' : 'scale'
  const own = members.map((member) =>
    Object.fromEntries(Object.entries(member).filter(([key]) => key !== foreign)),
  )
  if (rule === 'sum' || own.every(({ weight }) => weight === undefined)) return own
  const given = own.map(({ weight }) => (typeof weight === 'number' ? weight : 1 / own.length))
  const sum = given.reduce((a, b) => a + b, 0)
  return own.map((member, i) => ({ ...member, weight: given[i] / sum }))
}
