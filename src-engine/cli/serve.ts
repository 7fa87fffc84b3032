import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileErrorText, InputError, UsageError } from '../errors.ts'
import { connectPage } from '../server/connect.ts'
import { Engine } from '../server/engine.ts'
import { rendererFolder } from '../server/program-files.ts'
import { serveWorkbench } from '../server/serve/serve.ts'
import type { WorkbenchServer } from '../server/serve/serve.ts'
import { Session } from '../storage/session.ts'
import { parseCommandLine, wholeNumber } from './arguments.ts'
import { EXIT, printJson } from './io.ts'
import type { Command, CommandIo } from './io.ts'

const usage = `larmor serve --data DIR [--port P] [--session S.larmor]

The workbench in a browser on this machine: prints an address with a token and serves until Ctrl-C.

  --data DIR           the only folder with files: maps, sessions, uploads; new sessions go there
  --port P             port on 127.0.0.1; default: any free one
  --session S.larmor   open this session (a file in DIR)
  --json               print {"url", "token", "port", "data"} on one line

From another machine: ssh -L 8080:127.0.0.1:P HOST, then the printed address with port 8080.`

export interface ServeRequest {
  readonly dataFolder: string
  readonly port: number
  /** Path of the session to open. */
  readonly session?: string
}

/** Starts the engine and its server. @throws InputError when folder, session, page or port cannot be used */
export async function startWorkbench(
  request: ServeRequest,
  log: (text: string) => void,
): Promise<{ server: WorkbenchServer; url: string; stop: () => Promise<void> }> {
  await requireFolder(request.dataFolder)
  const engine = await Engine.create({ dataFolder: request.dataFolder, log })
  try {
    const parameters = await sessionParameter(engine, request.session)
    const folder = rendererFolder()
    if (folder === undefined)
      throw new InputError('The workbench has not been built. Run `npm run build` in the checkout.')
    const server = await serveWorkbench({
      folder,
      port: request.port,
      log,
      onClient: (transport) => connectPage(engine, transport),
    })
    return {
      server,
      url: server.url(parameters),
      async stop() {
        await engine.shutdown()
        await server.close()
      },
    }
  } catch (error) {
    await engine.shutdown()
    throw error
  }
}

async function requireFolder(path: string): Promise<void> {
  const info = await stat(path).catch((error: unknown) => {
    throw new InputError(fileErrorText(error, path), { file: path, cause: error })
  })
  if (!info.isDirectory()) throw new InputError(`${path} is not a folder.`, { file: path })
}

async function sessionParameter(
  engine: Engine,
  session: string | undefined,
): Promise<Record<string, string>> {
  if (session === undefined) return {}
  if (!(await engine.grants.allows(session)))
    throw new InputError(`${session} does not lie in the data folder ${engine.grants.root}.`, {
      file: session,
    })
  // Said here rather than in a page that opens on nothing.
  Session.open(session, { readOnly: true }).close()
  const { grant, kind } = await engine.grants.grant(session)
  if (kind !== 'session')
    throw new InputError(`${session} is not a session file (.larmor).`, { file: session })
  return { session: grant }
}

/** Resolves when the user asks to end. */
export function untilStopped(io: CommandIo): Promise<void> {
  return new Promise((done) => {
    if (io.signal.aborted) done()
    else io.signal.addEventListener('abort', () => done(), { once: true })
  })
}

export const command: Command = async (args, io) => {
  const { values } = parseCommandLine(args, {
    usage,
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      session: { type: 'string' },
    },
    positionals: [],
  })
  if (values.data === undefined)
    throw new UsageError('--data is missing: name the folder with the maps and sessions.')
  const dataFolder = resolve(values.data)
  const port = wholeNumber(values.port, 'port', 0, 65_535) ?? 0
  const log = (text: string) => io.err(`${text}\n`)
  const session = values.session === undefined ? undefined : resolve(values.session)
  const { server, url, stop } = await startWorkbench({ dataFolder, port, session }, log)
  if (io.json) printJson(io, { url, token: server.token, port: server.port, data: dataFolder })
  else {
    io.out(`${url}\n`)
    io.err(
      `Serving ${basename(dataFolder)} to this machine only. Ctrl-C ends it; runs are paused and saved.\n`,
    )
  }
  await untilStopped(io)
  await stop()
  return EXIT.done
}
