import { randomBytes } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { EngineError } from '#shared/contract/index.ts'
import type { Result } from '#shared/contract/methods.ts'
import { errorText } from '../../errors.ts'
import { Session } from '../../storage/session.ts'
import { requireConfiguration, withGrantedFiles } from '../configuration-files.ts'
import type { Client, Engine } from '../engine.ts'
import { freePath } from '../file-names.ts'
import type { DraftEntry, JournalEntry, SessionEntry } from '../journal.ts'
import type { HandlersOf } from './types.ts'
import { ok } from './types.ts'

type Methods =
  | 'recovery.list'
  | 'recovery.open'
  | 'recovery.copy'
  | 'recovery.discard'
  | 'draft.keep'
  | 'draft.drop'
type Left = Result<'recovery.list'>[number]

/** What an earlier start, or a page that is gone, has left; and the project of this page while it has no session. */
export function recoveryHandlers(engine: Engine, client: Client): HandlersOf<Methods> {
  const { grants, journal } = engine
  const find = async (id: string): Promise<JournalEntry> => {
    const entry = (await journal.left()).find((one) => one.id === id)
    if (entry === undefined)
      throw new EngineError({ code: 'nothing-left', message: 'It has been taken up elsewhere.' })
    return entry
  }
  const ofSession = async (entry: SessionEntry): Promise<Left> => {
    const { id, path, time } = entry
    const shown = {
      kind: 'session' as const,
      id,
      name: basename(path),
      time,
      grant: grants.wordFor(path),
      picture: (await engine.recent.pictureTime(path)) !== undefined,
      run: { name: entry.name, iteration: entry.iteration, iterations: entry.iterations },
    }
    try {
      const session = Session.open(await grants.resolve(shown.grant), { readOnly: true })
      try {
        const [checkpoint] = session.runs.checkpoints(entry.run)
        const { iteration, createdMs } = checkpoint ?? { iteration: 0, createdMs: null }
        return { ...shown, stored: { iteration, time: createdMs }, problem: '' }
      } finally {
        session.close()
      }
    } catch (error) {
      const problem = grants.withoutPaths(errorText(error))
      return { ...shown, stored: { iteration: 0, time: null }, problem }
    }
  }
  const ofDraft = ({ id, name, time, configuration }: DraftEntry): Left => ({
    kind: 'draft',
    id,
    name,
    time,
    data: configuration.data.map((entry) => entry.name),
    model: configuration.magnetic_field.model,
  })
  return {
    async 'recovery.list'() {
      const left = await journal.left()
      return Promise.all(left.map((one) => (one.kind === 'draft' ? ofDraft(one) : ofSession(one))))
    },
    async 'recovery.open'({ id }) {
      const entry = await find(id)
      if (entry.kind !== 'draft')
        throw new EngineError({ code: 'no-draft', message: 'This is a session: open it.' })
      // From here on it is the page's own project, kept under the same name.
      engine.drafts.set(client, id)
      journal.note(entry)
      return { name: entry.name, ...withGrantedFiles(entry.configuration, grants) }
    },
    async 'recovery.copy'({ id }) {
      const entry = await find(id)
      if (entry.kind !== 'session')
        throw new EngineError({ code: 'no-session', message: 'This project has no file yet.' })
      const path = await grants.resolve(grants.wordFor(entry.path))
      const copy = freePath(dirname(path), basename(path).replace(/(\.larmor)?$/i, ' copy.larmor'))
      const session = Session.open(path, { readOnly: true })
      try {
        session.saveAs(copy)
      } finally {
        session.close()
      }
      journal.drop(id)
      return grants.grant(copy)
    },
    'recovery.discard'({ id }) {
      journal.drop(id)
      return ok
    },
    'draft.keep'({ name, configuration }) {
      const id = engine.drafts.get(client) ?? randomBytes(8).toString('hex')
      engine.drafts.set(client, id)
      const runFile = requireConfiguration(configuration, grants)
      journal.note({ kind: 'draft', id, name, configuration: runFile, time: Date.now() })
      return { id }
    },
    'draft.drop'() {
      engine.dropDraft(client)
      return ok
    },
  }
}
