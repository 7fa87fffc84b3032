import type { Page } from 'playwright-core'

export interface Picture {
  readonly width: number
  readonly height: number
  /** RGB of a point, device pixels. */
  at(x: number, y: number): [number, number, number]
}

/** Decodes a PNG in the page: what the user sees, pixel by pixel. */
export async function decodePng(page: Page, dataUrl: string): Promise<Picture> {
  const { width, height, base64 } = await page.evaluate(async (url) => {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no context')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    let text = ''
    for (let i = 0; i < data.length; i += 8192) {
      text += String.fromCharCode(...data.subarray(i, i + 8192))
    }
    return { width: image.width, height: image.height, base64: btoa(text) }
  }, dataUrl)
  const bytes = Buffer.from(base64, 'base64')
  return {
    width,
    height,
    at(x, y) {
      const at = 4 * (Math.floor(y) * width + Math.floor(x))
      return [bytes[at], bytes[at + 1], bytes[at + 2]]
    },
  }
}

/** What the page shows now. */
export async function screenPicture(page: Page): Promise<Picture> {
  const png = await page.screenshot()
  return decodePng(page, `data:image/png;base64,${png.toString('base64')}`)
}

/** Largest difference of two colours in any channel. */
export function colourDistance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])))
}
