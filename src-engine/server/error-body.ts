import { basename } from 'node:path'
import { noMapCode } from '#shared/contract/errors.ts'
import type { ErrorBody } from '#shared/contract/messages.ts'
import { ModelError } from '#shared/fields/model-error.ts'
import { FitsError } from '#shared/fits/index.ts'
import { errorCode, fileErrorText, InputError, UsageError } from '../errors.ts'
import { KernelError } from '../kernels/interface.ts'
import type { Grants } from './grants.ts'

/** What a page may know of an error: the sentences meant for users, with names of files in place of their paths. */
export function describeError(error: unknown, grants: Grants): ErrorBody | undefined {
  if (error instanceof InputError)
    return {
      code: isNoMap(error) ? noMapCode : 'input',
      message: grants.withoutPaths(error.message),
      ...(error.file === undefined ? {} : { file: basename(error.file) }),
      ...(error.field === undefined ? {} : { field: error.field }),
    }
  if (error instanceof FitsError)
    return { code: 'fits', message: error.message, advice: error.advice }
  // A formula without a value somewhere says so when it is evaluated there.
  if (error instanceof UsageError || error instanceof KernelError || error instanceof ModelError)
    return { code: 'input', message: grants.withoutPaths(error.message) }
  // The system's own errors on a file: a full disk, a folder without permission.
  if (errorCode(error) !== undefined && error instanceof Error && 'path' in error) {
    const file = basename(String(error.path))
    return { code: 'file', message: grants.withoutPaths(fileErrorText(error, file)), file }
  }
  return undefined
}

/** A sound file in FITS without a map in it: it may still hold a table. */
const isNoMap = ({ cause }: InputError): boolean =>
  cause instanceof FitsError && cause.code === 'no-map'

/** The summary of a run as pages may see it: an error names files, not their paths. */
export function cleanSummary<S extends { error?: string }>(summary: S, grants: Grants): S {
  return summary.error === undefined
    ? summary
    : { ...summary, error: grants.withoutPaths(summary.error) }
}
