import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { pix2ang } from '#shared/healpix/index.ts'
import { sampleSession } from '#test/tools/sample-session.ts'
import { axeProblems } from '../quality/checks.ts'
import { browserStage } from './browser-stage.ts'
import { readSession } from './session-file.ts'
import { enter, field, layout, menu, openFile, picture, runBar, soon } from './workbench.ts'

const name = 'settings.larmor'
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page
let path: string

beforeAll(async () => {
  stage = await browserStage()
  const nside = 8
  const values = Float32Array.from({ length: 12 * nside ** 2 }, (_, pixel) =>
    pix2ang(nside, 'RING', pixel).theta < Math.PI / 2 ? 1 : 2,
  )
  const columns = [{ name: 'REGION', unit: '', values }]
  const regions = writeHealpixMap({ nside, ordering: 'RING', coordsys: 'G', columns, cards: [] })
  await writeFile(join(stage.folder, 'regions.fits'), regions)
  path = join(stage.folder, name)
  await sampleSession(stage.folder, name)
  page = await stage.open()
  await page.setViewportSize({ width: 1280, height: 800 })
  await openFile(stage, page, 'session', name)
  await layout(page, 'Fit')
})
afterAll(() => stage.close())

const inspector = () => page.getByRole('complementary', { name: 'Inspector' })
/** A model of the tree by its symbol. */
const section = (symbol: string) =>
  page
    .getByRole('tree', { name: 'Project' })
    .getByRole('treeitem', { name: new RegExp(`^${symbol}\\s`) })
async function choose(label: string, option: string): Promise<void> {
  await field(page, label).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}
async function type(label: string, text: string): Promise<void> {
  await field(page, label).fill(text)
  await field(page, label).blur()
}

it('takes spectral indices by regions of the sky', async () => {
  await section('C').click()
  await choose('Energies', 'Power law, p by regions')
  const file = inspector().getByRole('button', { name: /^File:/ })
  await stage.choose(page, () => file.click(), 'regions.fits')
  // What cannot be read is said at the field, and changes nothing.
  await type('p by region', '1 2.8')
  await inspector().getByText('Give pairs such as 1: 2.9, divided by commas').waitFor()
  await picture(page, 'settings-regions-wrong')
  await type('p by region', '1: 2.8, 2: 7')
  await inspector().getByText('Must be a number from 1 to 6').waitFor()
  await type('p by region', '1: 2.8, 2: 3.2')
  await picture(page, 'settings-regions')
  expect(await axeProblems(page)).toEqual([])
})

it('adds a random field, and says at the field what the grid cannot hold', async () => {
  await section('B').click()
  await inspector().getByText('Add a Gaussian random field').click()
  // Two of the largest spacings of the grid, 40 kpc / 12.
  await inspector()
    .getByText(
      /is too short: the grid of 12 x 12 x 6 cells holds no waves shorter than 6\.66667 kpc/,
    )
    .first()
    .waitFor()
  await field(page, 'Outer scale').scrollIntoViewIfNeeded()
  await picture(page, 'settings-random-wrong')
  await enter(page, 'Outer scale', 20)
  await choose('Strength', 'By a model')
  await field(page, 'Outer scale').scrollIntoViewIfNeeded()
  await inspector().getByText('Strength of the random field').waitFor()
  await picture(page, 'settings-random')
  expect(await axeProblems(page)).toEqual([])
})

it('runs with what the forms say', async () => {
  await menu(page, 'Run', 'Run settings')
  await enter(page, 'Iterations', 3)
  await field(page, 'Observer, kpc, z').fill('0.02')
  await field(page, 'Observer, kpc, z').blur()
  const start = runBar(page).getByRole('button', { name: 'Start run' })
  await start.and(page.locator(':enabled')).waitFor()
  await start.click()
  await expect
    .poll(
      () => readSession(path, (session) => session.runs.list().find(({ id }) => id === 2)?.state),
      soon,
    )
    .toBe('done')
  const { configuration } = readSession(path, (session) => session.runs.get(2))
  expect(configuration.box.observer_kpc).toEqual([-8.3, 0, 0.02])
  expect(configuration.cosmic_ray_electrons.spectral_index_regions).toMatchObject({
    file: join(stage.folder, 'regions.fits'),
    initial: { 1: 2.8, 2: 3.2 },
    free: true,
  })
  expect(configuration.magnetic_field.grid?.initial.random).toMatchObject({
    outer_scale_kpc: 20,
    strength: { model: 'exponential' },
  })
  expect(stage.complaints).toEqual([])
})
