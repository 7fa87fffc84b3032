import { closeSync, existsSync, openSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { filesOf, tableFiles, withMovedFiles } from '#shared/session/run-file-paths.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { InputError, errorText, fileErrorText } from '../errors.ts'
import { version } from '../version.ts'
import { closeDatabase, createDatabase, openDatabase, removeDatabase } from './database.ts'
import type { OpenDatabase } from './database.ts'
import { parseInput } from './records.ts'
import type { InputRecord } from './records.ts'
import { RunStore } from './run-store.ts'

const waysSchema = z.record(z.string(), z.array(z.string()))

/**
 * A session file: one SQLite database with everything about a project. Synchronous; one writer at a time.
 * A damaged or unwritable file is open read-only: `readOnly` says so and `problems` says why.
 */
export class Session {
  readonly path: string
  readonly runs: RunStore
  readonly #open: OpenDatabase
  #closed = false

  private constructor(open: OpenDatabase) {
    this.#open = open
    this.path = open.path
    this.runs = new RunStore(open.database, (text) => this.#addProblem(text))
  }

  /** Creates `file` (which must not exist) with the configuration of its first run. */
  static create(file: string, title: string, configuration: RunFile): Session {
    const session = new Session(createDatabase(file))
    try {
      session.transaction(() => {
        session.#setMeta('title', title)
        session.#setMeta('created', new Date().toISOString())
        session.configure(configuration)
      })
      return session
    } catch (error) {
      session.discard()
      throw error
    }
  }

  /**
   * Opens an existing session. Runs that a crash or kill interrupted are paused at their last checkpoint.
   * @throws InputError when it is no session, newer than this program, or (for writing) open elsewhere
   */
  static open(file: string, options: { readOnly?: boolean } = {}): Session {
    const session = new Session(openDatabase(file, options.readOnly ?? false))
    if (!session.readOnly) {
      session.transaction(() => {
        session.#setMeta('program', version)
        session.runs.settleInterrupted()
      })
    }
    return session
  }

  get readOnly(): boolean {
    return this.#open.lock === undefined
  }

  /** What could not be read of a damaged file, in sentences. */
  get problems(): readonly string[] {
    return this.#open.problems
  }

  /** File name without folder and ending. */
  get name(): string {
    return basename(this.path).replace(/\.larmor$/, '')
  }

  get title(): string {
    const title = this.#meta('title')
    return title === undefined || title === '' ? this.name : title
  }

  /** False for a session whose creation was interrupted. */
  get isConfigured(): boolean {
    return this.#meta('configuration') !== undefined
  }

  /** The configuration that the next run would use; files are absolute paths. */
  get configuration(): RunFile {
    const text = this.#meta('configuration')
    const parsed = runFileSchema.safeParse(text === undefined ? {} : JSON.parse(text))
    if (parsed.success) return parsed.data
    this.#addProblem('The stored configuration cannot be read; the defaults are shown.')
    return runFileSchema.parse({})
  }

  configure(configuration: RunFile): void {
    this.#setMeta('configuration', JSON.stringify(configuration))
    this.noteWays(filesOf(configuration).map(({ path }) => path))
    if (configuration.title !== '') this.#setMeta('title', configuration.title)
  }

  /** How the interface looked: any JSON value, null when none is stored. */
  get view(): unknown {
    const text = this.#meta('view')
    return text === undefined ? null : JSON.parse(text)
  }

  setView(view: unknown): void {
    this.#setMeta('view', JSON.stringify(view ?? null))
  }

  get inputs(): InputRecord[] {
    return this.#attempt('the list of inputs', [], () =>
      this.#open.database.prepare('SELECT * FROM inputs ORDER BY rowid').all().map(parseInput),
    )
  }

  /** Adds an input or replaces the one of the same name. */
  putInput(input: Omit<InputRecord, 'relativePath'>): void {
    this.#open.database
      .prepare(
        `INSERT INTO inputs (name, path, relative_path, bytes, modified_ms, sha256, header_digest)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET path = excluded.path, relative_path = excluded.relative_path,
           bytes = excluded.bytes, modified_ms = excluded.modified_ms, sha256 = excluded.sha256,
           header_digest = excluded.header_digest`,
      )
      .run(
        input.name,
        input.path,
        this.#wayTo(input.path) ?? input.path,
        input.bytes,
        input.modifiedMs,
        input.sha256,
        input.headerDigest,
      )
  }

  /** Paths of all files that the session names: those that runs have read or name, and those of the next run. */
  get files(): ReadonlySet<string> {
    const configurations = [this.configuration, ...this.runs.list().map((run) => run.configuration)]
    const named = configurations.flatMap(filesOf).map(({ path }) => path)
    return new Set([...this.inputs.map(({ path }) => path), ...named])
  }

  /** Places where a file of the session may be: where it was, then where it would be had both moved together. */
  placesOf(path: string): readonly string[] {
    const read = this.inputs.filter((input) => input.path === path)
    const ways = [...(this.#ways[path] ?? []), ...read.map((input) => input.relativePath)]
    return [...new Set([path, ...ways.map((way) => resolve(dirname(this.path), way))])]
  }

  /** Keeps the way from the session to each of these files, beside those from where it lay before. */
  noteWays(paths: readonly string[]): void {
    const ways = this.#ways
    const added = paths.flatMap((path) => {
      const [way, known] = [this.#wayTo(path), ways[path] ?? []]
      return way === undefined || known.includes(way) ? [] : [[path, [way, ...known]] as const]
    })
    if (added.length === 0) return
    this.#setMeta('ways', JSON.stringify({ ...ways, ...Object.fromEntries(added) }))
  }

  /** Relative to the folder of the session, by path, the latest first. */
  get #ways(): Record<string, string[] | undefined> {
    return this.#attempt('where its files lie', {}, () =>
      waysSchema.parse(JSON.parse(this.#meta('ways') ?? '{}')),
    )
  }

  /** With slashes on every system; undefined on another drive, where there is none. */
  #wayTo(path: string): string | undefined {
    const folder = dirname(path)
    // As the path of the session: links would lead another way than up and down the folders.
    const real = existsSync(folder) ? join(realpathSync(folder), basename(path)) : path
    const way = relative(dirname(this.path), real)
    return isAbsolute(way) ? undefined : way.split(sep).join('/')
  }

  /**
   * Names files anew that lie elsewhere now, wherever they are still to be read: by the next run, by runs that have not
   * read their data, and tables by all. The recorded hashes stay: a file with another content then shows as changed.
   *
   * @param moved where a file lies now, by its path so far
   */
  moveFiles(moved: ReadonlyMap<string, string>): void {
    if (moved.size === 0) return
    const inputs = this.inputs.filter(({ path }) => moved.has(path))
    const configuration = withMovedFiles(this.configuration, moved)
    const runs = this.runs.list().map((run) => {
      const tables = new Set(tableFiles(run.configuration).map(({ key }) => key))
      const hasData = this.runs.hasData(run.id)
      const isMeant = (key: string) => !hasData || tables.has(key)
      return { ...run, next: withMovedFiles(run.configuration, moved, isMeant) }
    })
    const isOther = (a: RunFile, b: RunFile) => JSON.stringify(a) !== JSON.stringify(b)
    const changed = runs.filter((run) => isOther(run.next, run.configuration))
    const isConfigured = isOther(configuration, this.configuration)
    if (inputs.length === 0 && changed.length === 0 && !isConfigured) return
    this.transaction(() => {
      for (const input of inputs)
        this.putInput({ ...input, path: moved.get(input.path) ?? input.path })
      if (isConfigured) this.configure(configuration)
      for (const { id, next } of changed) this.runs.update(id, { configuration: next })
    })
  }

  /** All or nothing. */
  transaction<Result>(work: () => Result): Result {
    const { database } = this.#open
    this.#requireWritable()
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw this.#storageError(error)
    }
  }

  /** Writes a compact copy of the whole session to a new file. @throws InputError when that exists or cannot be written */
  saveAs(file: string): void {
    const path = resolve(file)
    try {
      // Made first, and only if it is not there: VACUUM takes an empty file, and refuses any other.
      closeSync(openSync(path, 'wx'))
    } catch (error) {
      throw new InputError(fileErrorText(error, path), { file: path, cause: error })
    }
    try {
      this.#open.database.prepare('VACUUM INTO ?').run(path)
    } catch (error) {
      rmSync(path, { force: true })
      throw this.#storageError(error)
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    closeDatabase(this.#open)
  }

  /** Closes a session in which nothing is worth keeping, and removes its file. */
  discard(): void {
    this.close()
    removeDatabase(this.path)
  }

  #meta(key: string): string | undefined {
    return this.#attempt(`"${key}"`, undefined, () => {
      const row = this.#open.database.prepare('SELECT value FROM meta WHERE key = ?').get(key)
      return typeof row?.value === 'string' ? row.value : undefined
    })
  }

  #setMeta(key: string, value: string): void {
    this.#requireWritable()
    try {
      this.#open.database
        .prepare(
          'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        )
        .run(key, value)
    } catch (error) {
      throw this.#storageError(error)
    }
  }

  #requireWritable(): void {
    if (this.readOnly) {
      throw new InputError(
        `${this.path} is open read-only and cannot be changed. Save it under another name first.`,
        { file: this.path },
      )
    }
  }

  /** Reads a part of the file; when it is damaged, notes that and goes on with `fallback`. */
  #attempt<Result>(what: string, fallback: Result, read: () => Result): Result {
    try {
      return read()
    } catch (error) {
      this.#addProblem(`${what} cannot be read (${errorText(error)}).`)
      return fallback
    }
  }

  #addProblem(text: string): void {
    if (!this.#open.problems.includes(text)) this.#open.problems.push(text)
  }

  #storageError(error: unknown): unknown {
    const text = errorText(error)
    if (/disk is full/i.test(text)) {
      return new InputError(
        `${this.path}: the disk is full. Nothing stored before is lost; make room, then resume the run or try again.`,
        { file: this.path, cause: error },
      )
    }
    if (/readonly|unable to open|disk I\/O/i.test(text)) {
      return new InputError(
        `${this.path} can no longer be written (${text}). Check that its folder is still there and may be written, then resume.`,
        { file: this.path, cause: error },
      )
    }
    return error
  }
}
