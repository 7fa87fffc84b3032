import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readFits, readHealpixMap, writeHealpixMap } from '#shared/fits/index.ts'
import { queryDisc } from '#shared/healpix/index.ts'
import { useEnginePage } from '#test/tools/engine-page.ts'

const page = useEnginePage()

const nside = 8
const disc = queryDisc(nside, 'RING', [1, 0, 0], 0.4)
const drawn = new Uint8Array(12 * nside ** 2).fill(1)
for (const pixel of disc) drawn[pixel] = 0

async function mapEntry() {
  await writeFile(
    join(page.folder, 'map.fits'),
    writeHealpixMap({
      nside,
      ordering: 'RING',
      coordsys: 'G',
      columns: [{ name: 'I', unit: 'K', values: new Float32Array(drawn.length).fill(20) }],
    }),
  )
  const grant = await page.grantOf('map.fits')
  return { name: 'map', file: grant, frequency_ghz: 0.408 }
}

it('are written as FITS maps, never over another, and come back as they were drawn', async () => {
  const save = () =>
    page.client.request('masks.save', { name: 'map mask', nside }, { payloads: [drawn] })
  const { result } = await save()
  expect(result.file.name).toBe('map mask.fits')
  expect((await save()).result.file.name).toBe('map mask 2.fits')
  const bytes = new Uint8Array(await readFile(join(page.folder, 'map mask.fits')))
  const map = readHealpixMap(readFits(bytes))
  expect([...map.values]).toEqual([...drawn])
  const { grant } = result.file
  const { result: described } = await page.client.request('maps.inspect', { grant })
  const expected = { nside, ordering: 'RING', frame: 'galactic' }
  expect(described.maps).toMatchObject([expected])

  const entry = { ...(await mapEntry()), mask: { file: result.file.grant } }
  const loaded = await page.client.request('masks.load', { entry, nside })
  expect(loaded.result).toEqual({ nside, masked: disc.length })
  expect(loaded.payloads[0]).toEqual(drawn)
  // Half of the parts of a coarse pixel are enough to use it.
  const coarse = await page.client.request('masks.load', { entry, nside: 4 })
  expect(coarse.result.masked).toBe([...coarse.payloads[0]].filter((value) => value === 0).length)
  expect(coarse.result.masked).toBeGreaterThan(0)

  const configuration = {
    sky: { nside },
    magnetic_field: { grid: { shape: [8, 8, 4] } },
    optimiser: { iterations: 1 },
    backend: 'reference',
    data: [entry],
    held_out: { fraction: 0 },
  }
  const session = await page.sessionWithRun('M', configuration)
  const { payloads } = await page.client.request('run.map', {
    session,
    run: 1,
    data: 'map',
    which: 'data',
  })
  expect([...payloads[0]].map((value) => (Number.isNaN(value) ? 0 : 1))).toEqual([...drawn])
})

it('of latitude and of nothing are what runs apply', async () => {
  const entry = await mapEntry()
  const band = { ...entry, mask: { galactic_latitude_above_deg: 15 } }
  const { result, payloads } = await page.client.request('masks.load', { entry: band, nside: 2 })
  // Of the seven rings of NSIDE 2 only the equator (8 pixels) lies within 15 degrees.
  expect(result.masked).toBe(8)
  expect([...payloads[0].slice(20, 28)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  expect((await page.client.request('masks.load', { entry, nside: 2 })).result.masked).toBe(0)
})

it('of a wrong size are refused', async () => {
  await expect(
    page.client.request('masks.save', { name: 'x', nside: 4 }, { payloads: [drawn] }),
  ).rejects.toMatchObject({ code: 'invalid-request' })
})
