import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sampleSession } from '#test/tools/sample-session.ts'
import { browserStage } from './browser-stage.ts'
import { readSession } from './session-file.ts'
import { enter, iteration, menu, openFile, runBar, soon } from './workbench.ts'

// Closing a session while a run goes on: what the dialog offers, and what is in the file afterwards.
const name = 'closing.larmor'
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await sampleSession(stage.folder, name)
  page = await stage.open()
})
afterAll(() => stage.close())

const stored = (run: number) =>
  readSession(join(stage.folder, name), (session) => session.runs.get(run))
const dialog = () => page.getByRole('dialog', { name: /^Close while Run \d is running/ })
const startScreen = () => page.getByRole('button', { name: /^Open a session/ }).waitFor()
const isPast = (least: number) =>
  expect.poll(() => iteration(page), { timeout: 60_000 }).toBeGreaterThan(least)

/** A run that does not end by itself, and the question about it. */
async function closeOverRun() {
  await openFile(stage, page, 'session', name)
  await menu(page, 'Run', 'Run settings')
  await enter(page, 'Iterations', 1_000_000)
  await runBar(page)
    .getByRole('button', { name: 'Start run' })
    .and(page.locator(':enabled'))
    .click()
  await runBar(page).getByRole('button', { name: 'Pause' }).waitFor(soon)
  await isPast(5)
  await ask()
}
async function ask() {
  await page.keyboard.press('Control+Shift+W')
  await dialog().waitFor()
}

it('keeps the run going, or stops it and closes', async () => {
  await closeOverRun()
  await dialog().getByRole('button', { name: 'Keep running' }).click()
  await dialog().waitFor({ state: 'hidden' })
  const before = await iteration(page)
  await isPast(before + 5)
  await ask()
  await dialog().getByRole('button', { name: 'Stop and close' }).click()
  await startScreen()
  expect(stored(2)).toMatchObject({ state: 'stopped' })
  expect(stored(2).iteration).toBeGreaterThan(before + 5)
})

it('pauses the run and closes, and the run goes on from there when it is resumed', async () => {
  await closeOverRun()
  await dialog().getByRole('button', { name: 'Pause and close' }).click()
  await startScreen()
  expect(stored(3).state).toBe('paused')
  const reached = stored(3).iteration
  expect(reached).toBeGreaterThan(5)
  await openFile(stage, page, 'session', name)
  await runBar(page).getByText('Paused', { exact: true }).waitFor(soon)
  await expect.poll(() => iteration(page), soon).toBe(reached)
  await runBar(page).getByRole('button', { name: 'Resume' }).click()
  await isPast(reached)
  await runBar(page).getByRole('button', { name: 'Stop' }).click()
  await runBar(page).getByText('Stopped', { exact: true }).waitFor(soon)
  expect(stage.complaints).toEqual([])
})
