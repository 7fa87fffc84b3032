import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { browserStage } from './browser-stage.ts'
import { finished, setSmall, startRun } from './story.ts'
import { iteration, layout, menu, openFile, runBar, soon, tool } from './workbench.ts'

const sample = fileURLToPath(
  new URL('../../../assets/samples/haslam408-nside64.fits', import.meta.url),
)
let stage: Awaited<ReturnType<typeof browserStage>>

beforeAll(async () => {
  stage = await browserStage()
  await copyFile(sample, join(stage.folder, 'haslam.fits'))
})
afterEach(() => stage.quit())
afterAll(() => stage.close())

async function openMap(): Promise<Page> {
  const page = await stage.open()
  await openFile(stage, page, 'map', 'haslam.fits')
  await page.locator('figure.sky-panel .source', { hasText: 'haslam.fits' }).waitFor()
  return page
}

describe('the life of a session', () => {
  it('undoes what was changed in view and project, in that order', async () => {
    const page = await openMap()
    const undo = page.getByRole('button', { name: /^Undo/ })
    const stretch = page.getByRole('button', { name: /, Stretch$/ })
    await setSmall(page, 7)
    await layout(page, 'Inspect data')
    const before = await stretch.textContent()
    await tool(page, 'Stretch', 'asinh')
    await expect.poll(() => stretch.textContent(), soon).toContain('asinh')
    await expect.poll(() => undo.getAttribute('aria-label'), soon).toBe('Undo: Stretch')
    await page.keyboard.press('Control+z')
    await expect.poll(() => stretch.textContent(), soon).toBe(before)
    const iterations = page.getByLabel('Iterations', { exact: true })
    expect(await iterations.inputValue()).toBe('7')
    await page.keyboard.press('Control+z')
    await expect.poll(() => iterations.inputValue(), soon).toBe('200')
    await page.keyboard.press('Control+Shift+z')
    await expect.poll(() => iterations.inputValue(), soon).toBe('7')
    await page.keyboard.press('Control+y')
    await expect.poll(() => stretch.textContent(), soon).toContain('asinh')
  })

  it('gives a project back that was never saved, and says how far a killed run had got', async () => {
    let page = await stage.open()
    const recovery = page.getByRole('heading', { name: 'A project was not saved' })
    await recovery.waitFor()
    await page.getByRole('button', { name: 'Recover' }).click()
    await page.getByRole('treeitem', { name: /haslam/ }).waitFor()
    await setSmall(page, 4000)
    await startRun(page)
    await expect.poll(() => iteration(page), { timeout: 60_000 }).toBeGreaterThan(20)
    await stage.kill()

    page = await stage.open()
    await page.getByRole('heading', { name: 'Larmor did not end properly' }).waitFor()
    const facts = page.locator('.recovery dl.facts')
    await expect.poll(() => facts.innerText(), soon).toMatch(/iteration \d+ of 4000/)
    await page.getByRole('button', { name: 'Recover' }).click()
    await page.locator('.toast', { hasText: 'was interrupted' }).waitFor()
    await runBar(page).getByRole('button', { name: 'Stop' }).click()
    await runBar(page).getByText('Stopped', { exact: true }).waitFor()
    await setSmall(page, 12)
    await startRun(page)
    await finished(page, 12)
    await menu(page, 'File', /^Close session/)
    await page.getByText('Recent sessions').waitFor()
    // With a picture of what came out.
    await page.locator('.recent img').waitFor()
    expect(stage.complaints).toEqual([])
  })
})
