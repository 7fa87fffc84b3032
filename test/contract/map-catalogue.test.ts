import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MapCatalogue } from '#engine/server/map-catalogue.ts'
import { writeHealpixMap } from '#shared/fits/index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-catalogue-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const mapOf = (nside: number) => {
  const columns = [{ name: 'I', unit: 'K', values: new Float32Array(12 * nside ** 2) }]
  return writeHealpixMap({ nside, ordering: 'RING', coordsys: 'G', columns, cards: [] })
}

it('reads a file once, however many ask at the same time, and anew when it has changed', async () => {
  const file = join(folder, 'map.fits')
  const maps = new MapCatalogue()
  await writeFile(file, mapOf(2))
  const [one, other] = await Promise.all([maps.describe(file), maps.describe(file)])
  expect(one).toBe(other)
  expect(await maps.describe(file)).toBe(one)
  await writeFile(file, mapOf(4))
  expect((await maps.describe(file))[0].nside).toBe(4)
})

it('tries again what could not be read', async () => {
  const file = join(folder, 'late.fits')
  const maps = new MapCatalogue()
  const asked = [maps.describe(file), maps.describe(file)]
  for (const one of asked) await expect(one).rejects.toThrow(file)
  await writeFile(file, mapOf(2))
  expect((await maps.describeOne(file, undefined)).nside).toBe(2)
})
