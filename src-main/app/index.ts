import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app, Menu, powerMonitor, protocol, session } from 'electron'
import type { BrowserWindow, WebContents } from 'electron'
import type { ShellMenu } from '#shared/contract/shell-menu.ts'
import { channels } from '../ipc/channels.ts'
import { registerShellCalls } from '../ipc/shell-calls.ts'
import { EngineProcess } from '../engine/engine-process.ts'
import { locateEngine } from '../engine/locate.ts'
import { sessionArgument } from './arguments.ts'
import { askBeforeClosing, mayDiscard } from './closing.ts'
import { createLog } from './log.ts'
import { menuStructure, menuTemplate } from './menu.ts'
import { pageScheme } from './page-address.ts'
import { answerPage } from './page-protocol.ts'
import { denyPermissions } from './security.ts'
import { createWindow } from './window.ts'

/** Life of the desktop program: one window, one engine. Physics and files are the engine's business. */

// Both only before the program is ready. Root in a container has to run without Chromium's sandbox (`--no-sandbox`);
// asking for it all the same would leave a program that cannot start.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
protocol.registerSchemesAsPrivileged([
  {
    scheme: pageScheme,
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },
])

const log = createLog(join(app.getPath('userData'), 'logs'))
const engine = new EngineProcess({
  ...locateEngine(
    {
      packaged: app.isPackaged,
      appPath: app.getAppPath(),
      resourcesPath: process.resourcesPath,
    },
    process.platform,
  ),
  env: process.env,
  log,
})

let window: BrowserWindow | undefined
let waitingSession = sessionArgument(process.argv, process.cwd())
let mayClose = false
let asking = false
let shownStructure = ''
/** What the page would lose. */
let unsaved = ''
/** Called by the page that is asked to store, once it has. */
let pageHasStored: () => void = () => undefined

/** Lets the page store what was changed a moment ago. One that does not answer is waited for a second. */
function letPageStore(page: WebContents): Promise<void> {
  return new Promise((resolve) => {
    pageHasStored = resolve
    setTimeout(resolve, 1000)
    page.send(channels.leave)
  })
}

/** Ends everything: the window closes only when the engine has saved and is gone. */
async function end(save: boolean): Promise<void> {
  if (window !== undefined && engine.running) await letPageStore(window.webContents)
  await engine.stop(save)
  mayClose = true
  window?.destroy()
  app.quit()
}

async function closeOrAsk(): Promise<void> {
  if (asking || window === undefined) return
  asking = true
  try {
    if (unsaved !== '' && !(await mayDiscard(window, unsaved))) return
    const answer = await askBeforeClosing(window, engine)
    if (answer === 'keep-running') window.minimize()
    else if (answer !== 'cancel') await end(answer === 'pause')
  } finally {
    asking = false
  }
}

/** Shows `path` in the window that is there, or keeps it for the page to ask. */
async function openSession(path: string): Promise<void> {
  if (window === undefined || window.webContents.isLoading()) {
    waitingSession = path
    return
  }
  const request = engine.shell().request('main.grantPath', { path, purpose: 'read' })
  const { result } = await request
  window.webContents.send(channels.openSession, result)
}

function showWindow(): void {
  if (window === undefined) return
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** The commands of the page in the native menu. One that is open stays open while only marks and conditions change. */
function showMenu(menu: ShellMenu): void {
  const structure = menuStructure(menu)
  const shown = Menu.getApplicationMenu()
  if (!shown || structure !== shownStructure) {
    const send = (id: string) => window?.webContents.send(channels.command, id)
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, menu, send)))
    shownStructure = structure
    return
  }
  for (const { id, enabled, checked } of menu.flatMap(({ commands }) => commands)) {
    const item = shown.getMenuItemById(id)
    if (!item) continue
    item.enabled = enabled
    if (checked !== undefined) item.checked = checked
  }
}

function openWindow(): void {
  window = createWindow({
    preload: join(app.getAppPath(), 'out', 'preload', 'index.cjs'),
    userData: app.getPath('userData'),
    log,
  })
  window.on('close', (event) => {
    if (mayClose) return
    event.preventDefault()
    void closeOrAsk()
  })
  window.on('closed', () => {
    window = undefined
  })
}

async function start(): Promise<void> {
  await app.whenReady()
  const folder = join(app.getAppPath(), 'out', 'renderer')
  protocol.handle(pageScheme, async (request) => {
    const { status, headers, body } = await answerPage(folder, request)
    return new Response(body, { status, headers })
  })
  denyPermissions(session.defaultSession)
  showMenu([])
  registerShellCalls({
    engine,
    showMenu,
    window: () => window,
    setUnsaved: (what) => {
      unsaved = what
    },
    left: () => pageHasStored(),
    takeInitialSession: () => {
      const path = waitingSession
      waitingSession = undefined
      return path !== undefined && existsSync(path) ? path : undefined
    },
  })
  powerMonitor.on('suspend', () => {
    if (engine.running) engine.shell().request('main.suspend', {}).catch(reportFailure)
  })
  powerMonitor.on('shutdown', () => void end(true))
  openWindow()
}

const reportFailure = (error: unknown) => log(`main: ${String(error)}`)

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', (_event, argv, folder) => {
    showWindow()
    const path = sessionArgument(argv, folder)
    if (path !== undefined) openSession(path).catch(reportFailure)
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openSession(path).catch(reportFailure)
  })
  app.on('before-quit', (event) => {
    if (mayClose || window === undefined) return
    event.preventDefault()
    void closeOrAsk()
  })
  app.on('window-all-closed', () => app.quit())
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => void end(true))
  start().catch((error: unknown) => {
    log(`The program could not start: ${error instanceof Error ? error.stack : String(error)}`)
    app.exit(1)
  })
} else {
  app.quit()
}
