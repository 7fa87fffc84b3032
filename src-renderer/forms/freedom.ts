/** What a run file says about each of its free parameters: `free` as a list of names, or by name with details. */
import type { Freedom } from '#shared/session/run-file.ts'
import { freeNamesOf } from './free-names.ts'
import { isRecord } from './nodes.ts'

/** What may be said of a free parameter; absent: the default. */
export interface FreedomDetails {
  readonly initial?: unknown
  readonly bounds?: unknown
  readonly prior?: unknown
  readonly transform?: unknown
}

/** What is said of one parameter: nothing where the list names it alone. */
export function freedomOf(free: unknown, name: string): FreedomDetails {
  if (!isRecord(free)) return {}
  const own = free[name]
  return isRecord(own) ? own : {}
}

/**
 * `free` with one detail of one parameter, or without it (undefined). It stays a plain list for as long as nothing is said of any
 * parameter.
 */
export function withFreedom(
  free: unknown,
  name: string,
  key: keyof Freedom,
  value: unknown,
): unknown {
  const all = Object.fromEntries(
    freeNamesOf(free).map((one) => {
      const { [key]: old, ...others } = { ...freedomOf(free, one) }
      if (one !== name) return [one, old === undefined ? others : { ...others, [key]: old }]
      return [one, value === undefined ? others : { ...others, [key]: value }]
    }),
  )
  const isPlain = Object.values(all).every((details) => Object.keys(details).length === 0)
  return isPlain ? Object.keys(all) : all
}

/** The Gaussian that a fit would use, as far as the form can say: for the shape over the slider. */
export function priorShape(
  prior: unknown,
  published: { readonly value: number; readonly sigma: number | undefined },
): { mean: number; sigma: number } | null {
  if (prior === 'uniform') return null
  if (isRecord(prior)) {
    const { mean, sigma } = prior
    return typeof mean === 'number' && typeof sigma === 'number' && sigma > 0
      ? { mean, sigma }
      : null
  }
  return published.sigma === undefined || !(published.sigma > 0)
    ? null
    : { mean: published.value, sigma: published.sigma }
}
