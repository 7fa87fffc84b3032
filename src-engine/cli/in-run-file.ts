import { ModelError } from '#shared/fields/model-error.ts'
import { InputError } from '../errors.ts'

/**
 * An error about a key of a run file, with the name of that file before it. One about a data file says already where it is, and
 * anything that is no mistake of the user's stays as it is.
 */
export function inRunFile(path: string, error: unknown): unknown {
  if (error instanceof ModelError) return withPath(path, error)
  const isAboutKey = error instanceof InputError && error.file === undefined
  return isAboutKey && !error.message.startsWith(path) ? withPath(path, error, error.field) : error
}

function withPath(path: string, cause: Error, field?: string): InputError {
  return new InputError(`${path}: ${cause.message}`, { file: path, field, cause })
}
