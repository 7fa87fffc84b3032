import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { ElectronStage } from './electron-stage.ts'
import { checkNumbers, finished, setSmall, startRun } from './story.ts'
import { onlySession } from './session-file.ts'
import { iteration, layout, openFile, runBar } from './workbench.ts'

const sample = fileURLToPath(
  new URL('../../../assets/samples/haslam408-nside64.fits', import.meta.url),
)

/** The engine is killed in the middle of a run: the workbench says so, and the run goes on from its checkpoint. */
export async function loseEngine(stage: ElectronStage): Promise<void> {
  await copyFile(sample, join(stage.folder, 'haslam.fits'))
  const page = await stage.open()
  await openFile(stage, page, 'map', 'haslam.fits')
  await page.locator('figure.sky-panel .source', { hasText: 'haslam.fits' }).waitFor()
  await setSmall(page, 400)
  await startRun(page)
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
  await finished(page, 400)
  await layout(page, 'Fit')
  await checkNumbers(page, await onlySession(stage.sessions), 1, 400)
  expect(stage.complaints).toEqual([])
}
