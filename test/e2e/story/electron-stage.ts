import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright-core'
import type { ElectronApplication } from 'playwright-core'
import { openDisplay } from '#test/tools/virtual-display.ts'
import type { VirtualDisplay } from '#test/tools/virtual-display.ts'
import { listen } from './stage.ts'
import type { Stage } from './stage.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const electronPath = join(
  process.env.LARMOR_TEST_ELECTRON ?? join(root, '.cache/electron'),
  'electron',
)

export interface ElectronStage extends Stage {
  /** The program that runs now. */
  app(): ElectronApplication
  /** Kills the engine as a crash would. */
  killEngine(): Promise<void>
  close(): Promise<void>
}

/** Starts the built program, whose own files are in `folder`. */
export function launchElectron(
  folder: string,
  display: VirtualDisplay,
  args: readonly string[] = [],
): Promise<ElectronApplication> {
  if (!existsSync(electronPath))
    throw new Error('No Electron for tests: set LARMOR_TEST_ELECTRON (see test/tools).')
  const preloaded = ['electron22-compat.cjs', 'electron-driven.cjs']
  return _electron.launch({
    executablePath: electronPath,
    args: [
      ...preloaded.flatMap((name) => ['-r', join(root, 'test/tools', name)]),
      '--no-sandbox',
      root,
      ...args,
    ],
    env: {
      ...process.env,
      DISPLAY: display.name,
      LARMOR_STATE_DIR: join(folder, 'state'),
      LARMOR_SESSIONS_DIR: join(folder, 'sessions'),
      XDG_CONFIG_HOME: join(folder, 'config'),
    },
  })
}

/** The built program in a real Electron, with its system dialogs answered in main. */
export async function electronStage(): Promise<ElectronStage> {
  const display = await openDisplay()
  const folder = await mkdtemp(join(tmpdir(), 'larmor-story-'))
  const complaints: string[] = []
  let started: ElectronApplication | undefined

  const app = () => {
    if (!started) throw new Error('The program is not running.')
    return started
  }
  const answer = (path: string) =>
    app().evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    }, path)

  async function quit(): Promise<void> {
    const running = started
    started = undefined
    if (!running) return
    const child = running.process()
    const ended =
      child.exitCode === null
        ? new Promise<void>((resolve) => child.once('exit', () => resolve()))
        : Promise.resolve()
    await running.close().catch(() => undefined)
    await ended
  }

  return {
    folder,
    sessions: join(folder, 'sessions'),
    complaints,
    app,
    async open() {
      started = await launchElectron(folder, display)
      const page = await started.firstWindow()
      listen(page, complaints)
      // A step that does not come is told by its name, before the whole test runs out of time.
      page.setDefaultTimeout(60_000)
      await page.waitForLoadState('load')
      return page
    },
    quit,
    async choose(_page, act, name) {
      await answer(join(folder, name))
      await act()
    },
    async chooseFolder(_page, act, name) {
      await answer(join(folder, name))
      await act()
    },
    async killEngine() {
      const parent = app().process().pid
      const [engine] = String(execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(parent)]))
        .split('\n')
        .filter((line) => line.includes('engine.mjs'))
        .map((line) => Number.parseInt(line, 10))
      process.kill(engine, 'SIGKILL')
    },
    async close() {
      await quit().catch(() => undefined)
      display.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
