import { EngineError } from '#shared/contract/index.ts'
import type { Handlers, MainContract } from '#shared/contract/index.ts'
import type { Engine } from '../engine.ts'
import { ok } from './types.ts'

export interface ShellHooks {
  /** A page of the shell is gone. */
  readonly onDisconnect: (channel: number) => void
  /** The engine has been asked to end; everything is saved where that was wanted. */
  readonly onShutdown: () => void
}

/** What the shell may ask: see shared/contract/main-methods.ts. */
export function mainHandlers(engine: Engine, hooks: ShellHooks): Handlers<MainContract> {
  return {
    async 'main.grantPath'({ path, purpose }) {
      const granted = await engine.grants.grant(path)
      if (purpose === 'directory' && granted.kind !== 'directory')
        throw new EngineError({ code: 'not-a-folder', message: `${granted.name} is not a folder.` })
      return granted
    },
    'main.resolveGrant': async ({ grant }) => ({ path: await engine.grants.resolve(grant) }),
    'main.activity': () => ({
      runs: engine.sessions.all.flatMap((opened) =>
        engine.sessions.runsGoing(opened).map((run) => ({ session: opened.id, ...run })),
      ),
    }),
    'main.suspend'() {
      engine.runs.checkpointSoon()
      return ok
    },
    'main.disconnect'({ channel }) {
      hooks.onDisconnect(channel)
      return ok
    },
    async 'main.shutdown'({ save }) {
      // Without saving nothing is done: a session file survives the end of its process at any moment.
      if (save) await engine.shutdown()
      else engine.journal.close()
      setImmediate(hooks.onShutdown)
      return ok
    },
  }
}
