import { dirname } from 'node:path'
import { exportRun } from '../../exports/export-run.ts'
import type { Client, Engine } from '../engine.ts'
import { freePath, shownFolder } from '../file-names.ts'
import { requireRun } from './runs.ts'
import type { HandlersOf } from './types.ts'

export function exportHandlers(engine: Engine, client: Client): HandlersOf<'export.run'> {
  return {
    async 'export.run'({ session: id, run, directory, what, formats }) {
      const opened = engine.sessions.get(id, client)
      requireRun(opened, run)
      const { session } = opened
      const folder =
        directory === undefined
          ? freePath(dirname(session.path), `${session.name} export`)
          : await engine.grants.resolveDirectory(directory)
      const files = await exportRun(session, run, { folder, what, formats })
      return {
        folder: shownFolder(folder, engine.grants.root),
        files,
        grant: engine.grants.wordFor(folder),
      }
    },
  }
}
