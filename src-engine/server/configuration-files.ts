import { basename } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import { grant as grantSchema } from '#shared/contract/methods.ts'
import type { Result } from '#shared/contract/methods.ts'
import { checkRunFile, pathText } from '#shared/session/run-file-issues.ts'
import { mapFiles } from '#shared/session/run-file-paths.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { loadRunFile } from '../runs/load-run-file.ts'
import type { Grants } from './grants.ts'

type Issues = { path: string; message: string }[]
export type CheckedConfiguration =
  { readonly ok: true; readonly runFile: RunFile } | { readonly ok: false; readonly issues: Issues }

/** What the interface gets of a stored configuration: grants where the session has paths. */
export function withGrants(configuration: RunFile, grants: Grants): RunFile {
  return mapFiles(configuration, (path) => grants.wordFor(path))
}

/**
 * A run file as the interface works with it.
 * @throws InputError that names file, line and key
 */
export async function openRunFile(path: string, grants: Grants): Promise<Result<'runFile.open'>> {
  const name = basename(path).replace(/\.(ya?ml|json)$/i, '')
  return { name, ...withGrantedFiles(await loadRunFile(path), grants) }
}

/** The configuration with grants in place of paths, and the names of the files. */
export function withGrantedFiles(
  runFile: RunFile,
  grants: Grants,
): Pick<Result<'runFile.open'>, 'configuration' | 'files'> {
  const files = new Map<string, { grant: string; name: string }>()
  const configuration = mapFiles(runFile, (file) => {
    const one = { grant: grants.wordFor(file), name: basename(file) }
    files.set(one.grant, one)
    return one.grant
  })
  return { configuration, files: [...files.values()] }
}

/** Checks what the interface sent and turns its grants into paths; a path in place of a grant is an issue. */
export function checkConfiguration(value: unknown, grants: Grants): CheckedConfiguration {
  const checked = checkRunFile(value)
  if (!checked.ok) {
    const issues = checked.issues.map(({ path, message }) => ({ path: pathText(path), message }))
    return { ok: false, issues }
  }
  const issues: Issues = []
  const runFile = mapFiles(checked.runFile, (word, key) => {
    try {
      if (grantSchema.safeParse(word).success) return grants.peek(word)
      issues.push({ path: key, message: 'not a file that was chosen here. Choose it again.' })
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      issues.push({ path: key, message: error.text })
    }
    return word
  })
  return issues.length > 0 ? { ok: false, issues } : { ok: true, runFile }
}

/** As `checkConfiguration`. @throws EngineError that names the first wrong key */
export function requireConfiguration(value: unknown, grants: Grants): RunFile {
  const checked = checkConfiguration(value, grants)
  if (checked.ok) return checked.runFile
  const [{ path, message }] = checked.issues
  throw new EngineError({
    code: 'configuration',
    message: path === '' ? message : `${path}: ${message}`,
    field: path,
  })
}
