import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { browserStage } from '../story/browser-stage.ts'
import { layout, soon } from '../story/workbench.ts'
import { axeProblems } from './checks.ts'
import { makeSession, openSession, stillWindow } from './screens.ts'

// From part to part of the window, into the menu bar and out of menus, by keys alone.
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await makeSession(stage)
  page = await stillWindow(stage)
  await page.getByText('This machine').first().waitFor()
})
afterAll(async () => {
  await stage.close()
  expect(stage.complaints).toEqual([])
})

const press = (key: string) => page.keyboard.press(key)
/** The part of the window that has the focus, as a screen reader names it. */
const part = () =>
  page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('aria-label'))
/** What has the focus. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement
    return element?.getAttribute('aria-label') ?? element?.textContent?.trim()
  })
async function parts(key: string, count: number) {
  const found: unknown[] = []
  for (let i = 0; i < count; i++) {
    await press(key)
    found.push(await part())
  }
  return found
}
/** A menu has gone, and what opened it has the focus. */
async function isBackOn(name: string) {
  await expect.poll(() => page.locator('[role=menu], .select-menu').count(), soon).toBe(0)
  await expect.poll(focused, soon).toBe(name)
}

it('goes through the start screen', async () => {
  expect(await parts('F6', 4)).toEqual(['Title bar', 'Start', 'Status', 'Title bar'])
  await press('Shift+F6')
  expect(await part()).toBe('Status')
})

it('goes through all parts of the workbench that are there, in the order they are read, and round', async () => {
  await openSession(stage, page)
  await layout(page, 'Fit')
  await page.getByRole('button', { name: 'Run settings' }).focus()
  const all = [
    ...['Project', 'Sky, Log', 'Curves, Sightline, Runs', 'Slices, Volume'],
    ...['Inspector', 'Run', 'Status', 'Title bar'],
  ]
  expect(await parts('F6', 8)).toEqual([...all.slice(1), all[0]])
  expect(await parts('Shift+F6', 8)).toEqual(all.toReversed())
  // Those alone that are seen; a side bar that is closed is a rail.
  await press('F6')
  await press('Alt+Shift+Enter')
  await expect.poll(() => page.locator('.panel').count(), soon).toBe(1)
  expect(await parts('F6', 6)).toEqual([
    ...['Inspector', 'Run', 'Status', 'Title bar', 'Project', 'Sky, Log'],
  ])
  await press('Alt+Shift+Enter')
  expect(await axeProblems(page)).toEqual([])
})

it('begins where the focus is, comes back to what had it there, and shows it', async () => {
  await page.getByRole('button', { name: 'Run settings' }).focus()
  await press('F6')
  await press('Tab')
  const tool = await focused()
  await press('Shift+F6')
  expect(await focused()).toBe('Run settings')
  await press('F6')
  expect(await focused()).toBe(tool)
  expect(await page.locator(':focus').evaluate((one) => one.matches(':focus-visible'))).toBe(true)
  // Of a side bar its contents first, of a panel its tab.
  expect(await page.locator('.tabs > [data-state=active]').allTextContents()).toContain('Curves')
  await press('F6')
  expect(await focused()).toBe('Curves')
  // What had it there is gone.
  await page.getByRole('tab', { name: 'Sightline' }).click()
  await page.getByRole('tab', { name: 'Sky', exact: true }).focus()
  await press('F6')
  expect(await focused()).toBe('Sightline')
})

it('goes to the menu bar and back', async () => {
  const start = page.getByRole('button', { name: 'Run settings' })
  await start.focus()
  for (const back of ['Escape', 'F10']) {
    await press('F10')
    expect(await focused()).toBe('File')
    await press('ArrowRight')
    await expect.poll(focused, soon).toBe('Edit')
    await press(back)
    await expect.poll(focused, soon).toBe('Run settings')
  }
  // Out of an open menu first to its name.
  await press('F10')
  await press('Enter')
  await page.locator('[role=menu] [data-highlighted]').waitFor()
  await press('Escape')
  await isBackOn('File')
  await press('Escape')
  expect(await focused()).toBe('Run settings')
})

it('leaves menus by Tab to what opened them', async () => {
  await press('F10')
  for (const key of ['Tab', 'Shift+Tab']) {
    await press('Enter')
    await page.locator('[role=menu] [data-highlighted]').waitFor()
    await press(key)
    await isBackOn('File')
  }
  for (const name of ['Panel Sky', /, Projection$/]) {
    const button = page.getByRole('button', { name }).first()
    await button.focus()
    const itself = (await focused()) ?? ''
    for (const key of ['Tab', 'Shift+Tab']) {
      await press('Enter')
      await page.locator('[role=menu] [data-highlighted]').waitFor()
      await press(key)
      await isBackOn(itself)
    }
    await press('Tab')
    expect(await focused()).not.toBe(itself)
    expect(await part()).toBe('Sky, Log')
  }
})

it('does so from the list of commands too', async () => {
  await page.getByRole('button', { name: 'Run settings' }).focus()
  await press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('next part')
  await press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await expect.poll(part, soon).toBe('Sky, Log')
})
