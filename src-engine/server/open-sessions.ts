import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import type { RunState, SessionState } from '#shared/contract/methods.ts'
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
}

type KnownInput = Partial<InputRecord> & { name: string; places: readonly string[] }

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

  /** @throws InputError when the file cannot be opened as a session */
  open(path: string, member: Member): OpenSession<Member> {
    const known = this.all.find((one) => one.session.path === resolve(path))
    const opened = known ?? this.add(Session.open(path))
    opened.members.add(member)
    return opened
  }

  add(session: Session, member?: Member): OpenSession<Member> {
    const id = `session:${randomBytes(8).toString('hex')}`
    const members = new Set(member === undefined ? [] : [member])
    const opened = { id, session, members }
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
  async state({ id, session }: OpenSession<Member>): Promise<SessionState> {
    const { configuration } = session
    return {
      session: id,
      fileId: Journal.idOf(session.path),
      name: session.name,
      title: session.title,
      readOnly: session.readOnly,
      inputs: await Promise.all(this.#inputs(session).map((input) => this.#inputState(input))),
      configuration: withGrants(configuration, this.#grants),
      runs: session.runs.list().map((run) => this.#runs.summary(session, run.id)),
      queue: this.#runs.waiting(session),
      problems: session.problems.map((text) => this.#grants.withoutPaths(text)),
      view: session.view,
    }
  }

  /** Files that runs have read, and those that the next run would read. */
  #inputs(
    session: Session,
  ): (Partial<InputRecord> & { name: string; places: readonly string[] })[] {
    const read = session.inputs.map((input) => ({ ...input, places: session.inputPaths(input) }))
    const names = new Set(read.map(({ name }) => name))
    const planned = session.configuration.data
      .filter(({ name }) => !names.has(name))
      .map(({ name, file }) => ({ name, places: [file] }))
    return [...read, ...planned]
  }

  async #inputState(input: KnownInput): Promise<SessionState['inputs'][number]> {
    const allowed = await Promise.all(input.places.map((path) => this.#grants.allows(path)))
    const infos = await Promise.all(
      input.places.map((path, i) => (allowed[i] ? stat(path).catch(() => undefined) : undefined)),
    )
    const found = infos.findIndex((info) => info?.isFile() === true)
    const path = input.places[Math.max(0, found)]
    const info = infos[Math.max(0, found)]
    const changed =
      found >= 0 && info !== undefined && input.sha256 !== undefined
        ? info.size !== input.bytes ||
          (info.mtimeMs !== input.modifiedMs &&
            (await this.#hash(path, info.mtimeMs)) !== input.sha256)
        : false
    return {
      name: input.name,
      grant: this.#grants.wordFor(path),
      fileName: basename(path),
      sha256: input.sha256 ?? '',
      missing: found < 0,
      changed,
    }
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
