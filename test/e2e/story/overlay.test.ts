import { readFile } from 'node:fs/promises'
import type { Download, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { colourAt, projectSky } from '#shared/sky/index.ts'
import { colourDistance, decodePng } from '../picture.ts'
import type { Picture } from '../picture.ts'
import { axeProblems } from '../quality/checks.ts'
import { browserStage } from './browser-stage.ts'
import { makePolarisedSession, sourcesOfCatalogue } from './polarised-data.ts'
import {
  layout,
  leaveTool,
  mapIteration,
  menu,
  openFile,
  picture,
  sky,
  skyOnScreen,
  soon,
  tool,
  toolButton,
  withoutOverlays,
} from './workbench.ts'

const name = 'overlay.larmor'
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await makePolarisedSession(stage.folder, name)
  await openSession()
})
afterAll(() => stage.close())

async function openSession() {
  page = await stage.open()
  await page.setViewportSize({ width: 1280, height: 800 })
  await openFile(stage, page, 'session', name)
  await sky(page, 'Data').figure.waitFor()
}

const source = sourcesOfCatalogue[20]
const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
/** From the least to the greatest value, symmetric about zero. */
const reach = Math.max(...sourcesOfCatalogue.map(({ value }) => Math.abs(value)))
const part = (value: number) => (1 + value / reach) / 2
const bar = (title: string) =>
  sky(page, title).figure.getByRole('img', { name: /^Colour bar: rm: Faraday depth/ })

/** How many sources a map has in their colours, of those that no other one touches and that the outline does not cut. */
async function sourcesSeen(title: string, left = 0, right = 1) {
  const { box, toScreen } = await skyOnScreen(page, title, wholeSky)
  const placed = sourcesOfCatalogue.map((one) => ({
    ...one,
    at: toScreen(one.lonDeg, one.latDeg) ?? { x: NaN, y: NaN },
  }))
  const free = placed.filter(
    ({ at }, i) =>
      at.x > box.x + left * box.width + 6 &&
      at.x < box.x + right * box.width - 6 &&
      placed.every(
        (other, k) => k === i || !(Math.hypot(other.at.x - at.x, other.at.y - at.y) < 11),
      ),
  )
  const wrong = await withoutOverlays(page, (screen) =>
    free.filter(({ at, value }) => {
      const seen = screen.at(at.x, at.y)
      // Two steps of the table of 256 colours; and the middle of a screen pixel is not that of a circle.
      return colourDistance(seen, colourAt('berlin', part(value)) ?? []) > 6
    }),
  )
  return { free: free.length, wrong: wrong.map(({ value }) => value) }
}
async function checkSources(title: string, left?: number, right?: number) {
  const look = async () => (await sourcesSeen(title, left, right)).wrong
  await expect.poll(look, { ...soon, message: `sources over ${title}` }).toEqual([])
  expect((await sourcesSeen(title, left, right)).free).toBeGreaterThan(right ? 8 : 25)
}

it('draws a catalogue over a map in colours of its own, and reads its sources', async () => {
  await layout(page, 'Inspect data')
  await (await toolButton(page, 'Catalogue over the map')).click()
  await page.getByRole('menuitemradio', { name: 'rm', exact: true }).click()
  await leaveTool(page)
  const figure = sky(page, 'Data').figure
  await bar('Data').waitFor()
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
  await checkSources('Data')
  expect(await axeProblems(page)).toEqual([])
})

it('draws it over data, model and residual, beside one another and on two sides of a line', async () => {
  await layout(page, 'Fit')
  await expect.poll(() => mapIteration(page), soon).toBeGreaterThan(0)
  for (const title of ['Data', 'Model', 'Residual']) {
    await bar(title).waitFor()
    await checkSources(title)
  }
  await page.mouse.move(2, 2)
  await picture(page, 'overlay-fit')
  expect(await axeProblems(page)).toEqual([])
  await tool(page, 'Comparison', 'swipe data, residual')
  await page.getByRole('slider', { name: 'Line between Data and Residual' }).waitFor()
  await checkSources('Data', 0, 0.5)
  await checkSources('Residual', 0.5, 1)
  await page.mouse.move(2, 2)
  await picture(page, 'overlay-swipe')
  await tool(page, 'Comparison', 'side by side')
  await layout(page, 'Explore field')
  await page.getByRole('tab', { name: 'Sky', exact: true }).click()
  await bar('Data').waitFor()
  await checkSources('Data')
  await picture(page, 'overlay-explore')
})

/** What a source has on a page, CSS pixels: the map is 600 by 300, below margin and title. */
function onPage({ lonDeg, latDeg }: typeof source): [number, number] {
  const plane = projectSky('mollweide', wholeSky, lonDeg, latDeg)
  if (!plane) throw new Error('The source is not on the map.')
  const scale = (300 - 3) / 2
  return [12 + 300 + plane.x * scale, 12 + 24 + 150 - plane.y * scale]
}
function checkPage(look: Picture, pixelRatio: number) {
  for (const one of [source, sourcesOfCatalogue[33], sourcesOfCatalogue[41]]) {
    const [x, y] = onPage(one)
    const seen = look.at(pixelRatio * x, pixelRatio * y)
    // On white paper in the partner of the colours of dark panels.
    expect(colourDistance(seen, colourAt('vik', part(one.value)) ?? [])).toBeLessThan(6)
    // The rim, 5 pixels from the middle, is lighter than the circle or than what lies around it.
    const rim = look.at(pixelRatio * (x + 5), pixelRatio * y)
    expect(Math.min(...rim)).toBeGreaterThan(180)
  }
}

// Nine pictures, drawn without a graphics card.
const patient = { timeout: 240_000 }
it('saves the sources over all three maps as PNG, SVG and PDF', patient, async () => {
  await layout(page, 'Fit')
  await bar('Residual').waitFor()
  async function saved(format: 'PNG' | 'SVG' | 'PDF') {
    const downloads: Download[] = []
    const take = (download: Download) => void downloads.push(download)
    page.on('download', take)
    await menu(page, 'File', `Save the sky as ${format}`)
    await expect.poll(() => downloads.length, soon).toBe(3)
    page.off('download', take)
    const names = downloads.map((one) => one.suggestedFilename())
    expect(names.map((one) => one.replace(/^.*-/, ''))).toEqual(
      ['data', 'model', 'residual'].map((what) => `${what}.${format.toLowerCase()}`),
    )
    return Promise.all(downloads.map(async (one) => readFile(await one.path())))
  }
  for (const png of await saved('PNG')) {
    const url = `data:image/png;base64,${png.toString('base64')}`
    checkPage(await decodePng(page, url), 3)
  }
  const circle = /<circle cx="([\d.]+)" cy="([\d.]+)" r="4\.5" fill="rgb\(([\d,]+)\)"\/>/g
  for (const svg of await saved('SVG')) {
    const text = svg.toString('utf8')
    const circles = [...text.matchAll(circle)].map(([, x, y, colour]) => ({
      at: [Number(x), Number(y)],
      colour: colour.split(',').map(Number),
    }))
    // One for each source, in their order, where it is projected to and in the colour of its value.
    expect(circles).toHaveLength(60)
    circles.forEach(({ at, colour }, i) => {
      onPage(sourcesOfCatalogue[i]).forEach((value, k) => expect(at[k]).toBeCloseTo(value, 2))
      const expected = colourAt('vik', part(sourcesOfCatalogue[i].value)) ?? []
      expect(colourDistance(colour, expected)).toBeLessThan(4)
    })
    // With rims and edges.
    expect(text.match(/<circle /g)).toHaveLength(180)
    expect(text).toContain('rm: Faraday depth')
    expect(text.match(/<image /g)).toHaveLength(1)
  }
  for (const pdf of await saved('PDF')) expect(pdf.toString('latin1')).toMatch(/^%PDF-1\.4\n/)
})

it('is a step that can be undone', async () => {
  await (await toolButton(page, 'Catalogue over the map')).click()
  await page.getByRole('menuitemradio', { name: 'none', exact: true }).click()
  await leaveTool(page)
  await bar('Model').waitFor({ state: 'hidden' })
  await page.keyboard.press('Control+z')
  await bar('Model').waitFor()
  expect(stage.complaints).toEqual([])
})

it('is remembered with the session', async () => {
  await stage.quit()
  await openSession()
  await bar('Residual').waitFor()
  await checkSources('Model')
  expect(stage.complaints).toEqual([])
})
