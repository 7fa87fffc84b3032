import { readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import type { FileGrant } from '#shared/contract/methods.ts'
import { InputError, fileErrorText } from '../../errors.ts'
import type { Engine } from '../engine.ts'
import { freePath, safeFileName, shownFolder } from '../file-names.ts'
import { kindByName } from '../grants.ts'
import type { HandlersOf } from './types.ts'

const maximumEntries = 5000

export function fileHandlers(engine: Engine): HandlersOf<'files.list' | 'files.upload'> {
  const { grants } = engine
  /** @throws EngineError on the desktop, where files are chosen in dialogs */
  const requireRoot = (): string => {
    if (grants.root === undefined)
      throw new EngineError({
        code: 'no-browsing',
        message: 'Files are chosen in dialogs here.',
      })
    return grants.root
  }
  return {
    async 'files.list'({ directory }) {
      const root = requireRoot()
      const folder = directory === undefined ? root : await grants.resolveDirectory(directory)
      const found = await readdir(folder, { withFileTypes: true })
      const wanted = found
        .filter(({ name }) => !name.startsWith('.'))
        .filter((one) => !one.isFile() || kindByName(one.name) !== 'other')
        .slice(0, maximumEntries)
      // Links that lead out of the folder, and what vanished meanwhile, are left out.
      const grantsOrNot = await Promise.all(
        wanted.map(({ name }) => grants.grant(join(folder, name)).catch(() => undefined)),
      )
      const entries = grantsOrNot.filter((one): one is FileGrant => one !== undefined)
      const rank = (one: FileGrant) => (one.kind === 'directory' ? 0 : 1)
      entries.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
      return {
        folder: shownFolder(folder, root),
        here: await grants.grant(folder),
        ...(folder === root ? {} : { parent: grants.wordFor(dirname(folder)) }),
        entries,
      }
    },
    async 'files.upload'({ name }, { payloads }) {
      const root = requireRoot()
      const safe = safeFileName(name)
      if (kindByName(safe) === 'other')
        throw new EngineError({
          code: 'file-odd',
          message: `${safe} is neither a FITS map, a table (.csv), a run file nor a session.`,
          file: safe,
        })
      const path = freePath(root, safe)
      const { buffer, byteOffset, byteLength } = payloads[0]
      try {
        await writeFile(path, new Uint8Array(buffer, byteOffset, byteLength), { flag: 'wx' })
      } catch (error) {
        // A full disk leaves the beginning of a file, which nobody asked for.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
          await rm(path, { force: true })
        throw new InputError(fileErrorText(error, path), { file: path, cause: error })
      }
      return grants.grant(path)
    },
  }
}
