import { describe, expect, it } from 'vitest'
import { colourAt } from '#shared/sky/index.ts'
import { bigEndian, ebmlElements } from '#test/tools/ebml.ts'
import { colourDistance, decodePng, screenPicture } from '../picture.ts'
import { defaultVolumeSettings } from '#renderer/volume/settings.ts'
import type { VolumeSettings } from '#renderer/volume/settings.ts'
import { mountField } from './field-panel.ts'
import { useComponentPage } from './page.ts'
import type { FieldOptions } from './field-panel.ts'

const open = useComponentPage()

const mount = (options: FieldOptions) => mountField(open.page, options)

/** Screen position of a point of the xy slice: the block is laid out as in slice-layout.ts, measured by its frame. */
async function xyOnScreen(x: number, y: number) {
  const box = await open.page.locator('.slices').boundingBox()
  if (!box) throw new Error('no slices')
  const scale = Math.min((box.width - 40 - 20 - 8) / 25, (box.height - 10 - 22 - 52 - 8 - 8) / 25)
  const [side, strip] = [Math.round(20 * scale), Math.round(5 * scale)]
  const left = Math.round((box.width - side - 8 - strip - 60) / 2) + 40
  return {
    x: box.x + left + ((x / 20 + 1) / 2) * side,
    y: box.y + 10 + ((1 - y / 20) / 2) * side,
  }
}

/** Without frames, rings and cursor lines. */
async function slicePicture() {
  await open.page.locator('.overlay').evaluate((element) => {
    if (element instanceof HTMLElement) element.style.visibility = 'hidden'
  })
  return screenPicture(open.page)
}

const lastEvent = (name: string) =>
  open.page.evaluate(
    (wanted) => window.harness.events.filter((event) => event.name === wanted).at(-1)?.value,
    name,
  )

describe('slices', () => {
  it('show voxels in the colours of their values, neutral outside the region', async () => {
    await mount({ kind: 'slices', limits: [0, 5] })
    const picture = await slicePicture()
    const strong = await xyOnScreen(9, 3)
    const weak = await xyOnScreen(-5, -5)
    const outside = await xyOnScreen(17, 17)
    expect(picture.at(strong.x, strong.y)).toEqual(colourAt('viridis', 0.8))
    expect(picture.at(weak.x, weak.y)).toEqual(colourAt('viridis', 0.1))
    expect(picture.at(outside.x, outside.y)).toEqual([0x2c, 0x30, 0x36])
    // Mirrored places are weak: x to the right, y up.
    for (const [x, y] of [
      [-9, 3],
      [9, -5],
      [3, 9],
    ]) {
      const place = await xyOnScreen(x, y)
      expect(picture.at(place.x, place.y)).toEqual(colourAt('viridis', 0.1))
    }
    expect(open.complaints).toEqual([])
  })

  it.each([
    ['dark', 'berlin'],
    ['light', 'vik'],
  ] as const)('show signed quantities symmetric about zero, %s with %s', async (theme, map) => {
    await mount({ kind: 'slices', quantity: 'Bphi', limits: [-2, 1], theme })
    const picture = await slicePicture()
    // B = 0.5 along +y: B_phi is +0.5 cos(phi), limits -2 to 2.
    for (const [x, y] of [
      [-9, 0.9],
      [9.1, -7.1],
    ]) {
      const place = await xyOnScreen(x, y)
      const value = (0.5 * x) / Math.hypot(x, y)
      const expected = colourAt(map, (value + 2) / 4) ?? []
      // Interpolation between voxels of a curved function: less than 1 % of the value.
      expect(colourDistance(picture.at(place.x, place.y), expected)).toBeLessThanOrEqual(6)
    }
  })

  it('move their planes by click, drag and keys, and read the value under the pointer', async () => {
    await mount({ kind: 'slices', limits: [0, 5] })
    const strong = await xyOnScreen(9, 3)
    await open.page.mouse.move(strong.x, strong.y)
    const readout = await lastEvent('readout')
    expect(readout).toMatchObject({
      positionKpc: [expect.closeTo(9, 1), expect.closeTo(3, 1), 0],
      value: 4,
    })
    await open.page.mouse.down()
    const other = await xyOnScreen(-4, 6)
    await open.page.mouse.move(other.x, other.y, { steps: 3 })
    await open.page.mouse.up()
    expect(await lastEvent('update:cursor')).toEqual([
      expect.closeTo(-4, 1),
      expect.closeTo(6, 1),
      0,
    ])
    await open.page.locator('.overlay').focus()
    await open.page.keyboard.press('PageUp')
    expect(await lastEvent('update:cursor')).toEqual([
      expect.closeTo(-4, 1),
      expect.closeTo(6, 1),
      2,
    ])
    expect(await open.page.locator('.slices .hidden-text').textContent()).toContain('kpc: 0.5')
    expect(open.complaints).toEqual([])
  })

  it('let the seeds of field lines be dragged by their handles', async () => {
    await mount({ kind: 'slices', limits: [0, 5], seeds: true })
    const from = await xyOnScreen(8.3, 0)
    const to = await xyOnScreen(0, 12)
    await open.page.mouse.move(from.x, from.y)
    await open.page.mouse.down()
    await open.page.mouse.move(to.x, to.y, { steps: 3 })
    await open.page.mouse.up()
    expect(await lastEvent('update:seeds')).toMatchObject({
      ring: { radiusKpc: expect.closeTo(12, 1), zKpc: 0 },
    })
    // The planes stayed where they were.
    expect(await lastEvent('update:cursor')).toBeUndefined()
    expect(open.complaints).toEqual([])
  })

  it('show what the data do not see as outside', async () => {
    await mount({ kind: 'slices', quantity: 'B', limits: [0, 5] })
    await open.page.evaluate(async () => {
      const coverage = new Float32Array(20 * 20 * 5).fill(1)
      // x = 9, y = 3: nothing.
      for (let k = 0; k < 5; k++) coverage[(14 * 20 + 11) * 5 + k] = 0
      const props = { field: coverage, quantity: 'coverage', limits: [0.1, 10] }
      await window.harness.set(0, props)
    })
    const picture = await slicePicture()
    const unseen = await xyOnScreen(9, 3)
    const seen = await xyOnScreen(-9, 3)
    expect(picture.at(unseen.x, unseen.y)).toEqual([0x2c, 0x30, 0x36])
    // In the middle of a logarithmic scale.
    const expected = colourAt('viridis', 0.5) ?? []
    expect(colourDistance(picture.at(seen.x, seen.y), expected)).toBeLessThanOrEqual(2)
  })

  it('make a picture for print', async () => {
    await mount({ kind: 'slices' })
    const url = await open.page.evaluate(() => window.harness.png(0))
    const picture = await decodePng(open.page, url)
    expect([picture.width, picture.height]).toEqual([1800, 1980])
    expect(picture.at(3, 3)).toEqual([255, 255, 255])
    expect(new Set(Array.from({ length: 60 }, (_, i) => String(picture.at(30 * i, 700)))).size) //
      .toBeGreaterThan(5)
  })
})

/** Colours of the volume without its overlay. */
async function volumeColours(): Promise<Set<string>> {
  await open.page.locator('.stage > canvas').evaluate((element) => {
    if (element instanceof HTMLElement) element.style.visibility = 'hidden'
  })
  const picture = await screenPicture(open.page)
  const box = await open.page.locator('.stage').boundingBox()
  if (!box) throw new Error('no stage')
  const colours = new Set<string>()
  for (let x = 20; x < box.width - 20; x += 3) {
    for (let y = 60; y < box.height - 40; y += 3) {
      colours.add(picture.at(box.x + x, box.y + y).join(' '))
    }
  }
  return colours
}

/** Any pixel as yellow as the upper end of viridis: red and green high, blue low. */
function hasStrongField(colours: Set<string>): boolean {
  return [...colours].some((colour) => {
    const [red, green, blue] = colour.split(' ').map(Number)
    return red > 100 && green > 100 && blue < 90
  })
}

describe('volume', () => {
  it('shows the field and follows its values', async () => {
    await mount({ kind: 'volume', limits: [0, 4] })
    const shown = { timeout: 60_000 }
    const strong = async () => hasStrongField(await volumeColours())
    await expect.poll(strong, shown).toBe(true)
    await mount({ kind: 'volume', limits: [0, 4], field: { strength: 0.5 } })
    await expect.poll(async () => (await volumeColours()).size, shown).toBeGreaterThan(5)
    expect(await strong()).toBe(false)
    await open.page.evaluate(async () => {
      const field = new Float32Array(20 * 20 * 5 * 3).fill(3)
      await window.harness.set(0, { field })
    })
    await expect.poll(strong, shown).toBe(true)
    expect(open.complaints).toEqual([])
  })

  it('turns by drag and keys and comes back', async () => {
    await mount({ kind: 'volume', limits: [0, 4] })
    const label = () => open.page.locator('.stage > canvas').getAttribute('aria-label')
    await expect.poll(label).toContain('azimuth \u2212118° elevation 33°')
    await open.page.mouse.move(280, 300)
    await open.page.mouse.down()
    await open.page.mouse.move(380, 300, { steps: 3 })
    await open.page.mouse.up()
    await expect.poll(label).toContain('azimuth \u2212163° elevation 33°')
    await open.page.locator('.stage > canvas').focus()
    await open.page.keyboard.press('ArrowUp')
    await expect.poll(label).toContain('elevation 42°')
    await open.page.getByRole('button', { name: 'Reset view' }).click()
    await expect.poll(label).toContain('azimuth \u2212118° elevation 33°')
    expect(open.complaints).toEqual([])
  })

  it('makes a picture for print and frees its contexts', async () => {
    await mount({ kind: 'volume', limits: [0, 4] })
    const url = await open.page.evaluate(() => window.harness.png(0))
    const picture = await decodePng(open.page, url)
    expect([picture.width, picture.height]).toEqual([1920, 1704])
    expect(picture.at(3, 3)).toEqual([255, 255, 255])
    const colours = new Set<string>()
    for (let x = 300; x < 1620; x += 8) {
      for (let y = 375; y < 1200; y += 8) colours.add(picture.at(x, y).join(' '))
    }
    expect(colours.size).toBeGreaterThan(50)
    // Chromium keeps 16 contexts and complains about the loss of the oldest.
    for (let i = 0; i < 18; i++) {
      await mount({ kind: 'volume' })
      await open.page.locator('.scene canvas').waitFor()
    }
    expect(open.complaints).toEqual([])
  })

  it('draws isosurface, arrows and field lines in the colours of their values', async () => {
    const solids = { volume: false, overlays: [], hiddenBelow: 0 }
    const shown = { timeout: 60_000 }
    /** The hue of a part of viridis, whatever the light does to its brightness. */
    const hasHue = async (part: number) => {
      const expected = colourAt('viridis', part) ?? []
      const ratio = (colour: readonly number[]) => colour[1] / Math.max(1, colour[2])
      return [...(await volumeColours())].some((text) => {
        const colour = text.split(' ').map(Number)
        const bright = Math.max(...colour) > 30
        return bright && Math.abs(ratio(colour) / ratio(expected) - 1) < 0.1
      })
    }
    await mount({ kind: 'volume', limits: [0, 4], settings: { ...solids, volume: false } })
    await expect.poll(async () => (await volumeColours()).size, shown).toBeLessThan(3)
    // The surface of 3 of the block of 4 microgauss.
    await mount({
      kind: 'volume',
      limits: [0, 4],
      settings: { ...solids, surface: true, surfaceLevel: 0.75 },
    })
    await expect.poll(() => hasHue(0.75), shown).toBe(true)
    const label = open.page.locator('.stage > canvas')
    expect(await label.getAttribute('aria-label')).toContain('isosurface at 3.0')
    await open.page.getByRole('slider', { name: 'Isosurface at' }).focus()
    await open.page.keyboard.press('ArrowLeft')
    expect(await lastEvent('update:settings')).toMatchObject({ surfaceLevel: 0.74 })
    // Arrows of 4 and 0.5 microgauss; a line through the block has both colours.
    for (const part of [{ arrows: true }, { lines: true }]) {
      const line = { from: [7, 3, 0], to: [11, 3, 0] } as const
      const seeds = {
        ...defaultVolumeSettings().seeds,
        kind: 'line' as const,
        count: 5,
        line: { from: [...line.from], to: [...line.to] } as VolumeSettings['seeds']['line'],
      }
      await mount({ kind: 'volume', limits: [0, 4], settings: { ...solids, ...part, seeds } })
      await expect.poll(() => hasHue(1), shown).toBe(true)
      // Arrows of the weak field are too small to be sure of.
      if ('lines' in part) await expect.poll(() => hasHue(0.125), shown).toBe(true)
    }
    expect(open.complaints).toEqual([])
  })

  it('keeps its camera, and goes to one that is kept', async () => {
    await mount({ kind: 'volume', limits: [0, 4] })
    const label = () => open.page.locator('.stage > canvas').getAttribute('aria-label')
    await expect.poll(label).toContain('azimuth \u2212118°')
    await open.page.locator('.stage > canvas').focus()
    await open.page.keyboard.press('ArrowLeft')
    await expect
      .poll(() => lastEvent('update:settings'))
      .toMatchObject({ camera: { azimuthDeg: expect.closeTo(-127, 6) } })
    const camera = { azimuthDeg: 20, elevationDeg: 10, distanceKpc: 50, focalKpc: [0, 0, 0] }
    await open.page.evaluate((settings) => window.harness.set(0, { settings }), {
      ...defaultVolumeSettings(),
      camera,
    })
    await expect.poll(label).toContain('azimuth 20° elevation 10°')
    expect(open.complaints).toEqual([])
  })

  it('makes films whose frames are the volume, and their pictures', async () => {
    await mount({ kind: 'volume', limits: [0, 4] })
    const bytes = async (format: 'webm' | 'png') => {
      const url = await open.page.evaluate((of) => window.harness.turntable(0, of, 3), format)
      return Uint8Array.from(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))
    }
    const film = ebmlElements(await bytes('webm'))
    const blocks = film.filter(({ id }) => id === 0xa3).map(({ body }) => body)
    expect(blocks.map((block) => bigEndian(block.slice(1, 3)))).toEqual([0, 40, 80])
    const track = film.find(({ id }) => id === 0x86)?.body ?? new Uint8Array()
    const codec = String.fromCharCode(...track) === 'V_VP9' ? 'vp09.00.40.08' : 'vp8'
    const frame = await open.page.evaluate(
      async ({ codec, data }) => {
        const canvas = document.createElement('canvas')
        const decoder = new VideoDecoder({
          output: (shown) => {
            canvas.width = shown.displayWidth
            canvas.height = shown.displayHeight
            canvas.getContext('2d')?.drawImage(shown, 0, 0)
            shown.close()
          },
          error: (error) => {
            throw error
          },
        })
        decoder.configure({ codec })
        const bytes = Uint8Array.from(data)
        decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data: bytes }))
        await decoder.flush()
        return canvas.toDataURL()
      },
      { codec, data: [...blocks[0].slice(4)] },
    )
    const picture = await decodePng(open.page, frame)
    expect([picture.width, picture.height]).toEqual([1280, 976])
    expect(colourDistance(picture.at(1270, 3), [255, 255, 255])).toBeLessThan(12)
    const colours = new Set<string>()
    for (let x = 200; x < 1080; x += 8) {
      for (let y = 100; y < 850; y += 8) colours.add(picture.at(x, y).join(' '))
    }
    expect(hasStrongField(colours)).toBe(true)
    expect(await lastEvent('progress')).toBe(1)

    const archive = await bytes('png')
    const directory = archive.length - 22
    expect([archive[directory + 10], ...archive.slice(0, 4)]).toEqual([3, 0x50, 0x4b, 3, 4])
    const first = archive.slice(30 + 'turntable-0000.png'.length)
    expect([...first.slice(1, 4)].map((byte) => String.fromCharCode(byte)).join('')).toBe('PNG')
    expect(open.complaints).toEqual([])
  })
})
