/**
 * What can go wrong in ways that a user can mend. The message is one or two sentences: what is wrong and what to do.
 * Anything else that is thrown is a failure of the program.
 */

export interface InputErrorDetails {
  /** Path of the file that is wrong. */
  file?: string
  /** Key, column or keyword in it. */
  field?: string
  cause?: unknown
}

/** A file, run file or value given by the user cannot be used: exit code 3. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly file: string | undefined
  readonly field: string | undefined

  constructor(message: string, details: InputErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.file = details.file
    this.field = details.field
  }
}

/** The command was called in a way it does not know: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The system's error code (ENOENT, ENOSPC, ...), if the error has one. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return undefined
}

/** A sentence for a system error on a file: what happened and what to do. */
export function fileErrorText(error: unknown, file: string): string {
  switch (errorCode(error)) {
    case 'ENOENT':
      return `${file}: no such file or folder.`
    case 'EACCES':
    case 'EPERM':
      return `${file}: no permission. Choose another folder or change the permissions.`
    case 'EROFS':
      return `${file}: the file system is read-only. Choose another folder.`
    case 'ENOSPC':
    case 'EDQUOT':
      return `${file}: the disk is full. Make room or choose another folder.`
    case 'EISDIR':
      return `${file}: this is a folder, not a file.`
    case 'ENOTDIR':
      return `${file}: a part of this path is a file, not a folder.`
    case 'EEXIST':
      return `${file}: exists already.`
    default:
      return `${file}: ${errorText(error)}`
  }
}
