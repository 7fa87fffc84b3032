import { createHash } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from './replace-file.ts'

const entry = z.strictObject({
  path: z.string().min(1),
  title: z.string(),
  summary: z.string(),
  opened: z.number(),
})
const fileSchema = z.strictObject({ version: z.literal(1), sessions: z.array(entry) })
export type RecentEntry = z.output<typeof entry>

const maximumEntries = 20

/** The sessions that were open lately, newest first, and a picture of each, kept in the state folder. */
export class RecentSessions {
  readonly #file: string
  readonly #folder: string
  readonly #log: (text: string) => void
  // Changes of one process follow one another; another process's change in between is lost at worst.
  #last: Promise<void> = Promise.resolve()

  constructor(folder: string, log: (text: string) => void) {
    this.#folder = folder
    this.#file = join(folder, 'recent-sessions.json')
    this.#log = log
  }

  /** With every change asked for so far. */
  async list(): Promise<RecentEntry[]> {
    await this.#last
    return this.#read()
  }

  async #read(): Promise<RecentEntry[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => undefined)
    if (text === undefined) return []
    try {
      return fileSchema.parse(JSON.parse(text)).sessions
    } catch {
      // Only a convenience: a damaged list is started anew.
      this.#log('The list of recent sessions was damaged and is started anew.')
      return []
    }
  }

  remember(path: string, title: string, summary: string): Promise<void> {
    return this.#change((list) => [
      { path, title, summary, opened: Date.now() },
      ...list.filter((one) => one.path !== path),
    ])
  }

  forget(path: string): Promise<void> {
    return this.#change((list) => list.filter((one) => one.path !== path))
  }

  /** PNG; undefined where there is none. */
  async picture(path: string): Promise<Uint8Array | undefined> {
    const file = await readFile(this.#pictureFile(path)).catch(() => undefined)
    return file && new Uint8Array(file)
  }

  /** When the picture was made, ms since 1970. */
  async pictureTime(path: string): Promise<number | undefined> {
    return (await stat(this.#pictureFile(path)).catch(() => undefined))?.mtimeMs
  }

  /** As a change of the list: it goes when its session leaves the list. */
  keepPicture(path: string, png: Uint8Array): Promise<void> {
    const file = this.#pictureFile(path)
    return this.#inTurn('A picture of a session', () => replaceFile(file, png))
  }

  #pictureFile(path: string): string {
    const name = createHash('sha256').update(path).digest('hex').slice(0, 32)
    return join(this.#folder, 'pictures', `${name}.png`)
  }

  /** Resolves when every change so far has been written. */
  written(): Promise<void> {
    return this.#last
  }

  #change(edit: (list: RecentEntry[]) => RecentEntry[]): Promise<void> {
    return this.#inTurn('The list of recent sessions', async () => {
      const before = await this.#read()
      const sessions = edit(before).slice(0, maximumEntries)
      await replaceFile(this.#file, JSON.stringify({ version: 1, sessions }, undefined, 1))
      const kept = new Set(sessions.map(({ path }) => path))
      for (const { path } of before)
        if (!kept.has(path)) await rm(this.#pictureFile(path), { force: true })
    })
  }

  #inTurn(what: string, write: () => Promise<void>): Promise<void> {
    this.#last = this.#last
      .then(write)
      .catch((error: unknown) => this.#log(`${what} could not be written: ${String(error)}`))
    return this.#last
  }
}
