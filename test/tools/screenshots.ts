// Takes the pictures of docs/screenshots: the workbench on a finished session of the Haslam sample, in headless Chromium
// and in Electron. Usage, after `npm run first-light -- --no-open`: npm run screenshots
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { browserStage } from '../e2e/story/browser-stage.ts'
import { makePolarisedSession } from '../e2e/story/polarised-data.ts'
import { electronStage } from '../e2e/story/electron-stage.ts'
import type { Stage } from '../e2e/story/stage.ts'
import { enter, iteration, layout, menu, runBar, tool } from '../e2e/story/workbench.ts'

const [session, folder] = process.argv.slice(2)
if (!session || !folder) throw new Error('Usage: screenshots.ts SESSION.larmor FOLDER')
const name = 'haslam-first-light.larmor'
const large = { width: 1440, height: 900 }
const small = { width: 1280, height: 800 }
/** Software rendering on a busy machine takes its time for a volume. */
const restMs = 6000

/** The window as WebP, encoded by Chromium: a quarter of the PNG. */
async function take(page: Page, file: string, size?: typeof large): Promise<void> {
  if (size) await page.setViewportSize(size)
  await page.mouse.move(3, 3)
  await wait(restMs)
  const png = (await page.screenshot()).toString('base64')
  const webp = await page.evaluate(async (base64) => {
    const picture = new Image()
    picture.src = `data:image/png;base64,${base64}`
    await picture.decode()
    const canvas = document.createElement('canvas')
    canvas.width = picture.width
    canvas.height = picture.height
    canvas.getContext('2d')?.drawImage(picture, 0, 0)
    return canvas.toDataURL('image/webp', 0.9).split(',')[1]
  }, png)
  await writeFile(join(folder, `${file}.webp`), webp, 'base64')
}

/** Opens the session from the start screen. */
async function openSession(stage: Stage, file = name): Promise<Page> {
  const page = await stage.open()
  const open = page.getByRole('button', { name: /^Open a session/ })
  await page.locator('button:enabled', { hasText: 'Open a session' }).waitFor()
  await stage.choose(page, () => open.click(), file)
  await page.locator('figure.sky-panel').first().waitFor()
  return page
}

async function inBrowser(stage: Stage): Promise<void> {
  await copyFile(session, join(stage.folder, name))
  const page = await openSession(stage)
  await layout(page, 'Inspect data')
  await tool(page, 'Projection', 'Globe')
  await take(page, 'globe-dark', small)
  await tool(page, 'Projection', 'Mollweide')
  await layout(page, 'Explore field')
  await take(page, 'field-dark', large)
  await menu(page, 'View', 'Light theme')
  await take(page, 'field-light', small)
  await layout(page, 'Inspect data')
  await take(page, 'sky-light', large)
  await layout(page, 'Fit')
  await take(page, 'fit-light', large)
  await menu(page, 'View', 'Light theme')
  await page.getByRole('treeitem', { level: 2 }).filter({ hasText: 'free voxels' }).click()
  await enter(page, 'Shape, x', 0)
  await take(page, 'model-error-dark', small)
  await enter(page, 'Shape, x', 128)
  const start = runBar(page).getByRole('button', { name: 'Start run' })
  await start.and(page.locator(':enabled')).waitFor()
  await start.click()
  await runBar(page).getByRole('button', { name: 'Pause' }).waitFor()
  while ((await iteration(page)) < 60) await wait(500)
  await take(page, 'fit-running-dark', large)
  await runBar(page).getByRole('button', { name: 'Stop' }).click()
  await runBar(page).getByText('Stopped', { exact: true }).waitFor()
  await menu(page, 'File', /^Close session/)
  await page.getByText('Recent sessions').waitFor()
  await take(page, 'start-dark')
}

/** A small session with Q, U and a catalogue: not the sky, but everything that is drawn of it. */
async function withPolarisation(stage: Stage): Promise<void> {
  const file = 'polarised.larmor'
  await makePolarisedSession(stage.folder, file)
  const page = await openSession(stage, file)
  await tool(page, 'Data', 'Q 1.4')
  await take(page, 'polarised-dark', large)
  await menu(page, 'View', 'Light theme')
  await page.getByRole('treeitem', { level: 2 }).filter({ hasText: '60 sources' }).click()
  await take(page, 'catalogue-light', small)
}

async function inElectron(stage: Stage): Promise<void> {
  await copyFile(session, join(stage.folder, name))
  const page = await openSession(stage)
  await take(page, 'electron-fit-dark')
  await layout(page, 'Explore field')
  await menu(page, 'View', 'Light theme')
  await take(page, 'electron-field-light')
}

await mkdir(folder, { recursive: true })
for (const [makeStage, play] of [
  [browserStage, inBrowser],
  [browserStage, withPolarisation],
  [electronStage, inElectron],
] as const) {
  const stage = await makeStage()
  try {
    await play(stage)
    if (stage.complaints.length > 0) throw new Error(stage.complaints.join('\n'))
  } finally {
    await stage.close()
  }
}
