import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'
import { projectSky, unprojectSky } from '#shared/sky/index.ts'
import { screenPicture } from '../picture.ts'
import type { Picture } from '../picture.ts'
import type { Stage } from './stage.ts'

/** What the story does in the window and reads from it, in terms of what a user sees. */

export const soon = { timeout: 30_000 }

export const runBar = (page: Page) => page.getByRole('region', { name: 'Run', exact: true })
export const field = (page: Page, name: string) => page.getByLabel(name, { exact: true })

/** Opens a file of the stage's folder from the start screen, as soon as the engine is there. */
export const openFile = (stage: Stage, page: Page, what: 'map' | 'session', name: string) =>
  stage.choose(
    page,
    () => page.getByRole('button', { name: new RegExp(`^Open a ${what}`) }).click(),
    name,
  )

/** Chooses an entry of the menu bar. */
export async function menu(page: Page, group: string, entry: string | RegExp): Promise<void> {
  await page.getByRole('menuitem', { name: group, exact: true }).click()
  const item = page.getByRole('menu').getByRole('menuitem', { name: entry })
  await item.click()
  await item.waitFor({ state: 'hidden' })
}

/** The button of a tool in the strip of a panel, brought into sight where the strip is too narrow for it. */
export async function toolButton(page: Page, name: string | RegExp): Promise<Locator> {
  const options = typeof name === 'string' ? { name, exact: true } : { name }
  const found = page.getByRole('button', options).first()
  const more = page
    .locator('.tool-strip', {
      has: page.getByRole('button', { ...options, includeHidden: true }),
    })
    .getByRole('button', { name: 'More tools' })
    .first()
  // The strip may be about to find room for it.
  for (const end = performance.now() + soon.timeout; performance.now() < end; await wait(50)) {
    if (await found.isVisible()) break
    if (await more.isVisible()) await more.click({ timeout: 1000 }).catch(() => undefined)
  }
  return found
}

/** Gives a button the focus once it can have it: one whose work is still going on refuses it without a word. */
export async function focusOn(button: Locator): Promise<void> {
  await button.and(button.page().locator(':enabled')).waitFor()
  await button.focus()
}

/** Closes the menu or form of a tool, and the list that it was in. */
export async function leaveTool(page: Page): Promise<void> {
  const open = page.locator('[role=menu], .menu.popover')
  while ((await open.count()) > 0) {
    const before = await open.count()
    await page.keyboard.press('Escape')
    // A key that comes while a menu is going is its own: the list below it waits for another.
    for (let look = 0; look < 25 && (await open.count()) === before; look++) await wait(20)
  }
}

/** Chooses a value of a tool in the strip of a panel. */
export async function tool(page: Page, label: string, value: string): Promise<void> {
  await (await toolButton(page, new RegExp(`, ${label}$`))).click()
  await page.getByRole('menuitemradio', { name: value, exact: true }).click()
  await page.getByRole('menu').waitFor({ state: 'hidden' })
  await leaveTool(page)
}

export async function layout(page: Page, name: string): Promise<void> {
  await page.getByLabel('Layout', { exact: true }).getByText(name, { exact: true }).click()
}

/** Types a number into a field of the inspector. */
export async function enter(page: Page, name: string, value: number): Promise<void> {
  await field(page, name).fill(String(value))
  await field(page, name).blur()
}

/** Iteration in the run bar. */
export async function iteration(page: Page): Promise<number> {
  return Number(await runBar(page).locator('.readings b').first().textContent())
}

/** Fitted and held-out chi-square per pixel in the run bar, as printed. */
export async function chiSquares(page: Page): Promise<string[]> {
  const entries = await runBar(page).locator('.readings li').allTextContents()
  return entries
    .filter((text) => /fitted|held-out/.test(text))
    .map((text) => text.replace(/^.*(fitted|held-out)/, '').trim())
}

/** The panel of a sky map: Data, Model or Residual. */
export function sky(page: Page, title: string) {
  const figure = page
    .locator('figure.sky-panel')
    .filter({ has: page.getByText(title, { exact: true }) })
  return {
    figure,
    overlay: figure.locator('canvas.overlay'),
    readout: figure.locator('figcaption output'),
    source: figure.locator('figcaption .source').first(),
  }
}

/** Iteration of the run that the model map shows; 0 before there is one. */
export async function mapIteration(page: Page): Promise<number> {
  const source = (await sky(page, 'Model').source.textContent()) ?? ''
  return Number(/iteration (\d+)/.exec(source)?.[1] ?? 0)
}

/** Name and printed last value of every curve. */
export async function legends(page: Page): Promise<Map<string, string>> {
  const entries = page.locator('.chart .legend button')
  const texts = await entries.evaluateAll((buttons) =>
    buttons.map((button): [string, string] => {
      const value = button.querySelector('output')?.textContent ?? ''
      return [(button.textContent ?? '').trim().slice(0, -value.length).trim(), value]
    }),
  )
  return new Map(texts)
}

/** Runs `look` while the drawings over pictures are hidden: frames, labels, cursors. */
export async function withoutOverlays<Result>(
  page: Page,
  look: (picture: Picture) => Result | Promise<Result>,
): Promise<Result> {
  const overlays = page.locator('canvas.overlay, .volume .stage > canvas')
  const show = (visibility: string) =>
    overlays.evaluateAll((elements, value) => {
      for (const element of elements)
        if (element instanceof HTMLElement) element.style.visibility = value
    }, visibility)
  await show('hidden')
  try {
    return await look(await screenPicture(page))
  } finally {
    await show('')
  }
}

export interface SkyView {
  readonly lonDeg: number
  readonly latDeg: number
  readonly rollDeg: number
  readonly zoom: number
  readonly panX: number
  readonly panY: number
}

/** Screen geometry of a Mollweide map in its panel, by this test's own arithmetic. */
export async function skyOnScreen(page: Page, title: string, view: SkyView) {
  const box = await sky(page, title).figure.locator('.stage').boundingBox()
  if (!box) throw new Error(`${title} is not on the screen.`)
  const scale = Math.min((box.width - 3) / 4, (box.height - 3) / 2) * view.zoom
  const [middleX, middleY] = [box.x + box.width / 2, box.y + box.height / 2]
  return {
    box,
    /** null outside the box. */
    toScreen(lonDeg: number, latDeg: number) {
      const plane = projectSky('mollweide', view, lonDeg, latDeg)
      if (!plane) return null
      const x = middleX + (plane.x - view.panX) * scale
      const y = middleY - (plane.y - view.panY) * scale
      const inside =
        x > box.x + 2 && x < box.x + box.width - 2 && y > box.y + 2 && y < box.y + box.height - 2
      return inside ? { x, y } : null
    },
    toSky: (x: number, y: number) =>
      unprojectSky(
        'mollweide',
        view,
        (x - middleX) / scale + view.panX,
        (middleY - y) / scale + view.panY,
      ),
  }
}

/** The different colours in a part of a picture, on a raster of three pixels. */
export function coloursIn(
  picture: Picture,
  box: { x: number; y: number; width: number; height: number },
): Set<string> {
  const colours = new Set<string>()
  for (let x = box.x; x < box.x + box.width; x += 3)
    for (let y = box.y; y < box.y + box.height; y += 3) colours.add(picture.at(x, y).join(' '))
  return colours
}

/** For eyes: set LARMOR_TEST_PICTURES to a folder. */
export async function picture(page: Page, what: string): Promise<void> {
  const into = process.env.LARMOR_TEST_PICTURES
  if (!into) return
  await mkdir(into, { recursive: true })
  await page.screenshot({ path: join(into, `${what}.png`) })
}

/** From the start screen to the Haslam sample in a run that does not end while it is looked at, however fast the machine. */
export async function startLongRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Haslam sample/ }).click()
  await runBar(page).getByRole('button', { name: 'Stop' }).click()
  await runBar(page).getByText('Stopped', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Run settings' }).click()
  await enter(page, 'Iterations', 1_000_000)
  const start = runBar(page).getByRole('button', { name: 'Start run' })
  await start.and(page.locator(':enabled')).click()
  while ((await mapIteration(page)) < 2) await wait(200)
}
