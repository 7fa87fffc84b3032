import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { z } from 'zod'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { colourAt, formatQuantity, limitsFromPercentile } from '#shared/sky/index.ts'
import { colourDistance } from '../picture.ts'
import { readSession } from './session-file.ts'
import type { Exported } from './story.ts'
import { coloursIn, layout, sky, skyOnScreen, soon, withoutOverlays } from './workbench.ts'
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

type Vector = readonly [number, number, number]

/** Trilinear between voxel centres, of the strength of the exported field; NaN beside voxels that are not fitted. */
function strengthAt({ shape, values }: Exported['field'], half: Vector, point: Vector): number {
  const axes = point.map((value, axis) => {
    const count = shape[axis]
    const place = ((value / half[axis] + 1) / 2) * count - 0.5
    const low = Math.min(count - 1, Math.max(0, Math.floor(place)))
    return { low, high: Math.min(count - 1, low + 1), weight: Math.max(0, place - low) }
  })
  let sum = 0
  for (let corner = 0; corner < 8; corner++) {
    let [at, weight] = [0, 1]
    axes.forEach((axis, i) => {
      const upper = (corner >> i) & 1
      at = at * shape[i] + (upper ? axis.high : axis.low)
      weight *= upper ? axis.weight : 1 - axis.weight
    })
    const strength = Math.hypot(values[3 * at], values[3 * at + 1], values[3 * at + 2])
    sum += weight * (strength > 0 ? strength : NaN)
  }
  return sum
}

/** Colours of the slice through z = 0 against the exported grid, and the value under the pointer. */
export async function checkSlicePixels(
  page: Page,
  path: string,
  { field }: Exported,
): Promise<void> {
  const half = readSession(path, ({ configuration }) => configuration.box.half_size_kpc)
  const strengths: number[] = []
  for (let at = 0; at < field.values.length; at += 3) {
    const strength = Math.hypot(field.values[at], field.values[at + 1], field.values[at + 2])
    if (strength > 0) strengths.push(strength)
  }
  // As the colour bar says: from 0 to where 99.5 % of the region lie.
  const full = limitsFromPercentile(Float32Array.from(strengths), 0, 99.5)?.max ?? NaN
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
    strengthAt(field, half, [
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

/** The volume shows more than its background. */
export async function checkVolume(page: Page): Promise<void> {
  const stage = page.locator('.volume .stage')
  const colours = async () => {
    const box = await stage.boundingBox()
    if (!box) return 0
    return withoutOverlays(page, (picture) => coloursIn(picture, box).size)
  }
  await expect.poll(colours, { timeout: 60_000 }).toBeGreaterThan(50)
}
