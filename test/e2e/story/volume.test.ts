import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sampleSession } from '#test/tools/sample-session.ts'
import { checkThemes } from '../quality/checks.ts'
import { browserStage } from './browser-stage.ts'
import { readSession } from './session-file.ts'
import { layout, leaveTool, openFile, picture, soon, toolButton } from './workbench.ts'

const name = 'volume.larmor'
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

async function open(): Promise<void> {
  page = await stage.open()
  await page.setViewportSize({ width: 1280, height: 800 })
  await openFile(stage, page, 'session', name)
  await layout(page, 'Explore field')
  await volume().waitFor(soon)
}

beforeAll(async () => {
  stage = await browserStage()
  await sampleSession(stage.folder, name)
  await open()
})
afterAll(() => stage.close())

const panel = () => page.getByRole('region', { name: 'Volume' }).first()
const volume = () => panel().locator('.stage > canvas')
const seen = () => volume().getAttribute('aria-label')
const press = async (label: string) => (await toolButton(page, label)).click()

async function show(what: string): Promise<void> {
  await panel()
    .getByRole('button', { name: /, Show$/ })
    .click()
  await page.getByRole('menuitemcheckbox', { name: what, exact: true }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'hidden' })
}
async function quantity(symbol: string): Promise<void> {
  await panel()
    .getByRole('button', { name: /, Quantity$/ })
    .click()
  await page.getByRole('menuitemradio', { name: symbol, exact: true }).click()
}

it('draws what is chosen, and says it', async () => {
  await show('Isosurface')
  await expect.poll(seen, soon).toContain('volume, isosurface at')
  await show('Field lines')
  await show('Arrows')
  await show('Spiral arms')
  await expect.poll(seen, soon).toContain('arrows, field lines')
  await picture(page, 'volume-all')
})

it('has coverage and conditional sigma of the run, and densities that it holds fixed', async () => {
  for (const [symbol, words] of [
    ['coverage', 'Coverage by lines of sight'],
    ['σ(B)', 'Conditional sigma of B'],
    ['nₑ', 'Thermal electrons'],
    ['div B', 'Divergence'],
  ] as const) {
    await quantity(symbol)
    await expect.poll(seen, soon).toContain(`Volume of ${words}`)
    await picture(page, `volume-${words.slice(0, 8)}`)
  }
})

it('has tools that axe finds nothing serious in, in both themes', async () => {
  for (const tool of ['Field lines and arrows', 'Views', 'Turntable film']) {
    await press(tool)
    await page.getByRole('dialog', { name: tool }).waitFor()
    await checkThemes(page, tool)
    await picture(page, `volume-${tool.split(' ')[0]}`)
    await leaveTool(page)
  }
})

it('moves the seeds by numbers too, and keeps them', async () => {
  await press('Field lines and arrows')
  await page.getByRole('dialog').getByText('Line', { exact: true }).click()
  await page.getByLabel('from x, kpc', { exact: true }).fill('-9')
  await page.getByLabel('from x, kpc', { exact: true }).blur()
  await leaveTool(page)
  await press('Field lines and arrows')
  await expect
    .poll(() => page.getByLabel('from x, kpc', { exact: true }).inputValue(), soon)
    .toMatch(/^[\u2212-]9$/)
  await leaveTool(page)
})

it('keeps views under names in the session, also after it is closed', async () => {
  await press('Views')
  await page.getByRole('button', { name: 'Face-on, from the north' }).click()
  await expect.poll(seen, soon).toContain('elevation 90°')
  await page.getByLabel('Name of the view', { exact: true }).fill('From above')
  await page.getByRole('button', { name: 'Keep this view' }).click()
  await page.getByRole('button', { name: 'From above', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Edge-on, x to the right' }).click()
  await expect.poll(seen, soon).toContain('elevation 0°')
  await leaveTool(page)
  // Views are saved a moment after they change.
  const path = join(stage.folder, name)
  const saved = () => JSON.stringify(readSession(path, (session) => session.view))
  await expect.poll(saved, soon).toContain('"elevationDeg":0,')
  await stage.quit()
  await open()
  await expect.poll(seen, soon).toContain('elevation 0°')
  await press('Views')
  await page.getByRole('button', { name: 'From above', exact: true }).click()
  await expect.poll(seen, soon).toContain('elevation 90°')
  await page.getByRole('button', { name: 'Remove From above' }).click()
  await page.getByText('None yet.').waitFor()
  await leaveTool(page)
})

it('stops a film that is being made', async () => {
  await press('Turntable film')
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.getByRole('progressbar', { name: 'Turntable film' }).waitFor()
  await picture(page, 'volume-film')
  await page.getByRole('button', { name: 'Stop', exact: true }).last().click()
  await page.getByRole('button', { name: 'Make it' }).waitFor(soon)
  expect(stage.complaints).toEqual([])
})
