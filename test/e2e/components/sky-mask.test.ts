import { afterAll, beforeAll, expect, it } from 'vitest'
import { pix2ang } from '#shared/healpix/index.ts'
import { neutralColour } from '#renderer/sky/palette.ts'
import { skyGeometry, skyToScreen } from '#renderer/sky/view.ts'
import { wholeSky } from '#renderer/sky/types.ts'
import { colourDistance, screenPicture } from '../picture.ts'
import { openComponentPage } from './page.ts'
import type { ComponentPage } from './page.ts'

let open: ComponentPage

beforeAll(async () => {
  open = await openComponentPage()
})
afterAll(async () => {
  await open.close()
})

const nside = 8
const degree = Math.PI / 180

/** A flat map, of which `masked` is masked. */
async function mount(masked: readonly number[], drawing: unknown) {
  await open.page.evaluate(
    async ([masked, drawing]) => {
      const used = new Uint8Array(768).fill(1)
      for (const pixel of masked) used[pixel] = 0
      const props = {
        pixels: new Float32Array(768).fill(1),
        nside: 8,
        title: 'Data',
        source: 'test',
        unit: 'K',
        quantity: 'Brightness temperature',
        norm: 'linear',
        limits: [0, 1.0001],
        percentile: 99.5,
        colourMap: 'inferno',
        projection: 'mollweide',
        symmetric: false,
        view: { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 },
        cursor: null,
        busy: false,
        mask: { nside: 8, used, revision: 0, changed: [0, 768] },
        drawing,
      }
      await window.harness.mount('sky', [{ width: 800, height: 540, props }], 'dark')
    },
    [masked, drawing] as const,
  )
}
async function stage() {
  const box = await open.page.locator('.stage').first().boundingBox()
  if (!box) throw new Error('no stage')
  return box
}

it('veils and hatches what is masked, and nothing else', async () => {
  const band = Array.from({ length: 768 }, (_, pixel) => pixel).filter(
    (pixel) => Math.abs(90 - pix2ang(nside, 'RING', pixel).theta / degree) < 20,
  )
  await mount(band, null)
  await open.page.locator('canvas.overlay').evaluate((element) => {
    if (element instanceof HTMLElement) element.style.visibility = 'hidden'
  })
  const box = await stage()
  const picture = await screenPicture(open.page)
  const geometry = skyGeometry('mollweide', wholeSky, box)
  const seen = (lonDeg: number, latDeg: number) => {
    const at = skyToScreen(geometry, { lonDeg, latDeg })
    if (!at) throw new Error('not on the map')
    // A whole period of the hatching.
    return Array.from({ length: 7 }, (_, i) => picture.at(box.x + at.x + i, box.y + at.y))
  }
  const bare = seen(60, 60)
  expect(new Set(bare.map(String)).size).toBe(1)
  const veiled = seen(60, 0)
  expect(new Set(veiled.map(String)).size).toBeGreaterThan(1)
  // Three fifths of the way to the colour of pixels without a value.
  const expected = bare[0].map((value, i) => value + 0.6 * (neutralColour('dark')[i] - value))
  // Colours are whole numbers, of four samples each.
  expect(Math.min(...veiled.map((colour) => colourDistance(colour, expected)))).toBeLessThan(3)
  expect(open.complaints).toEqual([])
})

it('tells where the brush goes, by pointer and by keys, and moves the map with Shift', async () => {
  await mount([], { kind: 'disc', radiusDeg: 5 })
  const box = await stage()
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await open.page.mouse.move(x, y)
  await open.page.mouse.down()
  await open.page.mouse.move(x - 100, y, { steps: 2 })
  await open.page.mouse.up()
  const strokes = async () =>
    (await open.page.evaluate(() => window.harness.events))
      .filter(({ name }) => name === 'stroke')
      .map(({ value }) => value)
  // Left of the middle are greater longitudes: 100 of the 797 pixels that are 360 degrees.
  const lonDeg = expect.closeTo((360 * 100) / (box.width - 3), 0)
  expect(await strokes()).toEqual([
    { phase: 'start', at: expect.anything() },
    { phase: 'move', at: expect.anything() },
    { phase: 'move', at: { lonDeg, latDeg: expect.closeTo(0, 0) } },
    { phase: 'end', at: null },
  ])
  await open.page.keyboard.press('Tab')
  await open.page.locator('canvas.overlay').focus()
  await open.page.keyboard.press('Enter')
  expect((await strokes()).slice(4)).toEqual([
    { phase: 'start', at: { lonDeg, latDeg: expect.closeTo(0, 0) } },
    { phase: 'end', at: null },
  ])
  await open.page.keyboard.down('Shift')
  await open.page.mouse.down()
  await open.page.mouse.move(x, y, { steps: 2 })
  await open.page.mouse.up()
  await open.page.keyboard.up('Shift')
  expect(await strokes()).toHaveLength(6)
  const views = (await open.page.evaluate(() => window.harness.events)).filter(
    ({ name }) => name === 'update:view',
  )
  expect(views.length).toBeGreaterThan(0)
  expect(open.complaints).toEqual([])
})

it('gives the corners of a polygon, takes one back, and closes it', async () => {
  await mount([], { kind: 'polygon', corners: [] })
  const box = await stage()
  const click = (dx: number, dy: number) =>
    open.page.mouse.click(box.x + box.width / 2 + dx, box.y + box.height / 2 + dy)
  await click(0, 0)
  await click(-100, 0)
  await open.page.locator('canvas.overlay').press('Backspace')
  await open.page.mouse.dblclick(box.x + box.width / 2, box.y + 100)
  const phases = (await open.page.evaluate(() => window.harness.events))
    .filter(({ name }) => name === 'stroke')
    .map(({ value }) => (value as { phase: string }).phase)
  const corner = ['start', 'end']
  expect(phases).toEqual([...corner, ...corner, 'back', ...corner, ...corner, 'close'])
  expect(open.complaints).toEqual([])
})
