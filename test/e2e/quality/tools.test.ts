import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { browserStage } from '../story/browser-stage.ts'
import { layout, leaveTool, menu, tool, toolButton } from '../story/workbench.ts'
import { checkThemes } from './checks.ts'
import { makeSession, openSession, stillWindow } from './screens.ts'

// What opens over the panels: nothing serious for axe, in either theme.
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await makeSession(stage)
  page = await stillWindow(stage)
  await openSession(stage, page)
})
afterAll(() => stage.close())

const check = (what: string) => checkThemes(page, what)
/** Opens a menu or popover by its button, checks it, and closes it. */
async function checkTool(name: string | RegExp, role: 'menu' | 'dialog'): Promise<void> {
  await (await toolButton(page, name)).click()
  await page.getByRole(role).first().waitFor()
  await check(String(name))
  await leaveTool(page)
}
async function checkDialog(group: string, entry: RegExp): Promise<void> {
  await menu(page, group, entry)
  await page.getByRole('dialog').waitFor()
  await check(String(entry))
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

it('the tools of the sky', async () => {
  await layout(page, 'Inspect data')
  await tool(page, 'Data', 'Q 1.4')
  await checkTool('Limits by number', 'dialog')
  for (const name of [/, Polarisation$/, /Mask of the map$/, /^Copy$/, /^Save pictures$/])
    await checkTool(name, 'menu')
})

it('every tool that draws a mask', async () => {
  await menu(page, 'Data', 'Draw the mask')
  const bar = page.getByRole('toolbar', { name: 'Mask' })
  for (const name of ['Polygon', 'Band', 'Values', 'Disc']) {
    await bar.getByText(name, { exact: true }).click()
    await check(name)
  }
  await bar.getByRole('button', { name: /^(Done|Discard)$/ }).click()
})

it('the tools of curves, runs and field', async () => {
  await layout(page, 'Fit')
  await checkTool('Save the curves', 'menu')
  await page.getByRole('tab', { name: 'Runs', exact: true }).click()
  await page.getByRole('region', { name: 'Runs', exact: true }).getByText('Run 1').first().click()
  await page.getByLabel('Tags of the run', { exact: true }).fill('paper, n8')
  await check('notes and tags')
  await page.getByRole('tab', { name: 'Curves', exact: true }).click()
  await layout(page, 'Explore field')
  await checkTool('Views', 'dialog')
  await checkTool(/, Quantity$/, 'menu')
})

it('the filter of the gallery', async () => {
  await layout(page, 'Model')
  await page.getByLabel('Find a model by name, author or year').fill('jansson')
  await check('one author')
  await page.getByLabel('Find a model by name, author or year').fill('nobody at all')
  await check('nobody')
})

it('dialogs of layouts, preferences and reports, and a step of the tour', async () => {
  await checkDialog('View', /^Layouts/)
  await checkDialog('Edit', /^Preferences/)
  await checkDialog('Help', /^Report a problem/)
  await checkDialog('Help', /^Take the tour/)
  expect(stage.complaints).toEqual([])
})
