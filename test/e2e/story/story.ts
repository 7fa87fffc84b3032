import { mkdir, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { groupCurves } from '#renderer/charts/series.ts'
import { readFits, readHealpixMap } from '#shared/fits/index.ts'
import { formatNumber } from '#shared/sky/index.ts'
import { screenPicture } from '../picture.ts'
import { checkKnownPixels, checkSkyPixels, checkSlicePixels, checkVolume } from './pictures.ts'
import { inspectRuns, lastOfCurves, onlySession, readNpy, readSession } from './session-file.ts'
import type { Stage } from './stage.ts'
import {
  chiSquares,
  coloursIn,
  enter,
  iteration,
  layout,
  legends,
  mapIteration,
  menu,
  runBar,
  sky,
  soon,
  tool,
} from './workbench.ts'

/** Steps of the main job on the Haslam sample, each checked on the screen and in the files. */

const short = (value: number) => formatNumber(value, { digits: 3 })
/** A first map of the full-size run needs its preparation and some iterations. */
const patient = { timeout: 120_000 }

export interface Exported {
  readonly data: Float32Array
  readonly residual: Float32Array
  readonly nside: number
  readonly field: { readonly shape: number[]; readonly values: Float32Array }
}

/** From the start screen with one click to a run, maps and curves that move, a pause, and on. */
export async function openSampleAndWatch(page: Page): Promise<void> {
  const start = page.getByRole('button', { name: /^Haslam sample/ })
  await expect.poll(() => start.isEnabled(), soon).toBe(true)
  await start.click()
  await expect.poll(() => mapIteration(page), patient).toBeGreaterThan(0)
  const first = await mapIteration(page)
  await expect.poll(() => mapIteration(page), patient).toBeGreaterThan(first)
  await expect.poll(() => legends(page), soon).toHaveProperty('size')
  const loss = (await legends(page)).get('total')
  expect(loss).toMatch(/\d/)
  await expect.poll(async () => (await legends(page)).get('total'), patient).not.toBe(loss)
  await pauseAndResume(page)
}

/** Pauses where the run is, sees that it stays there, and lets it go on. */
async function pauseAndResume(page: Page): Promise<void> {
  await runBar(page).getByRole('button', { name: 'Pause' }).click()
  await runBar(page).getByText('Paused', { exact: true }).waitFor(patient)
  const paused = await iteration(page)
  expect(paused).toBeGreaterThan(0)
  // The model map is of the field that the last step started from.
  await expect.poll(() => mapIteration(page), patient).toBe(paused - 1)
  expect(await iteration(page)).toBe(paused)
  await runBar(page).getByRole('button', { name: 'Resume' }).click()
  await runBar(page).getByRole('button', { name: 'Pause' }).waitFor(patient)
  await expect.poll(() => iteration(page), patient).toBeGreaterThan(paused)
}

/** Settings of a run of a few seconds. */
export async function setSmall(page: Page, iterations: number): Promise<void> {
  await page.getByRole('button', { name: 'Run settings' }).click()
  for (const [axis, voxels] of [
    ['x', 48],
    ['y', 48],
    ['z', 16],
  ] as const)
    await enter(page, `Shape, ${axis}`, voxels)
  await enter(page, 'Fit at NSIDE', 32)
  await enter(page, 'Iterations', iterations)
}

/** Ends the full-size run and fits again on a small grid, with a pause, to the last iteration. */
export async function fitSmall(page: Page, iterations: number): Promise<void> {
  await runBar(page).getByRole('button', { name: 'Stop' }).click()
  await runBar(page).getByText('Stopped', { exact: true }).waitFor(patient)
  await setSmall(page, iterations)
  await startRun(page)
  await expect.poll(() => iteration(page), patient).toBeGreaterThan(0)
  await pauseAndResume(page)
  // Leaving the volume in the middle of its drawing harms nothing.
  for (let turn = 0; turn < 3; turn++) {
    await layout(page, 'Explore field')
    await page.locator('.volume .scene canvas').waitFor()
    await layout(page, 'Fit')
  }
  await finished(page, iterations)
}

export async function startRun(page: Page): Promise<void> {
  const start = runBar(page).getByRole('button', { name: 'Start run' })
  await expect.poll(() => start.isEnabled(), soon).toBe(true)
  await start.click()
  await runBar(page).getByRole('button', { name: 'Pause' }).waitFor(patient)
}

export async function finished(page: Page, iterations: number): Promise<void> {
  await runBar(page)
    .getByText(new RegExp(`^Finished, ${iterations} of ${iterations} in`))
    .waitFor(patient)
}

/** The numbers on the screen are those of the session file. Returns what the screen says. */
export async function checkNumbers(page: Page, path: string, run: number, iterations: number) {
  const inspected = (await inspectRuns(path))[run - 1]
  expect(inspected).toMatchObject({ state: 'done', iteration: iterations, iterations })
  if (!inspected.figures) throw new Error('The run has no figures.')
  const { chi2_n_fitted, chi2_n_held_out } = inspected.figures
  await expect
    .poll(() => chiSquares(page), soon)
    .toEqual([short(chi2_n_fitted), short(chi2_n_held_out)])
  const curves = lastOfCurves(path, run)
  const groups = groupCurves([...curves.keys()])
  const expected = [...groups.loss, ...groups.chi2].map(({ label, column }) => [
    label,
    short(curves.get(column) ?? NaN),
  ])
  await expect.poll(async () => [...(await legends(page))], soon).toEqual(expected)
  // The residual map and the inspector are of the last step too.
  await expect.poll(() => mapIteration(page), soon).toBe(iterations)
  const facts = await page.locator('aside[aria-label="Inspector"] dl.facts').first().innerText()
  expect(facts).toContain(short(chi2_n_held_out))
  expect(facts).toContain(`${iterations} of ${iterations}`)
  return { chi: await chiSquares(page), curves: expected }
}

/** Exports everything into a chosen folder and reads it back. */
export async function exportAll(
  stage: Stage,
  page: Page,
  path: string,
  run: number,
): Promise<Exported> {
  const folder = join(stage.folder, 'exported')
  await mkdir(folder)
  await menu(page, 'File', /^Export run/)
  const dialog = page.getByRole('dialog', { name: /^Export/ })
  await dialog.getByText('Pictures', { exact: true }).click()
  await stage.chooseFolder(
    page,
    () => dialog.getByRole('button', { name: 'Choose' }).click(),
    'exported',
  )
  await dialog.getByText('exported', { exact: true }).waitFor()
  await dialog.getByRole('button', { name: 'Export', exact: true }).click()
  await dialog.waitFor({ state: 'hidden', timeout: 60_000 })
  const names = await readdir(folder)
  const named = (pattern: RegExp) => {
    const found = names.filter((name) => pattern.test(name))
    expect(found, names.join(', ')).toHaveLength(1)
    return join(folder, found[0])
  }

  const fits = readFits(await readFile(named(/\.fits$/)))
  const column = (name: string) => readHealpixMap(fits, { column: name })
  const [data, model, residual] = [column('DATA'), column('MODEL'), column('RESIDUAL')]
  expect(data.ordering).toBe('RING')
  for (let p = 0; p < data.values.length; p++) {
    // Three float32 columns: each is rounded by itself, values of up to 1000 K.
    const difference = Number(data.values[p]) - Number(model.values[p])
    expect(Math.abs(difference - Number(residual.values[p]))).toBeLessThan(2e-4)
  }

  const field = await readNpy(named(/\.npy$/))
  const kept = readSession(path, (session) => {
    const [checkpoint] = session.runs.checkpoints(run)
    return session.runs.checkpointArray(checkpoint, 'magnetic_field')
  })
  expect(field.shape).toEqual([48, 48, 16, 3])
  expect(field.values).toEqual(Float32Array.from(kept.values))

  const lines = (await readFile(named(/\.csv$/), 'utf8')).trim().split('\n')
  const cells = lines[lines.length - 1].split(',').map((text) => (text === '' ? NaN : Number(text)))
  const curves = lastOfCurves(path, run)
  lines[0].split(',').forEach((name, i) => {
    expect(cells[i], name).toBe(curves.get(name))
  })

  const pictures = names.filter((name) => name.endsWith('.png'))
  expect(pictures).toHaveLength(4)
  for (const name of pictures) {
    const bytes = await readFile(join(folder, name))
    expect(bytes.subarray(0, 8).toString('hex'), name).toBe('89504e470d0a1a0a')
    expect(bytes.length, name).toBeGreaterThan(10_000)
  }
  expect(names.some((name) => name.endsWith('.h5'))).toBe(true)
  return {
    data: Float32Array.from(data.values, Number),
    residual: Float32Array.from(residual.values, Number),
    nside: data.nside,
    field,
  }
}

/** A copy under another name, as one file with the same runs; the workbench stays with the original. */
export async function saveCopy(stage: Stage, page: Page, path: string): Promise<void> {
  await mkdir(join(stage.folder, 'copies'))
  await menu(page, 'File', /^Save as/)
  const dialog = page.getByRole('dialog', { name: 'Save a copy as' })
  await dialog.getByLabel('Name', { exact: true }).fill('second')
  await stage.chooseFolder(
    page,
    () => dialog.getByRole('button', { name: 'Choose' }).click(),
    'copies',
  )
  await dialog.getByText('copies', { exact: true }).waitFor()
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await dialog.waitFor({ state: 'hidden', timeout: 60_000 })
  expect(await readdir(join(stage.folder, 'copies'))).toEqual(['second.larmor'])
  expect(await inspectRuns(join(stage.folder, 'copies', 'second.larmor'))).toEqual(
    await inspectRuns(path),
  )
}

/** What the three maps and the slices look like, without their overlays, as colours at fixed places. */
async function portrait(page: Page): Promise<string[]> {
  const picture = await screenPicture(page)
  const places: string[] = []
  for (const locator of [
    page.locator('figure.sky-panel .stage').nth(0),
    page.locator('figure.sky-panel .stage').nth(1),
    page.locator('figure.sky-panel .stage').nth(2),
    page.locator('.slices'),
  ]) {
    const box = await locator.boundingBox()
    if (!box) throw new Error('A picture is missing.')
    for (let x = 2; x < box.width - 2; x += 4)
      for (let y = 2; y < box.height - 2; y += 4)
        places.push(picture.at(box.x + x, box.y + y).join(' '))
  }
  return places
}

/** The whole story. */
export async function tellStory(stage: Stage): Promise<void> {
  const iterations = 400
  let page = await stage.open()
  await openSampleAndWatch(page)
  await fitSmall(page, iterations)
  const path = await onlySession(stage.sessions)
  const numbers = await checkNumbers(page, path, 2, iterations)
  const exported = await exportAll(stage, page, path, 2)
  await tool(page, 'Stretch', 'linear')
  await tool(page, 'Limits', 'min–max')
  await checkKnownPixels(page)
  await checkSkyPixels(page, path, exported)
  await checkSlicePixels(page, path, exported)
  await layout(page, 'Explore field')
  await checkVolume(page, path, exported)
  await layout(page, 'Fit')
  await saveCopy(stage, page, path)
  // Messages and the pointer are no part of the picture.
  for (const button of await page.getByRole('button', { name: 'Close message' }).all())
    await button.click().catch(() => undefined)
  await expect.poll(() => page.locator('.toast').count(), soon).toBe(0)
  await page.mouse.move(2, 2)
  await sky(page, 'Residual').overlay.waitFor()
  let before: string[] = []
  // Drawn to the end when two looks are the same.
  const settled = async () => {
    const last = before
    before = await portrait(page)
    return JSON.stringify(last) === JSON.stringify(before)
  }
  await expect.poll(settled, soon).toBe(true)

  await menu(page, 'File', /^Close session/)
  await page.getByText('Recent sessions').waitFor()
  await stage.quit()
  page = await stage.open()
  const name = path.replace(/^.*\//, '')
  await page.locator('li.recent').filter({ hasText: name }).locator('button.open').click()
  await page.locator('figure.sky-panel').first().waitFor()
  expect(await checkNumbers(page, path, 2, iterations)).toEqual(numbers)
  const same = async () => {
    const now = await portrait(page)
    return now.filter((colour, i) => colour !== before[i]).length
  }
  await expect.poll(same, soon).toBe(0)
  await checkKnownPixels(page)
  await checkSlicePixels(page, path, exported)
  await layout(page, 'Explore field')
  await checkVolume(page, path, exported)
  await layout(page, 'Fit')
  const plot = await page.locator('.chart .plot').first().boundingBox()
  if (!plot) throw new Error('The curves are missing.')
  expect(coloursIn(await screenPicture(page), plot).size).toBeGreaterThan(5)

  // And on: another run from the same settings.
  await page.getByRole('button', { name: 'Run settings' }).click()
  await enter(page, 'Iterations', 20)
  const start = runBar(page).getByRole('button', { name: 'Start run' })
  await expect.poll(() => start.isEnabled(), soon).toBe(true)
  await start.click()
  await finished(page, 20)
  await checkNumbers(page, path, 3, 20)
  await menu(page, 'File', /^Close session/)
  expect(stage.complaints).toEqual([])
}
