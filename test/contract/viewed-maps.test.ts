import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ViewedMaps } from '#engine/server/viewed-maps.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'
import { changeResolution } from '#shared/healpix/index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-maps-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Pixel p holds `scale` p, except the first ones, which hold nothing. */
async function write(nside: number, scale = 1, missing = 0) {
  const file = join(folder, 'map.fits')
  const values = Float32Array.from({ length: 12 * nside ** 2 }, (_, pixel) =>
    pixel < missing ? NaN : scale * pixel,
  )
  const columns = [{ name: 'I', unit: 'K', values }]
  await writeFile(
    file,
    writeHealpixMap({ nside, ordering: 'RING', coordsys: 'G', columns, cards: [] }),
  )
  return { request: { file, key: 'map', column: 0, nside: 512 }, values }
}

it('gives means of a finer map first, and then all of it', async () => {
  const { request, values } = await write(8)
  const maps = new ViewedMaps()
  const coarse = await maps.read(request, 4)
  expect(coarse).toMatchObject({ nside: 4, finest: 8, unit: 'K' })
  expect(coarse.pixels).toEqual(Float32Array.from(changeResolution(values, 8, 4, 'RING')))
  const whole = await maps.read(request)
  expect(whole).toMatchObject({ nside: 8, finest: 8 })
  expect(whole.pixels).toEqual(values)
})

it('shows a pixel of which there is any part', async () => {
  const { request } = await write(8, 1, 767)
  const { pixels } = await new ViewedMaps().read(request, 4)
  expect(pixels.filter((value) => !Number.isNaN(value))).toEqual(Float32Array.of(767))
})

it('gives a map as it is that is coarse enough, or cannot be divided', async () => {
  const { request } = await write(6)
  const nsideAt = async (wanted: number) => (await new ViewedMaps().read(request, wanted)).nside
  expect([await nsideAt(8), await nsideAt(6)]).toEqual([6, 6])
  // 3 divides 6, and is more than half of 5 and of 4.
  expect([await nsideAt(5), await nsideAt(4), await nsideAt(2)]).toEqual([3, 3, 2])
  const odd = await write(7)
  expect((await new ViewedMaps().read(odd.request, 4)).nside).toBe(7)
})

it('reads a file anew that has changed since its coarse picture', async () => {
  const maps = new ViewedMaps()
  const { request } = await write(8)
  await maps.read(request, 4)
  const { values } = await write(16, 3)
  const whole = await maps.read(request)
  expect(whole.nside).toBe(16)
  expect(whole.pixels).toEqual(values)
})
