import { InputError } from '../errors.ts'

/**
 * An error about a key of a run file, with the name of that file before it. One about a data file says already where it is, and
 * anything that is no mistake of the user's stays as it is.
 */
export function inRunFile(path: string, error: unknown): unknown {
  const isAboutKey = error instanceof InputError && error.file === undefined
  if (!isAboutKey || error.message.startsWith(path)) return error
  return new InputError(`${path}: ${error.message}`, {
    file: path,
    field: error.field,
    cause: error,
  })
}
