import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import type { RunState, SessionState } from '#shared/contract/methods.ts'
import { withMovedFiles } from '#shared/session/run-file-paths.ts'
import { movedFiles } from '../runs/moved-files.ts'
import { digestOf } from '../runs/read-sky-map.ts'
import type { RunManager } from '../runs/run-manager.ts'
import type { InputRecord } from '../storage/records.ts'
import { Session } from '../storage/session.ts'
import { withGrants } from './configuration-files.ts'
import type { Grants } from './grants.ts'
import { Journal } from './journal.ts'

/** A session file that is open, and the connections that see it. */
export interface OpenSession<Member> {
  readonly id: string
  readonly session: Session
  readonly members: Set<Member>
  /** Where files lie that are not where the session names them, by the paths in it. */
  readonly moved: Map<string, string>
}

type KnownInput = Partial<InputRecord> & Pick<InputRecord, 'name' | 'path'>

const goingStates: ReadonlySet<RunState> = new Set(['queued', 'preparing', 'running', 'pausing'])

/**
 * The sessions of this engine. A session stays open while a connection uses it or a run of it goes on, so that runs
 * survive a reload of the page; the same file opened twice is one session.
 */
export class OpenSessions<Member> {
  readonly #open = new Map<string, OpenSession<Member>>()
  readonly #runs: RunManager
  readonly #grants: Grants
  readonly #hashes = new Map<string, string>()

  constructor(runs: RunManager, grants: Grants) {
    this.#runs = runs
    this.#grants = grants
  }

  get all(): readonly OpenSession<Member>[] {
    return [...this.#open.values()]
  }

  of(session: Session): OpenSession<Member> | undefined {
    return this.all.find((one) => one.session === session)
  }

  /**
   * Opens a session for `member`, with its files also where it was moved or copied with them.
   * @throws InputError when the file cannot be opened as a session
   */
  async open(path: string, member: Member): Promise<OpenSession<Member>> {
    const known = this.all.find((one) => one.session.path === resolve(path))
    const opened = known ?? this.add(Session.open(path))
    const isMember = opened.members.has(member)
    opened.members.add(member)
    const isThere = async (file: string) => (await this.#found(file)) !== undefined
    try {
      const moved = await movedFiles(opened.session, isThere)
      for (const [file, place] of moved) opened.moved.set(file, place)
    } catch (error) {
      if (!isMember) this.leave(opened, member)
      throw error
    }
    // It may have left meanwhile, and the session may be closed.
    return this.get(opened.id, member)
  }

  add(session: Session, member?: Member): OpenSession<Member> {
    const id = `session:${randomBytes(8).toString('hex')}`
    const members = new Set(member === undefined ? [] : [member])
    const opened = { id, session, members, moved: new Map<string, string>() }
    this.#open.set(id, opened)
    return opened
  }

  /** @throws EngineError unless `member` has opened that session */
  get(id: string, member: Member): OpenSession<Member> {
    const opened = this.#open.get(id)
    if (opened === undefined || !opened.members.has(member))
      throw new EngineError({
        code: 'unknown-session',
        message: 'This session is not open any more.',
        advice: 'Open it again.',
      })
    return opened
  }

  leave(opened: OpenSession<Member>, member: Member): void {
    opened.members.delete(member)
    this.closeIfUnused(opened)
  }

  leaveAll(member: Member): void {
    for (const opened of this.all) this.leave(opened, member)
  }

  closeIfUnused(opened: OpenSession<Member>): void {
    if (opened.members.size > 0 || this.runsGoing(opened).length > 0) return
    if (this.#open.delete(opened.id)) opened.session.close()
  }

  /** Numbers and names of the runs that wait or go on. */
  runsGoing({ session }: OpenSession<Member>): { run: number; name: string }[] {
    return session.runs
      .list()
      .filter(({ id }) => goingStates.has(this.#runs.summary(session, id).state))
      .map(({ id, name }) => ({ run: id, name }))
  }

  closeAll(): void {
    for (const { session } of this.all) session.close()
    this.#open.clear()
  }

  /** What the interface shows of a session. */
  async state({ id, session, moved }: OpenSession<Member>): Promise<SessionState> {
    const configuration = withMovedFiles(session.configuration, moved)
    const read = session.inputs.map((input) => ({
      ...input,
      path: moved.get(input.path) ?? input.path,
    }))
    const paths = new Set(read.map(({ path }) => path))
    const planned = configuration.data
      .filter(({ file }) => !paths.has(file))
      .map(({ name, file }) => ({ name, path: file }))
    return {
      session: id,
      fileId: Journal.idOf(session.path),
      name: session.name,
      title: session.title,
      readOnly: session.readOnly,
      // Files that runs have read, and those that the next run would read.
      inputs: await Promise.all([...read, ...planned].map((input) => this.#inputState(input))),
      configuration: withGrants(configuration, this.#grants),
      runs: session.runs.list().map((run) => this.#runs.summary(session, run.id)),
      queue: this.#runs.waiting(session),
      problems: session.problems.map((text) => this.#grants.withoutPaths(text)),
      view: session.view,
    }
  }

  async #inputState({ name, path, ...read }: KnownInput): Promise<SessionState['inputs'][number]> {
    const found = await this.#found(path)
    return {
      name,
      grant: this.#grants.wordFor(path),
      fileName: basename(path),
      sha256: read.sha256 ?? '',
      missing: found === undefined,
      // Of one that none has read there is nothing that could have changed.
      changed:
        found !== undefined &&
        read.sha256 !== undefined &&
        (found.size !== read.bytes ||
          (found.mtimeMs !== read.modifiedMs &&
            (await this.#hash(path, found.mtimeMs)) !== read.sha256)),
    }
  }

  /** What the file system says of a file; undefined where there is none that may be read. */
  async #found(path: string): Promise<Stats | undefined> {
    if (!(await this.#grants.allows(path))) return undefined
    const info = await stat(path).catch(() => undefined)
    return info?.isFile() ? info : undefined
  }

  async #hash(path: string, modifiedMs: number): Promise<string> {
    const key = `${modifiedMs} ${path}`
    const known = this.#hashes.get(key)
    if (known !== undefined) return known
    const { sha256 } = await digestOf(path)
    this.#hashes.set(key, sha256)
    return sha256
  }
}
