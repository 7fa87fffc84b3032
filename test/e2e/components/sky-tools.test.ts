import { describe, expect, it } from 'vitest'
import { histogramOf } from '#renderer/sky/histogram.ts'
import { buildScale, valueStatistics } from '#renderer/sky/colour-scale.ts'
import { resample } from '#renderer/sky/resample.ts'
import { positionAngleDeg, vectorsOf } from '#renderer/sky/vectors.ts'
import { colourAt } from '#shared/sky/index.ts'
import { colourDistance, screenPicture } from '../picture.ts'
import { useComponentPage } from './page.ts'

const open = useComponentPage()

interface Extra {
  readonly histogram?: boolean
  readonly vectors?: { q: number; u: number; turnDeg: number }
  readonly kind?: 'sky' | 'compare'
  readonly mode?: 'blink' | 'swipe'
  readonly theme?: 'dark' | 'light'
}

/** A map of NSIDE 8 with the values 0 to 767, or two: the second has 200 everywhere. */
async function mount(extra: Extra) {
  await open.page.evaluate(async (extra) => {
    const { histogram, vectors, kind = 'sky', mode = 'swipe', theme = 'dark' } = extra
    const props = (values: (p: number) => number, title: string) => ({
      pixels: Float32Array.from({ length: 768 }, (_, p) => values(p)),
      nside: 8,
      title,
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
      busy: false,
      theme,
      histogram,
      vectors: vectors && {
        nside: 8,
        q: new Float32Array(768).fill(vectors.q),
        u: new Float32Array(768).fill(vectors.u),
        full: Math.hypot(vectors.q, vectors.u),
        turnDeg: vectors.turnDeg,
        length: 1,
      },
    })
    const first = props((p) => p, 'Data')
    const panel =
      kind === 'sky' ? first : { first, second: props(() => 200, 'Model'), mode, share: 0.5 }
    await window.harness.mount(kind, [{ width: 800, height: 540, props: panel }], theme)
  }, extra)
}

const lastEvent = (name: string) =>
  open.page.evaluate(
    (wanted) => window.harness.events.filter((event) => event.name === wanted).at(-1)?.value,
    name,
  )
async function stage() {
  const box = await open.page.locator('.stage').first().boundingBox()
  if (!box) throw new Error('no stage')
  return box
}
async function hideOverlays() {
  for (const overlay of await open.page.locator('canvas.overlay').all())
    await overlay.evaluate((element) => {
      if (element instanceof HTMLElement) element.style.visibility = 'hidden'
    })
}

describe('two maps over one another', () => {
  const flat = colourAt('viridis', 200 / 768) ?? []

  it('show the first left of the line and the second right of it, wherever it is', async () => {
    await mount({ kind: 'compare' })
    await hideOverlays()
    const box = await stage()
    const middle = box.y + box.height / 2
    const at = async (part: number) => {
      const picture = await screenPicture(open.page)
      return picture.at(box.x + part * box.width, middle)
    }
    // A quarter from the left and the right; a value of the map, and the flat 200 K.
    expect(colourDistance(await at(0.25), flat)).toBeGreaterThan(20)
    expect(await at(0.75)).toEqual(flat)
    const line = open.page.getByRole('slider', { name: 'Line between Data and Model' })
    await line.focus()
    await open.page.keyboard.press('Home')
    expect(await lastEvent('update:share')).toBe(0)
    expect(await at(0.25)).toEqual(flat)
    await open.page.keyboard.press('End')
    expect(colourDistance(await at(0.75), flat)).toBeGreaterThan(20)
    const handle = await line.boundingBox()
    if (!handle) throw new Error('no line')
    await open.page.mouse.move(handle.x + handle.width / 2, handle.y + 30)
    await open.page.mouse.down()
    await open.page.mouse.move(box.x + 0.3 * box.width, middle, { steps: 3 })
    await open.page.mouse.up()
    expect(await lastEvent('update:share')).toBeCloseTo(0.3, 2)
    expect(await at(0.4)).toEqual(flat)
    expect(open.complaints).toEqual([])
  })

  it('read both at one cursor', async () => {
    await mount({ kind: 'compare' })
    const box = await stage()
    await open.page.mouse.move(box.x + 0.7 * box.width, box.y + box.height / 2)
    // The harness links cursors of panels, not of a pair: the pair says where the pointer is.
    const cursor = await lastEvent('update:cursor')
    expect(cursor).toMatchObject({ latDeg: expect.closeTo(0, 0) })
    expect(open.complaints).toEqual([])
  })

  it('blink, stop, and change by a button', async () => {
    await mount({ kind: 'compare', mode: 'blink' })
    await hideOverlays()
    const box = await stage()
    const isFlat = async () => {
      const picture = await screenPicture(open.page)
      const seen = picture.at(box.x + 0.25 * box.width, box.y + box.height / 2)
      return colourDistance(seen, flat) === 0
    }
    // Both in turn, heard from the page itself: a picture takes longer than a blink.
    await open.page.locator('.compare.shows-second').waitFor()
    await open.page.locator('.compare:not(.shows-second)').waitFor()
    await open.page.locator('.compare.shows-second').waitFor()
    await open.page.getByRole('button', { name: 'Stop blinking' }).click()
    const before = await isFlat()
    expect(await open.page.locator('.compare.shows-second').count()).toBe(before ? 1 : 0)
    await open.page.getByRole('button', { name: 'Show the other map' }).click()
    expect(await isFlat()).toBe(!before)
    await open.page.getByRole('button', { name: 'Show the other map' }).click()
    expect(await isFlat()).toBe(before)
    expect(open.complaints).toEqual([])
  })
})

describe('the histogram', () => {
  it('counts values on the axis of the colours', () => {
    const statistics = valueStatistics(Float32Array.from({ length: 960 }, (_, i) => (i + 0.5) / 96))
    const request = { norm: 'linear', limits: [2, 5], percentile: 100, symmetric: false } as const
    const { counts, axis } = histogramOf(statistics, buildScale(request, statistics), false)
    // Ten values to a bin; float32 may put one on the other side of an edge.
    expect(counts.every((count) => Math.abs(count - 10) <= 1)).toBe(true)
    expect(counts.reduce((a, b) => a + b)).toBe(960)
    expect(axis.limits[0]).toBeCloseTo(0.5 / 96, 6)
    const log = buildScale({ ...request, norm: 'log', limits: [0.1, 1] }, statistics)
    const stretched = histogramOf(statistics, log, false)
    expect(stretched.counts[95]).toBeGreaterThan(10 * stretched.counts[40])
  })

  it.each(['dark', 'light'] as const)(
    'has limits that are dragged and stepped, %s',
    async (theme) => {
      await mount({ histogram: true, theme })
      const canvas = open.page.locator('.histogram canvas')
      const box = await canvas.boundingBox()
      if (!box) throw new Error('no histogram')
      // Bars of equal height in the colours of their values, from 0 to 767 K.
      const picture = await screenPicture(open.page)
      for (const part of [0.2, 0.5, 0.8]) {
        const expected = colourAt('viridis', (part * 768) / 768) ?? []
        const seen = [0, 1, 2, 3, 4].map((dx) =>
          colourDistance(picture.at(box.x + part * box.width + dx, box.y + 30), expected),
        )
        // A bar is a 96th of the axis: its middle is up to 2 colours off.
        expect(Math.min(...seen)).toBeLessThan(12)
      }
      await open.page.mouse.move(box.x + 2, box.y + 20)
      await open.page.mouse.down()
      await open.page.mouse.move(box.x + 0.25 * box.width, box.y + 20, { steps: 4 })
      await open.page.mouse.up()
      expect(await lastEvent('update:limits')).toEqual([expect.closeTo(0.25 * 768, -1), 768])
      await open.page.getByRole('slider', { name: 'Upper limit in the histogram' }).focus()
      await open.page.keyboard.press('Shift+ArrowLeft')
      // A tenth of the axis, which reaches from 0 to 768 K.
      expect(await lastEvent('update:limits')).toEqual([
        expect.closeTo(0.25 * 768, -1),
        expect.closeTo(0.9 * 768, 0),
      ])
      await canvas.dblclick({ position: { x: 5, y: 5 } })
      expect(await lastEvent('update:limits')).toBe(null)
      expect(open.complaints).toEqual([])
    },
  )
})

describe('polarisation', () => {
  it('has angles from north through east', () => {
    expect(positionAngleDeg(1, 0)).toBe(0)
    expect(positionAngleDeg(0, 1)).toBe(45)
    expect(positionAngleDeg(-1, 0)).toBe(90)
    expect(positionAngleDeg(0, -1)).toBe(135)
  })

  it('is averaged over the pixels of a coarser map, without those that are missing', () => {
    const q = new Float32Array(12 * 16 ** 2).fill(3)
    const u = new Float32Array(12 * 16 ** 2).fill(-4)
    q[0] = NaN
    const [meanQ, meanU] = [q, u].map((values) => Float32Array.from(resample(values, 16, 8)))
    const vectors = vectorsOf(meanQ, meanU, 8)
    expect(vectors.q).toHaveLength(768)
    expect(vectors.q.every((value) => value === 3)).toBe(true)
    expect(vectors.full).toBeCloseTo(5, 6)
  })

  /** How many white pixels lie north and south of the pixel in the middle of the map, and how many beside it. */
  async function linesInTheMiddle(turnDeg: number) {
    await mount({ vectors: { q: 1, u: 0, turnDeg } })
    const box = await stage()
    const picture = await screenPicture(open.page)
    // RING pixel 368 of NSIDE 8 is at l = 5.625 or 0 deg on the equator: look along both axes around the middle.
    const white = (x: number, y: number) => Math.min(...picture.at(x, y)) > 200
    const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2]
    let [upright, level] = [0, 0]
    for (let x = -60; x < 60; x++)
      for (let y = -40; y < 40; y++) {
        if (!white(cx + x, cy + y)) continue
        if (white(cx + x, cy + y + 1) && white(cx + x, cy + y - 1)) upright++
        if (white(cx + x + 1, cy + y) && white(cx + x - 1, cy + y)) level++
      }
    return { upright, level }
  }

  it('is drawn along E, or across it along the field', async () => {
    const electric = await linesInTheMiddle(0)
    expect(electric.upright).toBeGreaterThan(5 * Math.max(1, electric.level) - 5)
    expect(electric.upright).toBeGreaterThan(30)
    const magnetic = await linesInTheMiddle(90)
    expect(magnetic.level).toBeGreaterThan(30)
    expect(magnetic.level).toBeGreaterThan(magnetic.upright)
    expect(open.complaints).toEqual([])
  })
})

describe('a page for print', () => {
  const bytesOf = (url: string) => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')

  it('shows as SVG what the PNG shows', async () => {
    await mount({})
    const svg = await open.page.evaluate(() => window.harness.document(0, 'svg'))
    const text = bytesOf(svg).toString('utf8')
    const png = await open.page.evaluate(() => window.harness.png(0))
    const found = await open.page.evaluate(
      async ({ svg, png, text }) => {
        const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
        const pixels = async (source: string) => {
          const image = new Image()
          image.src = source
          await image.decode()
          const canvas = document.createElement('canvas')
          canvas.width = 1872
          canvas.height = (1872 * image.height) / image.width
          const context = canvas.getContext('2d', { willReadFrequently: true })
          context?.drawImage(image, 0, 0, canvas.width, canvas.height)
          // The corner, the map in two places away from lines, and the colour bar.
          const places = [
            [3, 3],
            [900, 500],
            [1300, 640],
            [500, 1060],
          ]
          return places.map(([x, y]) => [...(context?.getImageData(x, y, 1, 1).data ?? [])])
        }
        return {
          errors: parsed.querySelectorAll('parsererror').length,
          texts: [...parsed.querySelectorAll('text')].map((one) => one.textContent),
          images: parsed.querySelectorAll('image').length,
          svg: await pixels(svg),
          png: await pixels(png),
        }
      },
      { svg, png, text },
    )
    expect(found).toMatchObject({ errors: 0, images: 1 })
    for (const word of ['Data', 'test', 'Brightness temperature', '0°', '60°', '+30°', '400'])
      expect(found.texts).toContain(word)
    expect(found.svg[0]).toEqual([255, 255, 255, 255])
    found.svg.forEach((colour, i) => expect(colourDistance(colour, found.png[i])).toBeLessThan(3))
    // On the map and on the bar there are colours.
    for (const colour of found.svg.slice(1))
      expect(colourDistance(colour.slice(0, 3), [255, 255, 255])).toBeGreaterThan(20)
    expect(open.complaints).toEqual([])
  })

  it('is a PDF of one page with the map as a picture', async () => {
    await mount({})
    const url = await open.page.evaluate(() => window.harness.document(0, 'pdf'))
    const pdf = bytesOf(url).toString('latin1')
    expect(pdf.startsWith('%PDF-1.4\n')).toBe(true)
    expect(pdf).toContain('/Subtype /Image /Width 1800 /Height 900')
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1])
    expect(pdf.slice(start, start + 4)).toBe('xref')
    expect(open.complaints).toEqual([])
  })
})
