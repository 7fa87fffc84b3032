import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Stage } from '../e2e/story/stage.ts'
import { layout } from '../e2e/story/workbench.ts'
import { frameRows, framesDuring } from './workbench-stage.ts'
import type { Row } from './workbench-stage.ts'

const sample = fileURLToPath(
  new URL('../../assets/samples/haslam408-nside64.fits', import.meta.url),
)
const steps = 20

/** From the step of a slider to the new sky on the screen, and frames while it is dragged. */
export async function measure(stage: Stage): Promise<Row[]> {
  await copyFile(sample, join(stage.folder, 'haslam.fits'))
  const page = await stage.open()
  const open = page.getByRole('button', { name: /^Open a map/ })
  await page.locator('button:enabled', { hasText: 'Open a map' }).waitFor()
  await stage.choose(page, () => open.click(), 'haslam.fits')
  await page.locator('figure.sky-panel').first().waitFor()
  await layout(page, 'Model')
  const rows: Row[] = []
  for (const [card, slider] of [
    ['UF23 base', 'Disc: second mode, slider'],
    ['JF12 hammurabi', 'Disc: arm 1, at 5 kpc, slider'],
  ] as const) {
    await page.getByRole('button', { name: new RegExp(`^${card} `) }).click()
    await page.getByLabel(slider, { exact: true }).focus()
    await fine(page)
    const times: number[] = []
    for (let i = 0; i < steps; i++) times.push(await stepAndWait(page))
    times.sort((a, b) => a - b)
    const [least, most] = [times[0], times[steps - 1]]
    rows.push({
      name: `${card}: slider to new sky`,
      value: times[steps / 2],
      unit: 'ms',
      target: 150,
      note: `NSIDE 16 with data and picture, ${steps} steps, ${least.toFixed(0)} to ${most.toFixed(0)} ms`,
    })
    await fine(page)
    const before = await skies(page)
    const frames = await framesDuring(page, () => drag(page, slider))
    rows.push(...frameRows(`${card}: drag`, frames))
    rows.push({
      name: `${card}: skies in 60 moves of the pointer`,
      value: (await skies(page)) - before,
      unit: '',
    })
  }
  return rows
}

const skies = async (page: Page) =>
  Number(await page.locator('.predict').getAttribute('data-skies'))

/** Waits until the slider rests and the fine sky is there. */
async function fine(page: Page): Promise<void> {
  await page.locator('.predict[data-detail=fine]').waitFor()
}

async function drag(page: Page, slider: string): Promise<void> {
  const box = await page.getByLabel(slider, { exact: true }).boundingBox()
  if (!box) throw new Error('The slider is not on the screen.')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let i = 1; i <= 60; i++) await page.mouse.move(x + (box.width / 3) * Math.sin(i / 10), y)
  await page.mouse.up()
}

declare global {
  interface Window {
    /** When the sky after the next key press had been drawn, ms after the press. */
    larmorSky?: Promise<number>
  }
}

/** Presses an arrow key on the focused slider; ms from the event to the sky that the graphics process has drawn. */
async function stepAndWait(page: Page): Promise<number> {
  await page.evaluate(() => {
    const panel = document.querySelector('.predict')
    const canvas = panel?.querySelector('canvas')
    if (!panel || !canvas) throw new Error('There is no predicted sky.')
    window.larmorSky = new Promise((resolve) => {
      window.addEventListener(
        'keydown',
        (event) => {
          const observer = new MutationObserver(() => {
            observer.disconnect()
            // Drawn in the next frame, and read back when the graphics process is done with it.
            requestAnimationFrame(() =>
              setTimeout(() => {
                canvas.getContext('webgl2')?.readPixels(0, 0, 1, 1, 6408, 5121, new Uint8Array(4))
                resolve(performance.now() - event.timeStamp)
              }),
            )
          })
          observer.observe(panel, { attributeFilter: ['data-skies'] })
        },
        { capture: true, once: true },
      )
    })
  })
  await page.keyboard.press('ArrowRight')
  const ms = await page.evaluate(() => window.larmorSky)
  // The next step begins from rest, as the first one of a drag does.
  await fine(page)
  return ms ?? NaN
}
