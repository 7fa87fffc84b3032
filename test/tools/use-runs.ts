import { afterEach, beforeEach } from 'vitest'
import type { LoadBackend } from '#engine/runs/operators.ts'
import { RunManager } from '#engine/runs/run-manager.ts'
import { Session } from '#engine/storage/session.ts'
import type { RunSummary } from '#shared/contract/methods.ts'
import type { RunFileInput } from '#shared/session/run-file.ts'
import { sampleFolder, sampleRun } from './sample-run.ts'
import type { SampleFolder } from './sample-run.ts'

/** A manager of runs and the sessions of a folder with a small map, anew for every test. */
export interface Runs {
  readonly folder: SampleFolder
  readonly manager: RunManager
  /** A session in the folder with a run of a fraction of a second, and what is changed of that. */
  create(name: string, changes?: RunFileInput): Session
  /** Closes a session when the test has ended. */
  keep(session: Session): Session
  /** Starts a run and waits for its end. */
  through(session: Session, threads?: number): Promise<RunSummary>
  /** Ends the manager and begins with another one: another process, as far as runs know. */
  restart(load?: LoadBackend): Promise<void>
}

/** @param nside of the map in the folder */
export function useRuns(nside = 8): Runs {
  let open: { folder: SampleFolder; manager: RunManager; sessions: Session[] } | undefined
  const opened = () => {
    if (!open) throw new Error('Runs are there from the start of a test.')
    return open
  }
  beforeEach(() => {
    open = { folder: sampleFolder(nside), manager: new RunManager(), sessions: [] }
  })
  afterEach(async () => {
    const { folder, manager, sessions } = opened()
    await manager.shutdown()
    for (const session of sessions) session.close()
    folder.remove()
  })
  const keep = (session: Session): Session => {
    opened().sessions.push(session)
    return session
  }
  return {
    get folder() {
      return opened().folder
    },
    get manager() {
      return opened().manager
    },
    keep,
    create(name, changes) {
      const { folder } = opened()
      const configuration = sampleRun(folder, changes)
      return keep(Session.create(folder.file(name), configuration.title, configuration))
    },
    async through(session, threads = 2) {
      const { manager } = opened()
      const { run } = manager.start(session, { threads })
      return manager.settled(session, run)
    },
    async restart(load) {
      const runs = opened()
      await runs.manager.shutdown()
      runs.manager = new RunManager(load)
    },
  }
}
