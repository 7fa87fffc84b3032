import { afterAll, beforeAll, expect, it } from 'vitest'
import { skyGeometry, skyToScreen } from '#renderer/sky/view.ts'
import type { SkyProjection, SkyViewState } from '#renderer/sky/types.ts'
import { screenPicture } from '../picture.ts'
import type { Picture } from '../picture.ts'
import { openComponentPage } from './page.ts'
import type { ComponentPage } from './page.ts'

let open: ComponentPage

beforeAll(async () => {
  open = await openComponentPage()
})
afterAll(async () => {
  await open.close()
})

const degree = Math.PI / 180

interface Field {
  readonly projection: SkyProjection
  readonly view: SkyViewState
  /** Position angle everywhere, degrees from north through east. */
  readonly angleDeg: number
  readonly across?: boolean
  /** Polarised intensity of the southern half; the northern has 1. */
  readonly south?: number
}

/** A flat map with the lines of a uniform position angle, without overlays; where its stage is. */
async function mount(field: Field): Promise<{ picture: Picture; box: Box }> {
  await open.page.evaluate(async ({ projection, view, angleDeg, across = false, south = 1 }) => {
    const pixels = 12 * 16 ** 2
    const qu = new Float32Array(2 * pixels)
    for (let pixel = 0; pixel < pixels; pixel++) {
      // RING order: the second half of the pixels is the southern sky.
      const strength = pixel < pixels / 2 ? 1 : south
      qu[2 * pixel] = strength * Math.cos((2 * angleDeg * Math.PI) / 180)
      qu[2 * pixel + 1] = strength * Math.sin((2 * angleDeg * Math.PI) / 180)
    }
    const props = {
      pixels: new Float32Array(pixels).fill(0.5),
      nside: 16,
      title: 'Data',
      source: 'test',
      unit: 'K',
      quantity: 'Stokes Q',
      norm: 'linear',
      limits: [0, 1],
      percentile: 99.5,
      colourMap: 'greys',
      projection,
      symmetric: false,
      view,
      cursor: null,
      busy: false,
      texture: { nside: 16, qu, full: 1, across },
    }
    await window.harness.mount('sky', [{ width: 800, height: 540, props }], 'dark')
  }, field)
  await open.page.locator('canvas.overlay').evaluate((element) => {
    if (element instanceof HTMLElement) element.style.visibility = 'hidden'
  })
  const box = await open.page.locator('.stage').boundingBox()
  if (!box) throw new Error('no stage')
  return { picture: await screenPicture(open.page), box }
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Direction along which a piece of the picture changes least, from its structure tensor: degrees, 0 to 180, y down. */
function directionOfLines(picture: Picture, middleX: number, middleY: number): number {
  const half = 24
  let [xx, xy, yy] = [0, 0, 0]
  // Means of three by three pixels, without the steps between single ones.
  const grey = (x: number, y: number) => {
    let sum = 0
    for (let i = -1; i <= 1; i++)
      for (let j = -1; j <= 1; j++) sum += picture.at(middleX + x + i, middleY + y + j)[1]
    return sum
  }
  for (let x = -half; x < half; x++)
    for (let y = -half; y < half; y++) {
      const dx = grey(x + 1, y) - grey(x - 1, y)
      const dy = grey(x, y + 1) - grey(x, y - 1)
      xx += dx * dx
      xy += dx * dy
      yy += dy * dy
    }
  const steepest = 0.5 * Math.atan2(2 * xy, xx - yy)
  return (((steepest / degree + 90) % 180) + 180) % 180
}

function variance(picture: Picture, middleX: number, middleY: number): number {
  const values: number[] = []
  for (let x = -24; x < 24; x++)
    for (let y = -24; y < 24; y++) values.push(picture.at(middleX + x, middleY + y)[1])
  const mean = values.reduce((a, b) => a + b) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}

const apart = (a: number, b: number) => {
  const difference = Math.abs(a - b) % 180
  return Math.min(difference, 180 - difference)
}

const whole = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
const cases: readonly (Field & { places: readonly (readonly [number, number])[] })[] = [
  { projection: 'mollweide', view: whole, angleDeg: 0, places: [[0, 0], [100, 30], [-90, -40]] }, // prettier-ignore
  { projection: 'mollweide', view: { ...whole, zoom: 40, panX: 0.5, panY: 0.3 }, angleDeg: 30, places: [[-49.4, 21.6]] }, // prettier-ignore
  { projection: 'orthographic', view: { ...whole, lonDeg: 40, latDeg: 30, rollDeg: 20 }, angleDeg: 60, places: [[40, 30], [70, 10]] }, // prettier-ignore
  { projection: 'gnomonic', view: { ...whole, lonDeg: 200, latDeg: -35 }, angleDeg: 120, across: true, places: [[200, -35], [220, -20]] }, // prettier-ignore
  {
    projection: 'plate-carree',
    view: whole,
    angleDeg: 45,
    places: [
      [0, 0],
      [60, 50],
    ],
  },
]

it.each(cases)(
  'runs along the position angle in the $projection picture, $angleDeg degrees',
  async ({ places, ...field }) => {
    const { picture, box } = await mount(field)
    const geometry = skyGeometry(field.projection, field.view, box)
    for (const [lonDeg, latDeg] of places) {
      const at = skyToScreen(geometry, { lonDeg, latDeg })
      const angle = (field.angleDeg + (field.across ? 90 : 0)) * degree
      const step = 0.01
      const ahead = skyToScreen(geometry, {
        lonDeg: lonDeg + (step * Math.sin(angle)) / Math.cos(latDeg * degree),
        latDeg: latDeg + step * Math.cos(angle),
      })
      if (!at || !ahead) throw new Error('not on the map')
      const expected = Math.atan2(ahead.y - at.y, ahead.x - at.x) / degree
      const seen = directionOfLines(picture, box.x + at.x, box.y + at.y)
      // Lines of 50 pixels, 2 wide, of noise: a few degrees in a piece of 48 by 48, over which the direction turns too.
      expect(apart(seen, expected)).toBeLessThan(7)
    }
    expect(open.complaints).toEqual([])
  },
)

it('has the contrast of the polarised intensity, and leaves the map alone where there is none', async () => {
  const weak = await mount({ projection: 'mollweide', view: whole, angleDeg: 20, south: 0.25 })
  const [x, y] = [weak.box.x + weak.box.width / 2, weak.box.y + weak.box.height / 2]
  const strong = variance(weak.picture, x, y - 100)
  expect(strong).toBeGreaterThan(100)
  // Contrast goes with the square root of the intensity, variance with its square; each from some hundred lines.
  expect(variance(weak.picture, x, y + 100) / strong).toBeGreaterThan(0.15)
  expect(variance(weak.picture, x, y + 100) / strong).toBeLessThan(0.4)
  const none = await mount({ projection: 'mollweide', view: whole, angleDeg: 20, south: 0 })
  expect(variance(none.picture, x, y + 100)).toBe(0)
  expect(open.complaints).toEqual([])
})
