import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { openLine } from '#test/tools/cut-line.ts'
import type { Line } from '#test/tools/cut-line.ts'
import { sampleSession } from '#test/tools/sample-session.ts'
import { axeProblems } from '../quality/checks.ts'
import { browserStage } from './browser-stage.ts'
import { readSession } from './session-file.ts'
import { enter, field, layout, openFile, picture, runBar, soon } from './workbench.ts'

const name = 'cut.larmor'
const portOf = (page: Page) => Number(new URL(page.url()).port)
let stage: Awaited<ReturnType<typeof browserStage>>
let line: Line
let page: Page
let server: number

/** What the session file has: iterations of the next run, and the layout. */
const kept = () =>
  readSession(join(stage.folder, name), ({ configuration, view }) => [
    configuration.optimiser.iterations,
    z.object({ preset: z.string() }).nullable().parse(view)?.preset,
  ])
const lost = () => page.getByRole('alert').filter({ hasText: 'The engine is gone' })
async function connectAgain() {
  await page.getByRole('button', { name: 'Connect again' }).click()
  await lost().waitFor({ state: 'hidden' })
}
/** The user starts the engine anew, opens its address in another tab, and goes on in this one. */
async function startAgain() {
  const other = await stage.open()
  await page.context().addCookies(await other.context().cookies())
  server = portOf(other)
  line.mend(server)
  await connectAgain()
}
const adrift = () => page.getByRole('alert').filter({ hasText: 'could not be opened again' })

beforeAll(async () => {
  stage = await browserStage()
  await sampleSession(stage.folder, name)
  page = await stage.open()
  server = portOf(page)
  line = await openLine(server)
  await page.goto(`http://127.0.0.1:${line.port}/`)
  await openFile(stage, page, 'session', name)
  await page.getByRole('button', { name: 'Run settings' }).click()
})
afterAll(async () => {
  await line.close()
  await stage.close()
})

it('stores what was changed while the line to the engine was cut', async () => {
  await enter(page, 'Iterations', 25)
  await layout(page, 'Inspect data')
  await expect.poll(kept, soon).toEqual([25, 'inspect'])
  line.cut()
  await lost().waitFor()
  await enter(page, 'Iterations', 33)
  await layout(page, 'Explore field')
  await page.getByRole('banner').getByText('not saved', { exact: true }).waitFor()
  await picture(page, 'line-cut')
  expect(await axeProblems(page)).toEqual([])
  // A page that is left now is asked about.
  const asked: string[] = []
  page.once('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.dismiss()
  })
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => asked, soon).toEqual(['beforeunload'])
  expect(kept()).toEqual([25, 'inspect'])
  line.mend(server)
  await connectAgain()
  await expect.poll(kept, soon).toEqual([33, 'explore'])
  expect(await field(page, 'Iterations').inputValue()).toBe('33')
})

it('stores what was changed while the engine was gone, and can take it back', async () => {
  await stage.killEngine()
  await lost().waitFor()
  await enter(page, 'Iterations', 44)
  await layout(page, 'Fit')
  await startAgain()
  await expect.poll(kept, soon).toEqual([44, 'fit'])
  for (const undone of ['Layout', 'Iterations'])
    await page.getByRole('button', { name: `Undo: ${undone}` }).click()
  await expect.poll(kept, soon).toEqual([33, 'explore'])
})

it('says where the session is not any more, and keeps what is on the screen', async () => {
  line.cut()
  await lost().waitFor()
  await enter(page, 'Iterations', 55)
  await rename(join(stage.folder, name), join(stage.folder, 'elsewhere.larmor'))
  line.mend(server)
  await connectAgain()
  await adrift().getByText('is not where it was').waitFor()
  await picture(page, 'session-adrift')
  expect(await axeProblems(page)).toEqual([])
  await rename(join(stage.folder, 'elsewhere.larmor'), join(stage.folder, name))
  await adrift().getByRole('button', { name: 'Try again' }).click()
  await adrift().waitFor({ state: 'hidden' })
  await expect.poll(kept, soon).toEqual([55, 'explore'])
})

it('goes on as a new project where the session is gone, with the same files', async () => {
  await stage.killEngine()
  await lost().waitFor()
  await enter(page, 'Iterations', 2)
  await rm(join(stage.folder, name))
  await startAgain()
  await adrift().getByRole('button', { name: 'Go on as a new project' }).click()
  await adrift().waitFor({ state: 'hidden' })
  await runBar(page).getByRole('button', { name: 'Start' }).click()
  await runBar(page)
    .getByText(/^Finished/)
    .waitFor()
})
