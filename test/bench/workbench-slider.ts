import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { BrowserStage } from '../e2e/story/browser-stage.ts'
import { layout, openFile } from '../e2e/story/workbench.ts'
import { noteExchanges, processorRow, processorTime, stagesOf, stagesText } from './exchanges.ts'
import type { Stages } from './exchanges.ts'
import { frameRows, framesDuring } from './workbench-stage.ts'
import type { Row } from './workbench-stage.ts'

const sample = fileURLToPath(
  new URL('../../assets/samples/haslam408-nside64.fits', import.meta.url),
)
const steps = 20

/** From the step of a slider to the new sky on the screen, and frames while it is dragged. */
export async function measure(stage: BrowserStage): Promise<Row[]> {
  await copyFile(sample, join(stage.folder, 'haslam.fits'))
  const page = await stage.open()
  await noteExchanges(page)
  await openFile(stage, page, 'map', 'haslam.fits')
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
    const turns: Turn[] = []
    const start = await processorTime(stage)
    for (let i = 0; i < steps; i++) turns.push(await stepAndWait(page))
    const end = await processorTime(stage)
    turns.sort((a, b) => a.ms - b.ms)
    const [least, most] = [turns[0].ms, turns[steps - 1].ms]
    const median = turns[steps / 2]
    rows.push({
      name: `${card}: slider to new sky`,
      value: median.ms,
      unit: 'ms',
      target: 150,
      note: `${stagesText(median.stages)}; NSIDE 16 with data and picture, ${steps} steps, ${least.toFixed(0)} to ${most.toFixed(0)} ms`,
    })
    rows.push(processorRow(`${card}: step, coarse and fine`, start, end, steps))
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

interface Turn {
  readonly ms: number
  readonly stages: Stages
}

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
    /** When the next key was pressed, and when the sky after it had been drawn. */
    larmorSky?: Promise<readonly [number, number]>
  }
}

/** Presses an arrow key on the focused slider; from the event to the sky that the graphics process has drawn. */
async function stepAndWait(page: Page): Promise<Turn> {
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
                resolve([event.timeStamp, performance.now()])
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
  const [from, to] = (await page.evaluate(() => window.larmorSky)) ?? [NaN, NaN]
  const stages = await stagesOf(page, from, to, ['model.sky', 'model.picture'])
  // The next step begins from rest, as the first one of a drag does.
  await fine(page)
  return { ms: to - from, stages }
}
