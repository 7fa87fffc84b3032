import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { runFileSchema } from '#shared/session/run-file.ts'
import { errorCode } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { lockSession } from '../storage/lock.ts'
import type { SessionLock } from '../storage/lock.ts'

const entrySchema = z.discriminatedUnion('kind', [
  /** A session with a run that goes on, and how far it has got. */
  z.strictObject({
    kind: z.literal('session'),
    id: z.string(),
    path: z.string().min(1),
    run: z.int().positive(),
    name: z.string(),
    iteration: z.int(),
    iterations: z.int(),
    time: z.number(),
  }),
  /** A project that has no session yet. */
  z.strictObject({
    kind: z.literal('draft'),
    id: z.string(),
    name: z.string(),
    configuration: runFileSchema,
    time: z.number(),
  }),
])
export type JournalEntry = z.output<typeof entrySchema>
export type SessionEntry = Extract<JournalEntry, { kind: 'session' }>
export type DraftEntry = Extract<JournalEntry, { kind: 'draft' }>

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** The data folder of `larmor serve`: what lies elsewhere is none of its business. */
  root: z.string().nullable(),
  entries: z.array(entrySchema),
})

const pauseMs = 2000

/**
 * What would be lost if this process ended now, in a file of the state folder that is locked while the process lives: a file
 * without a holder was left by one that was killed. An orderly end leaves only what nobody has asked for.
 */
export class Journal {
  readonly #folder: string
  readonly #root: string | null
  readonly #log: (text: string) => void
  readonly #file: string
  readonly #live = new Map<string, JournalEntry>()
  readonly #found = new Map<string, JournalEntry>()
  #lock: SessionLock | undefined
  #timer: NodeJS.Timeout | undefined
  #writtenAt = 0
  #broken = false
  #closed = false

  private constructor(folder: string, root: string | undefined, log: (text: string) => void) {
    this.#folder = folder
    this.#root = root ?? null
    this.#log = log
    this.#file = join(this.#folder, `${randomBytes(8).toString('hex')}.json`)
  }

  /** Without a folder that can be written nothing is noted, which the log says. */
  static async create(
    stateFolder: string,
    root: string | undefined,
    log: (text: string) => void,
  ): Promise<Journal> {
    const folder = join(stateFolder, 'journals')
    const journal = new Journal(folder, root, log)
    await makeFolder(folder).catch((error: unknown) => {
      journal.#broken = true
      log(`What goes on cannot be noted for the next start: ${String(error)}`)
    })
    return journal
  }

  /** The id of the entry of a session, and of its file wherever one is needed that every start gives it. */
  static idOf(path: string): string {
    return createHash('sha256').update(path).digest('hex').slice(0, 16)
  }

  /** Adds or replaces an entry. Written at once when it is new, otherwise every two seconds at most. */
  note(entry: JournalEntry): void {
    const known = this.#live.has(entry.id)
    this.#live.set(entry.id, entry)
    this.#found.delete(entry.id)
    const wait = this.#writtenAt + pauseMs - Date.now()
    if (!known || wait <= 0) this.#write()
    else this.#timer ??= setTimeout(() => this.#write(), wait).unref()
  }

  /** What was in progress is done, or is wanted no more. */
  drop(id: string): void {
    const live = this.#live.delete(id)
    if (this.#found.delete(id) || live) this.#write()
  }

  /** Nobody works on it any more: it is found like what a killed process has left. */
  leave(id: string): void {
    const entry = this.#live.get(id)
    if (entry === undefined) return
    this.#live.delete(id)
    this.#found.set(id, entry)
    this.#write()
  }

  /** What other processes, or pages that are gone, have left; the newest first. */
  async left(): Promise<JournalEntry[]> {
    for (const name of await readdir(this.#folder).catch(() => []))
      if (name.endsWith('.json')) this.#adopt(join(this.#folder, name))
    return [...this.#found.values()].sort((a, b) => b.time - a.time)
  }

  /** Writes what is left for the next start. */
  close(): void {
    // Runs have been paused and stored.
    for (const entry of this.#live.values())
      if (entry.kind === 'session') this.#live.delete(entry.id)
    this.#write()
    clearTimeout(this.#timer)
    this.#closed = true
    this.#lock?.release()
    this.#lock = undefined
  }

  /** Takes over the journal of a process that is gone. */
  #adopt(file: string): void {
    if (file === this.#file) return
    let lock: SessionLock | undefined
    try {
      lock = lockSession(file)
      const journal = fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
      if (journal.root !== this.#root) return
      for (const entry of journal.entries)
        if (!this.#live.has(entry.id)) this.#found.set(entry.id, entry)
      this.#write()
      rmSync(file, { force: true })
    } catch (error) {
      // Its process lives, or somebody else was faster; a damaged one says nothing.
      if (lock === undefined || errorCode(error) === 'ENOENT') return
      this.#log(`What an earlier start left could not be read: ${String(error)}`)
      rmSync(file, { force: true })
    } finally {
      lock?.release()
    }
  }

  #write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#closed || this.#broken) return
    this.#writtenAt = Date.now()
    const entries = [...this.#live.values(), ...this.#found.values()]
    try {
      if (entries.length === 0) return rmSync(this.#file, { force: true })
      this.#lock ??= lockSession(this.#file)
      const draft = `${this.#file}.tmp`
      writeFileSync(draft, JSON.stringify({ version: 1, root: this.#root, entries }))
      renameSync(draft, this.#file)
    } catch (error) {
      this.#broken = true
      this.#log(`What goes on cannot be noted for the next start: ${String(error)}`)
    }
  }
}
