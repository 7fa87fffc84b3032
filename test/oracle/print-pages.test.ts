import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { pix2ang } from '#shared/healpix/index.ts'
import { colourAt, projectSky } from '#shared/sky/index.ts'
import { useComponentPage } from '../e2e/components/page.ts'
import { colourDistance, decodePng } from '../e2e/picture.ts'
import type { Picture } from '../e2e/picture.ts'

// Maps saved for print, as other programs draw them: the PDF by PDFium, the SVG by Chromium.
const open = useComponentPage()
const script = fileURLToPath(new URL('../tools/read_pdf.py', import.meta.url))
const nside = 8
const degree = Math.PI / 180
/** Across the sky, away from the lines and labels of the graticule. */
const pixels = [86, 109, 141, 246, 284, 300, 440, 470, 498, 630, 660]
const view = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-print-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A source over the middle of each of the pixels, with another value than the pixel has. */
const sourceValue = (pixel: number) => 767 - pixel
const sources = pixels.map((pixel) => {
  const { theta, phi } = pix2ang(nside, 'RING', pixel)
  return { lonDeg: phi / degree, latDeg: 90 - theta / degree, value: sourceValue(pixel) }
})

/** A map of NSIDE 8 with the values 0 to 767 as a page, with sources or without; its bytes. */
async function pageOf(format: 'svg' | 'pdf', over: typeof sources = []): Promise<Buffer> {
  const shown = { view, over }
  await open.page.evaluate(async ({ view, over }) => {
    const points = {
      directionsDeg: Float64Array.from(over.flatMap(({ lonDeg, latDeg }) => [lonDeg, latDeg])),
      values: Float32Array.from(over, ({ value }) => value),
    }
    const props = {
      overlay:
        over.length === 0
          ? null
          : { points, name: 'sources', quantity: 'RM', unit: 'K', colours: null },
      pixels: Float32Array.from({ length: 768 }, (_, p) => p),
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
      view,
      cursor: null,
      busy: false,
      theme: 'dark',
    }
    await window.harness.mount('sky', [{ width: 800, height: 540, props }], 'dark')
  }, shown)
  const url = await open.page.evaluate((of) => window.harness.document(0, of), format)
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}

/** Where the middle of a pixel is on the page, CSS pixels: the map is 600 by 300, under margin and title. */
function placeOf(pixel: number): [number, number] {
  const { theta, phi } = pix2ang(nside, 'RING', pixel)
  const plane = projectSky('mollweide', view, phi / degree, 90 - theta / degree)
  if (!plane) throw new Error('The pixel is not on the map.')
  const scale = (600 - 3) / 4
  return [12 + 300 + plane.x * scale, 12 + 24 + 150 - plane.y * scale]
}

function checkColours(
  seen: readonly (readonly number[])[],
  valueOf: (pixel: number) => number = (pixel) => pixel,
): void {
  pixels.forEach((pixel, i) => {
    const expected = colourAt('viridis', valueOf(pixel) / 768) ?? []
    // A colour table of 256 steps, and rounding.
    expect(colourDistance(seen[i], expected), `pixel ${pixel}`).toBeLessThan(4)
  })
}

const reading = z.object({
  pages: z.number(),
  size: z.tuple([z.number(), z.number()]),
  text: z.string(),
  words: z.array(
    z.object({
      text: z.string(),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
    }),
  ),
  colours: z.array(z.array(z.number())),
})

/** The page as PDFium draws and reads it: colours of the pixels, and last that of the corner. */
async function readPdf(bytes: Buffer): Promise<z.infer<typeof reading>> {
  const file = join(folder, 'map.pdf')
  await writeFile(file, bytes)
  const interpreter = process.env.LARMOR_PYTHON
  if (!interpreter)
    throw new Error('Set LARMOR_PYTHON to a Python with test/tools/requirements.txt.')
  // Points are three quarters of a CSS pixel.
  const places = [...pixels.map(placeOf), [2, 2]].map(([x, y]) => [0.75 * x, 0.75 * y])
  const output = execFileSync(interpreter, [script, file, '4', JSON.stringify(places)])
  return reading.parse(JSON.parse(output.toString('utf8')))
}
/** The page as Chromium draws it. */
async function drawSvg(bytes: Buffer): Promise<Picture> {
  const viewer = await open.page.context().browser()?.newPage()
  if (!viewer) throw new Error('There is no browser.')
  await viewer.setContent('<style>body { margin: 0 } img { display: block }</style><img>')
  await viewer.evaluate(
    async (source) => {
      const image = document.querySelector('img')
      if (!image) throw new Error('no image')
      image.src = source
      await image.decode()
    },
    `data:image/svg+xml;base64,${bytes.toString('base64')}`,
  )
  const shot = await viewer.locator('img').screenshot()
  const picture = await decodePng(viewer, `data:image/png;base64,${shot.toString('base64')}`)
  await viewer.close()
  return picture
}

describe('a map for print', () => {
  it('is a PDF that PDFium draws and reads', async () => {
    const page = await readPdf(await pageOf('pdf'))
    expect(page.pages).toBe(1)
    expect(page.size[0]).toBeCloseTo(0.75 * 624, 3)
    checkColours(page.colours)
    expect(page.colours.at(-1)).toEqual([255, 255, 255])
    for (const word of [
      'Data',
      'test',
      'Brightness temperature',
      'K',
      '+30°',
      '−30°',
      '60°',
      '400',
    ])
      expect(page.text).toContain(word)
    // The title begins at the margin, nine points, with what a D leaves free, above the map.
    const title = page.words.find(({ text }) => text.startsWith('Data'))
    expect(title?.box[0]).toBeGreaterThan(9)
    expect(title?.box[0]).toBeLessThan(10.5)
    expect(title?.box[3]).toBeLessThan(0.75 * 36)
  })

  it('is an SVG that Chromium draws', async () => {
    const picture = await drawSvg(await pageOf('svg'))
    expect(picture.width).toBe(624)
    checkColours(pixels.map((pixel) => picture.at(...placeOf(pixel))))
    expect(picture.at(2, 2)).toEqual([255, 255, 255])
    expect(open.complaints).toEqual([])
  })

  it('has sources over the map as vectors, in their colours', async () => {
    const pdf = await pageOf('pdf', sources)
    checkColours((await readPdf(pdf)).colours, sourceValue)
    const svg = await pageOf('svg', sources)
    expect(svg.toString('utf8').match(/<circle [^>]*r="4.5" fill="rgb/g)).toHaveLength(
      sources.length,
    )
    const picture = await drawSvg(svg)
    checkColours(
      pixels.map((pixel) => picture.at(...placeOf(pixel))),
      sourceValue,
    )
    expect(open.complaints).toEqual([])
  })
})
