import type { BackendStatus } from '#shared/contract/methods.ts'
import { choiceLabel } from './words.ts'

export interface BackendOption {
  readonly value: string
  readonly label: string
  readonly disabled: boolean
}

/** Every backend by name; what cannot be used here cannot be chosen. `auto` always can. */
export function backendOptions(
  names: readonly string[],
  statuses: readonly BackendStatus[],
): BackendOption[] {
  return names.map((value) => {
    const status = statuses.find(({ name }) => name === value)
    const disabled = status !== undefined && !status.usable
    return { value, label: choiceLabel(value), disabled }
  })
}

/** What the chosen backend is here, or why it cannot be used. */
export function backendWords(
  chosen: string,
  statuses: readonly BackendStatus[],
): { readonly text: string; readonly problem: boolean } {
  const taken = statuses.find((one) => (chosen === 'auto' ? one.chosen : one.name === chosen))
  if (!taken) return { text: '', problem: false }
  if (!taken.usable) return { text: `Not usable here. ${taken.detail}`, problem: true }
  const text =
    chosen === 'auto' ? `Takes ${choiceLabel(taken.name)}: ${taken.detail}` : taken.detail
  return { text, problem: false }
}

/** The others that cannot be used, and why. */
export function unusableBackends(
  chosen: string,
  statuses: readonly BackendStatus[],
): { readonly label: string; readonly why: string }[] {
  return statuses
    .filter(({ name, usable }) => !usable && name !== chosen)
    .map(({ name, detail }) => ({ label: choiceLabel(name), why: detail }))
}
