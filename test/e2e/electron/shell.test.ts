import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ElectronApplication, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Session } from '#engine/storage/session.ts'
import { launchElectron } from '../story/electron-stage.ts'
import { listen } from '../story/stage.ts'
import { readSession } from '../story/session-file.ts'
import { iteration, layout, menu, runBar } from '../story/workbench.ts'
import { sampleSession } from '#test/tools/sample-session.ts'
import { openDisplay } from '#test/tools/virtual-display.ts'
import type { VirtualDisplay } from '#test/tools/virtual-display.ts'
import type { LarmorShell } from '#shared/contract/shell.ts'

// The desktop shell in a real Electron on the built program: process settings, grants, ports, closing during a run.
const root = fileURLToPath(new URL('../../..', import.meta.url))
const sample = join(root, 'assets/samples/haslam408-nside64.fits')
let folder: string
let display: VirtualDisplay
let started: ElectronApplication | undefined
const consoleLines: string[] = []

beforeAll(async () => {
  display = await openDisplay()
  folder = await mkdtemp(join(tmpdir(), 'larmor-electron-'))
})
afterEach(async () => {
  await started?.close().catch(() => undefined)
  started = undefined
})
afterAll(async () => {
  display.stop()
  await rm(folder, { recursive: true, force: true })
})

async function launch(...args: string[]): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await launchElectron(folder, display, args)
  started = app
  const page = await app.firstWindow()
  consoleLines.length = 0
  listen(page, consoleLines)
  await page.waitForLoadState('load')
  return { app, page }
}

/** The bridge in the page; inside `evaluate`. */
declare global {
  interface Window {
    larmorShell: LarmorShell
  }
}

describe('the window', () => {
  it('has a page without Node, under the strict policy, with the bridge and nothing else', async () => {
    const { app, page } = await launch()
    expect(page.url()).toBe('app://larmor/')
    const seen = await page.evaluate(() => ({
      node: [typeof Reflect.get(window, 'require'), typeof Reflect.get(window, 'process')],
      bridge: Object.keys(Reflect.get(window, 'larmorShell')).sort(),
      opened: String(window.open('https://example.com/')),
    }))
    expect(seen.node).toEqual(['undefined', 'undefined'])
    expect(seen.opened).toBe('null')
    expect(seen.bridge).toContain('pickFiles')
    expect(seen.bridge).not.toContain('ipcRenderer')
    const policy = await page.evaluate(async () =>
      (await fetch('/')).headers.get('content-security-policy'),
    )
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-/)
    await page.evaluate(() => {
      window.location.href = 'https://example.com/'
    })
    await page.waitForTimeout(200)
    expect(page.url()).toBe('app://larmor/')
    expect(app.windows()).toHaveLength(1)
    const permission = await page.evaluate(
      () =>
        new Promise((resolve) =>
          navigator.geolocation.getCurrentPosition(
            () => resolve('given'),
            () => resolve('denied'),
          ),
        ),
    )
    expect(permission).toBe('denied')
  })
})

describe('files', () => {
  it('come in as grants from dialogs and drops, never as paths', async () => {
    const { app, page } = await launch()
    await app.evaluate(
      ({ dialog }, [path, folder]) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
        dialog.showSaveDialog = () =>
          Promise.resolve({ canceled: false, filePath: `${folder}/mine.larmor` })
      },
      [sample, folder],
    )
    const [picked] = await page.evaluate(() => window.larmorShell.pickFiles('map'))
    expect(picked).toMatchObject({ name: 'haslam408-nside64.fits', kind: 'map', bytes: 204_480 })
    expect(picked.grant).toMatch(/^grant:[0-9a-f]{32,}$/)
    const target = await page.evaluate(() => window.larmorShell.pickSave('mine'))
    expect(target).toMatchObject({ name: 'mine.larmor', directory: { kind: 'directory' } })
    expect(JSON.stringify([picked, target])).not.toContain(folder)

    await page.evaluate(() => {
      const input = document.createElement('input')
      input.type = 'file'
      input.id = 'dropped'
      document.body.append(input)
    })
    await page.setInputFiles('#dropped', sample)
    const dropped = await page.evaluate(() => {
      const input = document.querySelector('#dropped')
      if (!(input instanceof HTMLInputElement) || !input.files) throw new Error('no input')
      return window.larmorShell.grantDropped(input.files[0])
    })
    expect(dropped.grant).toBe(picked.grant)

    const refused = await page.evaluate(() => {
      const text = (error: unknown) => (error instanceof Error ? error.message : String(error))
      const shell = window.larmorShell
      return Promise.all([
        shell.grantDropped(new File(['x'], 'made.fits')).catch(text),
        shell.openExternal('file:///etc/passwd').catch(text),
        shell.reveal('/etc/passwd').catch(text),
        shell.pickSave('x'.repeat(200)).catch(text),
      ])
    })
    expect(refused).toEqual([
      'This is not a file on this computer.',
      'This address is not one that Larmor opens.',
      'Refused: wrong arguments.',
      'Refused: wrong arguments.',
    ])
    expect(await page.evaluate(() => window.larmorShell.initialSession())).toBeNull()
    expect(consoleLines).toEqual([])
  })
})

describe('a reload', () => {
  it('leaves the engine running and connects again', async () => {
    const { app, page } = await launch()
    const engines = () =>
      app.evaluate(() => {
        const { execFileSync } = process.mainModule?.require('node:child_process') ?? {}
        return String(execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)]))
          .split('\n')
          .filter((line) => line.includes('engine.mjs'))
          .map((line) => Number.parseInt(line, 10))
      })
    await page.getByText('This machine').first().waitFor()
    const before = await engines()
    expect(before).toHaveLength(1)
    await page.reload()
    await page.getByText('This machine').first().waitFor()
    expect(await engines()).toEqual(before)

    // An engine that dies is started again; the page says so or finds it by itself.
    process.kill(before[0], 'SIGKILL')
    await expect.poll(async () => (await engines()).length, { timeout: 10_000 }).toBe(0)
    await page.reload()
    await page.getByText('This machine').first().waitFor()
    expect(await engines()).toHaveLength(1)
  })
})

/** Answers what the program asks before it closes, with the button of a number, and keeps the questions. */
async function answerQuestions(app: ElectronApplication, answer: number) {
  await app.evaluate(({ dialog }, first) => {
    const asked: { message: string; buttons: string[] }[] = []
    Reflect.set(globalThis, 'asked', asked)
    Reflect.set(globalThis, 'answer', first)
    Reflect.set(dialog, 'showMessageBox', (_window: unknown, options: (typeof asked)[number]) => {
      asked.push(options)
      return Promise.resolve({ response: Reflect.get(globalThis, 'answer') })
    })
  }, answer)
  return {
    asked: () =>
      app.evaluate((): { message: string; buttons: string[] }[] =>
        Reflect.get(globalThis, 'asked'),
      ),
    answerWith: (next: number) =>
      app.evaluate((_electron, button) => Reflect.set(globalThis, 'answer', button), next),
    close: () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close()),
  }
}

describe('closing the window during a run', () => {
  const sessionNames = async () => {
    const all = await readdir(join(folder, 'sessions')).catch((): string[] => [])
    return all.filter((name) => name.endsWith('.larmor'))
  }
  /** The Haslam sample, a few iterations after its start. */
  async function startSample(page: Page) {
    await page.getByText('Haslam sample').first().click()
    const running = page.getByRole('button', { name: 'Pause' }).first()
    await running.waitFor({ timeout: 60_000 })
    await isPast(page, 2)
  }
  const isPast = (page: Page, least: number) =>
    expect.poll(() => iteration(page), { timeout: 60_000 }).toBeGreaterThan(least)

  it('asks; the run is kept going, or paused with everything saved', async () => {
    const { app, page } = await launch()
    const { asked, answerWith, close } = await answerQuestions(app, 1)
    await startSample(page)
    await close()
    await expect.poll(async () => (await asked()).length, { timeout: 10_000 }).toBe(1)
    expect((await asked())[0].message).toMatch(/is going on/)
    expect((await asked())[0].buttons).toEqual([
      'Pause and save',
      'Keep running',
      'Discard',
      'Cancel',
    ])
    expect(app.windows()).toHaveLength(1)
    await isPast(page, (await iteration(page)) + 2)

    await answerWith(0)
    const ended = new Promise((resolve) => app.process().once('exit', resolve))
    await close().catch(() => undefined)
    await ended
    const [name] = await sessionNames()
    const path = join(folder, 'sessions', name)
    expect(await readdir(join(folder, 'sessions'))).toEqual([name])
    const session = Session.open(path, { readOnly: true })
    const [run] = session.runs.list()
    session.close()
    expect(run.state).toBe('paused')
    expect(run.iteration).toBeGreaterThan(0)

    // Started on that session, the page asks for it once.
    const again = await launch(path)
    await again.page.getByRole('button', { name: 'Resume' }).first().waitFor({ timeout: 30_000 })
    expect(consoleLines).toEqual([])
  })

  it('discards what was computed since the last checkpoint, and nothing else', async () => {
    const before = await sessionNames()
    const { app, page } = await launch()
    const { close } = await answerQuestions(app, 2)
    await startSample(page)
    // A pause writes a checkpoint.
    await runBar(page).getByRole('button', { name: 'Pause' }).click()
    await runBar(page).getByText('Paused', { exact: true }).waitFor({ timeout: 60_000 })
    const kept = await iteration(page)
    await runBar(page).getByRole('button', { name: 'Resume' }).click()
    await isPast(page, kept + 2)
    const ended = new Promise((resolve) => app.process().once('exit', resolve))
    await close().catch(() => undefined)
    await ended
    const [name] = (await sessionNames()).filter((one) => !before.includes(one))

    const again = await launch(join(folder, 'sessions', name))
    await runBar(again.page).getByText('Paused', { exact: true }).waitFor({ timeout: 30_000 })
    await expect.poll(() => iteration(again.page), { timeout: 30_000 }).toBe(kept)
    expect(consoleLines).toEqual([])
  })
})

it('keeps what was changed the moment before the window is closed', async () => {
  await sampleSession(folder, 'moment.larmor')
  const path = join(folder, 'moment.larmor')
  const { app, page } = await launch(path)
  await page.locator('figure.sky-panel').first().waitFor()
  await layout(page, 'Explore field')
  await page.getByLabel('Iterations', { exact: true }).fill('33')
  const ended = new Promise((resolve) => app.process().once('exit', resolve))
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close())
  await ended
  const { iterations } = readSession(path, ({ configuration }) => configuration.optimiser)
  expect(iterations).toBe(33)
  expect(readSession(path, ({ view }) => view)).toMatchObject({ preset: 'explore' })
  expect(consoleLines).toEqual([])
})

describe('closing over a mask that is not saved', () => {
  async function drawMask() {
    const { app, page } = await launch()
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
    }, sample)
    const questions = await answerQuestions(app, 0)
    const open = page.getByRole('button', { name: /^Open a map/ })
    // What an earlier test left is offered instead, as soon as the engine has told of it.
    const leave = page.getByRole('button', { name: 'Go to the start screen' })
    await page.addLocatorHandler(leave, () => leave.click())
    await open.click()
    await page.locator('figure.sky-panel .source', { hasText: 'haslam408' }).waitFor()
    await menu(page, 'Data', 'Draw the mask')
    const bar = page.getByRole('toolbar', { name: 'Mask' })
    await bar.getByRole('button', { name: 'Invert' }).click()
    const unsaved = bar.getByRole('button', { name: 'Discard' })
    await unsaved.waitFor()
    return { app, page, unsaved, ...questions }
  }

  it('asks, whether the window is closed or the program ended, and closes only when told to', async () => {
    const { app, unsaved, asked, answerWith, close } = await drawMask()
    await close()
    await expect.poll(async () => (await asked()).length, { timeout: 10_000 }).toBe(1)
    const [question] = await asked()
    expect(question.message).toMatch(/^The mask drawn on haslam408\S* is not saved\.$/)
    expect(question.buttons).toEqual(['Keep open', 'Close without it'])
    await app.evaluate((electron) => electron.app.quit())
    await expect.poll(async () => (await asked()).length, { timeout: 10_000 }).toBe(2)
    expect(app.windows()).toHaveLength(1)
    expect(await unsaved.isVisible()).toBe(true)
    await answerWith(1)
    const ended = new Promise((resolve) => app.process().once('exit', resolve))
    await close().catch(() => undefined)
    await ended
    expect(consoleLines).toEqual([])
  })

  it('does not ask when the mask is not there any more', async () => {
    const { app, page, close } = await drawMask()
    await page.reload()
    await page.getByRole('toolbar', { name: 'Mask' }).waitFor({ state: 'hidden' })
    await page.getByText('This machine').or(page.getByText('was not saved')).first().waitFor()
    // Asked, it would be kept open.
    const ended = new Promise((resolve) => app.process().once('exit', resolve))
    await close().catch(() => undefined)
    await ended
  })
})
