import { engineContract, mainContract, serveTransport } from '#shared/contract/index.ts'
import type { Transport } from '#shared/contract/index.ts'
import type { Client, Engine } from './engine.ts'
import { describeError } from './error-body.ts'
import { engineHandlers } from './handlers/index.ts'
import { mainHandlers } from './handlers/main.ts'
import type { ShellHooks } from './handlers/main.ts'

let pages = 0

/** Serves a page; what it opened is closed when it leaves, except sessions with a run that goes on. */
export function connectPage(engine: Engine, transport: Transport): void {
  const client: Client = { name: `page ${++pages}` }
  const connection = serveTransport(engineContract, transport, engineHandlers(engine, client), {
    log: (text) => engine.log(`${client.name}: ${text}`),
    describeError: (error) => describeError(error, engine.grants),
  })
  engine.join(client, connection)
}

/** Serves the shell (Electron main). */
export function connectShell(engine: Engine, transport: Transport, hooks: ShellHooks): void {
  serveTransport(mainContract, transport, mainHandlers(engine, hooks), {
    log: (text) => engine.log(`shell: ${text}`),
    describeError: (error) => describeError(error, engine.grants),
  })
}
