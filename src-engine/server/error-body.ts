import { basename } from 'node:path'
import type { ErrorBody } from '#shared/contract/messages.ts'
import { FitsError } from '#shared/fits/index.ts'
import { InputError, UsageError } from '../errors.ts'
import { KernelError } from '../kernels/interface.ts'
import type { Grants } from './grants.ts'

/** What a page may know of an error: the sentences meant for users, with names of files in place of their paths. */
export function describeError(error: unknown, grants: Grants): ErrorBody | undefined {
  if (error instanceof InputError)
    return {
      code: 'input',
      message: grants.withoutPaths(error.message),
      ...(error.file === undefined ? {} : { file: basename(error.file) }),
      ...(error.field === undefined ? {} : { field: error.field }),
    }
  if (error instanceof FitsError)
    return { code: 'fits', message: error.message, advice: error.advice }
  if (error instanceof UsageError || error instanceof KernelError)
    return { code: 'input', message: grants.withoutPaths(error.message) }
  return undefined
}
