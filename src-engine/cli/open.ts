import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { InputError } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { programFolder } from '../server/program-files.ts'
import { sessionsFolder } from '../server/state-folder.ts'
import { parseCommandLine } from './arguments.ts'
import { findElectron, hasDisplay } from './electron-binary.ts'
import { EXIT, printJson } from './io.ts'
import type { Command, CommandIo } from './io.ts'
import { startWorkbench, untilStopped } from './serve.ts'

const usage = `larmor open [S.larmor]

The workbench, on a session if one is named: a desktop window where Electron is installed, else served to the browser
of this machine (from the session's folder, or from where new sessions go) until Ctrl-C.`

/** Programs that open an address in the user's browser. */
const openers: Partial<Record<NodeJS.Platform, { command: string; arguments: string[] }>> = {
  darwin: { command: 'open', arguments: [] },
  win32: { command: 'rundll32', arguments: ['url.dll,FileProtocolHandler'] },
  linux: { command: 'xdg-open', arguments: [] },
}

export const command: Command = async (args, io) => {
  const { positionals } = parseCommandLine(args, { usage, options: {}, positionals: ['S.larmor?'] })
  const session = positionals.at(0) === undefined ? undefined : resolve(positionals[0])
  if (session !== undefined && !existsSync(session))
    throw new InputError(`${session}: no such file or folder.`, { file: session })
  const electron = findElectron(io.env)
  const program = programFolder()
  if (electron !== undefined && program !== undefined && hasDisplay(io.env)) {
    if (!existsSync(join(program, 'out', 'main', 'index.cjs')))
      throw new InputError('The workbench has not been built. Run `npm run build` in the checkout.')
    return openDesktop(electron, program, session, io)
  }
  io.err(
    `${electron === undefined ? 'Electron is not installed' : 'There is no display'}: serving the workbench to the browser.\n`,
  )
  return openInBrowser(session, io)
}

/** Shows the desktop window and waits until it is closed. */
function openDesktop(
  electron: string,
  program: string,
  session: string | undefined,
  io: CommandIo,
): Promise<number> {
  // Chromium's sandbox refuses to work for root, as in containers.
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  const child = spawn(
    electron,
    [...(asRoot ? ['--no-sandbox'] : []), program, ...(session === undefined ? [] : [session])],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  if (io.json) printJson(io, { opened: 'desktop', session: session ?? null })
  io.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('exit', (code) => done(code === 0 ? EXIT.done : EXIT.failed))
  })
}

async function openInBrowser(session: string | undefined, io: CommandIo): Promise<number> {
  const dataFolder = session === undefined ? sessionsFolder(io.env) : dirname(session)
  await makeFolder(dataFolder)
  const { server, url, stop } = await startWorkbench({ dataFolder, port: 0, session }, (text) =>
    io.err(`${text}\n`),
  )
  if (io.json) printJson(io, { opened: 'browser', url, port: server.port, data: dataFolder })
  else io.out(`${url}\n`)
  if (hasDisplay(io.env)) showInBrowser(url)
  io.err('Open this address in a browser on this machine. Ctrl-C ends it; runs are saved.\n')
  await untilStopped(io)
  await stop()
  return EXIT.done
}

/** Asks the system for its browser; where that fails the printed address is there. */
function showInBrowser(url: string): void {
  const opener = openers[process.platform]
  if (opener === undefined) return
  const child = spawn(opener.command, [...opener.arguments, url], {
    stdio: 'ignore',
    detached: true,
  })
  child.on('error', () => undefined)
  child.unref()
}
