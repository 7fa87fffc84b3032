import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InputError, errorCode, fileErrorText } from './errors.ts'

/**
 * Makes a folder and those above it; does nothing when it is there. Node's own recursive mkdir does not return where
 * a folder refuses children with ENOENT, as /proc does.
 * @throws InputError that names the part of the path that is in the way
 */
export async function makeFolder(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined)
  if (info?.isDirectory() === true) return
  const parent = dirname(path)
  if (info === undefined && parent !== path) await makeFolder(parent)
  await mkdir(path).catch((error: unknown) => {
    // Another process may have made it meanwhile; where it is a file, that is what the error says.
    const exists = errorCode(error) === 'EEXIST'
    if (exists && info === undefined) return
    const message = exists
      ? `${path}: this is a file, not a folder. Give another name.`
      : fileErrorText(error, path)
    throw new InputError(message, { file: path, cause: error })
  })
}
