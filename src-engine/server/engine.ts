import { stat } from 'node:fs/promises'
import type { Connection, EngineContract } from '#shared/contract/index.ts'
import type { EventBody } from '#shared/contract/events.ts'
import { formatNumber } from '#shared/sky/index.ts'
import { sessionPicture } from '../exports/session-picture.ts'
import { makeFolder } from '../make-folder.ts'
import { RunManager } from '../runs/run-manager.ts'
import type { NewRows, RunNotice, RunProgress } from '../runs/run-news.ts'
import { SkyPreviews } from '../simulation/sky-preview.ts'
import type { Session } from '../storage/session.ts'
import { cleanSummary } from './error-body.ts'
import { Grants } from './grants.ts'
import { Journal } from './journal.ts'
import { MapCatalogue } from './map-catalogue.ts'
import { OpenSessions } from './open-sessions.ts'
import type { OpenSession } from './open-sessions.ts'
import { keptKey } from './path-seal.ts'
import { samplesFolder } from './program-files.ts'
import { PreferencesFile } from './preferences-file.ts'
import { RecentSessions } from './recent-sessions.ts'
import { sessionsFolder, stateFolder } from './state-folder.ts'
import { ViewedMaps } from './viewed-maps.ts'

const mostLines = 100

export interface EngineOptions {
  readonly log: (text: string) => void
  /** `larmor serve`: the only folder with files, listed to the page; new sessions and uploads go there too. */
  readonly dataFolder?: string
  readonly stateFolder?: string
  readonly sessionsFolder?: string
}

/** One connected page. */
export interface Client {
  readonly name: string
}

/**
 * The engine behind every connection: files by grant, open sessions, one queue of runs. Events of a session go to all
 * pages that have it open.
 */
export class Engine {
  readonly grants: Grants
  readonly sessions: OpenSessions<Client>
  readonly runs: RunManager
  readonly recent: RecentSessions
  readonly preferences: PreferencesFile
  readonly catalogue = new MapCatalogue()
  readonly viewedMaps = new ViewedMaps()
  readonly previews = new SkyPreviews()
  readonly journal: Journal
  /** Ids of the projects that pages work on before they have a session. */
  readonly drafts = new Map<Client, string>()
  readonly sessionsFolder: string
  readonly log: (text: string) => void
  /** What was logged last, for a bug report. */
  readonly lastLines: string[] = []
  readonly #connections = new Map<Client, Connection<EngineContract>>()

  private constructor(grants: Grants, journal: Journal, options: EngineOptions) {
    this.grants = grants
    this.journal = journal
    this.log = (text) => {
      this.lastLines.push(`${new Date().toISOString()} ${text}`)
      this.lastLines.splice(0, this.lastLines.length - mostLines)
      options.log(text)
    }
    this.sessionsFolder = grants.root ?? options.sessionsFolder ?? sessionsFolder()
    this.recent = new RecentSessions(options.stateFolder ?? stateFolder(), this.log)
    this.preferences = new PreferencesFile(options.stateFolder ?? stateFolder())
    this.runs = new RunManager()
    this.sessions = new OpenSessions(this.runs, grants)
    this.runs.onProgress((progress) => this.#onProgress(progress))
    this.runs.onRows((rows) => this.#onRows(rows))
    this.runs.onNotice((notice) => this.#onNotice(notice))
  }

  /** @throws the system's error when the data folder does not exist */
  static async create(options: EngineOptions): Promise<Engine> {
    const samples = samplesFolder()
    const folder = options.stateFolder ?? stateFolder()
    const grants = await Grants.create(await keptKey(folder, options.log), {
      root: options.dataFolder,
      trusted: samples === undefined ? [] : [samples],
    })
    const journal = await Journal.create(folder, grants.root, options.log)
    return new Engine(grants, journal, options)
  }

  /** Adds a page: it hears the events of the sessions that it opens, and what it opened is closed when it leaves. */
  join(client: Client, connection: Connection<EngineContract>): void {
    connection.onClose(() => {
      this.#connections.delete(client)
      this.sessions.leaveAll(client)
      const draft = this.drafts.get(client)
      this.drafts.delete(client)
      if (draft !== undefined) this.journal.leave(draft)
    })
    this.#connections.set(client, connection)
  }

  /** The page's project has a session now, or is wanted no more. */
  dropDraft(client: Client): void {
    const draft = this.drafts.get(client)
    this.drafts.delete(client)
    if (draft !== undefined) this.journal.drop(draft)
  }

  /** Tells the pages of a session that its state is another. */
  changed(opened: OpenSession<Client>): void {
    this.#send(opened, (connection) => connection.send('session.changed', { session: opened.id }))
  }

  /** Where a new session is written. @throws InputError when the folder cannot be made */
  async newSessionFolder(): Promise<string> {
    await makeFolder(this.sessionsFolder)
    return this.sessionsFolder
  }

  async remember(opened: OpenSession<Client>): Promise<void> {
    const { session } = opened
    const runs = session.runs.list()
    const held = runs.at(-1)?.figures?.chi2_n_held_out
    const count = runs.length === 1 ? '1 run' : `${runs.length} runs`
    const summary =
      held === null || held === undefined
        ? count
        : `${count}, held-out χ²/N ${formatNumber(held, { digits: 3 })}`
    await this.recent.remember(session.path, session.title, summary)
  }

  /** Makes the session's picture anew where the file has changed since the last one. */
  async refreshPicture(opened: OpenSession<Client>): Promise<void> {
    const { session } = opened
    const made = (await this.recent.pictureTime(session.path)) ?? 0
    const changed = (await stat(session.path).catch(() => undefined))?.mtimeMs ?? 0
    if (changed >= made && this.sessions.of(session)) this.#picture(opened)
  }

  /** At once, since the session may be closed in a moment; takes a tenth of a second. */
  #picture({ session }: OpenSession<Client>): void {
    try {
      const png = sessionPicture(session)
      if (png) void this.recent.keepPicture(session.path, png)
    } catch (error) {
      this.log(`No picture of ${session.name}: ${String(error)}`)
    }
  }

  /** Pauses and stores all runs, and closes every session. */
  async shutdown(): Promise<void> {
    await this.runs.shutdown()
    await this.previews.dispose()
    this.sessions.closeAll()
    this.journal.close()
    await this.recent.written()
  }

  #send(opened: OpenSession<Client>, tell: (connection: Connection<EngineContract>) => void): void {
    for (const client of opened.members) {
      const connection = this.#connections.get(client)
      if (connection !== undefined) tell(connection)
    }
  }

  #onProgress({ session, ...progress }: RunProgress): void {
    const opened = this.sessions.of(session)
    if (opened === undefined) return
    const body: EventBody<'run.progress'> = {
      ...progress,
      session: opened.id,
      summary: cleanSummary(progress.summary, this.grants),
      message: this.grants.withoutPaths(progress.message),
    }
    this.#send(opened, (connection) => connection.send('run.progress', body))
    this.#note(session, progress)
    if (progress.stage === 'queued' || progress.stage === 'finished') this.changed(opened)
    if (progress.stage !== 'finished') return
    this.#picture(opened)
    void this.remember(opened)
    // A run that was left alone has ended: nobody needs its session any more.
    setImmediate(() => this.sessions.closeIfUnused(opened))
  }

  #note({ path }: Session, { stage, summary }: Omit<RunProgress, 'session'>): void {
    const id = Journal.idOf(path)
    const { run, name, iteration, iterations } = summary
    // One that waits has nothing yet that could be lost.
    if (stage === 'queued') return
    if (stage === 'finished') this.journal.drop(id)
    else
      this.journal.note({
        kind: 'session',
        id,
        path,
        run,
        name,
        iteration,
        iterations,
        time: Date.now(),
      })
  }

  #onRows({ session, values, columns, ...rows }: NewRows): void {
    const opened = this.sessions.of(session)
    if (opened === undefined) return
    const body = { ...rows, columns: [...columns], session: opened.id }
    this.#send(opened, (connection) => connection.send('run.rows', body, [values]))
  }

  #onNotice({ session, level, text }: RunNotice): void {
    const opened = this.sessions.of(session)
    if (opened === undefined) return
    const body = { time: Date.now(), level, text: this.grants.withoutPaths(text) }
    this.#send(opened, (connection) => connection.send('log', body))
  }
}
