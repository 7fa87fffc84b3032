import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadBackend } from '#engine/kernels/index.ts'
import { modelsOf } from '#engine/simulation/medium.ts'
import { raysOf } from '#engine/simulation/rays.ts'
import { simulateGrid } from '#engine/simulation/simulate-grid.ts'
import { pictureLook } from '#renderer/models/picture-look.ts'
import { bindMagneticField, resolveModel } from '#shared/fields/index.ts'
import { ang2pix } from '#shared/healpix/index.ts'
import { runFileSchema } from '#shared/session/run-file.ts'
import { formatQuantity } from '#shared/sky/index.ts'
import { colourDistance } from '../picture.ts'
import { axeProblems, layoutProblems } from '../quality/checks.ts'
import { browserStage } from './browser-stage.ts'
import { enter, field, layout, openFile, sky, skyOnScreen, soon, tool } from './workbench.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const degree = Math.PI / 180
const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
/** Preparing kernels takes its time on a busy machine. */
const patient = { timeout: 60_000 }
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  await copyFile(
    join(root, 'assets/samples/haslam408-nside64.fits'),
    join(stage.folder, 'haslam.fits'),
  )
  page = await stage.open()
  await openFile(stage, page, 'map', 'haslam.fits')
  await page.locator('figure.sky-panel').first().waitFor()
  await layout(page, 'Model')
})
afterAll(async () => {
  const complaints = [...stage.complaints]
  await stage.close()
  expect(complaints).toEqual([])
})

const card = (name: string) => page.getByRole('button', { name: new RegExp(`^${name} `) })
const fine = () => page.locator('.predict[data-detail=fine]').waitFor(patient)
const skies = async () => Number(await page.locator('.predict').getAttribute('data-skies'))
/** The fine sky of the settings as they are now. */
async function settled(before: number) {
  await expect.poll(skies, patient).toBeGreaterThan(before)
  await fine()
}

it('draws every model in the colours of its values', async () => {
  const look = pictureLook('magnetic_field', 'dark')
  const choice = { model: 'uf23', variant: 'base' }
  await card('UF23 base').scrollIntoViewIfNeeded()
  const canvas = card('UF23 base').locator('canvas.face')
  await expect.poll(() => canvas.getAttribute('class'), patient).not.toContain('absent')
  const model = bindMagneticField(resolveModel('magnetic', choice), {
    observerKpc: [-8.3, 0, 0.006],
  })
  const bytes = await canvas.evaluate((element) => {
    const context = element instanceof HTMLCanvasElement ? element.getContext('2d') : null
    return [...(context?.getImageData(0, 0, 88, 88).data ?? [])]
  })
  // Pixels of 40 / 88 kpc.
  for (const [column, row] of [
    [20, 60],
    [61, 30],
    [44, 70],
  ]) {
    const [x, y] = [column, row].map((n) => (40 / 88) * (n + 0.5) - 20)
    const [bx, by, bz] = model.evaluate([x, y, 0])
    const value = Math.hypot(bx, by, bz) * Math.sign(x * by - y * bx)
    const [low, high] = look.limits
    const index = Math.min(255, Math.max(0, Math.floor((256 * (value - low)) / (high - low))))
    const seen = bytes.slice(4 * (88 * (87 - row) + column))
    // A value at the edge of a colour may round to the next one in float32.
    const expected = [...look.table.slice(3 * index, 3 * index + 3)]
    expected.forEach((part, i) => expect(Math.abs(part - seen[i])).toBeLessThanOrEqual(4))
  }
})

it('predicts what larmor simulate gives, for the value of a dragged slider', async () => {
  await tool(page, 'What is predicted', 'I, intensity')
  const before = await skies()
  await page.getByRole('combobox', { name: 'Model', exact: true }).first().click()
  await page.getByRole('option', { name: 'Logarithmic spiral arm (WMAP)' }).click()
  await settled(before)
  const slider = page.getByLabel('Field strength, slider', { exact: true })
  // What the engine says of the settings may move it while it is dragged.
  const point = async (share: number) => {
    const box = await slider.boundingBox()
    if (!box) throw new Error('The slider is not on the screen.')
    await page.mouse.move(box.x + share * box.width, box.y + box.height / 2)
  }
  const first = await skies()
  await point(0.667)
  await page.mouse.down()
  for (let i = 1; i <= 8; i++) await point(0.667 + 0.02 * i)
  await page.mouse.up()
  await settled(first)
  const b0 = Number(await field(page, 'Field strength').inputValue())
  expect(b0).toBeGreaterThan(1.5)

  const runFile = runFileSchema.parse({
    magnetic_field: {
      model: 'grid',
      grid: {
        // All that there is of the model, as where it is no grid.
        region: { r_kpc: [0, 1000] },
        initial: { model: 'lsa', parameters: { b0_microgauss: b0 } },
      },
    },
    sky: { nside: 32, frequencies_ghz: [0.408], stokes: ['I'] },
  })
  const simulated = await simulateGrid(runFile, modelsOf(runFile), raysOf(runFile), () =>
    loadBackend('wasm'),
  )
  const screen = await skyOnScreen(page, 'Preview', wholeSky)
  for (const [l, b] of [
    [30, 5],
    [200, -20],
    [90, 50],
  ]) {
    const place = screen.toScreen(l, b)
    if (!place) throw new Error('The direction is not on the screen.')
    const [x, y] = [Math.round(place.x), Math.round(place.y)]
    const seen = screen.toSky(x, y)
    if (!seen) throw new Error('There is no sky.')
    const pixel = ang2pix(32, 'RING', (90 - seen.latDeg) * degree, seen.lonDeg * degree)
    await page.mouse.move(x, y)
    await expect
      .poll(() => sky(page, 'Preview').readout.textContent(), soon)
      .toBe(formatQuantity(simulated?.seen.I[0][pixel] ?? NaN, 'K'))
  }
  await page.mouse.move(2, 2)
})

it('shows the model as it is set from above and from the side, with the Sun in its place', async () => {
  const b0 = Number(await field(page, 'Field strength').inputValue())
  const observerKpc = [-8.3, 0, 0.006] as const
  const choice = { model: 'lsa', parameters: { b0_microgauss: b0 } }
  const model = bindMagneticField(resolveModel('magnetic', choice), { observerKpc })
  const look = pictureLook('magnetic_field', 'dark')
  const [low, high] = look.limits
  const colourOf = (value: number) => {
    const index = Math.min(255, Math.max(0, Math.floor((256 * (value - low)) / (high - low))))
    return [...look.table.slice(3 * index, 3 * index + 3)]
  }
  // A box of 40 x 40 x 10 kpc.
  for (const [face, upKpc] of [
    ['face', 20],
    ['edge', 5],
  ] as const) {
    const plane = page.locator('.picture-view .plane', { has: page.locator(`canvas.${face}`) })
    const canvas = plane.locator('canvas')
    const shown = await canvas.evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) throw new Error('There is no picture.')
      const { width, height } = element
      const data = element.getContext('2d')?.getImageData(0, 0, width, height).data
      return { width, height, bytes: [...(data ?? [])] }
    })
    expect(shown.width).toBe(240)
    expect(shown.height).toBe((240 * upKpc) / 20)
    const wrong: string[] = []
    for (let row = 3; row < shown.height; row += 7) {
      for (let column = 3; column < shown.width; column += 11) {
        const x = 20 * ((2 * column + 1) / shown.width - 1)
        const up = upKpc * (1 - (2 * row + 1) / shown.height)
        const [y, z] = face === 'face' ? [up, 0] : [0, up]
        const [bx, by, bz] = model.evaluate([x, y, z])
        const turns = x * by - y * bx < 0 ? -1 : 1
        const value = turns * Math.hypot(bx, by, bz)
        const at = 4 * (row * shown.width + column)
        const seen = shown.bytes.slice(at, at + 3)
        // Either colour where float32 may fall on the other side of the edge between two.
        const right = [-1e-5, 0, 1e-5].map((shift) => colourOf(value + shift))
        if (!right.some((colour) => colourDistance(colour, seen) === 0))
          wrong.push(`${x}, ${y}, ${z}: ${seen.join(' ')}, not ${right[1].join(' ')}`)
      }
    }
    expect(wrong).toEqual([])
    const [whole, sun] = [await canvas.boundingBox(), await plane.locator('.sun').boundingBox()]
    if (!whole || !sun) throw new Error('The Sun is not on the screen.')
    expect(sun.x + sun.width / 2 - whole.x).toBeCloseTo(whole.width * (0.5 - 8.3 / 40), 0)
    expect(sun.y + sun.height / 2 - whole.y).toBeCloseTo(whole.height / 2, 0)
  }
})

it('compares with the data, and brings the published value back', async () => {
  const before = await skies()
  await tool(page, 'What is predicted', 'haslam')
  await settled(before)
  await sky(page, 'Difference').figure.waitFor()
  expect(await sky(page, 'Preview').source.textContent()).toMatch(/^offset [\d.]+ K, NSIDE \d+$/)
  const count = await skies()
  await page.getByRole('button', { name: /^Reset b₀/ }).click()
  await settled(count)
  expect(await field(page, 'Field strength').inputValue()).toBe('1.2')
})

it('frees a parameter with bounds and a prior of its own', async () => {
  await page.getByLabel('Fit b₀', { exact: true }).click()
  await page.getByRole('button', { name: 'Bounds and prior of b₀' }).click()
  await enter(page, 'Lower bound of b₀', 0)
  await enter(page, 'Upper bound of b₀', 10)
  await page.getByRole('combobox', { name: 'Prior of b₀' }).click()
  await page.getByRole('option', { name: 'Gaussian' }).click()
  await enter(page, 'Mean of the prior of b₀', 2)
  await enter(page, 'σ of the prior of b₀', 0.5)
  await page.getByRole('treeitem').filter({ hasText: 'free' }).first().waitFor()
  // The slider covers what a fit may reach.
  const slider = page.getByLabel('Field strength, slider', { exact: true })
  expect(await slider.getAttribute('max')).toBe('10')
  expect(await slider.getAttribute('min')).toBe('0')
})

it('offers names in a formula, marks what is wrong, and shows the last valid sky', async () => {
  const before = await skies()
  await page.getByRole('combobox', { name: 'Model', exact: true }).first().click()
  await page.getByRole('option', { name: 'Formula', exact: true }).click()
  await settled(before)
  const editor = page.getByLabel('Formula, one name = expression per line')
  await editor.focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' * st')
  const names = page.getByRole('listbox', { name: 'Names' })
  await names.getByRole('option', { name: 'strength' }).waitFor()
  await page.keyboard.press('Enter')
  expect(await editor.inputValue()).toMatch(/\* strength$/)
  // Microgauss squared are no magnetic field.
  await page.locator('.editor mark').waitFor()
  await page.getByText('last valid').waitFor({ state: 'hidden' })
  await page.keyboard.type(' / b0')
  await page.locator('.editor mark').waitFor({ state: 'detached' })
})

it('makes a sum of what was there and another model', async () => {
  const before = await skies()
  await card('UF23 base').click()
  await page.getByRole('combobox', { name: 'Model', exact: true }).first().click()
  await page.getByRole('option', { name: 'Sum of models' }).click()
  await page.getByRole('button', { name: 'Add a member' }).click()
  await page.getByLabel('What lsa is multiplied by', { exact: true }).waitFor()
  await enter(page, 'What lsa is multiplied by', 0.5)
  await settled(before)
  expect(await page.locator('.members .error').count()).toBe(0)
})

it('has nothing serious for those who do not see it or use no mouse', async () => {
  expect(await axeProblems(page)).toEqual([])
  expect(await layoutProblems(page)).toEqual([])
})
