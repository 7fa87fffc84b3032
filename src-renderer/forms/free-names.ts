import { isRecord } from './nodes.ts'

/** Names of the free parameters of a section, which a run file gives as a list or with details of each. */
export function freeNamesOf(free: unknown): string[] {
  if (Array.isArray(free)) return free.map(String)
  return isRecord(free) ? Object.keys(free) : []
}

/** The same with other names; what a run file says of each parameter stays. */
export function withFreeNames(free: unknown, names: readonly string[]): unknown {
  if (!isRecord(free)) return names
  return Object.fromEntries(names.map((name) => [name, free[name] ?? {}]))
}

/** Free parameters after one was renamed, or removed where it has no new name. */
export function withRenamedFree(free: unknown, from: string, to: string | undefined): unknown {
  if (Array.isArray(free)) {
    return free.flatMap((name) => (name === from ? (to === undefined ? [] : [to]) : [name]))
  }
  return isRecord(free) ? renamed(free, from, to) : free
}

/** One key renamed, in its place, or removed; unchanged where the new name is taken. */
export function renamed(
  record: Readonly<Record<string, unknown>>,
  from: string,
  to: string | undefined,
): Record<string, unknown> {
  if (to !== undefined && Object.hasOwn(record, to)) return { ...record }
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) => {
      if (name !== from) return [[name, value]]
      return to === undefined ? [] : [[to, value]]
    }),
  )
}
