import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { useEnginePage } from '#test/tools/engine-page.ts'
import { columnsFile, emptyPrimary, join as joinBytes } from '../unit/fits/build.ts'

const page = useEnginePage()

it('runs fit catalogues and densities, and give their points and grids', async () => {
  await writeFile(
    join(page.folder, 'rm.csv'),
    '# sources\nname,l,b,rm,err,d\na,10,40,12.5,2,\nb,200,-35,-7,1,2.5\nc,350,10,30,3,\n',
  )
  const { result: listed } = await page.client.request('files.list', {})
  const file = listed.entries.find(({ name }) => name === 'rm.csv')
  expect(file?.kind).toBe('table')
  const grant = file?.grant ?? ''
  expect((await page.client.request('tables.inspect', { grant })).result).toEqual({
    file: 'rm.csv',
    columns: ['name', 'l', 'b', 'rm', 'err', 'd'],
    units: ['', '', '', '', '', ''],
    rows: 3,
  })
  const entry = {
    name: 'rm',
    file: grant,
    quantity: 'faraday_depth' as const,
    unit: 'rad/m^2',
    catalogue: { value: 'rm', sigma: 'err', distance: 'd' },
    nuisance: { offset: 'none' as const },
  }
  const loaded = await page.client.request('points.load', { entry })
  expect(loaded.result).toMatchObject({ rows: 3, unit: 'rad m^-2' })
  expect([...loaded.payloads[0].slice(5, 10)]).toEqual([200, -35, 2.5, -7, 1])
  expect(loaded.payloads[0][2]).toBe(Infinity)

  const configuration = {
    sky: { nside: 4 },
    magnetic_field: { grid: { shape: [12, 12, 6] } },
    optimiser: { iterations: 6 },
    backend: 'reference',
    data: [entry],
    thermal_electrons: { model: 'grid', grid: { initial: { model: 'cordes91' } } },
    held_out: { fraction: 0 },
  }
  const wrong = { ...configuration, data: [{ ...entry, catalogue: { value: 'RM' } }] }
  const { result: check } = await page.client.request('run.check', { configuration: wrong })
  expect(check.issues).toEqual([
    { path: 'data[0].catalogue.value', message: expect.stringContaining('no column "RM"') },
  ])
  expect((await page.client.request('run.check', { configuration })).result.issues).toEqual([])
  const session = await page.sessionWithRun('Points', configuration)
  const { result: state } = await page.client.request('session.state', { session })
  expect(state.runs[0].grids).toEqual(['magnetic_field', 'thermal_electrons'])

  const { result: points, payloads } = await page.client.request('run.points', {
    session,
    run: 1,
    data: 'rm',
  })
  expect(points).toMatchObject({ rows: 3, unit: 'rad m^-2', iteration: 6 })
  const second = payloads[0].slice(points.columns.length, 2 * points.columns.length)
  expect([...second.slice(0, 5)]).toEqual([200, -35, 2.5, -7, 1])
  expect(Number.isFinite(second[5])).toBe(true)
  expect(second[6]).toBe(1)
  const { result: grid, payloads: density } = await page.client.request('run.field', {
    session,
    run: 1,
    grid: 'thermal_electrons',
  })
  expect(grid).toMatchObject({ shape: [12, 12, 6], components: 1, unit: 'cm^-3' })
  expect(density[0]).toHaveLength(12 * 12 * 6)
  expect(density[0].every((value) => value > 0)).toBe(true)
  await expect(
    page.client.request('run.field', { session, run: 1, grid: 'spectral_index' }),
  ).rejects.toMatchObject({ code: 'no-grid' })
})

it('takes right ascensions and declinations from a table in FITS', async () => {
  // The Galactic centre and the Crab pulsar.
  const table = { RA: [266.40499625, 83.633083], DEC: [-28.93617242, 22.0145], DM: [100, 56.8] }
  await writeFile(join(page.folder, 'radec.fits'), columnsFile(table, { TUNIT3: "'pc cm-3'" }))
  const grant = await page.grantOf('radec.fits')
  const { result } = await page.client.request('tables.inspect', { grant })
  expect(result).toEqual({
    file: 'radec.fits',
    columns: ['RA', 'DEC', 'DM'],
    units: ['', '', 'pc cm-3'],
    rows: 2,
    hdu: 1,
  })
  const entry = {
    name: 'dm',
    file: grant,
    quantity: 'dispersion_measure' as const,
    frame: 'equatorial-J2000' as const,
    catalogue: { l: 'RA', b: 'DEC', value: 'DM' },
    sigma: 1,
  }
  const loaded = await page.client.request('points.load', { entry })
  expect(loaded.result).toMatchObject({ rows: 2, unit: 'pc cm^-3' })
  const [l, b] = loaded.payloads[0]
  expect(Math.abs(l - 360 * Math.round(l / 360))).toBeLessThan(1e-5)
  expect(Math.abs(b)).toBeLessThan(1e-5)
  expect(loaded.payloads[0][5]).toBeCloseTo(184.5575, 3)
  const wrong = { data: [{ ...entry, catalogue: { ...entry.catalogue, b: 'Dec' } }] }
  const { result: check } = await page.client.request('run.check', { configuration: wrong })
  expect(check.issues).toContainEqual({
    path: 'data[0].catalogue.b',
    message: expect.stringContaining('has no column "Dec"'),
  })
})

it('tells the tables of a file in FITS apart, and a file without a map from one that cannot be read', async () => {
  const first = columnsFile({ NAME: ['a'], FLUX: [1] }, { TUNIT2: "'Jy'" })
  const second = columnsFile({ L: [10, 20], B: [1, 2], RM: [3, 4] }, { TUNIT3: "'rad m-2'" })
  const both = joinBytes(first, second.subarray(emptyPrimary.length))
  await writeFile(join(page.folder, 'two.fits'), both)
  await writeFile(join(page.folder, 'cut.fits'), both.subarray(0, both.length - 2880))
  const grant = await page.grantOf('two.fits')
  const inspect = async (hdu?: number) =>
    (await page.client.request('tables.inspect', { grant, hdu })).result
  const one = { columns: ['NAME', 'FLUX'], units: ['', 'Jy'], rows: 1, hdu: 1 }
  const other = { columns: ['L', 'B', 'RM'], units: ['', '', 'rad m-2'], rows: 2, hdu: 2 }
  expect(await inspect()).toEqual({ file: 'two.fits', ...one })
  expect(await inspect(1)).toEqual({ file: 'two.fits', ...one })
  expect(await inspect(2)).toEqual({ file: 'two.fits', ...other })
  await expect(page.client.request('maps.inspect', { grant })).rejects.toMatchObject({
    code: 'no-map',
    file: 'two.fits',
  })
  const cut = await page.grantOf('cut.fits')
  await expect(page.client.request('maps.inspect', { grant: cut })).rejects.toMatchObject({
    code: 'input',
    file: 'cut.fits',
  })
})
