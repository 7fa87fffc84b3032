import { describe, expect, it } from 'vitest'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { colourAt, makeNorm, projectSky } from '#shared/sky/index.ts'
import { colourDistance, decodePng } from '../picture.ts'
import { useComponentPage } from './page.ts'
import { skyPanel, wholeSky } from './sky-panel.ts'
import type { SkyProjection } from '#renderer/sky/types.ts'
import type { MapOptions, View } from './sky-panel.ts'

const degree = Math.PI / 180
const open = useComponentPage()
const { mount, stageBox, mapPicture, compare } = skyPanel(open)

describe('colours', () => {
  const valueOf = (pixel: number) => Math.fround(pixel + 1)
  const cases = [
    { norm: 'linear', kind: 'linear', limits: [1, 768] },
    { norm: 'log', kind: 'log', limits: [2, 500] },
    { norm: 'sqrt', kind: 'sqrt', limits: [100, 700] },
    { norm: 'symlog', kind: 'symlog', limits: [-768, 768] },
    { norm: 'asinh', kind: 'asinh', limits: [-10, 768] },
  ] as const
  it.each(cases)('are those of the values with norm $norm', async ({ norm, kind, limits }) => {
    const options: MapOptions = { nside: 8, values: 'number', norm, limits }
    await mount(options)
    const result = await compare(
      options,
      valueOf,
      makeNorm({ kind, min: limits[0], max: limits[1] }),
    )
    expect(result.compared).toBeGreaterThan(3000)
    expect(result.wrong).toEqual([])
    expect(open.complaints).toEqual([])
  })

  it('give every colour the same area when equalised', async () => {
    const options: MapOptions = { nside: 8, values: 'number', norm: 'equalised', limits: [1, 768] }
    await mount(options)
    const values = Float32Array.from({ length: 768 }, (_, p) => p + 1)
    const norm = makeNorm({ kind: 'histogram', min: 1, max: 768, values })
    const result = await compare(options, valueOf, norm)
    expect(result.compared).toBeGreaterThan(3000)
    // An edge of the table may fall on a value: one colour up or down.
    expect(result.wrong).toEqual([])
  })

  it('are neutral grey for NaN and UNSEEN', async () => {
    const options: MapOptions = { nside: 4, values: 'holes', limits: [1, 192] }
    await mount(options)
    const result = await compare(
      options,
      (pixel) => (pixel % 3 === 0 ? NaN : pixel + 1),
      makeNorm({ kind: 'linear', min: 1, max: 192 }),
    )
    expect(result.compared).toBeGreaterThan(3000)
    expect(result.wrong).toEqual([])
  })

  it.each(['gnomonic', 'plate-carree'] as const)(
    'are those of the values in %s, with grey for NaN',
    async (projection) => {
      const limits = [2, 192] as const
      const options: MapOptions = { nside: 4, values: 'holes', norm: 'log', limits, projection }
      await mount(options)
      const norm = makeNorm({ kind: 'log', min: 2, max: 192 })
      const result = await compare(options, (pixel) => (pixel % 3 === 0 ? NaN : pixel + 1), norm)
      expect(result.compared).toBeGreaterThan(3000)
      expect(result.wrong).toEqual([])
      expect(open.complaints).toEqual([])
    },
  )

  it('leave what is outside the map to the panel', async () => {
    await mount({ nside: 4, values: 'number' })
    const picture = await mapPicture()
    const { box } = await stageBox('mollweide', wholeSky)
    expect(picture.at(box.x + 4, box.y + 4)).toEqual([0x12, 0x14, 0x17])
  })
})

describe('geometry', () => {
  const views: readonly (readonly [string, SkyProjection, View])[] = [
    ['the whole sky', 'mollweide', wholeSky],
    ['an oblique Mollweide', 'mollweide', { ...wholeSky, lonDeg: 200, latDeg: 35, rollDeg: 20 }],
    ['a rolled globe', 'orthographic', { ...wholeSky, lonDeg: 120, latDeg: 40, rollDeg: -25 }],
    ['the north pole', 'orthographic', { ...wholeSky, latDeg: 90, zoom: 40 }],
    ['a zoomed Mollweide pole', 'mollweide', { ...wholeSky, zoom: 60, panX: 0.01, panY: -0.983 }],
    ['a cap boundary', 'mollweide', { ...wholeSky, zoom: 150, panX: 0.5, panY: 0.55 }],
    ['a plate carree', 'plate-carree', wholeSky],
    [
      'an oblique plate carree',
      'plate-carree',
      { ...wholeSky, lonDeg: 70, latDeg: -50, rollDeg: 30 },
    ],
    [
      'a zoomed plate carree pole',
      'plate-carree',
      { ...wholeSky, zoom: 60, panX: 0.7, panY: 0.98 },
    ],
    ['a gnomonic picture', 'gnomonic', { ...wholeSky, lonDeg: 265, latDeg: -30, rollDeg: 40 }],
    ['a gnomonic pole', 'gnomonic', { ...wholeSky, latDeg: 90, zoom: 40 }],
    ['the seam', 'mollweide', { ...wholeSky, zoom: 200, panX: -1.9, panY: 0.2 }],
  ]
  it.each(views)('shows the right pixels in %s', async (_, projection, view) => {
    // Zoomed in, pixels of NSIDE 512 are many screen pixels wide; on the whole sky those of NSIDE 16 are.
    const options: MapOptions = {
      nside: view.zoom > 1 ? 512 : 16,
      values: 'hash',
      limits: [0, 256],
      projection,
      view,
    }
    await mount(options)
    const norm = makeNorm({ kind: 'linear', min: 0, max: 256 })
    const result = await compare(options, (pixel) => (pixel * 97) % 256, norm)
    expect(result.compared).toBeGreaterThan(2000)
    // float32 geometry: boundaries are right to 1e-6 rad, so hardly any inner pixel may differ.
    expect(result.wrong.length, result.wrong.slice(0, 5).join('\n')).toBeLessThanOrEqual(
      result.compared / 1000,
    )
    expect(open.complaints).toEqual([])
  })

  it('has longitude to the left and north up', async () => {
    const { theta, phi } = pix2ang(1, 'RING', 5)
    expect([theta / degree, phi / degree]).toEqual([90, 90])
    await mount({ nside: 1, values: 'number', limits: [1, 12], colourMap: 'greys' })
    const picture = await mapPicture()
    const { toScreen } = await stageBox('mollweide', wholeSky)
    const brightness = (lonDeg: number, latDeg: number) => {
      const plane = projectSky('mollweide', wholeSky, lonDeg, latDeg)
      if (!plane) throw new Error('outside')
      const { x, y } = toScreen(plane.x, plane.y)
      return { x, y, seen: picture.at(x, y) }
    }
    const east = brightness(90, 5)
    const { box } = await stageBox('mollweide', wholeSky)
    expect(east.x).toBeLessThan(box.x + box.width / 2)
    expect(east.seen).toEqual(colourAt('greys', 5 / 11))
    expect(brightness(45, 60).y).toBeLessThan(box.y + box.height / 2)
    expect(brightness(45, 60).seen).toEqual(colourAt('greys', 0))
    expect(brightness(45, -60).seen).toEqual(colourAt('greys', 8 / 11))
  })
})

/** Screen positions worked out by hand, of the twelve pixels of NSIDE 1. */
describe('places', () => {
  const seenAt = async (
    projection: SkyProjection,
    view: View,
    places: readonly (readonly [number, number])[],
  ) => {
    await mount({
      nside: 1,
      values: 'number',
      limits: [1, 12],
      colourMap: 'greys',
      projection,
      view,
    })
    const picture = await mapPicture()
    const { toScreen } = await stageBox(projection, view)
    return places.map(([planeX, planeY]) => {
      const { x, y } = toScreen(planeX, planeY)
      return picture.at(x, y)
    })
  }
  // The middles of the twelve: at latitudes of 41.8 degrees from l = 45 degrees on, of 0 from 0 on, and of -41.8 from 45 on.
  const grey = (pixel: number) => colourAt('greys', pixel / 11)

  it('in plate carree are proportional to longitude, to the left, and latitude', async () => {
    const unitsPerDegree = 1 / 90
    const at = (l: number, b: number) => [-l * unitsPerDegree, b * unitsPerDegree] as const
    const places = [
      at(45, 41.8),
      at(135, 41.8),
      at(-45, 41.8),
      at(90, 0),
      at(-90, 0),
      at(45, -41.8),
    ]
    expect(await seenAt('plate-carree', wholeSky, places)).toEqual([0, 1, 3, 5, 7, 8].map(grey))
  })

  it('in a gnomonic picture are at the tangent of the distance from its middle', async () => {
    // 40 degrees from the middle: to the left along the equator is the next pixel but for its corner, above and below are 0 and 8.
    const view = { ...wholeSky, lonDeg: 45 }
    const t = Math.tan((40 * Math.PI) / 180)
    const places = [[-t, 0], [t, 0], [0, t], [0, -t]] as const // prettier-ignore
    // l = 85 and 5 degrees on the equator are of the pixels about 90 and 0 degrees.
    expect(await seenAt('gnomonic', view, places)).toEqual([5, 4, 0, 8].map(grey))
  })
})

describe('reading and moving', () => {
  const lastEvent = (name: string) =>
    open.page.evaluate(
      (wanted) => window.harness.events.filter((event) => event.name === wanted).at(-1)?.value,
      name,
    )

  it('reads the exact pixel under the pointer', async () => {
    await mount({ nside: 8, values: 'number' })
    const { toScreen } = await stageBox('mollweide', wholeSky)
    const plane = projectSky('mollweide', wholeSky, 61.9, 3.6)
    if (!plane) throw new Error('outside')
    const { x, y } = toScreen(plane.x, plane.y)
    await open.page.mouse.move(x, y)
    const pixel = ang2pix(8, 'RING', (90 - 3.6) * degree, 61.9 * degree)
    await expect
      .poll(() => open.page.locator('figcaption output').textContent())
      .toBe(`${pixel + 1}.0\u00a0K`)
    await open.page.mouse.down()
    await open.page.mouse.up()
    expect(await lastEvent('pick')).toMatchObject({ pixel, value: pixel + 1 })
    const label = await open.page.locator('.overlay').getAttribute('aria-label')
    expect(label).toContain('Data, test: Mollweide map of the sky, Brightness temperature')
  })

  it('zooms about the pointer and comes back with a double click', async () => {
    await mount({ nside: 8, values: 'number' })
    const { box } = await stageBox('mollweide', wholeSky)
    // Whole pixels: a wheel event has no others.
    const x = Math.round(box.x + 0.3 * box.width)
    const y = Math.round(box.y + 0.4 * box.height)
    await open.page.mouse.move(x, y)
    const before = await lastEvent('update:cursor')
    await open.page.mouse.wheel(0, -600)
    await open.page.waitForFunction(() =>
      window.harness.events.some((event) => event.name === 'update:view'),
    )
    await open.page.mouse.move(x + 1, y)
    await open.page.mouse.move(x, y)
    const after = await lastEvent('update:cursor')
    expect(after).toMatchObject({
      lonDeg: expect.closeTo(Number(Reflect.get(Object(before), 'lonDeg')), 3),
      latDeg: expect.closeTo(Number(Reflect.get(Object(before), 'latDeg')), 3),
    })
    expect(await lastEvent('update:view')).toMatchObject({ zoom: expect.closeTo(Math.exp(1.2), 6) })
    await open.page.mouse.dblclick(x, y)
    expect(await lastEvent('update:view')).toEqual(wholeSky)
  })

  it('turns the sky by dragging and by keys', async () => {
    await mount({ nside: 8, values: 'number' })
    const { box } = await stageBox('mollweide', wholeSky)
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await open.page.mouse.move(x, y)
    await open.page.mouse.down()
    await open.page.mouse.move(x + 100, y, { steps: 4 })
    await open.page.mouse.up()
    const turn = (100 * 360) / (box.width - 3)
    expect(await lastEvent('update:view')).toMatchObject({ lonDeg: expect.closeTo(turn, 0) })
    await open.page.locator('.overlay').focus()
    await open.page.keyboard.press('+')
    expect(await lastEvent('update:view')).toMatchObject({ zoom: 1.4 })
    await open.page.keyboard.press('0')
    expect(await lastEvent('update:view')).toEqual(wholeSky)
    await open.page.keyboard.press('Shift+ArrowLeft')
    const cursor = await lastEvent('update:cursor')
    expect(Number(Reflect.get(Object(cursor), 'lonDeg'))).toBeGreaterThan(0)
    expect(await open.page.locator('.sky-panel > .hidden-text').textContent()).toContain('K')
  })

  it('drags the limits on the colour bar and gives them back', async () => {
    await mount({ nside: 8, values: 'number', limits: [100, 500] })
    const bar = await open.page.locator('.colour-bar canvas').boundingBox()
    if (!bar) throw new Error('no bar')
    await open.page.mouse.move(bar.x + bar.width - 8, bar.y + 8)
    await open.page.mouse.down()
    await open.page.mouse.move(bar.x + bar.width / 2, bar.y + 8, { steps: 3 })
    await open.page.mouse.up()
    expect(await lastEvent('update:limits')).toEqual([100, expect.closeTo(300, -1)])
    await open.page.mouse.dblclick(bar.x + 20, bar.y + 8)
    expect(await lastEvent('update:limits')).toBeNull()
    expect(open.complaints).toEqual([])
  })
})

describe('life', () => {
  it('returns after the graphics device was lost', async () => {
    await mount({ nside: 8, values: 'number', limits: [1, 768] })
    const context = await open.page.evaluateHandle(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.stage canvas')
      return canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context')
    })
    await context.evaluate((extension) => extension?.loseContext())
    await open.page.getByText('The graphics device was lost.').waitFor()
    await context.evaluate((extension) => extension?.restoreContext())
    await expect.poll(() => open.page.locator('.problem').count(), { timeout: 30_000 }).toBe(0)
    await open.page.evaluate(() => window.harness.set(0, {}))
    const options: MapOptions = { nside: 8, values: 'number', limits: [1, 768] }
    const norm = makeNorm({ kind: 'linear', min: 1, max: 768 })
    const result = await compare(options, (pixel) => pixel + 1, norm)
    expect(result.wrong).toEqual([])
  })

  it('follows new values of the same map', async () => {
    const options: MapOptions = { nside: 8, values: 'number', limits: [1, 768] }
    await mount(options)
    await open.page.evaluate(() =>
      window.harness.set(0, { pixels: Float32Array.from({ length: 768 }, (_, p) => 768 - p) }),
    )
    const norm = makeNorm({ kind: 'linear', min: 1, max: 768 })
    const result = await compare(options, (pixel) => 768 - pixel, norm)
    expect(result.wrong).toEqual([])
  })

  it('frees its context: eighteen maps one after another leave no warning', async () => {
    for (let i = 0; i < 18; i++) await mount({ nside: 1, values: 'number' })
    expect(open.complaints).toEqual([])
  })

  it('makes a picture for print', async () => {
    await mount({ nside: 8, values: 'number', limits: [1, 768] })
    const url = await open.page.evaluate(() => window.harness.png(0))
    const picture = await decodePng(open.page, url)
    expect([picture.width, picture.height]).toEqual([1872, 1212])
    expect(picture.at(5, 5)).toEqual([255, 255, 255])
    // 3 device pixels per CSS pixel, map at (12, 36): l = 20, b = 10.
    const plane = projectSky('mollweide', wholeSky, 20, 10)
    if (!plane) throw new Error('outside')
    const scale = (600 - 3) / 4
    const pixel = ang2pix(8, 'RING', 80 * degree, 20 * degree)
    const expected = colourAt('viridis', pixel / 767) ?? []
    const seen = picture.at(3 * (312 + plane.x * scale), 3 * (186 - plane.y * scale))
    expect(colourDistance(expected, seen)).toBeLessThanOrEqual(2)
  })
})
