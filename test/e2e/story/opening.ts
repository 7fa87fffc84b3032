import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { readFits, readHealpixMap } from '#shared/fits/index.ts'
import { formatQuantity } from '#shared/sky/index.ts'
import { dropFile } from './stage.ts'
import type { Stage } from './stage.ts'
import { menu, openFile, sky, skyOnScreen, soon } from './workbench.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sample = join(root, 'assets/samples/haslam408-nside64.fits')
const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
const degree = Math.PI / 180

/** Maps by dialog and by drop: a good one, one that leaves a question open, a broken one that takes nothing away. */
export async function openMaps(stage: Stage): Promise<void> {
  const at = (name: string) => join(stage.folder, name)
  await copyFile(sample, at('haslam.fits'))
  const bytes = await readFile(sample)
  const asking = Buffer.from(bytes)
  asking.write('COMMENT  ', asking.indexOf('ORDERING= '), 'latin1')
  await writeFile(at('no_ordering.fits'), asking)
  await writeFile(at('broken.fits'), bytes.subarray(0, bytes.length - 100_000))
  const page = await stage.open()
  const rows = page.getByRole('tree', { name: 'Project' }).getByRole('treeitem', { level: 2 })

  // By dialog, from the start screen. The sample says everything itself.
  await openFile(stage, page, 'map', 'haslam.fits')
  await rows.filter({ hasText: 'haslam' }).filter({ hasText: 'NSIDE 64' }).waitFor()
  await page.locator('figure.sky-panel .source', { hasText: 'haslam.fits' }).waitFor()

  // The value under the pointer is that of the file.
  const map = readHealpixMap(readFits(bytes))
  expect(map.ordering).toBe('RING')
  const screen = await skyOnScreen(page, 'Data', wholeSky)
  const { theta, phi } = pix2ang(64, 'RING', 20_000)
  const place = screen.toScreen(phi / degree, 90 - theta / degree)
  if (!place) throw new Error('The pixel is not on the screen.')
  const [x, y] = [Math.round(place.x), Math.round(place.y)]
  const seen = screen.toSky(x, y)
  if (!seen) throw new Error('There is no sky.')
  const pixel = ang2pix(64, 'RING', (90 - seen.latDeg) * degree, seen.lonDeg * degree)
  await page.mouse.move(x, y)
  await expect
    .poll(() => sky(page, 'Data').readout.textContent(), soon)
    .toBe(formatQuantity(Number(map.values[pixel]), 'K'))
  await page.mouse.move(2, 2)

  // Dropped into a browser, a file is copied into the data folder, beside one of the same name.
  // A broken file: a sentence with its name; the project stays as it was.
  await dropFile(page, at('broken.fits'))
  const toast = page.locator('.toast').filter({ hasText: 'Map not loaded' })
  await toast.waitFor()
  const sentence = (await toast.locator('p').textContent()) ?? ''
  expect(sentence).toMatch(/broken( 2)?\.fits/)
  expect(sentence).toMatch(/ends|shorter|truncated|cut|bytes/i)
  expect(await rows.filter({ hasText: /NSIDE|^broken/ }).count()).toBe(1)
  await toast.getByRole('button', { name: 'Close message' }).click()

  // A map without ORDERING: the dialog asks, with both readings.
  await dropFile(page, at('no_ordering.fits'))
  const dialog = page.getByRole('dialog', {
    name: /^no_ordering( 2)?\.fits has no ORDERING keyword$/,
  })
  await dialog.waitFor()
  await expect.poll(() => dialog.locator('figure.sky-panel').count(), soon).toBe(2)
  // Neighbours on the sky are alike only in the order that the pixels have.
  await dialog
    .locator('section.choice')
    .filter({ hasText: 'more likely' })
    .getByText('RING', { exact: true })
    .waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await rows.filter({ hasText: 'no_ordering' }).count()).toBe(0)
  await stage.choose(page, () => menu(page, 'Data', /^Add map/), 'no_ordering.fits')
  await dialog.waitFor()
  await dialog.getByRole('button', { name: 'Use RING' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await rows.filter({ hasText: 'no_ordering' }).waitFor()
  await page.locator('figure.sky-panel .source', { hasText: 'no_ordering.fits' }).waitFor()
  await menu(page, 'File', /^Close session/)
  await page.getByText('Recent sessions').waitFor()
  expect(stage.complaints).toEqual([])
}
