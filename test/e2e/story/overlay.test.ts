import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { axeProblems } from '../quality/checks.ts'
import { browserStage } from './browser-stage.ts'
import { makePolarisedSession } from './polarised-data.ts'
import { layout, picture, sky, skyOnScreen, soon, withoutOverlays } from './workbench.ts'

const name = 'overlay.larmor'
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await makePolarisedSession(stage.folder, name)
  page = await stage.open()
  await page.setViewportSize({ width: 1280, height: 800 })
  const open = page.getByRole('button', { name: /^Open a session/ })
  await page.locator('button:enabled', { hasText: 'Open a session' }).waitFor()
  await stage.choose(page, () => open.click(), name)
  await layout(page, 'Inspect data')
  await sky(page, 'Data').figure.waitFor()
})
afterAll(() => stage.close())

// The source s20 of the table, by the golden angle; its value is -34.461 rad/m^2.
const source = { lonDeg: 230.16, latDeg: -18.4615 }
const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }

it('draws a catalogue over a map in colours of its own, and reads its sources', async () => {
  await page.getByRole('button', { name: 'Catalogue over the map', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'rm', exact: true }).click()
  await page.keyboard.press('Escape')
  const figure = sky(page, 'Data').figure
  const bar = figure.getByRole('img', { name: /^Colour bar: rm: Faraday depth/ })
  await bar.waitFor()
  await expect
    .poll(() => sky(page, 'Data').overlay.getAttribute('aria-label'), soon)
    .toMatch(/under 60 sources of rm/)
  const { box, toScreen } = await skyOnScreen(page, 'Data', wholeSky)
  const at = toScreen(source.lonDeg, source.latDeg)
  if (!at) throw new Error('The source is not on the screen.')
  await page.mouse.move(at.x, at.y)
  await expect.poll(() => figure.locator('.of-source').textContent(), soon).toMatch(/^rm: −34/)
  await picture(page, 'overlay')
  await page.mouse.move(box.x + 2, box.y + 2)
  // The rim of a source is light, whatever the map is below it.
  const rim = () => withoutOverlays(page, (screen) => screen.at(at.x + 5.2, at.y))
  await expect.poll(async () => Math.min(...(await rim())), soon).toBeGreaterThan(120)
  expect(await axeProblems(page)).toEqual([])
})

it('is a step that can be undone', async () => {
  await page.getByRole('button', { name: 'Catalogue over the map', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'none', exact: true }).click()
  await page.keyboard.press('Escape')
  const bar = page.getByRole('img', { name: /^Colour bar: rm: Faraday depth/ })
  await bar.waitFor({ state: 'hidden' })
  await page.keyboard.press('Control+z')
  await bar.waitFor()
  expect(stage.complaints).toEqual([])
})
