import { copyFile, mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import type { SampleFolder } from '#test/tools/sample-run.ts'
import { sampleSession } from '#test/tools/sample-session.ts'
import { axeProblems } from '../quality/checks.ts'
import { browserStage } from './browser-stage.ts'
import { readSession } from './session-file.ts'
import { layout, menu, openFile, picture, sky, soon, tool, toolButton } from './workbench.ts'

const name = 'unsaved.larmor'
let stage: Awaited<ReturnType<typeof browserStage>>
let folder: SampleFolder
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  folder = await sampleSession(stage.folder, name)
  page = await stage.open()
  await openFile(stage, page, 'session', name)
  await layout(page, 'Inspect data')
  await sky(page, 'Data').figure.waitFor()
})
afterAll(() => stage.close())

it('asks before a mask that is drawn is lost with the page', async () => {
  await menu(page, 'Data', 'Draw the mask')
  const bar = page.getByRole('toolbar', { name: 'Mask' })
  await (await toolButton(page, 'Invert')).click()
  await bar.getByRole('button', { name: 'Discard' }).waitFor()
  const asked: string[] = []
  page.once('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.dismiss()
  })
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => asked, soon).toEqual(['beforeunload'])
  expect(await bar.getByRole('button', { name: 'Discard' }).isVisible()).toBe(true)
})

it('keeps a mask whose project is closed, to be saved as a file', async () => {
  await menu(page, 'File', /^Close session/)
  await page.getByText('The mask drawn on sky was not saved').waitFor()
  await page.getByRole('button', { name: 'Save it as a file' }).click()
  await page.getByText('Mask saved as sky mask.fits').waitFor()
  const files = await readdir(stage.folder, { recursive: true })
  expect(files.some((file) => file.endsWith('sky mask.fits'))).toBe(true)
})

it('shows the maps of a run whose file is not there any more, and lets it be located', async () => {
  await rename(folder.file('sky.fits'), join(stage.folder, 'moved.fits'))
  const open = page.getByRole('button', { name: /^Open a session/ })
  await stage.choose(page, () => open.click(), name)
  const panel = page.getByRole('region', { name: 'Sky, Log' })
  await panel.getByText('sky.fits is not where it was. Shown are the data as').waitFor()
  await layout(page, 'Fit')
  for (const title of ['Data', 'Model', 'Residual']) await sky(page, title).figure.waitFor()
  const residual = sky(page, 'Residual').overlay
  await expect.poll(() => residual.getAttribute('aria-label'), soon).toMatch(/from .*K to/)
  await picture(page, 'lost-file')
  expect(await axeProblems(page)).toEqual([])
  const locate = panel.getByRole('button', { name: 'Locate the file' })
  await stage.choose(page, () => locate.click(), 'moved.fits')
  await locate.waitFor({ state: 'hidden' })
  await layout(page, 'Inspect data')
  await expect.poll(() => sky(page, 'Data').source.textContent(), soon).toBe('moved.fits')
  expect(stage.complaints).toEqual([])
})

it('keeps what was changed the moment before a session is closed, or the page', async () => {
  const path = join(stage.folder, name)
  const kept = () =>
    readSession(path, ({ configuration, view }) => [
      configuration.optimiser.iterations,
      z.object({ preset: z.string() }).parse(view).preset,
    ])
  const change = async (iterations: number, to: string) => {
    await layout(page, to)
    await page.getByLabel('Iterations', { exact: true }).fill(String(iterations))
  }
  await change(33, 'Explore field')
  await page.keyboard.press('Control+Shift+W')
  await page.getByRole('button', { name: /^Open a session/ }).waitFor()
  await expect.poll(kept, soon).toEqual([33, 'explore'])
  await openFile(stage, page, 'session', name)
  await change(44, 'Fit')
  await page.evaluate(() => window.location.reload())
  await expect.poll(kept, soon).toEqual([44, 'fit'])
  // A browser that is closed while its page comes anew may hang.
  await page.getByRole('button', { name: /^Open a session/ }).waitFor()
  expect(stage.complaints).toEqual([])
})

it('reopens a session on the map and the run that were shown', async () => {
  await sampleSession(stage.folder, 'several.larmor', 8, { runs: 2, names: ['sky', 'other'] })
  const shown = async () => [
    await (await toolButton(page, /, Data$/)).textContent(),
    await page.getByRole('button', { name: 'Run 1', exact: true }).getAttribute('aria-pressed'),
  ]
  const first = [expect.stringMatching(/^sky/), 'false']
  const chosen = [expect.stringMatching(/^other/), 'true']
  await openFile(stage, page, 'session', 'several.larmor')
  await layout(page, 'Fit')
  await page.getByRole('tab', { name: 'Runs', exact: true }).click()
  await expect.poll(shown, soon).toEqual(first)
  await tool(page, 'Data', 'other')
  await page.getByRole('button', { name: 'Run 1', exact: true }).click()
  await expect.poll(shown, soon).toEqual(chosen)
  await page.keyboard.press('Control+Shift+W')
  await openFile(stage, page, 'session', 'several.larmor')
  await expect.poll(shown, soon).toEqual(chosen)
  await page.keyboard.press('Control+Shift+W')
  await page.getByRole('button', { name: /^Open a session/ }).waitFor()
  expect(stage.complaints).toEqual([])
})

it('goes on with a session that was moved to another folder with its map', async () => {
  const project = join(stage.folder, 'project')
  await mkdir(project)
  const sample = await sampleSession(project, 'moved.larmor')
  // What names the map is the session, and it names it where it is not any more.
  await rename(project, join(stage.folder, 'elsewhere'))
  const open = page.getByRole('button', { name: /^Open a session/ })
  await stage.choose(page, () => open.click(), 'elsewhere')
  await page.getByRole('dialog').getByRole('button', { name: 'moved.larmor' }).click()
  await layout(page, 'Inspect data')
  await expect.poll(() => sky(page, 'Data').source.textContent(), soon).toBe('sky.fits')
  await page.getByRole('button', { name: 'Start run' }).click()
  await page.getByText(/^Run 2 is finished/).waitFor()
  const path = join(stage.folder, 'elsewhere', 'moved.larmor')
  const files = readSession(path, ({ inputs, configuration }) => [
    ...inputs.map((input) => input.path),
    ...configuration.data.map(({ file }) => file),
  ])
  const now = sample.file('sky.fits').replace(project, join(stage.folder, 'elsewhere'))
  expect(files).toEqual([now, now])
  await page.keyboard.press('Control+Shift+W')
  await page.getByRole('button', { name: /^Open a session/ }).waitFor()
  expect(stage.complaints).toEqual([])
})

it('keeps what was changed in a project without a session the moment before the page is left', async () => {
  await copyFile('assets/samples/haslam408-nside64.fits', join(stage.folder, 'haslam.fits'))
  await openFile(stage, page, 'map', 'haslam.fits')
  const iterations = page.getByLabel('Iterations', { exact: true })
  await page.getByRole('button', { name: 'Run settings' }).click()
  await iterations.fill('55')
  await page.evaluate(() => window.location.reload())
  await page.getByRole('button', { name: 'Recover' }).click()
  await page.getByRole('button', { name: 'Run settings' }).click()
  await expect.poll(() => iterations.inputValue(), soon).toBe('55')
  expect(stage.complaints).toEqual([])
})
