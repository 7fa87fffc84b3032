import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { browserStage } from './browser-stage.ts'
import { checkKnownPixels } from './pictures.ts'
import { layout, menu, picture, runBar, sky, soon, tool } from './workbench.ts'

let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page
/** A run of full size on a busy machine. */
const patient = { timeout: 240_000 }

beforeAll(async () => {
  stage = await browserStage()
  page = await stage.open()
})
afterAll(() => stage.close())

/** From the start screen with one click to a run, which has begun to draw its model and is stopped there. */
async function openSample(name: RegExp): Promise<void> {
  const button = page.getByRole('button', { name })
  await expect.poll(() => button.isEnabled(), soon).toBe(true)
  await button.click()
  await sky(page, 'Data').figure.waitFor()
  const stop = runBar(page).getByRole('button', { name: 'Stop' })
  const model = sky(page, 'Model').source
  await expect.poll(() => model.textContent(), patient).toMatch(/iteration \d/)
  if (await stop.isVisible()) await stop.click()
  await runBar(page)
    .getByText(/^(Stopped|Converged|Finished)/)
    .waitFor(patient)
}
const bar = () => sky(page, 'Data').figure.locator('.colour-bar canvas').getAttribute('aria-label')
async function closeSession() {
  await menu(page, 'File', /^Close session/)
  await page.getByText('Recent sessions').waitFor()
}

it(
  'opens Q and U of WMAP with a click, in their unit, frequency and colours',
  patient,
  async () => {
    await openSample(/^WMAP sample/)
    const rows = page.getByRole('tree', { name: 'Project' }).getByRole('treeitem', { level: 2 })
    for (const name of ['K band Q', 'K band U'])
      await rows.filter({ hasText: name }).filter({ hasText: 'NSIDE 32' }).waitFor()
    await tool(page, 'Limits', 'min–max')
    // The veil over the Galactic plane, which is not fitted, would change the colours.
    await page.getByRole('button', { name: /Mask of the map$/ }).click()
    await page.getByRole('menuitemcheckbox', { name: 'show over the data' }).click()
    await page.keyboard.press('Escape')
    for (const quantity of ['Q', 'U']) {
      const name = `Colour bar: Stokes ${quantity}, 22\\.8\u00a0GHz, −\\S+\u00a0`
      await tool(page, 'Data', `K band ${quantity}`)
      // As the run has it, and as the file has it, its COSMO convention too.
      await expect.poll(bar, soon).toMatch(new RegExp(`^${name}K to `))
      await layout(page, 'Inspect data')
      await expect.poll(bar, soon).toMatch(new RegExp(`^${name}mK_RJ to `))
      await checkKnownPixels(page, `K band ${quantity}`, 'mK_RJ')
    }
    await picture(page, 'sample-wmap')
    await closeSession()
  },
)

it(
  'opens the Faraday depth of the sky with a click, in its unit and colours',
  patient,
  async () => {
    await openSample(/^Faraday sample/)
    await layout(page, 'Inspect data')
    await tool(page, 'Limits', 'min–max')
    await expect.poll(bar, soon).toMatch(/^Colour bar: Faraday depth, −\S+\u00a0rad\sm⁻² to /)
    await checkKnownPixels(page, 'Faraday depth', 'rad\u202fm⁻²')
    await picture(page, 'sample-faraday')
    await closeSession()
  },
)

it('shows a picture of each of the sessions that this made', async () => {
  const sessions = page.locator('li.recent')
  await expect.poll(() => sessions.count(), soon).toBe(2)
  // Loaded to the end, in the size that the engine draws, with colours beside what is transparent, and not the same one.
  const pictures = () =>
    sessions.locator('img').evaluateAll((images) =>
      images.map((image) => {
        if (!(image instanceof HTMLImageElement) || !image.complete) return 'loading'
        const canvas = document.createElement('canvas')
        const { naturalWidth: width, naturalHeight: height } = image
        canvas.width = width
        canvas.height = height
        const context = canvas.getContext('2d')
        if (width > 0) context?.drawImage(image, 0, 0)
        const pixels = new Uint32Array(context?.getImageData(0, 0, width, height).data.buffer ?? [])
        return `${width} x ${height}, ${new Set(pixels).size > 20 ? 'colours' : 'empty'}`
      }),
    )
  await expect.poll(pictures, soon).toEqual(Array(2).fill('496 x 160, colours'))
  const sources = await sessions
    .locator('img')
    .evaluateAll((images) => images.map((image) => image.getAttribute('src')))
  expect(new Set(sources).size).toBe(2)
  await picture(page, 'sample-recents')
  expect(stage.complaints).toEqual([])
})
