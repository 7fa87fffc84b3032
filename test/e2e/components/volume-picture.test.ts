import { describe, expect, it } from 'vitest'
import { colourAt } from '#shared/sky/index.ts'
import { pinholeCamera } from '#test/tools/camera.ts'
import { castPicture, wrongPixels } from '#test/tools/ray-cast.ts'
import { colourDistance, screenPicture } from '../picture.ts'
import { mountField, setField, strengthsOf } from './field-panel.ts'
import { useComponentPage } from './page.ts'
import type { TestField } from './field-panel.ts'
import type { VolumeSettings } from '#renderer/volume/settings.ts'
import type { CameraPlace } from '#test/tools/camera.ts'
import type { CastPixel } from '#test/tools/ray-cast.ts'

// The volume against arithmetic of these tests: a pinhole camera, and rays through the values of the field.

const open = useComponentPage()
const shown = { timeout: 60_000 }
const background = [0x08, 0x09, 0x0a]
/** Of voxels of 2 kpc, off-centre in every direction, with nothing around it. */
const block = {
  shape: [20, 20, 10],
  halfSizeKpc: [20, 20, 10],
  discKpc: 0,
  strength: 2,
  blockKpc: [9, -7, 5],
} as const satisfies TestField
/** Where the block would be seen with an axis mirrored, two of them swapped, or through the centre. */
const elsewhere = [
  [-9, -7, 5],
  [9, 7, 5],
  [9, -7, -5],
  [-9, 7, -5],
  [-7, 9, 5],
  [5, -7, 9],
] as const
const cameras = {
  'from the south, above': {
    azimuthDeg: -70,
    elevationDeg: 40,
    distanceKpc: 95,
    focalKpc: [2, -1, 0.5],
  },
  'from the north, below': {
    azimuthDeg: 60,
    elevationDeg: -25,
    distanceKpc: 90,
    focalKpc: [-1, 3, -2],
  },
} as const satisfies Record<string, CameraPlace>
const hiddenBelow = 0.1

/** Mounts the volume of a field with values from 0 to 4, seen by a camera. */
const mount = (field: TestField, camera: CameraPlace, settings: Partial<VolumeSettings> = {}) => {
  const [x, y, z] = camera.focalKpc
  const kept = { ...camera, focalKpc: [x, y, z] satisfies [number, number, number] }
  return mountField(open.page, {
    kind: 'volume',
    field,
    limits: [0, 4],
    settings: { overlays: [], hiddenBelow, ...settings, camera: kept },
  })
}

/** The picture of the scene alone, and where the camera of the test sees what. */
async function look(camera: CameraPlace) {
  await open.page.locator('.stage').evaluate((stage) => {
    for (const part of stage.children)
      if (part instanceof HTMLElement && !part.matches('.scene')) part.style.visibility = 'hidden'
  })
  const box = await open.page.locator('.stage').boundingBox()
  if (!box) throw new Error('There is no volume.')
  const picture = await screenPicture(open.page)
  return {
    width: box.width,
    height: box.height,
    ...pinholeCamera(camera, box.width, box.height),
    at: (x: number, y: number) => picture.at(box.x + x, box.y + y),
  }
}

/** What the rays of a picture of this size meet. */
function castField(field: TestField, camera: CameraPlace, size: { width: number; height: number }) {
  const voxels = { ...field, values: strengthsOf(field) }
  const pixels = castPicture(voxels, { full: 4, hiddenBelow, background }, camera, {
    ...size,
    spacing: 13,
  })
  expect(pixels.filter(({ colour }) => light(colour) > 60).length).toBeGreaterThan(5)
  return pixels
}
const light = (colour: readonly number[]) =>
  colour.reduce((sum, value, i) => sum + value - background[i], 0)

async function differences(field: TestField, camera: CameraPlace): Promise<string[]> {
  const view = await look(camera)
  return wrongPixels(castField(field, camera, view), view.at, 8)
}

/** The light of the picture as a part of that of all its rays together. */
async function lightPart(field: TestField, camera: CameraPlace): Promise<number> {
  const view = await look(camera)
  const pixels = castField(field, camera, view)
  const sum = (of: (pixel: CastPixel) => readonly number[]) =>
    pixels.reduce((total, pixel) => total + light(of(pixel)), 0)
  return sum(({ x, y }) => view.at(x, y)) / sum(({ colour }) => colour)
}

describe('the picture of the volume', () => {
  it.each(Object.entries(cameras))('has an isosurface in its place, %s', async (_, camera) => {
    await mount(block, camera, { volume: false, surface: true, surfaceLevel: 0.375 })
    const colour = colourAt('viridis', 0.375) ?? [NaN, NaN, NaN]
    // The normals of so small a block lean outwards: in its middle it looks at the camera, from where it is lit.
    const isLit = (seen: readonly number[]) =>
      seen[1] > 0.9 * colour[1] &&
      seen.every((part, i) => Math.abs(part - (seen[1] / colour[1]) * colour[i]) < 3)
    const wrong = async () => {
      const view = await look(camera)
      const seen = (point: readonly [number, number, number]) => {
        const { x, y } = view.toPicture(point)
        expect([x > 5, y > 5, x < view.width - 5, y < view.height - 5]).not.toContain(false)
        return view.at(x, y)
      }
      return [
        ...[block.blockKpc].filter((point) => !isLit(seen(point))),
        ...elsewhere.filter((point) => colourDistance(seen(point), background) > 0),
      ].map((point) => `${point.join(' ')}: ${seen(point).join(' ')}`)
    }
    await expect.poll(wrong, shown).toEqual([])
    expect(open.complaints).toEqual([])
  })

  it.each(Object.entries(cameras))('is what rays through the field meet, %s', async (_, camera) => {
    await mount(block, camera)
    await expect.poll(() => differences(block, camera), shown).toEqual([])
    expect(open.complaints).toEqual([])
  })

  it('is as dense with voxels of another size', async () => {
    const camera = cameras['from the south, above']
    await mount(block, camera)
    await expect.poll(() => differences(block, camera), shown).toEqual([])
    for (const shape of [
      [40, 40, 20],
      [14, 14, 7],
    ] as const) {
      const other = { ...block, shape }
      await setField(open.page, other)
      await expect.poll(() => differences(other, camera), shown).toEqual([])
    }
  })

  it('is as dense while it moves, with fewer samples, and at rest again', async () => {
    const camera = cameras['from the south, above']
    await mount(block, camera)
    await expect.poll(() => differences(block, camera), shown).toEqual([])
    // Turns of a wheel by nothing: the view moves, and stays.
    const turning = await open.page.evaluateHandle(() => {
      const canvas = document.querySelector('.stage > canvas')
      const turning = { turns: 0, timer: 0 }
      turning.timer = window.setInterval(() => {
        turning.turns++
        canvas?.dispatchEvent(new WheelEvent('wheel', { cancelable: true }))
      }, 30)
      return turning
    })
    await expect.poll(() => turning.evaluate(({ turns }) => turns), shown).toBeGreaterThan(40)
    // Where few samples of a ray fall is left to chance: it is right on the average of all rays.
    const difference = async () => Math.abs((await lightPart(block, camera)) - 1)
    await expect.poll(difference, shown).toBeLessThan(0.06)
    await turning.evaluate(({ timer }) => window.clearInterval(timer))
    await expect.poll(() => differences(block, camera), shown).toEqual([])
    expect(open.complaints).toEqual([])
  })
})

describe('the marks', () => {
  /** Pixels that are bright with the marks and not without them, from the upper left corner of the volume. */
  async function ownPixels(camera: CameraPlace) {
    const pictureWith = async (overlays: VolumeSettings['overlays']) => {
      await mount(block, camera, { volume: false, overlays })
      const box = await open.page.locator('.stage').boundingBox()
      if (!box) throw new Error('There is no picture.')
      return { box, picture: await screenPicture(open.page) }
    }
    const { box, picture } = await pictureWith(['marks'])
    const without = (await pictureWith([])).picture
    const own: { x: number; y: number }[] = []
    for (let x = 0; x < Math.floor(box.width); x++) {
      for (let y = 0; y < Math.floor(box.height); y++) {
        const [seen, bare] = [picture, without].map((one) => one.at(box.x + x, box.y + y))
        if (seen[0] > 200 && colourDistance(seen, bare) > 100) own.push({ x: x + 0.5, y: y + 0.5 })
      }
    }
    return { box, own }
  }
  const observerKpc = [-8.3, 0, 0.006] as const
  type Pixels = readonly { x: number; y: number }[]
  const around = (own: Pixels, { x, y }: { x: number; y: number }) =>
    own.filter((pixel) => Math.hypot(pixel.x - x, pixel.y - y) < 7.5)

  it('are drawn at Sun and Galactic centre of the volume, and not elsewhere', async () => {
    const camera = cameras['from the south, above']
    let drawn = await ownPixels(camera)
    // They may come a few frames after the scene.
    await expect
      .poll(async () => (drawn = await ownPixels(camera)).own.length, shown)
      .toBeGreaterThan(60)
    const { box, own } = drawn
    const { toPicture } = pinholeCamera(camera, box.width, box.height)
    const [sun, centre] = [toPicture(observerKpc), toPicture([0, 0, 0])]
    for (const place of [sun, centre]) {
      const pixels = around(own, place)
      expect(pixels.length).toBeGreaterThan(15)
      const mean = (axis: 'x' | 'y') =>
        pixels.reduce((sum, pixel) => sum + pixel[axis], 0) / pixels.length
      expect(Math.abs(mean('x') - place.x)).toBeLessThan(0.7)
      expect(Math.abs(mean('y') - place.y)).toBeLessThan(0.7)
    }
    // The others are their names: to the left and right above them.
    const words = own.filter((pixel) => ![sun, centre].some((one) => around([pixel], one).length))
    for (const { x, y } of words) {
      const isSun = x > sun.x - 40 && x < sun.x - 5 && Math.abs(y - (sun.y - 12)) < 9
      const isCentre = x > centre.x + 5 && x < centre.x + 40 && Math.abs(y - (centre.y - 12)) < 9
      expect(isSun || isCentre, `${x}, ${y}`).toBe(true)
    }
    expect(open.complaints).toEqual([])
  })
})
