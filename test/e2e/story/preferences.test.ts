import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { browserStage } from './browser-stage.ts'
import { field, menu, soon } from './workbench.ts'

let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  page = await stage.open()
  await page.getByText('This machine').first().waitFor()
})
afterAll(() => stage.close())

const attribute = (name: string) =>
  page.evaluate((key) => document.documentElement.dataset[key], name)
/** Fades that are going on while a menu opens. */
const checkStill = async () => {
  await menu(page, 'Help', 'Keyboard shortcuts')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  await page.keyboard.press('Escape')
}

it('keeps theme, motion, backend and checkpoint time for every session', async () => {
  expect([await attribute('theme'), await attribute('motion')]).toEqual(['dark', 'system'])
  await menu(page, 'Edit', /^Preferences/)
  const dialog = page.getByRole('dialog', { name: 'Preferences' })
  await dialog.getByText('Light', { exact: true }).click()
  await dialog.getByText('Nothing fades or blinks by itself').click()
  await dialog.getByRole('combobox', { name: 'Backend' }).click()
  await page.getByRole('option', { name: /^Reference/ }).click()
  await field(page, 'Checkpoint every').fill('45')
  await field(page, 'Checkpoint every').blur()
  expect([await attribute('theme'), await attribute('motion')]).toEqual(['light', 'reduced'])
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  await dialog.waitFor({ state: 'hidden' })
  await checkStill()
  // The engine has written them.
  const kept = async () => {
    const state = join(stage.folder, 'state')
    const names = (await readdir(state)).filter((name) => /preferences/.test(name))
    return (await Promise.all(names.map((name) => readFile(join(state, name), 'utf8')))).join('')
  }
  await expect.poll(kept, soon).toMatch(/"checkpoint_every_s":\s*45/)

  await stage.quit()
  page = await stage.open()
  await expect
    .poll(async () => [await attribute('theme'), await attribute('motion')], soon)
    .toEqual(['light', 'reduced'])
  await page.getByText('This machine').first().waitFor()
  await checkStill()
  await menu(page, 'File', 'New empty project')
  await menu(page, 'Run', 'Run settings')
  await expect
    .poll(() => page.getByRole('combobox', { name: 'Backend', exact: true }).textContent(), soon)
    .toMatch(/^Reference/)
  expect(await page.getByLabel(/^Checkpoint/).inputValue()).toBe('45')
  expect(stage.complaints).toEqual([])
})
