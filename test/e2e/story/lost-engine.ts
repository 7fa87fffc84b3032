import { expect } from 'vitest'
import type { ElectronStage } from './electron-stage.ts'
import { checkNumbers, finished } from './story.ts'
import { onlySession } from './session-file.ts'
import { enter, iteration, layout, runBar, soon } from './workbench.ts'

/** The engine is killed in the middle of a run: the workbench says so, and the run goes on from its checkpoint. */
export async function loseEngine(stage: ElectronStage): Promise<void> {
  const before = await onlySession(stage.sessions)
  const page = await stage.open()
  await page.locator('li.recent button.open').first().click()
  await page.getByRole('button', { name: 'Run settings' }).click()
  await enter(page, 'Iterations', 300)
  const start = runBar(page).getByRole('button', { name: 'Start run' })
  await expect.poll(() => start.isEnabled(), soon).toBe(true)
  await start.click()
  await expect.poll(() => iteration(page), { timeout: 60_000 }).toBeGreaterThan(20)
  await stage.killEngine()

  const lost = page
    .getByRole('alert')
    .or(page.getByRole('status'))
    .filter({ hasText: 'The engine is gone' })
  await lost.waitFor()
  await page.getByRole('button', { name: 'Connect again' }).click()
  await lost.waitFor({ state: 'hidden' })
  await runBar(page).getByRole('button', { name: 'Resume' }).click()
  await finished(page, 300)
  await layout(page, 'Fit')
  expect(await onlySession(stage.sessions)).toBe(before)
  await checkNumbers(page, before, 4, 300)
  expect(stage.complaints).toEqual([])
}
