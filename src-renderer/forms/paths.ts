import { isRecord } from './nodes.ts'
import type { Path } from './nodes.ts'

/** The value at a path, undefined where there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)]
    else if (isRecord(value)) value = value[key]
    else return undefined
  }
  return value
}

/** A copy of `root` with another value at a path; undefined removes the key. Nothing of the original changes. */
export function withValue(root: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value
  const [key, ...rest] = path
  if (typeof key === 'number') {
    const list: unknown[] = Array.isArray(root) ? [...root] : []
    if (value === undefined && rest.length === 0) list.splice(key, 1)
    else list[key] = withValue(list[key], rest, value)
    return list
  }
  const record: Record<string, unknown> = isRecord(root) ? { ...root } : {}
  const next = withValue(record[key], rest, value)
  if (next === undefined) delete record[key]
  else record[key] = next
  return record
}

/** A path as one word, the form in which the engine names keys: data.0.unit. */
export function pathKey(path: Path): string {
  return path.join('.')
}

/** The engine may write data[0].unit. */
export function normalisePath(text: string): string {
  return text.replace(/\[(\d+)\]/g, '.$1').replace(/^\./, '')
}
