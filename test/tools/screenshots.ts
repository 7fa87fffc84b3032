// Takes the gallery of docs/screenshots: every panel and state, dark and light, in windows of 1280x800 and 2560x1440, in headless Chromium, and
// two pictures in Electron; writes the contact sheet beside them. Usage, after `npm run first-light -- --no-open`: npm run screenshots
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { openSession, sessionScreens, startScreens } from '../e2e/quality/screens.ts'
import type { Screen } from '../e2e/quality/screens.ts'
import { browserStage } from '../e2e/story/browser-stage.ts'
import { electronStage } from '../e2e/story/electron-stage.ts'
import { makePolarisedSession } from '../e2e/story/polarised-data.ts'
import type { Stage } from '../e2e/story/stage.ts'
import { iteration, layout, menu, runBar, tool } from '../e2e/story/workbench.ts'

const [session, folder] = process.argv.slice(2)
if (!session || !folder) throw new Error('Usage: screenshots.ts SESSION.larmor FOLDER')
const name = 'haslam-first-light.larmor'
const sizes = [
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
] as const
const themes = ['dark', 'light'] as const
/** What a larger window only centres is shown in the small one alone. */
const smallOnly =
  /^(choose-file|empty-project|tour|.*-menu|menu|palette|keys|about|export|save-as|help|delete-run|.*-settings(-wrong)?|volume-(seeds|film)|sky-log)$/
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

/** The window as WebP, encoded by Chromium. */
async function take(page: Page, file: string): Promise<void> {
  const png = await still(page)
  const webp = await page.evaluate(async (base64) => {
    const picture = new Image()
    picture.src = `data:image/png;base64,${base64}`
    await picture.decode()
    const canvas = document.createElement('canvas')
    canvas.width = picture.width
    canvas.height = picture.height
    canvas.getContext('2d')?.drawImage(picture, 0, 0)
    return canvas.toDataURL('image/webp', 0.78).split(',')[1]
  }, png)
  await writeFile(join(folder, `${file}.webp`), webp, 'base64')
  console.log(file)
}

async function setTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  const now = await page.evaluate(() => document.documentElement.dataset.theme ?? 'dark')
  if (now !== theme) await menu(page, 'View', 'Light theme')
}

/** All screens of a list, in one theme, in both sizes. */
async function takeAll(
  page: Page,
  stage: Stage,
  screens: readonly Screen[],
  theme: (typeof themes)[number],
): Promise<void> {
  for (const screen of screens) {
    await screen.show(page, stage)
    await page.mouse.move(3, 3)
    for (const size of sizes) {
      if (size.width > 1280 && smallOnly.test(screen.name)) continue
      await page.setViewportSize(size)
      await take(page, `${screen.name}-${theme}-${size.width}`)
    }
    await page.setViewportSize(sizes[0])
    await screen.hide?.(page)
  }
}

async function inBrowser(stage: Stage): Promise<void> {
  await copyFile(session, join(stage.folder, name))
  const page = await stage.open()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.setViewportSize(sizes[0])
  for (const theme of themes) {
    await setTheme(page, theme)
    await takeAll(page, stage, startScreens, theme)
  }
  for (const theme of themes) {
    await openSession(stage, page, name)
    await setTheme(page, theme)
    await takeAll(page, stage, sessionScreens, theme)
    await menu(page, 'File', /^Close session/)
    await page.getByText('Recent sessions').waitFor()
  }
  await takeAll(page, stage, [{ name: 'start-recent', show: () => wait(1000) }], 'light')
  await openSession(stage, page, name)
  await setTheme(page, 'dark')
  await takeAll(page, stage, [running], 'dark')
}

/** A run in the middle of its way, with the curves of both on the screen. */
const running: Screen = {
  name: 'fit-running',
  show: async (page) => {
    await layout(page, 'Fit')
    await page.getByRole('button', { name: 'Run settings' }).click()
    await runBar(page).getByRole('button', { name: 'Start run' }).click()
    while ((await iteration(page)) < 20) await wait(500)
  },
  hide: async (page) => {
    await runBar(page).getByRole('button', { name: 'Stop' }).click()
    await runBar(page).getByText('Stopped', { exact: true }).waitFor()
  },
}

/** A small session with Q, U and a catalogue: not the sky, but everything that is drawn of it. */
const polarised: readonly Screen[] = [
  { name: 'polarised', show: (page) => tool(page, 'Data', 'Q 1.4') },
  {
    name: 'catalogue',
    show: (page) =>
      page.getByRole('treeitem', { level: 2 }).filter({ hasText: '60 sources' }).click(),
  },
]
async function withPolarisation(stage: Stage): Promise<void> {
  const file = 'polarised.larmor'
  await makePolarisedSession(stage.folder, file)
  const page = await stage.open()
  await page.setViewportSize(sizes[0])
  await openSession(stage, page, file)
  for (const theme of themes) {
    await setTheme(page, theme)
    await takeAll(page, stage, polarised, theme)
  }
}

async function inElectron(stage: Stage): Promise<void> {
  await copyFile(session, join(stage.folder, name))
  const page = await stage.open()
  await openSession(stage, page, name)
  await take(page, 'electron-fit-dark')
  await layout(page, 'Explore field')
  await menu(page, 'View', 'Light theme')
  await take(page, 'electron-field-light')
}

/** The pictures of the folder by the screen they show. */
async function contactSheet(): Promise<void> {
  const rows = new Map<string, string[]>()
  for (const file of (await readdir(folder)).filter((one) => one.endsWith('.webp')).sort()) {
    const screen = file.replace(/(-(dark|light))?(-\d+)?\.webp$/, '')
    rows.set(screen, [...(rows.get(screen) ?? []), file])
  }
  const lines = [...rows].map(([screen, files]) => {
    const pictures = files.map(
      (file) => `<a href="${file}"><img src="${file}" width="400" alt="${file}"></a>`,
    )
    return `### ${screen.replace(/-/g, ' ')}\n\n${pictures.join('\n')}\n`
  })
  await writeFile(
    join(folder, 'README.md'),
    '# Screenshots\n\nEvery panel and state of the workbench, dark and light, in windows of 1280x800 and, where it shows more, 2560x1440. `npm run screenshots`\n' +
      `makes them anew from the session of \`npm run first-light\`.\n\n${lines.join('\n')}`,
  )
}

await mkdir(folder, { recursive: true })
for (const file of await readdir(folder)) if (file.endsWith('.webp')) await rm(join(folder, file))
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
    await contactSheet()
    await stage.close()
  }
}
