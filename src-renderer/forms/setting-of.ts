import { pathKey } from './paths.ts'
import type { Path } from './nodes.ts'

/** The key of the run file that a path leads to, list positions left out. */
export const keyOf = (path: Path): string =>
  pathKey(path.filter((part) => typeof part === 'string'))
