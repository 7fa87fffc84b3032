import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { browserStage } from './browser-stage.ts'
import { field, iteration, menu, picture, runBar, soon } from './workbench.ts'

let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  page = await stage.open()
  await page.setViewportSize({ width: 1280, height: 800 })
})
afterAll(() => stage.close())

const card = () => page.locator('.tour .card')
const title = () => card().getByRole('heading').textContent()
const dialog = () => page.getByRole('dialog', { name: 'Help' })

it('offers the tour on the first start, which leads through the Haslam story and presses nothing', async () => {
  await picture(page, 'help-invitation')
  await page.getByRole('button', { name: 'Take the tour' }).click()
  await expect.poll(title, soon).toBe('From a map to a field')
  await picture(page, 'tour-1')
  // It points at the button of the sample; nothing happens before the user presses that.
  const ring = await page.locator('.tour .ring').boundingBox()
  const sample = page.locator('[data-tour="haslam408"]')
  expect(ring).toEqual(await sample.boundingBox())
  await card().getByRole('button', { name: 'Skip' }).waitFor()
  await sample.click()
  await runBar(page).getByRole('button', { name: 'Pause' }).waitFor()
  await card().getByRole('button', { name: 'Next' }).click()
  await expect.poll(title, soon).toBe('The run goes on')
  await expect.poll(() => iteration(page), { timeout: 60_000 }).toBeGreaterThan(5)
  await picture(page, 'tour-2')
  for (const [step, words] of [
    [3, 'Data, model, residual'],
    [4, 'Is it the sky, or the noise?'],
    [5, 'The field'],
    [6, 'Along one line of sight'],
  ] as const) {
    await card()
      .getByRole('button', { name: /Next|Skip/ })
      .click()
    await expect.poll(title, soon).toBe(words)
    await page.locator('.tour .ring').waitFor()
    await picture(page, `tour-${step}`)
  }
  await runBar(page).getByRole('button', { name: 'Stop' }).click()
  const sky = page.locator('figure.sky-panel .stage').first()
  await sky.click({ position: { x: 100, y: 60 } })
  await card().getByRole('button', { name: 'Next' }).click()
  await card().getByRole('button', { name: 'Next' }).click()
  await expect.poll(title, soon).toBe('That was it')
  await card().getByRole('button', { name: 'End', exact: true }).click()
  await expect.poll(() => card().count()).toBe(0)
})

it('is remembered, can be taken again, and ends with Escape', async () => {
  await runBar(page).getByText('Stopped', { exact: true }).waitFor()
  await menu(page, 'File', /^Close session/)
  await page.getByText('Recent sessions').waitFor()
  expect(await page.getByRole('button', { name: 'Take the tour' }).count()).toBe(0)
  await menu(page, 'Help', 'Take the tour')
  await expect.poll(title, soon).toBe('From a map to a field')
  await page.keyboard.press('Escape')
  await expect.poll(() => card().count()).toBe(0)
})

it('opens the page of a panel by its question mark and by F1', async () => {
  await page
    .getByRole('button', { name: /^haslam/i })
    .first()
    .click()
  await page.getByRole('button', { name: 'Help about Sky' }).click()
  await expect.poll(() => dialog().locator('article > h3').textContent(), soon).toBe('Sky')
  await picture(page, 'help-sky')
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: 'Curves', exact: true }).focus()
  await page.keyboard.press('F1')
  await expect.poll(() => dialog().locator('article > h3').textContent(), soon).toBe('Curves')
  await page.keyboard.press('Escape')
})

it('says what a setting means, where it is pointed at and by F1 in its field', async () => {
  await menu(page, 'Run', 'Run settings')
  await field(page, 'Learning rate').focus()
  await page.keyboard.press('F1')
  const entry = dialog().locator('dt.is-on')
  await expect.poll(() => entry.textContent(), soon).toBe('Learning rateoptimiser.learning_rate')
  await picture(page, 'help-setting')
  await dialog().getByLabel('Search the manual').fill('faraday depth')
  await dialog()
    .getByRole('button', { name: /^Faraday depth/ })
    .first()
    .click()
  await expect.poll(() => dialog().locator('#help-faraday-depth').isVisible(), soon).toBe(true)
  await picture(page, 'help-glossary')
  await page.keyboard.press('Escape')
  await page.locator('.has-help', { hasText: 'Learning rate' }).hover()
  await page.locator('.tooltip.definition').first().waitFor()
  await picture(page, 'help-tooltip')
  expect(stage.complaints).toEqual([])
})
