import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeMaps, readFits, readHealpixMap, writeHealpixMap } from '#shared/fits/index.ts'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { pixelSets } from '#shared/inference/likelihood.ts'
import { syntheticSky } from '#test/tools/sample-run.ts'
import { browserStage } from './browser-stage.ts'
import { onlySession, readSession } from './session-file.ts'
import { finished } from './story.ts'
import {
  enter,
  field,
  layout,
  menu,
  openFile,
  picture,
  runBar,
  sky,
  skyOnScreen,
  soon,
} from './workbench.ts'

// From a map on the start screen to a run that leaves out what was drawn.
const nside = 16
const pixels = 12 * nside ** 2
const values = syntheticSky(nside)
const degree = Math.PI / 180
const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  const columns = [{ name: 'I', unit: 'K', values }]
  const cards = [{ keyword: 'FREQ', value: 0.408, comment: 'GHz' }]
  const map = writeHealpixMap({ nside, ordering: 'RING', coordsys: 'G', columns, cards })
  await writeFile(join(stage.folder, 'sky.fits'), map)
  page = await stage.open()
})
afterAll(() => stage.close())

const bar = () => page.getByRole('toolbar', { name: 'Mask' })
/** Too short to be seen going on. */
async function fit(iterations: number) {
  await enter(page, 'Iterations', iterations)
  await runBar(page)
    .getByRole('button', { name: 'Start run' })
    .and(page.locator(':enabled'))
    .click()
  await finished(page, iterations)
}
/** Beside the numbers of the tool; the other one of that name is the opposite of Erase. */
const apply = () => bar().locator('.fields').getByRole('button', { name: 'Mask' }).click()
const chooseTool = (name: string) => bar().getByText(name, { exact: true }).click()
/** How much is masked, as the bar says it. */
const share = async () => Number.parseFloat((await bar().locator('output').textContent()) ?? '')
const percentOf = (masked: readonly boolean[]) =>
  Number(((100 * masked.filter(Boolean).length) / masked.length).toFixed(2))
const placeOf = (pixel: number) => {
  const { theta, phi } = pix2ang(nside, 'RING', pixel)
  return { lonDeg: phi / degree, latDeg: 90 - theta / degree }
}
type Place = ReturnType<typeof placeOf>
const pixelOf = (lonDeg: number, latDeg: number) =>
  ang2pix(nside, 'RING', (90 - latDeg) * degree, lonDeg * degree)
function distanceDeg(a: Place, b: Place): number {
  const [p, q] = [a.latDeg * degree, b.latDeg * degree]
  const cosine =
    Math.sin(p) * Math.sin(q) + Math.cos(p) * Math.cos(q) * Math.cos((a.lonDeg - b.lonDeg) * degree)
  return Math.acos(Math.min(1, Math.max(-1, cosine))) / degree
}
async function onScreen(lonDeg: number, latDeg: number) {
  const at = (await skyOnScreen(page, 'Data', wholeSky)).toScreen(lonDeg, latDeg)
  if (!at) throw new Error(`${lonDeg}, ${latDeg} is not on the screen.`)
  return at
}
const all = <Value>(of: (pixel: number) => Value) => Array.from({ length: pixels }, (_, p) => of(p))

/** Set of each pixel in the data of a run: 0 for one that is not compared. */
function setsOf(path: string, run: number): number[] {
  const [vector] = readSession(path, (session) => session.runs.data(run))
  if (vector.kind !== 'map') throw new Error('These are no pixels.')
  const sets = new Map([...vector.pixels].map((pixel, i) => [pixel, vector.set[i]]))
  return all((pixel) => sets.get(pixel) ?? 0)
}

/** Where the brush goes, along a parallel. */
const stroke = { from: 60, to: 30, latDeg: 45, radiusDeg: 12 }
const inBand = (pixel: number) => Math.abs(placeOf(pixel).latDeg + 20) <= 5
const limit = 95
const isBright = (pixel: number) => values[pixel] > limit
/** How far a pixel is from the way of the brush. */
const fromStroke = (pixel: number) =>
  Math.min(
    ...Array.from({ length: 31 }, (_, step) =>
      distanceDeg(placeOf(pixel), { lonDeg: stroke.to + step, latDeg: stroke.latDeg }),
    ),
  )
let used: Float32Array

it('is drawn with disc, band, limit and polygon, and takes a stroke back', async () => {
  await openFile(stage, page, 'map', 'sky.fits')
  await sky(page, 'Data').figure.locator('.stage[aria-busy=false]').waitFor()
  await page.getByRole('button', { name: 'Run settings' }).click()
  for (const [axis, voxels] of [
    ['x', 12],
    ['y', 12],
    ['z', 6],
  ] as const)
    await enter(page, `Shape, ${axis}`, voxels)
  await fit(3)
  await layout(page, 'Inspect data')

  await menu(page, 'Data', 'Draw the mask')
  await field(page, 'Radius of the brush').fill(String(stroke.radiusDeg))
  await field(page, 'Radius of the brush').blur()
  const [from, to] = [
    await onScreen(stroke.from, stroke.latDeg),
    await onScreen(stroke.to, stroke.latDeg),
  ]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
  await expect.poll(share, soon).toBeGreaterThan(0)
  const ofDisc = await share()

  await chooseTool('Band')
  await enter(page, 'Lowest latitude', -25)
  await enter(page, 'Highest latitude', -15)
  await apply()
  const ofBand = percentOf(all(inBand))
  await expect.poll(share, soon).toBeCloseTo(ofDisc + ofBand, 1)

  await chooseTool('Values')
  await enter(page, 'Limit of the values', limit)
  await apply()
  const ofThree = ofDisc + percentOf(all((pixel) => inBand(pixel) || isBright(pixel)))
  await expect.poll(share, soon).toBeCloseTo(ofThree, 1)

  await chooseTool('Polygon')
  for (const [lonDeg, latDeg] of [
    [-120, 30],
    [-60, 30],
    [-60, 70],
    [-120, 70],
  ] as const) {
    const { x, y } = await onScreen(lonDeg, latDeg)
    await page.mouse.click(x, y)
  }
  await bar().getByText('4 corners').waitFor()
  await apply()
  await expect.poll(share, soon).toBeGreaterThan(ofThree + 2)
  await picture(page, 'mask-drawn')
  await page.keyboard.press('Control+z')
  await expect.poll(share, soon).toBeCloseTo(ofThree, 1)
})

it('is saved as a FITS map with what was drawn, which the data entry then names', async () => {
  await bar().getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Mask saved as sky mask.fits').waitFor()
  await bar().getByRole('button', { name: 'Done' }).click()
  const path = await onlySession(stage.folder)
  const mask = () =>
    readSession(path, ({ configuration }) => JSON.stringify(configuration.data[0].mask))
  await expect.poll(mask, soon).toMatch(/sky mask\.fits","column":0/)

  const files = await readdir(stage.folder, { recursive: true })
  const file = files.find((name) => name.endsWith('sky mask.fits')) ?? ''
  const fits = readFits(await readFile(join(stage.folder, file)))
  const saved = readHealpixMap(fits)
  expect(describeMaps(fits)).toMatchObject([{ nside, ordering: 'RING', frame: 'galactic' }])
  used = Float32Array.from(saved.values)
  const isUsed = (lonDeg: number, latDeg: number) => used[pixelOf(lonDeg, latDeg)]
  // Both ends of the stroke and its middle, and what is opposite; the polygon that was taken back.
  expect([60, 45, 30].map((lonDeg) => isUsed(lonDeg, stroke.latDeg))).toEqual([0, 0, 0])
  expect(isUsed(45 + 180, -stroke.latDeg)).toBe(1)
  expect(isUsed(-90, 50)).toBe(1)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const way = fromStroke(pixel)
    // The pointer is on whole pixels of the screen, and the brush a row of discs.
    if (Math.abs(way - stroke.radiusDeg) < 1) continue
    const masked = way < stroke.radiusDeg || inBand(pixel) || isBright(pixel)
    expect(used[pixel], `pixel ${pixel}`).toBe(masked ? 0 : 1)
  }
})

it('leaves its pixels out of the next run, and no others', async () => {
  await page.getByRole('button', { name: 'Run settings' }).click()
  await fit(4)
  const path = await onlySession(stage.folder)
  const [before, after] = [setsOf(path, 1), setsOf(path, 2)]
  const isFitted = (set: number) => set === pixelSets.fitted
  expect(after.map(isFitted)).toEqual(before.map((set, p) => isFitted(set) && used[p] === 1))
  const masked = before.filter((set, p) => isFitted(set) && used[p] === 0).length
  expect(masked).toBeGreaterThan(200)
  expect(after.filter(isFitted).length).toBe(before.filter(isFitted).length - masked)
  expect(stage.complaints).toEqual([])
})
