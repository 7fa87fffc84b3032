import type { RunFile } from '#shared/session/run-file.ts'
import { complete } from '../forms/complete.ts'

export interface SettingDifference {
  /** As in the run file: optimiser.learning_rate. */
  readonly key: string
  /** One per run, in their order; an en dash where a run has none. */
  readonly values: readonly string[]
}

/**
 * Settings that are not the same in all of the runs. Data entries are named, not numbered, and files too.
 *
 * @param fileName of a grant
 */
export function settingsDifference(
  runs: readonly RunFile[],
  fileName: (grant: string) => string,
): SettingDifference[] {
  const flat = runs.map(complete).map((run) => {
    const found = new Map<string, string>()
    const { data, ...rest } = run
    flatten('', rest, found, fileName)
    // What a run is called changes nothing.
    found.delete('title')
    for (const entry of data) flatten(`data ${entry.name}`, entry, found, fileName)
    return found
  })
  const keys = [...new Set(flat.flatMap((one) => [...one.keys()]))]
  return keys
    .map((key) => ({ key, values: flat.map((one) => one.get(key) ?? '\u2013') }))
    .filter(({ values }) => new Set(values).size > 1)
}

function flatten(
  key: string,
  value: unknown,
  found: Map<string, string>,
  fileName: (grant: string) => string,
): void {
  if (value === undefined) return
  const isList = Array.isArray(value) && value.every((one) => typeof one !== 'object')
  if (typeof value !== 'object' || value === null || isList) {
    const text = Array.isArray(value) ? value.join(', ') : String(value)
    found.set(key, text.startsWith('grant:') ? fileName(text) : text)
    return
  }
  for (const [name, inner] of Object.entries(value))
    flatten(key === '' ? name : `${key}.${name}`, inner, found, fileName)
}
