import { describe, expect, it } from 'vitest'
import { ang2pix } from '#shared/healpix/index.ts'
import { colourAt, unprojectSky } from '#shared/sky/index.ts'
import { homeOrbit, orbitProjector } from '#renderer/volume/orbit.ts'
import { markLeast, markMost } from '#renderer/sky/healpix-shader.ts'
import { colourDistance, screenPicture } from '../picture.ts'
import { useComponentPage } from './page.ts'
import { defaultVolumeSettings } from '#renderer/volume/settings.ts'

/** Tokens of the dark theme. */
const amber = [0xff, 0xb0, 0x00]
const blue = [0x56, 0xa8, 0xe9]
const open = useComponentPage()

const lastEvent = (name: string) =>
  open.page.evaluate(
    (wanted) => window.harness.events.filter((event) => event.name === wanted).at(-1)?.value,
    name,
  )

/** A ray of 20 kpc: B across rises from 0 to 2 microgauss, along it falls through zero in the middle, n_e by two decades. */
async function mountTracks(width = 700, height = 300, theme: 'dark' | 'light' = 'dark') {
  await open.page.evaluate(
    async ({ width, height, theme }) => {
      const rows = 201
      const column = (of: (share: number) => number) =>
        Float64Array.from({ length: rows }, (_, row) => of(row / (rows - 1)))
      const distanceKpc = column((share) => 20 * share)
      const columns = new Map([
        ['distance_kpc', distanceKpc],
        ['B_perp', column((share) => 2 * share)],
        ['B_parallel', column((share) => 3 - 6 * share)],
        ['n_e', column((share) => 0.1 * 10 ** (-2 * share))],
        // Per kpc, what I has of it: its derivative.
        ['emissivity', column((share) => 0.8 * share)],
        ['I', column((share) => 8 * share * share)],
      ])
      await window.harness.mount(
        'sightline',
        [
          {
            width,
            height,
            props: {
              profile: { rows, distanceKpc, columns },
              place: 'l = 10.0°  b = +5.0°',
              columns: ['B_perp', 'B_parallel', 'n_e', 'emissivity', 'I'],
              cursorKpc: null,
            },
          },
        ],
        theme,
      )
    },
    { width, height, theme },
  )
}

const plot = async () => {
  const box = await open.page.locator('.tracks canvas').boundingBox()
  if (!box) throw new Error('no plot')
  return {
    box,
    // Room for ticks left and right as in draw-tracks.ts.
    x: (kpc: number) => box.x + 44 + (kpc / 20) * (box.width - 60),
    trackHeight: (box.height - 34) / 5,
  }
}
const values = () => open.page.locator('.tracks output').allTextContents()

describe('the profile of a line of sight', () => {
  it('draws curves where their values are and says them at the cursor', async () => {
    await mountTracks()
    // Without a cursor: the values at the end, of I the whole.
    expect(await values()).toEqual(['2.00', '\u22123.00', '0.00100', '0.800', '8.00'])
    const { box, x, trackHeight } = await plot()
    const picture = await screenPicture(open.page)
    // B across at 5 kpc is 0.5 of an axis from 0 to 2.
    const y = box.y + trackHeight - 7 - 0.25 * (trackHeight - 14)
    const near = [-1, 0, 1].map((dy) => colourDistance(picture.at(x(5), y + dy), blue))
    // A line of 1.5 px, antialiased; the panel is 170 away.
    expect(Math.min(...near)).toBeLessThan(60)
    // Well above the curve there is only the panel.
    expect(picture.at(x(5.3), y - 12)).toEqual([0x12, 0x14, 0x17])
    await open.page.mouse.move(x(5), box.y + 20)
    const at = await lastEvent('update:cursorKpc')
    expect(at).toBeCloseTo(5, 1)
    expect(await values()).toEqual(['0.500', '+1.50', '0.0316', '0.200', '0.500'])
    // Hover shows, leaving frees; a click pins and Escape frees.
    await open.page.mouse.move(x(5), box.y + box.height + 60)
    expect(await lastEvent('update:cursorKpc')).toBe(null)
    await open.page.mouse.click(x(10), box.y + 20)
    await open.page.mouse.move(x(3), box.y + box.height + 60)
    expect(await lastEvent('update:cursorKpc')).toBeCloseTo(10, 1)
    expect(open.complaints).toEqual([])
  })

  it('is read with keys, and says its values', async () => {
    await mountTracks()
    const slider = open.page.getByRole('slider', { name: 'Distance on the sightline' })
    await slider.focus()
    await open.page.keyboard.press('Home')
    await open.page.keyboard.press('Shift+ArrowRight')
    // A step is a 200th of the ray, ten of them with Shift.
    expect(await lastEvent('update:cursorKpc')).toBeCloseTo(1, 10)
    expect(await slider.getAttribute('aria-valuetext')).toBe(
      '1.00\u00a0kpc: B⊥ 0.100\u00a0µG, B∥ +2.70\u00a0µG, ne 0.0794\u00a0cm⁻³, j 0.0400\u00a0K\u202fkpc⁻¹, I 0.0200\u00a0K',
    )
    await open.page.keyboard.press('End')
    expect(await lastEvent('update:cursorKpc')).toBe(20)
    await open.page.keyboard.press('Escape')
    expect(await lastEvent('update:cursorKpc')).toBe(null)
    expect(open.complaints).toEqual([])
  })

  it('says what its names mean, to the pointer and to the keyboard', async () => {
    await mountTracks()
    const meaning = open.page.locator('.tooltip.definition')
    await open.page.getByRole('button', { name: 'j, Emissivity' }).hover()
    await expect.poll(() => meaning.first().textContent()).toContain('synchrotron emission per kpc')
    await open.page.getByRole('button', { name: 'j, Emissivity' }).click()
    expect(await lastEvent('explain')).toBe('emissivity')
    await mountTracks()
    // One stop for all names, and arrows among them.
    const { keyboard } = open.page
    const focused = () => open.page.evaluate(() => document.activeElement?.ariaLabel)
    await keyboard.press('Tab')
    expect(await focused()).toBe('B⊥, Across the sightline')
    await keyboard.press('ArrowDown')
    expect(await focused()).toBe('B∥, Along the sightline')
    await expect.poll(() => meaning.first().textContent()).toContain('positive toward us')
    await keyboard.press('Tab')
    expect(await focused()).toBe('Distance on the sightline')
    await keyboard.press('Shift+Tab')
    expect(await focused()).toBe('B∥, Along the sightline')
    await keyboard.press('End')
    expect(await focused()).toBe('I, Intensity so far')
    expect(open.complaints).toEqual([])
  })

  it.each([
    [400, 140],
    [1050, 560],
  ])('fits into %d x %d, in the light theme too', async (width, height) => {
    await mountTracks(width, height, 'light')
    const { box, trackHeight } = await plot()
    expect(trackHeight).toBeGreaterThanOrEqual(34)
    expect(box.width).toBeGreaterThan(200)
    const rows = await open.page.locator('.tracks .names li').all()
    const first = await rows[0].boundingBox()
    expect(first?.height).toBeCloseTo(trackHeight, 6)
    expect(open.complaints).toEqual([])
  })
})

describe('the line of sight in the field', () => {
  const observer = [-8.3, 0, 0.006] as const
  const end = [20, 12, 3] as const
  async function mountField(kind: 'slices' | 'volume') {
    await open.page.evaluate(
      async ({ kind, observer, end, settings }) => {
        const field = new Float32Array(20 * 20 * 5 * 3).fill(1)
        await window.harness.mount(
          kind,
          [
            {
              width: 560,
              height: 620,
              props: {
                field,
                shape: [20, 20, 5],
                halfSizeKpc: [20, 20, 5],
                observerKpc: observer,
                quantity: 'B',
                colourMap: null,
                limits: [0, 20],
                cursor: [-8.3, 0, 0],
                voxel: [9, -13, 0],
                title: 'test',
                overlays: settings.overlays,
                settings,
                magnetic: null,
                ray: { endKpc: end, markKpc: null },
              },
            },
          ],
          'dark',
        )
      },
      { kind, observer, end, settings: defaultVolumeSettings() },
    )
  }
  const along = (share: number) => observer.map((from, axis) => from + share * (end[axis] - from))

  it('is amber in the slices, with the chosen voxel', async () => {
    await mountField('slices')
    const picture = await screenPicture(open.page)
    const box = await open.page.locator('.slices').boundingBox()
    if (!box) throw new Error('no slices')
    const scale = Math.min((box.width - 68) / 25, (box.height - 100) / 25)
    const [side, strip] = [Math.round(20 * scale), Math.round(5 * scale)]
    const left = Math.round((box.width - side - 8 - strip - 60) / 2) + 40
    const place = (x: number, y: number) => ({
      x: box.x + left + ((x / 20 + 1) / 2) * side,
      y: box.y + 10 + ((1 - y / 20) / 2) * side,
    })
    const closest = (x: number, y: number) => {
      const at = place(x, y)
      return Math.min(
        ...[-1, 0, 1].flatMap((dx) =>
          [-1, 0, 1].map((dy) => colourDistance(picture.at(at.x + dx, at.y + dy), amber)),
        ),
      )
    }
    for (const share of [0.2, 0.5, 0.9]) {
      const [x, y] = along(share)
      expect(closest(x, y)).toBeLessThan(30)
      expect(closest(x, y - 3)).toBeGreaterThan(60)
    }
    // Voxels are 2 kpc wide: the middle of the chosen one's edge.
    expect(closest(9, -12)).toBeLessThan(30)
    expect(closest(9, -13)).toBeGreaterThan(60)

    const target = place(4, -6)
    await open.page.mouse.click(target.x, target.y)
    expect(await lastEvent('pick')).toEqual([expect.closeTo(4, 1), expect.closeTo(-6, 1), 0])
    const count = () =>
      open.page.evaluate(() => window.harness.events.filter(({ name }) => name === 'pick').length)
    await open.page.mouse.down()
    await open.page.mouse.move(target.x + 30, target.y, { steps: 3 })
    await open.page.mouse.up()
    expect(await count()).toBe(1)
    await open.page.locator('.slices .overlay').focus()
    await open.page.keyboard.press('Enter')
    expect(await count()).toBe(2)
    expect(open.complaints).toEqual([])
  })

  it('is amber in the volume', async () => {
    await mountField('volume')
    const label = () => open.page.locator('.stage > canvas').getAttribute('aria-label')
    await expect.poll(label).toContain('azimuth')
    const box = await open.page.locator('.stage').boundingBox()
    if (!box) throw new Error('no stage')
    const project = orbitProjector(
      homeOrbit([20, 20, 5], box.width, box.height),
      box.width,
      box.height,
    )
    const seen = async (share: number) => {
      const [x, y, z] = along(share)
      const at = project([x, y, z])
      const picture = await screenPicture(open.page)
      return colourDistance(picture.at(box.x + at.x, box.y + at.y), amber)
    }
    await expect.poll(() => seen(0.5)).toBeLessThan(30)
    expect(await seen(0.25)).toBeLessThan(30)
    expect(open.complaints).toEqual([])
  })
})

describe('the pixels that see a voxel', () => {
  it('are tinted by how much of it they see, the others keep their colours', async () => {
    await open.page.evaluate(async () => {
      const pixels = Float32Array.from({ length: 768 }, (_, p) => p)
      const strength = new Uint8Array(192)
      strength[100] = 255
      strength[40] = 51
      await window.harness.mount(
        'sky',
        [
          {
            width: 800,
            height: 500,
            props: {
              pixels,
              nside: 8,
              title: 'Data',
              source: 'test',
              unit: 'K',
              quantity: 'Brightness temperature',
              norm: 'linear',
              limits: [0, 768],
              percentile: 99.5,
              colourMap: 'viridis',
              projection: 'mollweide',
              symmetric: false,
              view: { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 },
              cursor: null,
              marks: { nside: 4, strength },
              busy: false,
            },
          },
        ],
        'dark',
      )
    })
    await open.page.locator('.overlay').evaluate((element) => {
      if (element instanceof HTMLElement) element.style.visibility = 'hidden'
    })
    const picture = await screenPicture(open.page)
    const box = await open.page.locator('.stage').boundingBox()
    if (!box) throw new Error('no stage')
    const scale = Math.min((box.width - 3) / 4, (box.height - 3) / 2)
    const view = { lonDeg: 0, latDeg: 0, rollDeg: 0 }
    const pixelOf = (nside: number, x: number, y: number) => {
      const plane = [(x - box.x - box.width / 2) / scale, (box.y + box.height / 2 - y) / scale]
      const sky = unprojectSky('mollweide', view, plane[0], plane[1])
      return (
        sky &&
        ang2pix(nside, 'RING', ((90 - sky.latDeg) * Math.PI) / 180, (sky.lonDeg * Math.PI) / 180)
      )
    }
    const found = new Map<number, number>()
    const wrong: string[] = []
    for (let y = Math.ceil(box.y) + 4; y < box.y + box.height - 4; y += 4)
      for (let x = Math.ceil(box.x) + 4; x < box.x + box.width - 4; x += 4) {
        const pixel = pixelOf(8, x + 0.5, y + 0.5)
        // Away from the borders of pixels, where colours are blends.
        const inside = [0, 1].every((dx) =>
          [0, 1].every((dy) => pixelOf(8, x + dx, y + dy) === pixel),
        )
        const coarse = pixelOf(4, x + 0.5, y + 0.5)
        if (pixel === undefined || coarse === undefined || !inside) continue
        const strength = coarse === 100 ? 1 : coarse === 40 ? 0.2 : 0
        const part = strength === 0 ? 0 : markLeast + (markMost - markLeast) * strength
        const own = colourAt('viridis', pixel / 768) ?? []
        const expected = own.map((value, i) => value + part * (amber[i] - value))
        if (colourDistance(picture.at(x, y), expected) > 4) wrong.push(`${x} ${y} ${pixel}`)
        found.set(strength, (found.get(strength) ?? 0) + 1)
      }
    expect(wrong).toEqual([])
    expect(found.get(1)).toBeGreaterThan(5)
    expect(found.get(0.2)).toBeGreaterThan(5)
    expect(open.complaints).toEqual([])
  })
})
