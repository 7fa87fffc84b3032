import { rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../make-folder.ts'

/** Writes a file whole or not at all, and makes its folder. */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(file))
  const draft = `${file}.${process.pid}.tmp`
  await writeFile(draft, content)
  await rename(draft, file)
}
