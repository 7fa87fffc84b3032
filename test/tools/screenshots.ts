// Takes the gallery of docs/screenshots: every panel and state, dark and light, in windows of 1280x800 and 2560x1440, in headless Chromium, and
// two pictures in Electron; writes the page beside them. Usage, after `npm run first-light -- --no-open`: npm run screenshots
// With names of parts after it (panels, polarised, states, electron) only those are taken anew: npm run screenshots -- states
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { PreferencesFile } from '#engine/server/preferences-file.ts'
import { defaultPreferences } from '#shared/contract/preferences.ts'
import { openSession, sessionScreens, startScreens } from '../e2e/quality/screens.ts'
import type { Screen } from '../e2e/quality/screens.ts'
import { chapters } from '../e2e/quality/states.ts'
import { browserStage } from '../e2e/story/browser-stage.ts'
import type { BrowserStage } from '../e2e/story/browser-stage.ts'
import { electronStage } from '../e2e/story/electron-stage.ts'
import { makePolarisedSession } from '../e2e/story/polarised-data.ts'
import type { Stage } from '../e2e/story/stage.ts'
import {
  iteration,
  layout,
  leaveTool,
  menu,
  runBar,
  tool,
  toolButton,
} from '../e2e/story/workbench.ts'
import { galleryPage } from './gallery.ts'

const [session, folder, ...wanted] = process.argv.slice(2)
if (!session || !folder) throw new Error('Usage: screenshots.ts SESSION.larmor FOLDER [PART ...]')
const name = 'haslam-first-light.larmor'
const sizes = [
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
] as const
const themes = ['dark', 'light'] as const
/** Software rendering on a busy machine takes its time for a volume. */
const patienceMs = 8000

/** The window once it stands still. */
async function still(page: Page): Promise<string> {
  const end = performance.now() + patienceMs
  let before = ''
  for (;;) {
    await wait(400)
    const now = (await page.screenshot()).toString('base64')
    if (now === before || performance.now() > end) return now
    before = now
  }
}

/** A PNG as WebP, encoded by Chromium. */
async function write(page: Page, png: string, file: string): Promise<void> {
  const webp = await page.evaluate(async (base64) => {
    const picture = new Image()
    picture.src = `data:image/png;base64,${base64}`
    await picture.decode()
    const canvas = document.createElement('canvas')
    canvas.width = picture.width
    canvas.height = picture.height
    canvas.getContext('2d')?.drawImage(picture, 0, 0)
    return canvas.toDataURL('image/webp', canvas.width > 1280 ? 0.6 : 0.78).split(',')[1]
  }, png)
  await writeFile(join(folder, `${file}.webp`), webp, 'base64')
  console.log(file)
}

/** A browser whose theme is that of the system, so that it can be changed whatever is on the screen. */
async function themedStage(drawing?: readonly string[]): Promise<BrowserStage> {
  const stage = await browserStage(drawing)
  const state = join(stage.folder, 'state')
  await mkdir(state)
  await new PreferencesFile(state).write({ ...defaultPreferences(), theme: 'system' })
  return stage
}

/** What is on the screen, in both themes, in both sizes. */
async function take(page: Page, screen: string): Promise<void> {
  await page.mouse.move(3, 3)
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    for (const size of sizes) {
      await page.setViewportSize(size)
      await write(page, await still(page), `${screen}-${theme}-${size.width}`)
    }
    await page.setViewportSize(sizes[0])
  }
}
async function takeAll(page: Page, stage: Stage, screens: readonly Screen[]): Promise<void> {
  for (const screen of screens) {
    await screen.show(page, stage)
    await take(page, screen.name)
    await screen.hide?.(page)
  }
}

async function panels(): Promise<void> {
  await during(await themedStage(), async (stage) => {
    await copyFile(session, join(stage.folder, name))
    const page = await stage.open()
    await page.setViewportSize(sizes[0])
    await takeAll(page, stage, startScreens)
    await openSession(stage, page, name)
    await takeAll(page, stage, sessionScreens)
    await menu(page, 'File', /^Close session/)
    await page.locator('.recent img').first().waitFor()
    await take(page, 'start-recent')
    await page.locator('.recent .open').first().click()
    await page.locator('figure.sky-panel').first().waitFor()
    await layout(page, 'Fit')
    await page.getByRole('button', { name: 'Run settings' }).click()
    await runBar(page).getByRole('button', { name: 'Start run' }).click()
    while ((await iteration(page)) < 20) await wait(500)
    // In the middle of its way, with the curves of both on the screen.
    stage.holdEngine()
    await take(page, 'fit-running')
    stage.releaseEngine()
    await runBar(page).getByRole('button', { name: 'Stop' }).click()
    await runBar(page).getByText('Stopped', { exact: true }).waitFor()
    await (await toolButton(page, 'Compare, Runs beside this one')).click()
    await page.getByRole('menuitemcheckbox').first().click()
    await leaveTool(page)
    await take(page, 'curves-compared')
    const slices = page.locator('.slices canvas.overlay')
    const box = await slices.boundingBox()
    if (!box) throw new Error('There are no slices.')
    await slices.click({ position: { x: box.width / 2, y: box.height / 3 } })
    await page.getByText(/^seen by \d+ px$/).waitFor()
    await take(page, 'seen-by')
  })
}

/** What WMAP saw, and a small made-up session with a catalogue. */
async function polarised(): Promise<void> {
  await during(await themedStage(), async (stage) => {
    const page = await stage.open()
    await page.setViewportSize(sizes[0])
    await page
      .getByRole('button', { name: /^WMAP sample/ })
      .and(page.locator(':enabled'))
      .click()
    // A spiral of five parameters is found in some 15 steps.
    const found = runBar(page).getByText(/^(Finished|Converged)/)
    await found.waitFor({ timeout: 240_000 })
    await tool(page, 'Data', 'K band Q')
    await choose(page, /^along B/)
    await take(page, 'polarised')
    await choose(page, /^off/)
    await layout(page, 'Inspect data')
    await choose(page, /^texture along B/)
    await take(page, 'sky-texture')
  })
  await during(await themedStage(), async (stage) => {
    await makePolarisedSession(stage.folder, 'polarised.larmor')
    const page = await stage.open()
    await page.setViewportSize(sizes[0])
    await openSession(stage, page, 'polarised.larmor')
    await page.getByRole('treeitem', { level: 2 }).filter({ hasText: '60 sources' }).click()
    await take(page, 'catalogue')
  })
}

/** How the polarisation is drawn. */
async function choose(page: Page, drawing: RegExp): Promise<void> {
  await (await toolButton(page, /Polarisation$/)).click()
  await page.getByRole('menuitemradio', { name: drawing }).click()
  await leaveTool(page)
}

async function states(): Promise<void> {
  for (const { drawing, play } of chapters)
    await during(await themedStage(drawing), (stage) =>
      play(stage, async (page, screen) => {
        await page.setViewportSize(sizes[0])
        await take(page, screen)
      }),
    )
}

async function electron(): Promise<void> {
  await during(await electronStage(), async (stage) => {
    await copyFile(session, join(stage.folder, name))
    const page = await stage.open()
    await openSession(stage, page, name)
    await write(page, await still(page), 'electron-fit-dark')
    await layout(page, 'Explore field')
    await menu(page, 'View', 'Light theme')
    await write(page, await still(page), 'electron-field-light')
  })
}

async function during<S extends Stage & { close(): Promise<void> }>(
  stage: S,
  play: (stage: S) => Promise<void>,
): Promise<void> {
  try {
    await play(stage)
    if (stage.complaints.length > 0) throw new Error(stage.complaints.join('\n'))
  } finally {
    await stage.close()
  }
}

const parts = { panels, polarised, states, electron }
const pictures = async () => (await readdir(folder)).filter((file) => file.endsWith('.webp'))
await mkdir(folder, { recursive: true })
if (wanted.length === 0) for (const file of await pictures()) await rm(join(folder, file))
try {
  for (const [part, takePart] of Object.entries(parts))
    if (wanted.length === 0 || wanted.includes(part)) await takePart()
} finally {
  await writeFile(join(folder, 'README.md'), galleryPage(await pictures()))
}
