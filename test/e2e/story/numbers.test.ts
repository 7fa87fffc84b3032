import { execFile } from 'node:child_process'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { readFits, readHealpixMap } from '#shared/fits/index.ts'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { directionFromGalactic } from '#shared/physics/index.ts'
import { formatNumber } from '#shared/sky/index.ts'
import { locateEngine } from '#main/engine/locate.ts'
import { browserStage } from './browser-stage.ts'
import { chiSquares, layout, openFile, runBar } from './workbench.ts'

// What the panels say of a finished fit, against commands that come to the same numbers by another way.

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { node } = locateEngine(
  { packaged: false, appPath: root, resourcesPath: '' },
  process.platform,
)
const nside = 16
const deg = 180 / Math.PI
const samples = join(root, 'assets/samples')
let stage: Awaited<ReturnType<typeof browserStage>>
let page: Page

/** What `larmor ... --json` prints, in the folder of the stage. */
async function larmor(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    node,
    [join(root, 'out/engine/larmor.mjs'), ...args, '--json'],
    { cwd: stage.folder },
  )
  return JSON.parse(stdout)
}

/** Of a run, and where it starts in place of a model. */
const settings = (initial: string, sky = `{ nside: ${nside} }`) => `
title: Numbers
sky: ${sky}
data:
  - { name: haslam, file: haslam408-nside64.fits, frequency_ghz: 0.408 }
  - name: Faraday depth
    file: faraday-depth-nside32.fits
    column: FARADAY_DEPTH
    quantity: faraday_depth
    sigma: { file: faraday-depth-nside32.fits, column: UNCERTAINTY }
    nuisance: { offset: none }
magnetic_field:
  model: grid
  grid: { shape: [24, 24, 12], initial: { ${initial} } }
regularisation: [{ term: smoothness, weight: 1 }]
optimiser: { iterations: 30 }
`

beforeAll(async () => {
  stage = await browserStage()
  for (const file of ['haslam408-nside64.fits', 'faraday-depth-nside32.fits'])
    await copyFile(join(samples, file), join(stage.folder, file))
  const model = 'model: lsa, parameters: { b0_microgauss: 2.5 }'
  await writeFile(join(stage.folder, 'run.yaml'), settings(model))
  await larmor('run', 'run.yaml', '--out', 'numbers.larmor', '--progress', 'none')
  await larmor('export', 'numbers.larmor', '--out', 'exported')
  page = await stage.open()
  await openFile(stage, page, 'session', 'numbers.larmor')
})
afterAll(() => stage.close())

const field = 'model: file, file: exported/numbers-run-1-magnetic-field.npy'
const figures = { loss: z.number(), chi2_n_fitted: z.number(), chi2_n_held_out: z.number() }
const inspected = z.object({ runs: z.tuple([z.object({ figures: z.object(figures) })]) })
const short = (value: number) => formatNumber(value, { digits: 3 })

it('says the chi-square that the field has when it is evaluated anew', async () => {
  await runBar(page)
    .getByText(/^Finished/)
    .waitFor()
  const [{ figures: stored }] = inspected.parse(await larmor('inspect', 'numbers.larmor')).runs
  const { chi2_n_fitted, chi2_n_held_out } = stored
  expect(await chiSquares(page)).toEqual([short(chi2_n_fitted), short(chi2_n_held_out)])
  await writeFile(join(stage.folder, 'evaluate.yaml'), settings(field))
  // The same sums in the same order, from the field that was exported.
  expect(z.object(figures).parse(await larmor('evaluate', 'evaluate.yaml'))).toEqual(stored)
})

interface Profile {
  /** Where its pixel has the centre. */
  readonly lDeg: number
  readonly bDeg: number
  /** Column by column. */
  readonly rows: readonly Readonly<Record<string, number>>[]
}

/** What the panel saves of the line of sight towards the pixel of a direction. */
async function profileTowards(lDeg: number, bDeg: number): Promise<Profile> {
  const panel = page.getByRole('region', { name: /Sightline/ })
  const remove = panel.getByRole('button', { name: 'Remove the line of sight' })
  if (await remove.isVisible()) await remove.click()
  await panel.locator('input').nth(0).fill(String(lDeg))
  await panel.locator('input').nth(1).fill(String(bDeg))
  await panel.getByRole('button', { name: 'Show' }).click()
  const save = panel.getByRole('button', { name: 'Save the profile as CSV' })
  await save.waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
  const text = await readFile(await download.path(), 'utf8')
  const [names, ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const { theta, phi } = pix2ang(
    nside,
    'RING',
    ang2pix(nside, 'RING', (90 - bDeg) / deg, lDeg / deg),
  )
  return {
    lDeg: phi * deg,
    bDeg: 90 - theta * deg,
    rows: lines.map((line) => Object.fromEntries(names.map((name, i) => [name, Number(line[i])]))),
  }
}

const maps = z.object({
  runs: z.tuple([
    z.object({ figures: z.object({ maps: z.array(z.object({ offset: z.number() })).min(1) }) }),
  ]),
})
const sightlines = z.object({ sightlines: z.tuple([z.object({ dm_pc_cm3: z.number() })]) })
const columns = z.object({
  I: z.tuple([z.tuple([z.number()])]),
  faraday_depth: z.tuple([z.number()]),
  dispersion_measure: z.tuple([z.number()]),
})

it.each([
  [30, 2],
  [135, -20],
  [270, 60],
])('saves a line of sight towards %d, %d that other commands agree with', async (l, b) => {
  await layout(page, 'Explore field')
  const { lDeg, bDeg, rows } = await profileTowards(l, b)
  const end = rows[rows.length - 1]
  const at = `${lDeg},${bDeg}`
  const near = (value: number, expected: number, share: number) =>
    expect(Math.abs(value - expected)).toBeLessThan(share * Math.abs(expected))

  // The panel computes in float64, the kernels in float32; only I, since rays of Q and U are cut more finely.
  const sky = `{ directions: [[${at}]], frequencies_ghz: [0.408], stokes: [I] }`
  await writeFile(join(stage.folder, 'simulate.yaml'), settings(field, sky))
  const simulated = z.object({ columns }).parse(await larmor('simulate', 'simulate.yaml')).columns
  near(end.I, simulated.I[0][0], 1e-5)
  near(end.faraday_depth, simulated.faraday_depth[0], 1e-5)
  near(end.dispersion_measure, simulated.dispersion_measure[0], 1e-5)

  // The map of the model is that and the zero level that the run has found.
  const fits = readFits(await readFile(join(stage.folder, 'exported/numbers-run-1-haslam.fits')))
  const model = readHealpixMap(fits, { column: 'MODEL' })
  const pixel = ang2pix(nside, 'RING', (90 - bDeg) / deg, lDeg / deg)
  const [{ offset }] = maps.parse(await larmor('inspect', 'numbers.larmor')).runs[0].figures.maps
  near(end.I + offset, Number(model.values[pixel]), 1e-5)

  // The electrons themselves, not as the grid sees them: thin arms are a little wider there.
  const distance = String(1000 * end.distance_kpc)
  const [{ dm_pc_cm3 }] = sightlines.parse(
    await larmor('dm', 'ymw16', '--at', at, '--distance', distance),
  ).sightlines
  near(end.dispersion_measure, dm_pc_cm3, 1e-3)

  // The field in the middle of the ray; along it, positive toward the observer.
  const middle = rows[rows.length >> 1]
  const direction = directionFromGalactic(lDeg, bDeg)
  const position = [-8.3, 0, 0.006].map((o, i) => o + middle.distance_kpc * direction[i])
  const { values } = z
    .object({ values: z.tuple([z.tuple([z.number(), z.number(), z.number()])]) })
    .parse(await larmor('field', '--run', 'evaluate.yaml', '--at', position.join(',')))
  const along = values[0].reduce((sum, component, i) => sum + component * direction[i], 0)
  near(middle.B, Math.hypot(...values[0]), 1e-6)
  near(middle.B_parallel, -along, 1e-6)
})
