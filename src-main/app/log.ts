import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const maximumBytes = 4 * 2 ** 20

/** Writes lines to `larmor.log` in `folder`; one older file is kept. Never fails. */
export function createLog(folder: string): (text: string) => void {
  const file = join(folder, 'larmor.log')
  return (text) => {
    try {
      mkdirSync(folder, { recursive: true })
      const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      if (bytes > maximumBytes) renameSync(file, join(folder, 'larmor.old.log'))
      appendFileSync(file, `${new Date().toISOString()} ${text}\n`)
    } catch {
      return
    }
  }
}
