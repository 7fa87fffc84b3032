import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { Session } from '#engine/storage/session.ts'
import { axeProblems, layoutProblems } from '../quality/checks.ts'
import { makeSession, openSession, sessionName, stillWindow } from '../quality/screens.ts'
import { browserStage } from './browser-stage.ts'
import { readSession } from './session-file.ts'
import { layout, menu, soon } from './workbench.ts'

// Panels that are moved by hand and by keys, what is remembered of that, and by whom.
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await makeSession(stage)
  await start()
})
afterAll(() => stage.close())
beforeEach(async () => {
  await layout(page, 'Fit')
  await menu(page, 'Panels', 'Reset panels')
})

async function start() {
  page = await stillWindow(stage)
  await openSession(stage, page)
}

const tab = (name: string) => page.getByRole('tab', { name, exact: true })
/** The panel of which a tab is in front. */
const panel = (name: string) =>
  page.locator('.panel', { has: page.locator('[role=tab][aria-selected=true]', { hasText: name }) })
async function boxOf(name: string) {
  const box = await panel(name).boundingBox()
  if (!box) throw new Error(`${name} is not on the screen.`)
  return box
}
/** The tabs of each group, the one in front with a star. */
const groups = () =>
  page
    .getByRole('tablist')
    .evaluateAll((lists) =>
      lists.map((list) =>
        [...list.querySelectorAll('[role=tab]')]
          .map((one) => `${one.textContent}${one.ariaSelected === 'true' ? '*' : ''}`)
          .join(' '),
      ),
    )
const standard = ['Sky* Log', 'Curves* Sightline Runs', 'Slices* Volume']

/** Changes what a session that is closed remembers of the view. */
function changeView(change: (view: Record<string, unknown>) => object): void {
  const session = Session.open(join(stage.folder, sessionName))
  try {
    session.setView(change(z.record(z.string(), z.unknown()).parse(session.view)))
  } finally {
    session.close()
  }
}

/** Drags a tab to a place in the panel where another one is in front, both from 0 to 1. */
async function drag(name: string, to: string, across: number, down: number) {
  const from = await tab(name).boundingBox()
  if (!from) throw new Error(`The tab ${name} is not on the screen.`)
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
  await page.mouse.down()
  const box = await boxOf(to)
  await page.mouse.move(box.x + box.width * across, box.y + box.height * down, { steps: 8 })
}

it('puts a tab that is dragged to the right of another panel there, with the picture it had', async () => {
  await tab('Volume').click()
  await page.locator('.volume .stage > canvas[aria-label^="Volume of"]').waitFor()
  await page.locator('.volume .scene canvas').waitFor()
  const canvases = await page
    .locator('.volume')
    .evaluateHandle((volume) => [...volume.querySelectorAll('canvas')])
  await drag('Volume', 'Sky', 0.9, 0.6)
  const mark = await page.locator('.drop-mark').boundingBox()
  const sky = await boxOf('Sky')
  // The mark has a border of its own on each side of half the panel.
  expect(mark?.x).toBeCloseTo(sky.x + sky.width / 2, 0)
  expect(mark?.width).toBeCloseTo(sky.width / 2, 0)
  await page.mouse.up()
  const moved = ['Sky* Log', 'Volume*', 'Curves* Sightline Runs', 'Slices*']
  await expect.poll(groups, soon).toEqual(moved)
  const [left, right] = [await boxOf('Sky'), await boxOf('Volume')]
  expect(right.x).toBeGreaterThanOrEqual(left.x + left.width)
  expect(right.y).toBe(left.y)
  // The one that WebGL draws into among them: not made anew.
  const same = await page.locator('.volume').evaluate((volume, before) => {
    const now = [...volume.querySelectorAll('canvas')]
    return now.length > 1 && now.every((canvas, i) => canvas === before[i])
  }, canvases)
  expect(same).toBe(true)
  await expect.poll(() => axeProblems(page), soon).toEqual([])
  await expect.poll(() => layoutProblems(page), soon).toEqual([])

  await page.keyboard.press('Control+z')
  await expect.poll(groups, soon).toEqual(['Sky* Log', 'Curves* Sightline Runs', 'Slices Volume*'])
  await page.keyboard.press('Control+Shift+z')
  await expect.poll(groups, soon).toEqual(moved)
})

it('puts it among other tabs, and leaves it with Escape', async () => {
  await drag('Slices', 'Curves', 0.5, 0.5)
  await page.keyboard.press('Escape')
  expect(await page.locator('.drop-mark').count()).toBe(0)
  await page.mouse.up()
  expect(await groups()).toEqual(standard)
  await drag('Slices', 'Curves', 0.5, 0.5)
  await page.mouse.up()
  await expect.poll(groups, soon).toEqual(['Sky* Log', 'Curves Sightline Runs Slices*', 'Volume*'])
})

it('moves, maximises, closes and brings back panels by keys, and says so', async () => {
  const said = page.locator('.dock-root > [role=status]')
  await tab('Curves').focus()
  await page.keyboard.press('F6')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Slices')
  await page.keyboard.press('Alt+Shift+ArrowLeft')
  await expect
    .poll(groups, soon)
    .toEqual(['Sky* Log', 'Curves* Sightline Runs', 'Slices*', 'Volume*'])
  await page.keyboard.press('Alt+Shift+ArrowLeft')
  await expect.poll(groups, soon).toEqual(['Sky* Log', 'Curves Slices* Sightline Runs', 'Volume*'])
  await expect
    .poll(() => said.textContent(), soon)
    .toBe('Slices moved to the left, beside Curves, Sightline, Runs')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Slices')

  await page.keyboard.press('Alt+Shift+Enter')
  await expect.poll(groups, soon).toEqual(['Curves Slices* Sightline Runs'])
  await page.keyboard.press('Alt+Shift+Enter')
  await page.keyboard.press('Alt+Shift+Backspace')
  await expect.poll(groups, soon).toEqual(['Sky* Log', 'Curves* Sightline Runs', 'Volume*'])
  await menu(page, 'Panels', 'Slices')
  await expect.poll(groups, soon).toEqual(['Sky* Log', 'Curves* Sightline Runs', 'Volume Slices*'])
})

it('keeps an arrangement under a name, and brings it back', async () => {
  await drag('Runs', 'Slices', 0.5, 0.95)
  await page.mouse.up()
  const moved = ['Sky* Log', 'Curves* Sightline', 'Slices* Volume', 'Runs*']
  await expect.poll(groups, soon).toEqual(moved)
  await menu(page, 'View', /^Layouts/)
  await page.getByLabel('Name of the layout', { exact: true }).fill('Runs below')
  await page.getByRole('button', { name: 'Save the present one' }).click()
  await page.keyboard.press('Escape')
  await menu(page, 'Panels', 'Reset panels')
  await expect.poll(groups, soon).toEqual(standard)
  await layout(page, 'Inspect data')
  await menu(page, 'View', /^Layouts/)
  await page.getByRole('button', { name: 'Use', exact: true }).click()
  await expect.poll(groups, soon).toEqual(moved)
})

it('remembers where panels were when the session is opened again', async () => {
  await drag('Log', 'Curves', 0.5, 0.95)
  await page.mouse.up()
  const moved = ['Sky*', 'Curves* Sightline Runs', 'Log*', 'Slices* Volume']
  await expect.poll(groups, soon).toEqual(moved)
  const kept = () =>
    readSession(join(stage.folder, sessionName), (session) => JSON.stringify(session.view))
  await expect.poll(kept, soon).toContain('"tabs":["log"]')
  await stage.quit()
  await start()
  await expect.poll(groups, soon).toEqual(moved)
})

it('opens sessions from before panels could be moved, and those that name a panel it does not know', async () => {
  await stage.quit()
  changeView(({ docks, ...older }) => {
    expect(docks).toBeDefined()
    return { ...older, curvesTab: 'runs', fieldTab: 'volume', curvesShare: 0.3 }
  })
  await start()
  await expect.poll(groups, soon).toEqual(['Sky* Log', 'Curves Sightline Runs*', 'Slices Volume*'])
  await stage.quit()
  const root = { kind: 'group', tabs: ['sky', 'spectrum'], front: 'sky' }
  changeView((view) => ({ ...view, docks: { fit: { root, maximised: null } } }))
  await start()
  await expect.poll(groups, soon).toEqual(standard)
  await page.locator('.toast', { hasText: 'there is no panel "spectrum"' }).waitFor()
  expect(stage.complaints).toEqual([])
})
