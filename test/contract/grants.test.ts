import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { connectEngine, memoryTransportPair } from '#shared/contract/index.ts'
import type { EngineClient } from '#shared/contract/index.ts'

// How long the words for files are good, and for whom.
let folder: string
let data: string
const engines: Engine[] = []
const logs: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-grants-'))
  data = join(folder, 'data')
  await mkdir(join(data, 'maps'), { recursive: true })
  for (const name of ['sky.fits', 'maps/sky.fits'])
    await copyFile('assets/samples/haslam408-nside64.fits', join(data, name))
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.shutdown()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A page of an engine that starts with these folders. */
async function start(dataFolder: string, state: string): Promise<EngineClient> {
  const stateFolder = join(folder, state)
  const engine = await Engine.create({ dataFolder, stateFolder, log: (text) => logs.push(text) })
  engines.push(engine)
  const [near, far] = memoryTransportPair()
  connectPage(engine, far)
  return connectEngine(near)
}
async function skyGrant(client: EngineClient): Promise<string> {
  const { result } = await client.request('files.list', {})
  return result.entries.find(({ name }) => name === 'sky.fits')?.grant ?? ''
}

it('are the same in every start, and good in one that has not seen the file yet', async () => {
  const grant = await skyGrant(await start(data, 'state'))
  expect(await skyGrant(await start(data, 'state'))).toBe(grant)
  const client = await start(data, 'state')
  expect((await client.request('maps.inspect', { grant })).result.maps).toHaveLength(1)
})

it('are nothing when they are changed, with another data folder, and to another user', async () => {
  const client = await start(data, 'state')
  const grant = await skyGrant(client)
  const changed = grant.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  const elsewhere = await start(join(data, 'maps'), 'state')
  const stranger = await start(data, 'state of a stranger')
  for (const request of [
    client.request('maps.inspect', { grant: changed }),
    elsewhere.request('maps.inspect', { grant }),
    stranger.request('maps.inspect', { grant }),
  ])
    await expect(request).rejects.toMatchObject({ code: 'unknown-grant' })
  const { mode } = await stat(join(folder, 'state', 'grants.key'))
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600)
  expect(logs).toEqual([])
})

it('are good for one start where no key can be kept, which the log says', async () => {
  await mkdir(join(folder, 'damaged'))
  await writeFile(join(folder, 'damaged', 'grants.key'), 'short')
  const first = await skyGrant(await start(data, 'damaged'))
  expect(await skyGrant(await start(data, 'damaged'))).not.toBe(first)
  expect(logs[0]).toMatch(/chosen again after another start: .*grants.key is damaged. Delete it/)
})
