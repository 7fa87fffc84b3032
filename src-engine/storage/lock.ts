import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { InputError, errorCode, errorText } from '../errors.ts'

/**
 * One writer per session. The lock is an operating-system file lock, so it goes with the process however that ends;
 * SQLite is the portable way to take one from Node. It is held on an empty file beside the session, so that readers
 * (Python, `larmor inspect`) are not kept out while a run goes on.
 */
export interface SessionLock {
  release(): void
}

/** The lock cannot be created because the folder is read-only. */
export class LockUnavailable extends Error {
  override readonly name = 'LockUnavailable'
}

const heldHere = new Set<string>()

/**
 * Takes the lock of the session at `path`.
 * @throws InputError when another writer has it
 * @throws LockUnavailable when the folder cannot be written
 */
export function lockSession(path: string): SessionLock {
  if (heldHere.has(path)) throw inUse(path)
  const lockPath = `${path}-lock`
  let database = lockFile(path, lockPath)
  // A previous holder may have removed the file between our opening and locking it: then we hold nothing.
  while (database === undefined) database = lockFile(path, lockPath)
  const held = database
  heldHere.add(path)
  return {
    release: () => {
      if (!heldHere.delete(path)) return
      rmSync(lockPath, { force: true })
      held.close()
    },
  }
}

function lockFile(path: string, lockPath: string): DatabaseSync | undefined {
  const inode = touch(lockPath)
  const database = new DatabaseSync(lockPath, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (/lock|busy/i.test(errorText(error))) throw inUse(path)
    throw error
  }
  if (statSync(lockPath, { throwIfNoEntry: false })?.ino === inode) return database
  database.close()
  return undefined
}

/** Makes sure that the file is there; its inode number. */
function touch(lockPath: string): number {
  try {
    const handle = openSync(lockPath, 'a')
    try {
      return fstatSync(handle).ino
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
      throw new LockUnavailable(errorText(error))
    }
    throw error
  }
}

function inUse(path: string): InputError {
  return new InputError(
    `${path} is open for writing in another Larmor window or command. Close it there, or wait until that run has ended.`,
    { file: path },
  )
}
