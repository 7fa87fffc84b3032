import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sampleSession } from '#test/tools/sample-session.ts'
import { browserStage } from './browser-stage.ts'
import { readSession } from './session-file.ts'
import {
  enter,
  field,
  focusOn,
  layout,
  menu,
  openFile,
  picture,
  runBar,
  soon,
  toolButton,
} from './workbench.ts'

const name = 'runs.larmor'
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page
let path: string

beforeAll(async () => {
  stage = await browserStage()
  path = join(stage.folder, name)
  await sampleSession(stage.folder, name)
  page = await stage.open()
  await page.setViewportSize({ width: 1280, height: 800 })
  await openFile(stage, page, 'session', name)
  await layout(page, 'Fit')
  await page.getByRole('tab', { name: 'Runs', exact: true }).click()
})
afterAll(() => stage.close())

const list = () => page.getByRole('region', { name: 'Runs', exact: true })
const rowNames = () => list().locator('tbody tr .what b').allTextContents()
const row = (run: string) => list().locator('tbody tr').filter({ hasText: run })
const start = () => runBar(page).getByRole('button', { name: /^(Start|Queue) run$/ })
async function press(button: ReturnType<typeof start>) {
  await button.and(page.locator(':enabled')).waitFor()
  await button.click()
}

it('keeps name, tags and notes of a run in the session, and finds runs by them', async () => {
  await row('Run 1').getByRole('button', { name: 'Run 1' }).click()
  await field(page, 'Name of the run').fill('Weak prior')
  await field(page, 'Tags of the run').fill('paper, n8')
  await field(page, 'Note about the run').fill('Streaks toward the anticentre.')
  await field(page, 'Note about the run').blur()
  const said = () => readSession(path, (session) => session.runs.get(1))
  await expect.poll(() => said().notes, soon).toBe('Streaks toward the anticentre.')
  expect(said()).toMatchObject({ name: 'Weak prior', tags: ['paper', 'n8'] })
  await expect.poll(rowNames, soon).toEqual(['Weak prior'])
  const search = page.getByLabel('Search runs', { exact: true })
  for (const [words, found] of [
    ['#pap anticentre', 1],
    ['#anti', 0],
  ] as const) {
    await search.fill(words)
    await expect.poll(async () => (await rowNames()).length, soon).toBe(found)
  }
  await search.fill('')
  await picture(page, 'runs-notes')
  // Field by field, in the file and on the screen.
  const undo = page.getByRole('button', { name: /^Undo/ })
  for (const title of ['Notes', 'Tags', 'Name of run']) {
    await expect.poll(() => undo.getAttribute('aria-label'), soon).toBe(`Undo: ${title}`)
    await undo.click()
  }
  await expect.poll(said, soon).toMatchObject({ name: 'Run 1', tags: [], notes: '' })
  await expect.poll(() => field(page, 'Name of the run').inputValue(), soon).toBe('Run 1')
  for (const title of ['Name of run', 'Tags', 'Notes'])
    await page.getByRole('button', { name: `Redo: ${title}` }).click()
  await expect.poll(rowNames, soon).toEqual(['Weak prior'])
  await expect
    .poll(() => field(page, 'Note about the run').inputValue(), soon)
    .toBe('Streaks toward the anticentre.')
})

it('tells before the launch what the run will take', async () => {
  await menu(page, 'Run', 'Run settings')
  const launch = page.locator('.estimate')
  // The 12 x 12 x 6 grid inside 3 to 20 kpc, three components; 12 x 8^2 lines of sight.
  await expect.poll(() => launch.textContent(), soon).toMatch(/Sightlines768 at most/)
  await expect.poll(() => launch.textContent(), soon).toMatch(/Memoryabout \d+.MB/)
  await expect.poll(() => launch.textContent(), soon).toMatch(/Time(less than 1 s|.* s)/)
  await page.getByText('From the speed of the last run of this session.').waitFor()
})

it('queues runs, in an order that can be changed, and takes one out', async () => {
  await enter(page, 'Iterations', 1_000_000)
  await press(start())
  await runBar(page).getByRole('button', { name: 'Pause' }).waitFor()
  // The settings are free for the next run while this one goes on.
  await menu(page, 'Run', 'Run settings')
  await enter(page, 'Iterations', 5)
  for (const waiting of [1, 2, 3]) {
    await press(start())
    await runBar(page).getByText(`${waiting} waiting`).waitFor()
  }
  expect(await rowNames()).toEqual(['Run 2', 'Run 3', 'Run 4', 'Run 5', 'Weak prior'])
  // By keys: the focus stays on the button, and at the end goes to the one of the way back.
  await focusOn(list().getByRole('button', { name: 'Run 5 earlier' }))
  for (const [names, next] of [
    [['Run 2', 'Run 3', 'Run 5', 'Run 4', 'Weak prior'], 'Run 5 earlier'],
    [['Run 2', 'Run 5', 'Run 3', 'Run 4', 'Weak prior'], 'Run 5 later'],
    [['Run 2', 'Run 3', 'Run 5', 'Run 4', 'Weak prior'], 'Run 5 later'],
  ] as const) {
    await page.keyboard.press('Enter')
    await expect.poll(rowNames, soon).toEqual(names)
    await list().locator(`:focus[aria-label="${next}"]:enabled`).waitFor()
  }
  await picture(page, 'runs-queue')
  // One that has not begun can be looked at, stopped and deleted: that it has no maps is no error.
  await press(start())
  await row('Run 6').getByRole('button', { name: 'Run 6', exact: true }).click()
  await runBar(page).getByRole('button', { name: 'Stop' }).click()
  await row('Run 6').getByText('stopped').waitFor()
  await menu(page, 'Run', /^Delete this run/)
  await page.getByRole('dialog').getByRole('button', { name: 'Delete run' }).click()
  await row('Run 6').waitFor({ state: 'hidden' })
  await row('Run 2').getByRole('button', { name: 'Run 2', exact: true }).click()
  await focusOn(list().getByRole('button', { name: 'Take Run 3 out of the queue' }))
  await page.keyboard.press('Enter')
  await expect.poll(rowNames, soon).toEqual(['Run 2', 'Run 5', 'Run 4', 'Weak prior'])
  await runBar(page).getByRole('button', { name: 'Stop' }).click()
  // The others have their turns at once, each with its five iterations.
  await row('Run 4').getByText('done').waitFor()
  await row('Run 5').getByText('done').waitFor()
  expect(readSession(path, (session) => session.runs.get(5).iteration)).toBe(5)
  await page.getByRole('button', { name: 'No errors logged' }).waitFor()
})

it('continues a run with changed settings from its result', async () => {
  await row('Run 5').getByRole('button', { name: 'Run 5' }).click()
  await menu(page, 'Run', 'Continue this run with changed settings')
  await page.getByText('The next run continues Run 5').waitFor()
  await expect.poll(() => field(page, 'Start from').textContent(), soon).toMatch(/^Run 5/)
  await enter(page, 'Learning rate', 0.1)
  await picture(page, 'runs-continue')
  await press(start())
  await row('Run 7').getByText('done').waitFor()
  const losses = readSession(path, (session) =>
    [5, 7].map((run) => {
      const { columns, values, rows } = session.runs.curves(run)
      const loss = columns.indexOf('loss')
      return [values[loss], values[(rows - 1) * columns.length + loss]]
    }),
  )
  // It starts where the other one ended: the same numbers.
  expect(losses[1][0]).toBe(losses[0][1])
  await row('Run 7').getByRole('button', { name: 'Run 7' }).click()
  await page.getByText('Starts from', { exact: true }).first().waitFor()
  await picture(page, 'runs-continued')
})

it('takes settings over, deletes a run after asking, and undoes the former', async () => {
  await row('Weak prior').getByRole('button', { name: 'Weak prior' }).click()
  await menu(page, 'Run', 'Use the settings of this run for the next')
  await expect.poll(() => field(page, 'Iterations').inputValue(), soon).toBe('12')
  await page.getByRole('button', { name: /^Undo/ }).click()
  await expect.poll(() => field(page, 'Iterations').inputValue(), soon).toBe('5')
  await row('Run 2').getByRole('button', { name: 'Run 2' }).click()
  await menu(page, 'Run', 'Delete this run…')
  await picture(page, 'runs-delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete run' }).click()
  await expect.poll(rowNames, soon).toEqual(['Run 7', 'Run 5', 'Run 4', 'Weak prior'])
  expect(stage.complaints).toEqual([])
})

it('draws more curves against time, and saves them as they are and as pictures', async () => {
  await page.getByRole('tab', { name: 'Curves', exact: true }).click()
  await (await toolButton(page, 'Show, Charts and axes')).click()
  for (const chart of ['Gradient norm', 'Step size', 'Against time optimising'])
    await page.getByRole('menuitemcheckbox', { name: chart }).click()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.chart').count(), soon).toBe(4)
  await page.getByRole('img', { name: /^Step size against time optimising: size/ }).waitFor()
  await picture(page, 'curves-four')
  const saved = async (format: string) => {
    await (await toolButton(page, 'Save the curves')).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: format }).click(),
    ])
    return readFile(await download.path())
  }
  const csv = (await saved('CSV')).toString()
  expect(csv).toMatch(/"step_size","seconds","unix_s"\r\n0,/)
  const svg = (await saved('SVG')).toString()
  expect(svg).toContain('Gradient norm')
  expect(svg).toContain('time optimising, s')
  const png = await saved('PNG')
  // Three pixels for each unit of 720 x (4 x 280).
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2160, 3360])
  const into = process.env.LARMOR_TEST_PICTURES
  if (into) await writeFile(join(into, 'curves-print.png'), png)
  expect(stage.complaints).toEqual([])
})

it('is paused, resumed and closed over by keys, from one place', async () => {
  await menu(page, 'Run', 'Run settings')
  await enter(page, 'Iterations', 20_000)
  await press(start())
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
  await focusOn(runBar(page).getByRole('button', { name: 'Pause' }))
  for (const next of ['Resume', 'Pause', 'Resume']) {
    await page.keyboard.press('Enter')
    await runBar(page).getByRole('button', { name: next, disabled: false }).waitFor()
    await expect.poll(focused, soon).toBe(next)
  }
  await page.keyboard.press('Enter')
  await runBar(page).getByRole('button', { name: 'Pause', disabled: false }).waitFor()
  // Enter pressed once too often harms nothing.
  await page.keyboard.press('Control+Shift+W')
  await expect.poll(focused, soon).toBe('Keep running')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.keyboard.press('Control+Shift+.')
  await runBar(page).getByText('Stopped').waitFor(soon)
})
