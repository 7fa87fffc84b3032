import { helpOfKey } from '#shared/session/run-file-help.ts'
import { pathKey } from './paths.ts'
import type { Path } from './nodes.ts'

/** The key of the run file that a path leads to, list positions left out. */
export const keyOf = (path: Path): string =>
  pathKey(path.filter((part) => typeof part === 'string'))

/** Where the manual has a setting: the key of its entry; undefined where it has none. */
export const settingOf = (path: Path): string | undefined => helpOfKey(keyOf(path))?.key
