import { availableParallelism, cpus, hostname, totalmem, userInfo } from 'node:os'
import { withoutPrivateData } from '#shared/report/private-data.ts'
import { backendStatuses } from '../backend-status.ts'
import { samplePath, samples } from '../samples.ts'
import { openRunFile } from '../configuration-files.ts'
import type { Engine } from '../engine.ts'
import { version } from '../../version.ts'
import { ok } from './types.ts'
import type { HandlersOf } from './types.ts'

type Methods =
  | 'app.info'
  | 'app.log'
  | 'preferences.get'
  | 'preferences.set'
  | 'samples.list'
  | 'samples.open'
  | 'runFile.open'

export function appHandlers(engine: Engine): HandlersOf<Methods> {
  return {
    'app.info': async () => ({
      version,
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      threads: availableParallelism(),
      memoryBytes: totalmem(),
      backends: await backendStatuses(),
      browsing: engine.grants.root !== undefined,
    }),
    'app.log': () => {
      const { username } = userInfo()
      const clean = (line: string) =>
        withoutPrivateData(engine.grants.withoutPaths(line), [username, hostname()])
      return { lines: engine.lastLines.map(clean) }
    },
    'preferences.get': () => engine.preferences.read(),
    async 'preferences.set'(preferences) {
      await engine.preferences.write(preferences)
      return ok
    },
    'samples.list': () => samples.map(({ id, title, description }) => ({ id, title, description })),
    'samples.open': ({ id }) => openRunFile(samplePath(id, 'runFile'), engine.grants),
    'runFile.open': async ({ grant }) =>
      openRunFile(await engine.grants.resolve(grant), engine.grants),
  }
}
