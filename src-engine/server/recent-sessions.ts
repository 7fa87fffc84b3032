import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { makeFolder } from '../make-folder.ts'

const entry = z.strictObject({
  path: z.string().min(1),
  title: z.string(),
  summary: z.string(),
  opened: z.number(),
})
const fileSchema = z.strictObject({ version: z.literal(1), sessions: z.array(entry) })
export type RecentEntry = z.output<typeof entry>

const maximumEntries = 20

/** The sessions that were open lately, newest first, kept in the state folder. */
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

  /** Resolves when every change so far has been written. */
  written(): Promise<void> {
    return this.#last
  }

  #change(edit: (list: RecentEntry[]) => RecentEntry[]): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        const sessions = edit(await this.#read()).slice(0, maximumEntries)
        await makeFolder(this.#folder)
        const draft = `${this.#file}.${process.pid}.tmp`
        await writeFile(draft, JSON.stringify({ version: 1, sessions }, undefined, 1))
        await rename(draft, this.#file)
      } catch (error) {
        this.#log(`The list of recent sessions could not be written: ${String(error)}`)
      }
    })
    return this.#last
  }
}
