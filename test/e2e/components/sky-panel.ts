import { ang2pix } from '#shared/healpix/index.ts'
import { colourAt, unprojectSky } from '#shared/sky/index.ts'
import { colourDistance, screenPicture } from '../picture.ts'
import type { ColourMapName, Norm } from '#shared/sky/index.ts'
import type { SkyProjection } from '#renderer/sky/types.ts'
import type { Picture } from '../picture.ts'
import type { ComponentPage } from './page.ts'

const degree = Math.PI / 180
/** Pixels without a value on the dark theme. */
const neutral = [0x45, 0x49, 0x50]
export const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
export type View = typeof wholeSky

export interface MapOptions {
  readonly nside: number
  /** Body of a function of the pixel number `p`. */
  readonly values: string
  readonly norm?: string
  readonly limits?: readonly [number, number] | null
  readonly colourMap?: ColourMapName
  readonly projection?: SkyProjection
  readonly view?: View
  readonly symmetric?: boolean
}

/** One sky map on the page of a test. */
export function skyPanel(open: Pick<ComponentPage, 'page'>) {
  /** Mounts one map of 800 x 500 whose pixels are made in the page: large maps need not travel. */
  async function mount(options: MapOptions): Promise<void> {
    await open.page.evaluate(
      async ({ nside, norm, limits, colourMap, projection, view, symmetric, seed }) => {
        const pixels = new Float32Array(12 * nside * nside)
        for (let p = 0; p < pixels.length; p++) {
          pixels[p] = seed === 'hash' ? (p * 97) % 256 : seed === 'row' ? p / pixels.length : p + 1
          if (seed === 'holes' && p % 3 === 0) pixels[p] = p % 2 ? NaN : -1.6375e30
        }
        await window.harness.mount(
          'sky',
          [
            {
              width: 800,
              height: 500,
              props: {
                pixels,
                nside,
                title: 'Data',
                source: 'test',
                unit: 'K',
                quantity: 'Brightness temperature',
                norm,
                limits,
                percentile: 99.5,
                colourMap,
                projection,
                symmetric,
                view,
                cursor: null,
                busy: false,
              },
            },
          ],
          'dark',
        )
      },
      {
        nside: options.nside,
        seed: options.values,
        norm: options.norm ?? 'linear',
        limits: options.limits ?? null,
        colourMap: options.colourMap ?? 'viridis',
        projection: options.projection ?? 'mollweide',
        view: options.view ?? wholeSky,
        symmetric: options.symmetric ?? false,
      },
    )
  }

  /** Where the map lies on the page, and how plane units become pixels there. */
  async function stageBox(shape: SkyProjection, view: View) {
    const box = await open.page.locator('.stage').boundingBox()
    if (!box) throw new Error('no stage')
    // Mollweide and plate carree are twice as wide as high, the others squares.
    const half = shape === 'mollweide' || shape === 'plate-carree' ? 2 : 1
    const fit = Math.min((box.width - 3) / (2 * half), (box.height - 3) / 2)
    const scale = fit * view.zoom
    return {
      box,
      toScreen: (x: number, y: number) => ({
        x: box.x + box.width / 2 + (x - view.panX) * scale,
        y: box.y + box.height / 2 - (y - view.panY) * scale,
      }),
      toPlane: (x: number, y: number) => ({
        x: (x - box.x - box.width / 2) / scale + view.panX,
        y: (box.y + box.height / 2 - y) / scale + view.panY,
      }),
    }
  }

  /** The picture without graticule and labels. */
  async function mapPicture(): Promise<Picture> {
    await open.page.locator('.overlay').evaluate((element) => {
      if (element instanceof HTMLElement) element.style.visibility = 'hidden'
    })
    return screenPicture(open.page)
  }

  /**
   * Compares screen pixels with the pixel of the map that this code's own float64 geometry finds there. Screen pixels
   * that a map pixel boundary crosses are blends and are left out.
   */
  async function compare(
    options: MapOptions,
    valueOf: (pixel: number) => number,
    norm: Norm,
  ): Promise<{ compared: number; wrong: string[] }> {
    const shape = options.projection ?? 'mollweide'
    const view = options.view ?? wholeSky
    const picture = await mapPicture()
    const { box, toPlane } = await stageBox(shape, view)
    const colourMap = options.colourMap ?? 'viridis'
    const wrong: string[] = []
    let compared = 0
    const pixelAt = (x: number, y: number) => {
      const plane = toPlane(x, y)
      const sky = unprojectSky(shape, view, plane.x, plane.y)
      return sky && ang2pix(options.nside, 'RING', (90 - sky.latDeg) * degree, sky.lonDeg * degree)
    }
    for (let row = 2; row < box.height - 2; row += 5) {
      for (let column = 2; column < box.width - 2; column += 5) {
        const x = Math.floor(box.x + column)
        const y = Math.floor(box.y + row)
        const corners = [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
          [0.5, 0.5],
        ].map(([dx, dy]) => pixelAt(x + dx, y + dy))
        const pixel = corners[4]
        if (pixel === undefined || corners.some((corner) => corner !== pixel)) continue
        compared++
        const value = valueOf(pixel)
        // Either colour where float32 may fall on the other side of the edge between two.
        const expected = Number.isNaN(value)
          ? [neutral]
          : [-1e-4, 0, 1e-4].map((shift) => colourAt(colourMap, norm.toUnit(value) + shift) ?? [])
        const seen = picture.at(x, y)
        if (Math.min(...expected.map((colour) => colourDistance(colour, seen))) > 2) {
          wrong.push(
            `(${x}, ${y}) pixel ${pixel}: ${seen.join(' ')} instead of ${expected[1] ?? ''}`,
          )
        }
      }
    }
    return { compared, wrong }
  }

  return { mount, stageBox, mapPicture, compare }
}
