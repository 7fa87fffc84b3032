import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { groupCurves } from '#renderer/charts/series.ts'
import { formatAngle } from '#renderer/format/text.ts'
import { buildScale, valueStatistics } from '#renderer/sky/colour-scale.ts'
import { sampleScalar } from '#renderer/volume/scalar.ts'
import { ang2pix, pix2ang } from '#shared/healpix/index.ts'
import { colourAt, formatNumber, formatQuantity, rotateFrame } from '#shared/sky/index.ts'
import { columnsFile, emptyPrimary, join as joinBytes } from '../../unit/fits/build.ts'
import { screenPicture } from '../picture.ts'
import { browserStage } from './browser-stage.ts'
import { iterations, makePolarisedSession, sourcesOfCatalogue } from './polarised-data.ts'
import { lastOfCurves, readSession } from './session-file.ts'
import { finished } from './story.ts'
import {
  enter,
  layout,
  leaveTool,
  legends,
  mapIteration,
  menu,
  openFile,
  runBar,
  sky,
  skyOnScreen,
  soon,
  tool,
  toolButton,
  withoutOverlays,
} from './workbench.ts'

const name = 'polarised.larmor'
const wholeSky = { lonDeg: 0, latDeg: 0, rollDeg: 0, zoom: 1, panX: 0, panY: 0 }
const degree = Math.PI / 180
let stage: Awaited<ReturnType<typeof browserStage>>
let path: string
let page: Page

beforeAll(async () => {
  stage = await browserStage()
  path = join(stage.folder, name)
  await makePolarisedSession(stage.folder, name)
  page = await stage.open()
  await openFile(stage, page, 'session', name)
  await page.locator('figure.sky-panel').first().waitFor()
})
afterAll(() => stage.close())

const rows = () => page.getByRole('tree', { name: 'Project' }).getByRole('treeitem', { level: 2 })
const readout = (title: string) => sky(page, title).readout.textContent()
const signed = (value: number, unit: string) => formatQuantity(value, unit, { signed: true })

/** A data vector of the run with its model, as stored. */
function stored(data: string) {
  return readSession(path, (session) => {
    const vector = session.runs.data(1).find((one) => one.name === data)
    const [checkpoint] = session.runs.checkpoints(1)
    if (!vector) throw new Error(`no ${data}`)
    const model = session.runs.checkpointArray(checkpoint, `model/${data}`).values
    return { vector, model: Float32Array.from(model) }
  })
}

it('lists maps and catalogues, and draws the sources in their colours with exact values', async () => {
  await rows().filter({ hasText: 'Q 1.4' }).filter({ hasText: 'NSIDE 8' }).waitFor()
  await rows().filter({ hasText: /^rm/ }).filter({ hasText: '60 sources' }).click()
  await sky(page, 'Data').figure.getByText('rm.csv').waitFor()
  await expect.poll(() => mapIteration(page), soon).toBe(iterations)

  const { vector, model } = stored('rm')
  if (vector.kind !== 'points') throw new Error('rm is a catalogue')
  const values = Float32Array.from(vector.values)
  const request = { norm: 'linear', limits: null, percentile: 99.5, symmetric: true } as const
  const scale = buildScale(request, valueStatistics(values))
  for (const index of [17, 30, 41]) {
    const [l, b] = vector.directionsDeg.slice(2 * index, 2 * index + 2)
    const screen = await skyOnScreen(page, 'Data', wholeSky)
    const place = screen.toScreen(l, b)
    if (!place) throw new Error('The source is not on the screen.')
    const colour = await withoutOverlays(page, (picture) => picture.at(place.x, place.y))
    expect(colour).toEqual(colourAt('berlin', scale.norm.toUnit(values[index])))
    await page.mouse.move(place.x + 2, place.y + 1)
    await expect.poll(() => readout('Data'), soon).toBe(signed(values[index], 'rad m^-2'))
    expect(await readout('Model')).toBe(signed(model[index], 'rad m^-2'))
    const residual = Math.fround(vector.values[index] - model[index])
    expect(await readout('Residual')).toBe(signed(residual, 'rad m^-2'))
    const status = await page.locator('footer.status .readout').innerText()
    expect(status).toContain(`${index + 1} of 60`)
  }
  await page.mouse.move(3, 3)
})

it('shows each Stokes map in its unit on a symmetric scale', async () => {
  await tool(page, 'Data', 'U 2.3')
  await sky(page, 'Data').figure.getByText('U-2.3.fits').waitFor()
  const bar = sky(page, 'Data').figure.locator('.colour-bar canvas')
  await expect.poll(() => bar.getAttribute('aria-label'), soon).toContain('Stokes U, 2.30\u00a0GHz')
  const { vector, model } = stored('U 2.3')
  if (vector.kind !== 'map') throw new Error('U is a map')
  const pixel = 300
  const { theta, phi } = pix2ang(8, 'RING', pixel)
  const screen = await skyOnScreen(page, 'Data', wholeSky)
  const place = screen.toScreen(phi / degree, 90 - theta / degree)
  if (!place) throw new Error('The pixel is not on the screen.')
  const seen = screen.toSky(Math.round(place.x), Math.round(place.y))
  if (!seen) throw new Error('There is no sky.')
  expect(ang2pix(8, 'RING', (90 - seen.latDeg) * degree, seen.lonDeg * degree)).toBe(pixel)
  await page.mouse.move(Math.round(place.x), Math.round(place.y))
  const at = vector.pixels.indexOf(pixel)
  await expect.poll(() => readout('Data'), soon).toBe(signed(Math.fround(vector.values[at]), 'K'))
  await expect.poll(() => readout('Model'), soon).toBe(signed(model[at], 'K'))
  // Nothing is left of the sources that were drawn before.
  expect(await page.locator('canvas.points:visible').count()).toBe(0)
  await page.mouse.move(3, 3)
  const limits = /, (\S+)\u00a0K to (\S+)\u00a0K/.exec((await bar.getAttribute('aria-label')) ?? '')
  expect(limits?.[1]).toBe(`\u2212${limits?.[2]}`)
})

it('draws the polarisation of Q and U, compares maps in one place, and counts their values', async () => {
  await (await toolButton(page, /Polarisation$/)).click()
  await page.getByRole('menuitemradio', { name: /^along B/ }).click()
  await leaveTool(page)
  const white = async () => {
    const box = await sky(page, 'Data').overlay.boundingBox()
    const picture = await screenPicture(page)
    let count = 0
    for (let x = 0; box && x < box.width; x++)
      for (let y = 0; y < box.height; y++)
        if (Math.min(...picture.at(box.x + x, box.y + y)) > 240) count++
    return count
  }
  // Lines all over the sky; the graticule is a translucent white.
  await expect.poll(white, soon).toBeGreaterThan(1000)
  await tool(page, 'Comparison', 'swipe data, residual')
  await page.getByRole('slider', { name: 'Line between Data and Residual' }).waitFor()
  expect(await page.locator('figure.sky-panel').count()).toBe(2)
  await (await toolButton(page, 'Histograms')).click()
  await leaveTool(page)
  await page.getByRole('slider', { name: 'Lower limit in the histogram' }).first().waitFor()
  await (await toolButton(page, 'Histograms')).click()
  await leaveTool(page)
  await tool(page, 'Comparison', 'side by side')
  await expect.poll(() => page.locator('figure.sky-panel').count(), soon).toBe(3)
  await (await toolButton(page, /Polarisation$/)).click()
  await page.getByRole('menuitemradio', { name: 'off' }).click()
  await leaveTool(page)
  await expect.poll(white, soon).toBeLessThan(1000)
})

it('takes limits as numbers, says what cannot be one, and goes back to automatic ones', async () => {
  const bar = sky(page, 'Residual').figure.locator('.colour-bar canvas')
  const before = await bar.getAttribute('aria-label')
  await (await toolButton(page, 'Limits by number')).click()
  const field = (name: string) => page.getByRole('textbox', { name: `${name} limit, Residual` })
  await field('Upper').fill('0.25')
  await expect
    .poll(() => bar.getAttribute('aria-label'), soon)
    .toContain(`${signed(-0.25, 'K')} to ${formatQuantity(0.25, 'K')}`)
  expect(await field('Lower').inputValue()).toBe('\u22120.25')
  await field('Upper').fill('-1')
  await page.getByRole('alert').getByText('this one is above zero').waitFor()
  expect(await field('Upper').getAttribute('aria-invalid')).toBe('true')
  await page.getByRole('button', { name: 'Automatic', exact: true }).last().click()
  await expect.poll(() => bar.getAttribute('aria-label'), soon).toBe(before)
  await leaveTool(page)
})

it('follows the line of sight of a pixel to what the model has there, and shows who sees a voxel', async () => {
  const pixel = 341
  const { theta, phi } = pix2ang(8, 'RING', pixel)
  const screen = await skyOnScreen(page, 'Model', wholeSky)
  const place = screen.toScreen(phi / degree, 90 - theta / degree)
  if (!place) throw new Error('The pixel is not on the screen.')
  await page.mouse.click(place.x + 1, place.y)
  const values = page.getByRole('list', { name: 'Values on the sightline' })
  const { vector, model } = stored('U 2.3')
  if (vector.kind !== 'map') throw new Error('U is a map')
  const value = model[vector.pixels.indexOf(pixel)]
  // The profile is float64, the model that of the float32 kernels: three digits are the same.
  const shown = formatNumber(value, { digits: 3, signed: true })
  const row = values.getByRole('listitem').filter({ hasText: /^U/ }).locator('output')
  await expect.poll(() => row.textContent(), soon).toBe(shown)
  const [lon, lat] = [formatAngle(phi / degree, 1), formatAngle(90 - theta / degree, 1, true)]
  await page.getByText(`l = ${lon} b = ${lat}`).waitFor()

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const copy = async (what: string | RegExp) => {
    await (await toolButton(page, 'Copy')).click()
    await page.getByRole('menuitem', { name: what }).click()
  }
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await copy('Value at the cursor')
  await expect.poll(copied, soon).toMatch(/^value\tunit\tl_deg.*\n/)
  const at = vector.pixels.indexOf(pixel)
  const cells = (text: string) => {
    const [names, values] = text.split('\n').map((line) => line.split('\t'))
    return new Map(names.map((one, i) => [one, values[i]]))
  }
  const data = Math.fround(vector.values[at])
  expect(Math.fround(Number(cells(await copied()).get('value')))).toBe(data)
  await copy(/^Data, model and residual/)
  await expect.poll(copied, soon).toContain('residual_over_sigma')
  const readings = cells(await copied())
  expect(readings.get('pixel_ring')).toBe(String(pixel))
  expect(Math.fround(Number(readings.get('model')))).toBe(value)
  const residual = Math.fround(vector.values[at] - value)
  expect(Math.fround(Number(readings.get('residual')))).toBe(residual)
  const overSigma = (vector.values[at] - value) / vector.sigma[at]
  // The engine rounds to float32.
  expect(Number(readings.get('residual_over_sigma')) / overSigma).toBeCloseTo(1, 6)
  await copy('Picture of the maps')
  const kinds = () =>
    page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => item.types))
  // Three maps of 1800 pixels across, drawn without a graphics card.
  await expect.poll(kinds, { timeout: 80_000 }).toEqual(['image/png'])

  const slices = page.locator('.slices canvas.overlay')
  const box = await slices.boundingBox()
  if (!box) throw new Error('There are no slices.')
  await slices.click({ position: { x: box.width / 2, y: box.height / 3 } })
  await page.getByText(/^seen by \d+ px$/).waitFor()
  await slices.press('Escape')
  await page.getByText(/^seen by/).waitFor({ state: 'hidden' })
  await (await toolButton(page, 'Slices through the Sun')).click()
  await (await toolButton(page, 'Remove the line of sight')).click()
  await page.getByText('No line of sight yet').waitFor()
  await page.getByRole('tab', { name: 'Curves', exact: true }).click()
  // The cursor is pinned by the click: Escape on a map frees it.
  await sky(page, 'Model').overlay.press('Escape')
  await page.mouse.move(3, 3)
})

it('draws the curves of every map, catalogue and term by name', async () => {
  const curves = lastOfCurves(path, 1)
  const groups = groupCurves([...curves.keys()])
  const shown = await legends(page)
  for (const label of ['smoothness of nₑ', 'fitted rm', 'held-out Q 1.4', 'fitted, all'])
    expect([...shown.keys()]).toContain(label)
  for (const { label, column } of [...groups.loss, ...groups.chi2])
    expect([label, shown.get(label)]).toEqual([
      label,
      formatNumber(curves.get(column) ?? NaN, { digits: 3 }),
    ])
})

it('says what its curves and quantities mean where they are named', async () => {
  const meaning = page.locator('.tooltip.definition').first()
  const held = page.locator('.legend button', { hasText: 'held-out rm' })
  await held.hover()
  await expect.poll(() => meaning.textContent(), soon).toContain('Blocks of the sky')
  await page.mouse.move(3, 3)
  await meaning.waitFor({ state: 'detached' })
  // To the keyboard too, at the stop that was there already.
  await page.locator('.legend button', { hasText: 'held-out Q 1.4' }).focus()
  await page.keyboard.press('Shift+Tab')
  await expect.poll(() => meaning.textContent(), soon).toContain('((data − model) / σ)²')
  await page.keyboard.press('Escape')
  await layout(page, 'Explore field')
  await tool(page, 'Quantity', 'coverage')
  const quantity = await toolButton(page, /^coverage, Quantity$/)
  await quantity.hover()
  await expect.poll(() => meaning.textContent(), soon).toContain('lines of sight in a voxel')
  await quantity.click()
  const open = page.getByRole('menuitemradio', { name: 'σ(B)', exact: true })
  await open.waitFor()
  expect(await quantity.getAttribute('aria-expanded')).toBe('true')
  await open.click()
  await (await toolButton(page, /^σ\(B\), Quantity$/)).hover()
  await expect.poll(() => meaning.textContent(), soon).toContain('not the standard deviation')
  await page.mouse.move(3, 3)
  await meaning.waitFor({ state: 'detached' })
  expect(stage.complaints).toEqual([])
})

it('shows the free thermal electrons on a logarithmic scale', async () => {
  await layout(page, 'Explore field')
  const slices = page.locator('.slices canvas.overlay')
  await slices.waitFor()
  await page
    .getByRole('button', { name: /, Quantity$/ })
    .first()
    .click()
  await page.getByRole('menuitemradio', { name: 'nₑ', exact: true }).click()
  await expect
    .poll(() => page.locator('.slices .colour-bar canvas').getAttribute('aria-label'), soon)
    .toMatch(/nₑ.*cm⁻³, log$/)
  const grid = readSession(path, (session) => {
    const [checkpoint] = session.runs.checkpoints(1)
    return session.runs.checkpointArray(checkpoint, 'thermal_electrons')
  })
  const [nx, ny, nz] = grid.shape
  const scalar = {
    values: Float32Array.from(grid.values),
    inside: new Uint8Array(nx * ny * nz).fill(1),
    shape: [nx, ny, nz] as const,
    halfSizeKpc: [20, 20, 5] as const,
  }
  const value = formatQuantity(sampleScalar(scalar, [-8.3, 0, 0.006]), 'cm^-3', { digits: 3 })
  expect(await slices.getAttribute('aria-label')).toContain(`kpc: ${value}`)
  await layout(page, 'Fit')
})

it('shows the settings that apply, and keeps whitened coordinates with their prior', async () => {
  const choose = async (label: string, option: string) => {
    await page.getByRole('combobox', { name: label, exact: true }).click()
    await page.getByRole('option', { name: option, exact: true }).click()
  }
  const label = (text: string) => page.locator('.form label').getByText(text, { exact: true })
  await page.getByRole('button', { name: 'Run settings' }).click()
  await label('Gradient limit').waitFor()
  await choose('Method', 'Gauss–Newton')
  await label('Inner iterations').waitFor()
  expect(await label('Gradient limit').count()).toBe(0)
  await choose('Represent', 'Whitened')
  await label('Correlation').waitFor()
  await menu(page, 'Edit', /^Undo/)
  await label('Correlation').waitFor({ state: 'hidden' })
  await menu(page, 'Edit', /^Undo/)
  await label('Gradient limit').waitFor()
})

it('compares the curves of two runs with what they were told differently, and copies a run as a command', async () => {
  await enter(page, 'Iterations', 3)
  // A run of three steps may have ended before anything of it is seen: only its end is waited for.
  const start = runBar(page).getByRole('button', { name: 'Start run' })
  await expect.poll(() => start.isEnabled(), soon).toBe(true)
  await start.click()
  await finished(page, 3)
  await (await toolButton(page, 'Compare, Runs beside this one')).click()
  await page.getByRole('menuitemcheckbox', { name: 'Run 1' }).click()
  await leaveTool(page)
  const chi = (run: number) =>
    formatNumber(lastOfCurves(path, run).get('chi2_n_fitted') ?? NaN, { digits: 3 })
  await expect.poll(async () => (await legends(page)).get('Run 1 fitted'), soon).toBe(chi(1))
  expect((await legends(page)).get('Run 2 fitted')).toBe(chi(2))
  const table = page.getByRole('region', { name: 'Settings that differ' }).getByRole('row')
  await expect
    .poll(
      async () => (await table.allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim()),
      soon,
    )
    .toEqual(['Setting Run 1 Run 2', 'optimiser.iterations63'])
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await menu(page, 'Run', 'Copy as command line')
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied, soon).toContain('larmor run polarised.yaml --out polarised-cli.larmor')
  expect(await copied()).toContain('"iterations": 3')
  await menu(page, 'Run', 'Copy export as command line')
  await expect
    .poll(copied, soon)
    .toBe('larmor export polarised.larmor --run 2 --out polarised-export\n')
})

it('takes a catalogue from a table once its columns are confirmed', async () => {
  await stage.choose(page, () => menu(page, 'Data', /^Add catalogue/), 'rm.csv')
  const dialog = page.getByRole('dialog', { name: 'Columns of rm.csv' })
  await dialog.waitFor()
  await dialog.getByRole('button', { name: 'Use this catalogue' }).click()
  await rows().filter({ hasText: 'rm-2' }).filter({ hasText: '60 sources' }).waitFor()
  const column = page.getByRole('combobox', { name: 'Column of Value', exact: true })
  expect(await column.textContent()).toContain('RM')
  // The engine has nothing against it.
  await expect.poll(() => page.locator('.notice.error').count(), soon).toBe(0)
  expect(stage.complaints).toEqual([])
})

it.each([
  ['radec.csv', 'Add catalogue'],
  // Chosen as a map, which it is not.
  ['radec.fits', 'Add map'],
])('understands right ascensions and declinations in %s', async (file, command) => {
  const [first, second] = sourcesOfCatalogue.slice(20).map(({ lonDeg, latDeg }) => {
    const turned = rotateFrame(lonDeg, latDeg, 'galactic', 'equatorial-J2000')
    return { ra: turned.lonDeg, dec: turned.latDeg }
  })
  await writeFile(
    join(stage.folder, 'radec.csv'),
    `name,RAJ2000,DEJ2000,RM\nA,${first.ra},${first.dec},12\nB,${second.ra},${second.dec},-7\n`,
  )
  const table = { RA: [first.ra, second.ra], DEC: [first.dec, second.dec], RM: [12, -7] }
  await writeFile(join(stage.folder, 'radec.fits'), columnsFile(table))
  await stage.choose(page, () => menu(page, 'Data', new RegExp(`^${command}`)), file)
  const dialog = page.getByRole('dialog', { name: `Columns of ${file}` })
  const frame = dialog.getByRole('combobox', { name: 'Frame', exact: true })
  expect(await frame.textContent()).toContain('Equatorial J2000')
  const column = dialog.getByRole('combobox', { name: 'Column of Right ascension', exact: true })
  expect(await column.textContent()).toContain('RA')
  await dialog.getByRole('button', { name: 'Use this catalogue' }).click()
  await rows().filter({ hasText: '2 sources' }).first().waitFor()
  // Where the source is in Galactic coordinates.
  await layout(page, 'Inspect data')
  const screen = await skyOnScreen(page, 'Data', wholeSky)
  const place = screen.toScreen(sourcesOfCatalogue[20].lonDeg, sourcesOfCatalogue[20].latDeg)
  if (!place) throw new Error('The source is not on the screen.')
  await page.mouse.move(place.x + 2, place.y + 1)
  await expect.poll(() => readout('Data'), soon).toBe(signed(12, 'rad m^-2'))
  // The run that is shown was not fitted to it: that is no error.
  await layout(page, 'Fit')
  await sky(page, 'Model').figure.getByText('not fitted in Run 2').waitFor()
  expect(await page.getByText('No pictures of this run').count()).toBe(0)
  await page.mouse.move(3, 3)
  expect(stage.complaints).toEqual([])
})

it('says that a table in FITS is in another unit, and takes the one in the HDU that is named', async () => {
  const table = (rm: readonly number[], unit: string) =>
    columnsFile({ L: rm.map(() => 30), B: rm, RM: rm }, { TUNIT3: `'${unit}'` })
  const second = table([1, 2, 3, 4], 'rad m-2').subarray(emptyPrimary.length)
  await writeFile(join(stage.folder, 'two.fits'), joinBytes(table([5, 6, 7], 'K'), second))
  await stage.choose(page, () => menu(page, 'Data', /^Add map/), 'two.fits')
  const dialog = page.getByRole('dialog', { name: 'Columns of two.fits' })
  await dialog.getByRole('button', { name: 'Use this catalogue' }).click()
  await rows().filter({ hasText: 'two' }).filter({ hasText: '3 sources' }).waitFor()
  const refusal = page.getByText('faraday_depth is in rad/m^2, but the unit is K')
  await refusal.first().waitFor()
  const hdu = page.getByLabel('HDU', { exact: true })
  expect(await hdu.inputValue()).toBe('1')
  await hdu.fill('2')
  await hdu.press('Enter')
  await rows().filter({ hasText: 'two' }).filter({ hasText: '4 sources' }).waitFor()
  await expect.poll(() => refusal.count(), soon).toBe(0)
  expect(stage.complaints).toEqual([])
})
