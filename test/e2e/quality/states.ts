import { copyFile, mkdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { BrowserStage } from '../story/browser-stage.ts'
import { makePolarisedSession } from '../story/polarised-data.ts'
import { dropFile } from '../story/stage.ts'
import { setSmall } from '../story/story.ts'
import { enter, iteration, layout, mapIteration, menu, runBar } from '../story/workbench.ts'
import { openSession } from './screens.ts'

/**
 * What the workbench shows while something is missing, busy, running or wrong, each brought about by the real thing: a damaged file, an
 * engine that is killed or held, settings that no fit can bear. `look` is called on each, by its name.
 */
export interface Chapter {
  readonly name: string
  /** Switches of the browser for what draws. */
  readonly drawing?: readonly string[]
  readonly play: (stage: BrowserStage, look: Look) => Promise<void>
}
export type Look = (page: Page, name: string) => Promise<void>

const sample = fileURLToPath(
  new URL('../../../assets/samples/haslam408-nside64.fits', import.meta.url),
)
const session = 'polarised.larmor'
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true }).click()
const toast = (page: Page, text: string | RegExp) =>
  page.locator('.toast').filter({ hasText: text }).first()
const rows = (page: Page) =>
  page.getByRole('tree', { name: 'Project' }).getByRole('treeitem', { level: 2 })

const shown = (page: Page, file: string) =>
  page.locator('figure.sky-panel .source', { hasText: file }).first().waitFor()

async function closeMessages(page: Page): Promise<void> {
  const close = page.getByRole('button', { name: 'Close message' })
  while ((await close.count()) > 0) await close.first().click()
}

/** A project without data, then files that are no good, or leave questions open. */
async function files(stage: BrowserStage, look: Look): Promise<void> {
  // Not in the data folder: what is dropped is copied there.
  const elsewhere = join(stage.folder, 'elsewhere')
  await mkdir(elsewhere)
  const bytes = await readFile(sample)
  await copyFile(sample, join(stage.folder, 'haslam.fits'))
  const drop = async (name: string, content: string | Uint8Array) => {
    await writeFile(join(elsewhere, name), content)
    await dropFile(page, join(elsewhere, name))
  }

  const page = await stage.open()
  await page.getByText('This machine').first().waitFor()
  await menu(page, 'File', 'New empty project')
  await layout(page, 'Fit')
  await look(page, 'empty-fit')
  await tab(page, 'Runs')
  await look(page, 'empty-runs')
  await tab(page, 'Sightline')
  await look(page, 'empty-sightline')
  await tab(page, 'Curves')
  await layout(page, 'Inspect data')

  await drop('haslam-short.fits', bytes.subarray(0, bytes.length - 100_000))
  await toast(page, 'Map not loaded').waitFor()
  await look(page, 'map-broken')
  await closeMessages(page)
  const asking = Buffer.from(bytes)
  asking.write('COMMENT  ', asking.indexOf('ORDERING= '), 'latin1')
  await drop('no-ordering.fits', asking)
  const dialog = page.getByRole('dialog')
  await dialog.locator('figure.sky-panel').nth(1).waitFor()
  await look(page, 'map-question')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await drop('rm.csv', 'name,x,y,RM,err\nA,120.1,-2.5,-61.2,4.1\nB,310.4,12.0,18.9,2.2\n')
  await dialog.waitFor()
  await look(page, 'catalogue-question')
  await dialog.getByRole('button', { name: 'Cancel' }).click()

  // An engine that does not answer is like one that has much to read.
  await page
    .getByRole('button', { name: /^Open a map/ })
    .first()
    .click()
  const entry = page
    .getByRole('list', { name: 'Files' })
    .getByRole('button', { name: /^haslam.fits/ })
  await entry.waitFor()
  stage.holdEngine()
  await entry.click()
  await page.getByRole('heading', { name: 'Reading haslam.fits' }).waitFor()
  await look(page, 'map-reading')
  stage.releaseEngine()
  await shown(page, 'haslam.fits')
  await menu(page, 'File', /^Close session/)
  await toast(page, 'Project closed').waitFor()
  await look(page, 'project-closed')
  await stage.quit()
}

/** Files that are not where they were, or not what they were. */
async function lost(stage: BrowserStage, look: Look): Promise<void> {
  const at = (name: string) => join(stage.folder, name)
  await makePolarisedSession(stage.folder, session)
  await copyFile(at(session), at('damaged.larmor'))
  await truncate(at('damaged.larmor'), (await stat(at(session))).size - 30_000)
  const page = await stage.open()
  await openSession(stage, page, session)
  await layout(page, 'Fit')
  await page.getByText('Run 1, iteration').first().waitFor()
  stage.holdEngine()
  await rows(page).filter({ hasText: 'U 2.3' }).click()
  await page.getByText('The map is on its way').nth(2).waitFor()
  await look(page, 'map-busy')
  stage.releaseEngine()
  await page.getByText('Run 1, iteration').first().waitFor()
  await menu(page, 'File', /^Close session/)

  const open = page.getByRole('button', { name: /^Open a session/ })
  await stage.choose(page, () => open.click(), 'damaged.larmor')
  await page.locator('.toast').first().waitFor()
  await look(page, 'session-damaged')
  await closeMessages(page)
  await menu(page, 'File', /^Close session/)

  await rename(at('U-2.3.fits'), at('moved.fits'))
  await page.getByRole('button', { name: /^polarised.larmor/ }).click()
  await rows(page).filter({ hasText: 'U 2.3' }).click()
  await layout(page, 'Inspect data')
  await page.getByRole('button', { name: 'Locate the file' }).nth(1).waitFor()
  await look(page, 'map-missing')
  await menu(page, 'File', /^Close session/)

  await rename(at(session), at('moved.larmor'))
  // The list is made when the start screen is shown.
  await menu(page, 'File', 'New empty project')
  await menu(page, 'File', /^Close session/)
  await page.locator('.recent.is-missing').waitFor()
  await look(page, 'session-missing')
  await stage.killEngine()
  await page.getByText('The engine cannot be reached').waitFor()
  await look(page, 'engine-unreachable')
  await stage.quit()
}

/** A run on its way, one that waits and then fails; an engine that is killed in the middle, and what is left of it. */
async function runs(stage: BrowserStage, look: Look): Promise<void> {
  await copyFile(sample, join(stage.folder, 'haslam.fits'))
  let page = await stage.open()
  const open = page.getByRole('button', { name: /^Open a map/ })
  await open.and(page.locator(':enabled')).waitFor()
  await stage.choose(page, () => open.click(), 'haslam.fits')
  await shown(page, 'haslam.fits')
  // A page that the browser throws away cannot say goodbye.
  await page.evaluate(() => window.location.reload())
  await page.getByRole('button', { name: 'Recover' }).waitFor()
  await stage.quit()
  page = await stage.open()
  await page.getByRole('heading', { name: 'A project was not saved' }).waitFor()
  await look(page, 'recovery-project')
  await page.getByRole('button', { name: 'Recover' }).click()
  await shown(page, 'haslam.fits')

  const start = (name: string) => runBar(page).getByRole('button', { name }).click()
  await setSmall(page, 2000)
  await start('Start run')
  await layout(page, 'Fit')
  while ((await mapIteration(page)) < 200) await wait(200)
  // It stands still while it is looked at.
  stage.holdEngine()
  await menu(page, 'File', /^Close session/)
  await page.getByRole('dialog').waitFor()
  await look(page, 'close-running')
  await page.getByRole('button', { name: 'Keep running' }).click()
  stage.releaseEngine()
  // No number of this size has a square.
  await page.getByRole('button', { name: 'Run settings' }).click()
  await enter(page, 'Learning rate', 1e30)
  await start('Queue run')
  await tab(page, 'Runs')
  await rows(page).filter({ hasText: 'queued' }).waitFor()
  stage.holdEngine()
  await look(page, 'run-waiting')
  stage.releaseEngine()
  await tab(page, 'Curves')
  await start('Pause')
  await toast(page, 'Run 2 failed').waitFor()
  await look(page, 'run-paused')
  await toast(page, 'Run 2 failed').getByRole('button', { name: 'Show Run 2' }).click()
  const failed = page.getByRole('alert').filter({ hasText: 'Run 2 stopped' })
  // It would fail again.
  await failed.locator('button.primary', { hasText: 'Change the settings' }).waitFor()
  await page.locator('.stage[aria-busy=true]').first().waitFor({ state: 'hidden' })
  await look(page, 'run-failed')
  await rows(page)
    .filter({ hasText: /^Run 1/ })
    .click()
  await start('Resume')
  await runBar(page).getByRole('button', { name: 'Pause' }).waitFor()
  const before = await iteration(page)
  while ((await iteration(page)) < before + 5) await wait(200)
  await stage.killEngine()
  await page.getByText('The engine is gone').waitFor()
  await look(page, 'engine-gone')
  await stage.quit()
  page = await stage.open()
  await page.getByRole('heading', { name: 'Larmor did not end properly' }).waitFor()
  await look(page, 'recovery-run')
  await page.getByRole('button', { name: 'Recover' }).click()
  await toast(page, 'was interrupted').waitFor()
  await look(page, 'run-interrupted')
  await stage.quit()
}

/** A graphics driver without WebGL. */
async function noGraphics(stage: BrowserStage, look: Look): Promise<void> {
  await makePolarisedSession(stage.folder, session)
  const page = await stage.open()
  await openSession(stage, page, session)
  await layout(page, 'Explore field')
  await tab(page, 'Sky')
  await page.getByText('needs WebGL 2').first().waitFor()
  await look(page, 'no-graphics')
  await stage.quit()
}

export const chapters: readonly Chapter[] = [
  { name: 'files', play: files },
  { name: 'lost', play: lost },
  { name: 'runs', play: runs },
  { name: 'no-graphics', drawing: ['--disable-3d-apis'], play: noGraphics },
]
