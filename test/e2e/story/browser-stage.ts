import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { z } from 'zod'
import { locateEngine } from '#main/engine/locate.ts'
import { listen } from './stage.ts'
import type { Stage } from './stage.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { node } = locateEngine(
  { packaged: false, appPath: root, resourcesPath: '' },
  process.platform,
)
const reporter = new URL('../../tools/report-memory.mjs', import.meta.url).href
const announcement = z.object({ url: z.string() })
const use = z.object({ live: z.number(), resident: z.number(), processorMs: z.number() })

export interface BrowserStage extends Stage {
  readonly browser: Browser
  /** Memory of the engine that runs now, bytes, and its processor time: see test/tools/report-memory.mjs. */
  engineMemory(): Promise<z.infer<typeof use>>
  kill(): Promise<void>
  /** Kills the engine as a crash would, and leaves the page. */
  killEngine(): Promise<void>
  /** Nothing is answered from here ... */
  holdEngine(): void
  /** ... to here. */
  releaseEngine(): void
  close(): Promise<void>
}

/** The processor draws, the same on every machine. */
const software = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']

/** Headless Chromium on the built `larmor serve`. `drawing`: its switches for what draws. */
export async function browserStage(drawing: readonly string[] = software): Promise<BrowserStage> {
  const folder = await mkdtemp(join(tmpdir(), 'larmor-story-'))
  const complaints: string[] = []
  const browser: Browser = await chromium.launch({
    executablePath: process.env.LARMOR_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...drawing],
  })
  let server: ChildProcess | undefined
  let page: Page | undefined

  async function serve(): Promise<string> {
    const child = spawn(
      node,
      [
        ...['--expose-gc', '--import', reporter],
        ...[join(root, 'out/engine/larmor.mjs'), 'serve', '--data', folder, '--json'],
      ],
      {
        env: { ...process.env, LARMOR_STATE_DIR: join(folder, 'state') },
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      },
    )
    server = child
    const line = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.endsWith('}\n')) resolve(text)
      })
      child.once('exit', (code) => reject(new Error(`larmor serve ended with ${code}.`)))
    })
    return announcement.parse(JSON.parse(line)).url
  }

  /** Chromium forgets to close a page that is just coming anew, and waits for it until it ends itself. */
  async function leave(): Promise<void> {
    await Promise.race([page?.context().close(), wait(20_000, undefined, { ref: false })])
    page = undefined
  }
  async function quit(): Promise<void> {
    await leave()
    await end('SIGINT')
  }
  async function end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    // One that is held hears it when it goes on.
    child.kill('SIGCONT')
    await ended
  }

  const rows = (window: Page) => window.getByRole('list', { name: 'Files' })
  return {
    folder,
    sessions: folder,
    complaints,
    browser,
    engineMemory: () =>
      new Promise((resolve, reject) => {
        if (!server) throw new Error('The engine is not running.')
        server.once('message', (reply) => resolve(use.parse(reply)))
        server.send('memory', (error) => error && reject(error))
      }),
    async open() {
      const url = await serve()
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
      page = await context.newPage()
      listen(page, complaints)
      // A step that does not come is told by its name, before the whole test runs out of time.
      page.setDefaultTimeout(60_000)
      await page.goto(url)
      return page
    },
    quit,
    /** Page and engine, as when the machine goes off. */
    async kill() {
      await leave()
      await end('SIGKILL')
    },
    killEngine: () => end('SIGKILL'),
    holdEngine: () => void server?.kill('SIGSTOP'),
    releaseEngine: () => void server?.kill('SIGCONT'),
    async choose(window, act, name) {
      await act()
      await rows(window).getByRole('button', { name }).click()
    },
    async chooseFolder(window, act, name) {
      await act()
      await rows(window).getByRole('button', { name }).click()
      await window.getByText(`In ${name}`, { exact: true }).waitFor()
      await window.getByRole('button', { name: 'Use this folder' }).click()
    },
    async close() {
      await quit().catch(() => undefined)
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
