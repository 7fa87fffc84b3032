import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { colourAt, formatQuantity, limitsFromPercentile } from '#shared/sky/index.ts'
import { volumeSettings } from '#renderer/volume/settings.ts'
import { castPicture, trilinear, wrongPixels } from '#test/tools/ray-cast.ts'
import { colourDistance } from '../picture.ts'
import { readSession } from './session-file.ts'
import type { Exported } from './story.ts'
import { layout, sky, skyOnScreen, soon, withoutOverlays } from './workbench.ts'
import type { SkyView } from './workbench.ts'

const degree = Math.PI / 180
const readoutList = (page: Page) => page.getByRole('list', { name: 'Readout' })
const fact = async (page: Page, name: string) => {
  const entries = await readoutList(page).locator('li').allTextContents()
  return entries.find((text) => text.startsWith(name))?.slice(name.length)
}

const around = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x, y] as const))
const knownPixels = z.record(
  z.string(),
  z.object({
    pixels: z.array(
      z.object({
        pixel: z.int(),
        x: z.number(),
        y: z.number(),
        value: z.number(),
        colour: z.tuple([z.number(), z.number(), z.number()]),
        part: z.number(),
      }),
    ),
  }),
)

/**
 * The map of a sample as it was loaded, whole sky, linear from the least to the greatest value: pixels where healpy projects them, in the values that
 * astropy reads and the colours that matplotlib gives them (test/tools/make-known-pixels.py). Nothing of Larmor's own is in what is expected.
 */
export async function checkKnownPixels(page: Page, map = 'haslam', unit = 'K'): Promise<void> {
  const file = new URL('../../fixtures/sky/known-pixels.json', import.meta.url)
  const { pixels } = knownPixels.parse(JSON.parse(readFileSync(file, 'utf8')))[map]
  await layout(page, 'Inspect data')
  const { figure, readout } = sky(page, 'Data')
  await figure.locator('canvas.overlay').waitFor()
  const box = await figure.locator('.stage').boundingBox()
  if (!box) throw new Error('The map is not on the screen.')
  // The ellipse of 4 x 2 units fills the panel but for 1.5 screen pixels on either side.
  const scale = Math.min((box.width - 3) / 4, (box.height - 3) / 2)
  const placed = pixels.map((pixel) => ({
    ...pixel,
    left: box.x + box.width / 2 + pixel.x * scale,
    top: box.y + box.height / 2 - pixel.y * scale,
  }))
  const wrong = () =>
    withoutOverlays(page, (picture) =>
      placed
        // A colour changes at each 256th: a value that float32 may put on the other side is left out.
        .filter(({ part }) => Math.abs(256 * part - Math.round(256 * part)) > 1e-3 || part === 1)
        // The panel may lie between two screen pixels: what one pixel to either side shows is right as well.
        .filter(
          ({ left, top, colour }) =>
            !around.some(([x, y]) => colourDistance(colour, picture.at(left + x, top + y)) <= 2),
        )
        .map(({ pixel, left, top, colour }) => {
          const seen = picture.at(left, top)
          return `${pixel}: ${seen.join(' ')}, not ${colour.join(' ')}`
        }),
    )
  await expect.poll(wrong, { ...soon, message: 'colours of known pixels' }).toEqual([])
  const [near, ...others] = placed.filter(
    ({ left, top }) => Math.hypot(left - Math.round(left), top - Math.round(top)) < 0.3,
  )
  for (const { pixel, value, left, top } of [near, ...others.slice(0, 4)]) {
    await page.mouse.move(Math.round(left), Math.round(top))
    await expect
      .poll(async () => (await fact(page, 'pix'))?.replace(/\D/g, ''), soon)
      .toBe(String(pixel))
    // Four digits are printed.
    const text = (await readout.textContent()) ?? ''
    expect(text.endsWith(unit), text).toBe(true)
    const shown = (text.startsWith('−') ? -1 : 1) * Number(text.replace(/[^\d.]/g, ''))
    expect(Math.abs(shown / value - 1)).toBeLessThan(5.1e-4)
  }
  await page.mouse.move(2, 2)
  await layout(page, 'Fit')
}

/** Linear stretch from the least to the greatest value, zoomed in so that a map pixel is several screen pixels. */
export async function checkSkyPixels(page: Page, path: string, exported: Exported): Promise<void> {
  const { data, residual, nside } = exported
  const { overlay, readout } = sky(page, 'Data')
  await overlay.focus()
  for (let i = 0; i < 4; i++) await page.keyboard.press('+')
  const zoomed = (): SkyView => readSession(path, ({ view }) => Reflect.get(Object(view), 'sky'))
  await expect.poll(() => zoomed().zoom, soon).toBeCloseTo(1.4 ** 4, 9)
  const screen = await skyOnScreen(page, 'Data', zoomed())
  const good = data.filter((value) => Number.isFinite(value))
  const [low, high] = [Math.min(...good), Math.max(...good)]
  const pixelAt = (x: number, y: number) => {
    const at = screen.toSky(x, y)
    return at && ang2pix(nside, 'RING', (90 - at.latDeg) * degree, at.lonDeg * degree)
  }

  const wrong: string[] = []
  let compared = 0
  const look = () =>
    withoutOverlays(page, (picture) => {
      wrong.length = 0
      compared = 0
      for (let pixel = 0; pixel < data.length; pixel++) {
        const { theta, phi } = pix2ang(nside, 'RING', pixel)
        const place = screen.toScreen(phi / degree, 90 - theta / degree)
        if (!place || !Number.isFinite(data[pixel])) continue
        const [x, y] = [Math.floor(place.x), Math.floor(place.y)]
        // A screen pixel that a boundary crosses may have either colour.
        const whole = [0, 1].every((dx) => [0, 1].every((dy) => pixelAt(x + dx, y + dy) === pixel))
        if (!whole) continue
        compared++
        const part = (data[pixel] - low) / (high - low)
        // Either colour where float32 may fall on the other side of the edge between two.
        const expected = [-1e-4, 0, 1e-4].map((shift) => colourAt('inferno', part + shift) ?? [])
        const seen = picture.at(x, y)
        if (Math.min(...expected.map((colour) => colourDistance(colour, seen))) > 2)
          wrong.push(`${pixel}: ${seen.join(' ')} for ${data[pixel]} K`)
      }
      return wrong.length
    })
  await expect.poll(look, { ...soon, message: 'colours of the data map' }).toBe(0)
  expect(compared).toBeGreaterThan(200)

  // The exact value under the pointer, on the map and in the status line.
  for (const [lonDeg, latDeg] of [
    [8, 6],
    [-12, -9],
  ]) {
    const place = screen.toScreen(lonDeg, latDeg)
    if (!place) throw new Error('The place is not on the screen.')
    await page.mouse.move(Math.round(place.x), Math.round(place.y))
    const pixel = pixelAt(Math.round(place.x), Math.round(place.y))
    if (pixel === undefined || pixel === null) throw new Error('There is no sky.')
    await expect.poll(() => readout.textContent(), soon).toBe(formatQuantity(data[pixel], 'K'))
    expect((await fact(page, 'pix'))?.replace(/\D/g, '')).toBe(String(pixel))
    expect(await fact(page, 'data')).toBe(formatQuantity(data[pixel], 'K'))
    expect(await fact(page, 'residual')).toBe(
      formatQuantity(residual[pixel], 'K', { signed: true }),
    )
  }
  await page.mouse.move(2, 2)
  await overlay.focus()
  await page.keyboard.press('0')
}

/** |B| of the exported field, and the upper end of its colours: from 0 to where 99.5 % of the region lie. */
function strengthsOf({ values }: Exported['field']) {
  const strengths = Float32Array.from({ length: values.length / 3 }, (_, voxel) =>
    Math.hypot(...values.subarray(3 * voxel, 3 * voxel + 3)),
  )
  const region = strengths.filter((strength) => strength > 0)
  return { strengths, full: limitsFromPercentile(region, 0, 99.5)?.max ?? NaN }
}

/** Colours of the slice through z = 0 against the exported grid, and the value under the pointer. */
export async function checkSlicePixels(
  page: Page,
  path: string,
  { field }: Exported,
): Promise<void> {
  const half = readSession(path, ({ configuration }) => configuration.box.half_size_kpc)
  const { strengths, full } = strengthsOf(field)
  // Not beside voxels that are not fitted.
  const values = strengths.map((strength) => (strength > 0 ? strength : NaN))
  const voxels = { values, shape: field.shape, halfSizeKpc: half }
  const frame = await page.locator('.slices').boundingBox()
  if (!frame) throw new Error('There are no slices.')
  // Room for ticks and colour bar as the panel lays it out.
  const scale = Math.min(
    (frame.width - 40 - 20 - 8) / (half[0] + half[2]),
    (frame.height - 10 - 22 - 52 - 8 - 8) / (half[1] + half[2]),
  )
  const [side, strip] = [Math.round(half[0] * scale), Math.round(half[2] * scale)]
  const left = Math.round(frame.x) + Math.round((frame.width - side - 8 - strip - 60) / 2) + 40
  const top = Math.round(frame.y) + 10
  const z = readSession(path, ({ view }) => Number(Reflect.get(Object(view), 'slices')?.[2] ?? 0))
  const valueAt = (x: number, y: number) =>
    trilinear(voxels, [
      ((2 * (x + 0.5 - left)) / side - 1) * half[0],
      (1 - (2 * (y + 0.5 - top)) / side) * half[1],
      z,
    ])
  const places: { x: number; y: number; low: number; high: number }[] = []
  for (let x = left + 5; x < left + side - 5; x += 7) {
    for (let y = top + 5; y < top + side - 5; y += 7) {
      // The panel may lie between two screen pixels: what one pixel to either side would show is right as well.
      const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => valueAt(x + dx, y + dy)))
      if (around.some(Number.isNaN)) continue
      places.push({ x, y, low: Math.min(...around), high: Math.max(...around) })
    }
  }
  expect(places.length).toBeGreaterThan(100)
  const wrong = () =>
    withoutOverlays(page, (picture) =>
      places
        .filter(({ x, y, low, high }) => {
          const seen = picture.at(x, y)
          // From one of the 256 colours below to one above.
          for (let part = low / full - 1 / 256; part < high / full + 2 / 256; part += 1 / 256) {
            const colour = colourAt('viridis', Math.min(1, Math.max(0, part))) ?? []
            if (colourDistance(colour, seen) <= 2) return false
          }
          return true
        })
        .map(
          ({ x, y, low, high }) =>
            `${x}, ${y}: ${picture.at(x, y).join(' ')} for ${low} to ${high}`,
        ),
    )
  await expect.poll(wrong, { ...soon, message: 'colours of the slice' }).toEqual([])

  const { x, y, low, high } = places[Math.floor(places.length / 2)]
  await page.mouse.move(x, y)
  await expect.poll(() => fact(page, '|B|'), soon).toMatch(/µG$/)
  // Printed with three digits.
  const shown = Number((await fact(page, '|B|'))?.replace(/[^\d.]/g, ''))
  expect(shown).toBeGreaterThanOrEqual(low * 0.995)
  expect(shown).toBeLessThanOrEqual(high * 1.005)
  await page.mouse.move(2, 2)
}

/** The volume against rays of this test through the exported grid, from a camera that the session keeps. */
export async function checkVolume(page: Page, path: string, { field }: Exported): Promise<void> {
  const kept = () =>
    readSession(path, ({ view }) => volumeSettings.parse(Reflect.get(Object(view), 'volume')))
  if (!kept().camera) {
    await page.locator('.volume .stage > canvas').focus()
    await page.keyboard.press('ArrowLeft')
  }
  await expect.poll(() => kept().camera, soon).not.toBeNull()
  const { camera, hiddenBelow } = kept()
  const box = await page.locator('.volume .stage').boundingBox()
  if (!box || !camera) throw new Error('There is no volume.')
  const halfSizeKpc = readSession(path, ({ configuration }) => configuration.box.half_size_kpc)
  const { strengths, full } = strengthsOf(field)
  const voxels = { values: strengths, shape: field.shape, halfSizeKpc }
  const background = await page
    .locator('.volume .scene')
    .evaluate((scene) => getComputedStyle(scene).backgroundColor.match(/\d+/g)?.map(Number) ?? [])
  const look = { full, hiddenBelow, background }
  const pixels = castPicture(voxels, look, camera, { ...box, spacing: 24 })
    // Words and the button along the upper and the lower edge.
    .filter(({ y }) => y > 60 && y < box.height - 40)
  const isDrawn = ({ colour }: (typeof pixels)[number]) => colourDistance(colour, background) > 20
  expect(pixels.filter(isDrawn).length).toBeGreaterThan(40)
  expect(pixels.filter((pixel) => !isDrawn(pixel)).length).toBeGreaterThan(20)
  const wrong = () =>
    withoutOverlays(page, (picture) =>
      wrongPixels(pixels, (x, y) => picture.at(box.x + x, box.y + y), 12),
    )
  await expect.poll(wrong, { timeout: 60_000, message: 'colours of the volume' }).toEqual([])
}
