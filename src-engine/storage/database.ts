import { closeSync, existsSync, openSync, readSync, realpathSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { InputError, errorText, fileErrorText } from '../errors.ts'
import { LockUnavailable, lockSession } from './lock.ts'
import type { SessionLock } from './lock.ts'
import { applicationId, migrate, schemaVersion } from './schema.ts'

/** An open session database. Without a lock it is read-only. */
export interface OpenDatabase {
  readonly path: string
  readonly database: DatabaseSync
  readonly lock: SessionLock | undefined
  /** What is wrong with the file, one sentence each. */
  readonly problems: string[]
}

/** The path with links resolved, so that one file has one lock whatever name it is opened by. */
function canonicalPath(path: string): string {
  const full = resolve(path)
  if (existsSync(full)) return realpathSync(full)
  const folder = dirname(full)
  if (!existsSync(folder)) {
    throw new InputError(`${folder}: no such folder. Create it first or choose another place.`, {
      file: path,
    })
  }
  return join(realpathSync(folder), basename(full))
}

/** Creates a new, empty session file and opens it for writing. @throws InputError when it exists or cannot be written */
export function createDatabase(file: string): OpenDatabase {
  const path = canonicalPath(file)
  const lock = takeLock(path)
  let made = false
  let database: DatabaseSync | undefined
  try {
    // Exclusive creation: never onto an existing file, whoever made it meanwhile.
    closeSync(openSync(path, 'wx'))
    made = true
    database = new DatabaseSync(path, { timeout: 5000 })
    database.exec('PRAGMA page_size = 32768')
    configure(database)
    migrate(database, 0)
    return { path, database, lock, problems: [] }
  } catch (error) {
    database?.close()
    if (made) removeDatabase(path)
    lock.release()
    if (error instanceof InputError) throw error
    throw new InputError(creationErrorText(error, path), { file: path, cause: error })
  }
}

function creationErrorText(error: unknown, path: string): string {
  const text = errorText(error)
  return /disk is full|disk I\/O/i.test(text)
    ? `${path} cannot be written (${text}). Make room on the disk or choose another folder.`
    : fileErrorText(error, path)
}

function takeLock(path: string): SessionLock {
  try {
    return lockSession(path)
  } catch (error) {
    if (error instanceof InputError) throw error
    const advice = 'Choose a folder where you may write, with room on the disk.'
    throw new InputError(`${path} cannot be written (${errorText(error)}). ${advice}`, {
      file: path,
    })
  }
}

function configure(database: DatabaseSync): void {
  // WAL with NORMAL: a kill at any moment keeps every finished transaction.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
}

/**
 * Opens a session for writing; read-only when asked, when its place cannot be written, or when it is damaged.
 * @throws InputError when it is no session, made by a newer program, or open for writing elsewhere
 */
export function openDatabase(file: string, readOnly: boolean): OpenDatabase {
  const path = canonicalPath(file)
  requireSqliteFile(path)
  if (readOnly) return openReadOnly(path, [])
  let lock: SessionLock
  try {
    lock = lockSession(path)
  } catch (error) {
    if (error instanceof LockUnavailable) {
      return openReadOnly(path, ['The session cannot be written here: it is open read-only.'])
    }
    throw error
  }
  try {
    return openForWriting(path, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

function openForWriting(path: string, lock: SessionLock): OpenDatabase {
  const problems: string[] = []
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 5000 })
    const version = requireSession(database, path)
    problems.push(...integrityProblems(database))
    if (problems.length === 0) {
      configure(database)
      migrate(database, version)
      return { path, database, lock, problems }
    }
  } catch (error) {
    if (error instanceof InputError) {
      database?.close()
      throw error
    }
    problems.push(errorText(error))
  }
  database?.close()
  lock.release()
  return openReadOnly(path, [
    'The file is damaged; it is open for reading only, with what is still whole. Export what you need of it, or open an older copy.',
    ...problems.map((text) => `SQLite says: ${text}.`),
  ])
}

function openReadOnly(path: string, problems: string[]): OpenDatabase {
  try {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    requireSession(database, path)
    return { path, database, lock: undefined, problems }
  } catch (error) {
    if (error instanceof InputError) throw error
    // Without permission to make the shared-memory file, the rows of an unclean end cannot be replayed.
    const url = pathToFileURL(path)
    url.searchParams.set('immutable', '1')
    const notes = existsSync(`${path}-wal`)
      ? [
          'The last changes lie in a -wal file that cannot be read here: copy both to a writable folder.',
        ]
      : []
    try {
      const database = new DatabaseSync(url, { readOnly: true })
      requireSession(database, path)
      return { path, database, lock: undefined, problems: [...problems, ...notes] }
    } catch (inner) {
      if (inner instanceof InputError) throw inner
      throw new InputError(
        `${path} is damaged beyond reading (${errorText(inner)}). Restore it from a copy.`,
        {
          file: path,
          cause: inner,
        },
      )
    }
  }
}

function requireSqliteFile(path: string): void {
  const start = Buffer.alloc(16)
  let length: number
  try {
    if (!statSync(path).isFile()) {
      throw new InputError(`${path} is not a file.`, { file: path })
    }
    const handle = openSync(path, 'r')
    try {
      length = readSync(handle, start, 0, 16, 0)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  }
  // A kill in the moment of creation leaves an empty file; it becomes a session when opened for writing.
  if (length > 0 && start.toString('latin1') !== 'SQLite format 3\0') {
    throw new InputError(
      `${path} is not a Larmor session: it does not begin as one. Give a .larmor file.`,
      { file: path },
    )
  }
}

/** The schema version of the file. @throws InputError when it is not ours or too new */
function requireSession(database: DatabaseSync, path: string): number {
  const id = Number(database.prepare('PRAGMA application_id').get()?.application_id)
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  const empty = id === 0 && version === 0 && tableCount(database) === 0
  // Likewise interrupted while it was created.
  if (empty) return 0
  if (id !== applicationId) {
    throw new InputError(`${path} is an SQLite file, but not a Larmor session.`, { file: path })
  }
  if (version > schemaVersion) {
    throw new InputError(
      `${path} was written by a newer Larmor (session version ${version}; this program knows ${schemaVersion}). Update Larmor to open it.`,
      { file: path },
    )
  }
  return version
}

function tableCount(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n)
}

function integrityProblems(database: DatabaseSync): string[] {
  const rows = database.prepare('PRAGMA quick_check(5)').all()
  return rows
    .map((row) => String(Object.values(row)[0]))
    .filter((text) => text !== 'ok')
    .map((text) => text.replaceAll('\n', '; '))
}

/** Removes a closed database with its side files, which stay where a full disk stopped the writer. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

/** Closes the database; a writer leaves a single file behind. */
export function closeDatabase({ database, lock }: OpenDatabase): void {
  if (lock) {
    try {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.exec('PRAGMA journal_mode = DELETE')
    } catch {
      // Another program reads the file just now: it stays in WAL mode, which is as safe, with its two side files.
    }
  }
  database.close()
  lock?.release()
}
