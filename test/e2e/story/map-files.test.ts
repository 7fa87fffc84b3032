import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { writeHealpixMap } from '#shared/fits/index.ts'
import type { WriteCard } from '#shared/fits/index.ts'
import { ang2pix } from '#shared/healpix/index.ts'
import { sampleSession } from '#test/tools/sample-session.ts'
import { browserStage } from './browser-stage.ts'
import { dropFile } from './stage.ts'
import { menu, sky, skyOnScreen, soon } from './workbench.ts'

const nside = 1024
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

declare global {
  interface Window {
    larmorSources?: string[]
  }
}

async function write(
  name: string,
  nside: number,
  values: Float32Array,
  cards: WriteCard[],
): Promise<void> {
  const columns = [{ name: 'I', unit: 'K', values }]
  await writeFile(
    join(stage.folder, name),
    writeHealpixMap({ nside, ordering: 'RING', coordsys: 'G', columns, cards }),
  )
}

beforeAll(async () => {
  // Pixel p holds p mod 1000, which no mean over pixels does.
  const values = Float32Array.from({ length: 12 * nside ** 2 }, (_, pixel) => pixel % 1000)
  const frequency = [{ keyword: 'FREQ', value: 0.408, comment: 'GHz' }]
  stage = await browserStage()
  await write('large.fits', nside, values, frequency)
  await write('nothing.fits', 16, new Float32Array(12 * 16 ** 2).fill(NaN), [])
  page = await stage.open()
})
afterAll(() => stage.close())

it('shows a map finer than the screen at once at a lower NSIDE, then all of it', async () => {
  // The first picture may be there for a moment only: what the panel says of it is noted.
  await page.evaluate(() => {
    const seen: string[] = []
    window.larmorSources = seen
    new MutationObserver(() => {
      const text = document.querySelector('figure.sky-panel .source')?.textContent ?? ''
      if (text !== seen.at(-1)) seen.push(text)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  const open = page.locator('button:enabled', { hasText: 'Open a map' })
  await open.waitFor()
  await stage.choose(page, () => open.click(), 'large.fits')
  const { figure, overlay } = sky(page, 'Data')
  await figure.locator('.stage[aria-busy=false]').waitFor(soon)
  await expect
    .poll(() => page.evaluate(() => window.larmorSources?.at(-1)), soon)
    .toBe('large.fits')
  expect(await page.evaluate(() => window.larmorSources)).toContain(
    'large.fits, NSIDE 512 of 1024 so far',
  )

  const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
  const { toScreen } = await skyOnScreen(page, 'Data', wholeSky)
  const at = toScreen(40, 20)
  if (!at) throw new Error('The place is not on the screen.')
  await page.mouse.move(at.x, at.y)
  const readout = page.getByRole('list', { name: 'Readout' })
  await expect.poll(() => readout.textContent(), soon).toContain('1024 RING')
  await overlay.waitFor()
  const shown = (await readout.textContent()) ?? ''
  const pixel = Number(/pix\s*([\d\s]+)/.exec(shown)?.[1].replace(/\s/g, ''))
  // The pointer is on a whole pixel of the screen, a third of a degree or six rings.
  const near = ang2pix(nside, 'RING', ((90 - 20) * Math.PI) / 180, (40 * Math.PI) / 180)
  expect(Math.abs(pixel - near)).toBeLessThan(4 * nside * 10)
  expect(Number(/data([\d.]+)\sK/.exec(shown)?.[1])).toBe(pixel % 1000)
  expect(stage.complaints).toEqual([])
})

it('takes an answer with Enter, and says of a map without a value that there is none', async () => {
  await stage.choose(page, () => menu(page, 'Data', /^Add map/), 'nothing.fits')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Frequency', { exact: true }).fill('0.408')
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('heading', { name: 'nothing.fits cannot be shown' }).waitFor()
  await page.getByText('every pixel is NaN, UNSEEN or the bad value').waitFor()
  expect(stage.complaints).toEqual([])
})

it('opens what is dropped on the start screen: a session, and a map', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'larmor-dropped-'))
  try {
    await sampleSession(elsewhere, 'dropped.larmor')
    const toStart = async () => {
      await page.keyboard.press('Control+Shift+W')
      await page.getByRole('button', { name: /^Open a map/ }).waitFor()
    }
    await toStart()
    await dropFile(page, join(elsewhere, 'dropped.larmor'))
    await page.getByRole('treeitem', { name: /^Run 1/ }).waitFor()
    expect(await page.title()).toBe('dropped – Larmor')
    await toStart()
    const values = new Float32Array(12 * 16 ** 2).fill(7)
    await write('sevens.fits', 16, values, [{ keyword: 'FREQ', value: 0.408, comment: 'GHz' }])
    await rename(join(stage.folder, 'sevens.fits'), join(elsewhere, 'sevens.fits'))
    await dropFile(page, join(elsewhere, 'sevens.fits'))
    await expect.poll(() => sky(page, 'Data').source.textContent(), soon).toBe('sevens.fits')
    expect(await readdir(stage.folder)).toEqual(
      expect.arrayContaining(['dropped.larmor', 'sevens.fits']),
    )
    expect(stage.complaints).toEqual([])
  } finally {
    await rm(elsewhere, { recursive: true, force: true })
  }
})
