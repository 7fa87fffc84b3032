import type { Page } from 'playwright-core'
import { enter, layout, menu, soon } from '../e2e/story/workbench.ts'
import type { Stage } from '../e2e/story/stage.ts'
import { drawn, frameRows, framesDuring } from './workbench-stage.ts'
import type { Row } from './workbench-stage.ts'

const canvas = '.volume .scene canvas'
const steps = 40

/** Chooses what is drawn in the volume. */
async function show(page: Page, name: string): Promise<void> {
  await page
    .getByRole('button', { name: /, Show$/ })
    .first()
    .click()
  await page.getByRole('menuitemcheckbox', { name, exact: true }).click()
  await page.keyboard.press('Escape')
}

/** Frames and tasks while a model on 128 x 128 x 128 voxels is turned, zoomed, sliced and cut by an isosurface, before any run. */
export async function measure(stage: Stage): Promise<Row[]> {
  const rows: Row[] = []
  const page = await stage.open()
  await menu(page, 'File', /^New empty project/)
  for (const axis of ['x', 'y', 'z']) await enter(page, `Shape, ${axis}`, 128)
  const appears = await framesDuring(page, async () => {
    await layout(page, 'Explore field')
    await page.locator(canvas).waitFor(soon)
    await page.getByText('128 × 128 × 128 voxels').waitFor(soon)
  })
  // Waiting for the graphics process holds up the page: never while tasks are counted.
  await drawn(page, canvas)
  rows.push(...frameRows('128^3 volume appears', appears))

  const box = await page.locator('.volume .stage').boundingBox()
  if (!box) throw new Error('The volume is not on the screen.')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const turn = async () => {
    await page.mouse.move(x, y)
    await page.mouse.down()
    for (let i = 1; i <= steps; i++) await page.mouse.move(x + 3 * i, y + i)
    await page.mouse.up()
  }
  const zoom = async () => {
    await page.mouse.move(x, y)
    for (let i = 0; i < steps; i++) await page.mouse.wheel(0, i < steps / 2 ? -60 : 60)
  }
  rows.push(...frameRows('128^3 volume, turn', await framesDuring(page, turn)))
  await drawn(page, canvas)
  rows.push(...frameRows('128^3 volume, zoom', await framesDuring(page, zoom)))
  await drawn(page, canvas)

  const slices = page.locator('.slices .overlay')
  const place = await slices.boundingBox()
  if (!place) throw new Error('The slices are not on the screen.')
  const slide = async () => {
    await page.mouse.move(place.x + place.width / 3, place.y + 60)
    await page.mouse.down()
    for (let i = 1; i <= steps; i++) {
      await page.mouse.move(place.x + place.width / 3 + 2 * i, place.y + 60 + i)
    }
    await page.mouse.up()
  }
  rows.push(...frameRows('128^3 slices, drag their cross', await framesDuring(page, slide)))

  await show(page, 'Volume')
  await show(page, 'Isosurface')
  const level = page.getByRole('slider', { name: 'Isosurface at' })
  await level.waitFor(soon)
  await drawn(page, canvas)
  const cut = async () => {
    await level.focus()
    for (let i = 0; i < steps; i++) await page.keyboard.press('ArrowLeft')
  }
  rows.push(...frameRows('128^3 isosurface, drag its level', await framesDuring(page, cut)))
  await show(page, 'Isosurface')
  const lines = await framesDuring(page, async () => {
    await show(page, 'Field lines')
    await page.getByRole('img', { name: /field lines/ }).waitFor(soon)
  })
  rows.push(...frameRows('128^3, 24 field lines appear', lines))
  return rows
}
