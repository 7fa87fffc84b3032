import { stat } from 'node:fs/promises'
import type { Session } from '../storage/session.ts'
import { digestOf } from './read-sky-map.ts'

/**
 * Files of a session that was moved or copied together with them. One that a run has read counts only with the content that it had; the name has to do
 * for others, and so nothing of it is stored here.
 *
 * @param isThere whether a file is where the session names it, and may be read
 * @returns where each of them lies now, by its path so far
 */
export async function movedFiles(
  session: Session,
  isThere: (path: string) => Promise<boolean>,
): Promise<Map<string, string>> {
  const moved = new Map<string, string>()
  const found: string[] = []
  for (const path of session.files) {
    if (await isThere(path)) {
      found.push(path)
      continue
    }
    const [, ...places] = session.placesOf(path)
    for (const place of places) {
      if (moved.has(path) || !(await isThere(place))) continue
      if (await isAsRead(session, path, place)) moved.set(path, place)
    }
  }
  if (!session.readOnly) session.noteWays(found)
  return moved
}

/** False too where it cannot be read. */
async function isAsRead(session: Session, path: string, place: string): Promise<boolean> {
  const read = session.inputs.filter((input) => input.path === path)
  if (read.length === 0) return true
  try {
    const { size } = await stat(place)
    if (!read.some(({ bytes }) => bytes === size)) return false
    const { sha256 } = await digestOf(place)
    return read.some((input) => input.sha256 === sha256)
  } catch {
    return false
  }
}
