import { basename, dirname, join } from 'node:path'
import { stat } from 'node:fs/promises'
import { EngineError, WithPayloads } from '#shared/contract/index.ts'
import { filesOf } from '#shared/session/run-file-paths.ts'
import { Session } from '../../storage/session.ts'
import { requireConfiguration } from '../configuration-files.ts'
import type { Client, Engine } from '../engine.ts'
import { cleanSummary } from '../error-body.ts'
import { Journal } from '../journal.ts'
import { freePath, safeFileName, shownFolder } from '../file-names.ts'
import type { OpenSession } from '../open-sessions.ts'
import type { HandlersOf } from './types.ts'
import { ok } from './types.ts'

type Methods =
  | 'sessions.recent'
  | 'sessions.picture'
  | 'sessions.forget'
  | 'session.create'
  | 'session.open'
  | 'session.state'
  | 'session.configure'
  | 'session.locate'
  | 'session.saveAs'
  | 'session.view'
  | 'session.close'

const fileNameOf = (name: string) => `${safeFileName(name.replace(/\.larmor$/i, ''))}.larmor`

export function sessionHandlers(engine: Engine, client: Client): HandlersOf<Methods> {
  const { grants, sessions } = engine
  const stateOf = async (opened: OpenSession<Client>) => {
    const state = await sessions.state(opened)
    return { ...state, runs: state.runs.map((run) => cleanSummary(run, grants)) }
  }
  /** What a page did is seen by the other pages of the session. */
  const changedState = (opened: OpenSession<Client>) => {
    engine.changed(opened)
    return stateOf(opened)
  }
  /** What a killed process had computed beyond what it had stored; said once. */
  const interruptionOf = async ({ session }: OpenSession<Client>) => {
    const left = await engine.journal.left()
    const entry = left.find((one) => one.kind === 'session' && one.path === session.path)
    if (entry?.kind !== 'session') return undefined
    engine.journal.drop(entry.id)
    const stored = session.runs.list().find(({ id }) => id === entry.run)?.iteration
    if (stored === undefined) return undefined
    const { run, name, iteration, iterations, time } = entry
    return { run, name, iteration, iterations, stored, time }
  }
  return {
    async 'sessions.recent'() {
      const entries = await engine.recent.list()
      const listed = entries.map(async ({ path, title, summary, opened }) => {
        const allowed = await grants.allows(path)
        const info = allowed ? await stat(path).catch(() => undefined) : undefined
        return {
          // One that is gone belongs to the data folder when its folder does.
          inside: allowed || (await grants.allows(dirname(path))),
          entry: {
            grant: grants.wordFor(path),
            fileId: Journal.idOf(path),
            name: basename(path),
            folder: shownFolder(dirname(path), grants.root),
            title,
            summary,
            modified: info?.mtimeMs ?? opened,
            bytes: info?.size ?? 0,
            missing: info === undefined,
            picture: (await engine.recent.pictureTime(path)) !== undefined,
          },
        }
      })
      return (await Promise.all(listed)).filter(({ inside }) => inside).map(({ entry }) => entry)
    },
    async 'sessions.picture'({ grant }) {
      const png = await engine.recent.picture(grants.peek(grant))
      if (png === undefined)
        throw new EngineError({ code: 'no-picture', message: 'There is no picture of it.' })
      return new WithPayloads(ok, [png])
    },
    async 'sessions.forget'({ grant }) {
      await engine.recent.forget(grants.peek(grant))
      return ok
    },
    async 'session.create'({ name, directory, configuration }) {
      const runFile = requireConfiguration(configuration, grants)
      const folder =
        directory === undefined
          ? await engine.newSessionFolder()
          : await grants.resolveDirectory(directory)
      const path = freePath(folder, fileNameOf(name))
      const title = runFile.title === '' ? name : runFile.title
      const opened = sessions.add(Session.create(path, title, runFile), client)
      engine.dropDraft(client)
      await engine.remember(opened)
      return stateOf(opened)
    },
    async 'session.open'({ grant }) {
      const opened = await sessions.open(await grants.resolve(grant), client)
      await engine.remember(opened)
      void engine.refreshPicture(opened)
      const interrupted = await interruptionOf(opened)
      return { ...(await stateOf(opened)), ...(interrupted ? { interrupted } : {}) }
    },
    'session.state': ({ session }) => stateOf(sessions.get(session, client)),
    'session.configure'({ session, configuration }) {
      const opened = sessions.get(session, client)
      const runFile = requireConfiguration(configuration, grants)
      opened.session.transaction(() => opened.session.configure(runFile))
      // What is named by its former place now is meant there.
      for (const { path } of filesOf(runFile)) opened.moved.delete(path)
      // The settings name their files where they lie now, and so does what is known of these.
      opened.session.moveFiles(opened.moved)
      return changedState(opened)
    },
    async 'session.locate'({ session, file, grant }) {
      const opened = sessions.get(session, client)
      const [before, path] = [grants.peek(file), await grants.resolve(grant)]
      opened.session.moveFiles(opened.moved)
      if (!opened.session.files.has(before))
        throw new EngineError({
          code: 'no-input',
          message: `The session names no file ${basename(before)}.`,
        })
      opened.session.moveFiles(new Map([[before, path]]))
      for (const [file, place] of opened.moved) if (place === before) opened.moved.set(file, path)
      opened.moved.set(before, path)
      return changedState(opened)
    },
    async 'session.saveAs'({ session, destination, name }) {
      const opened = sessions.get(session, client)
      const path = join(await grants.resolveDirectory(destination), fileNameOf(name))
      opened.session.saveAs(path)
      return grants.grant(path)
    },
    'session.view'({ session, view }) {
      const opened = sessions.get(session, client)
      // How a read-only session was looked at is not worth an error.
      if (!opened.session.readOnly) opened.session.setView(view)
      return ok
    },
    'session.close'({ session }) {
      sessions.leave(sessions.get(session, client), client)
      return ok
    },
  }
}
