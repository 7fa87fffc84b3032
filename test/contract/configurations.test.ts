import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { connectEngine, memoryTransportPair } from '#shared/contract/index.ts'
import type { EngineClient } from '#shared/contract/index.ts'

const sample = new URL('../../assets/samples/haslam408-nside64.fits', import.meta.url)
let folder: string
let engine: Engine
let client: EngineClient
let grant: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-configurations-'))
  await copyFile(sample, join(folder, 'haslam.fits'))
  engine = await Engine.create({
    dataFolder: folder,
    stateFolder: join(folder, 'state'),
    log: () => undefined,
  })
  const [near, far] = memoryTransportPair()
  connectPage(engine, far)
  client = connectEngine(near)
  const { result } = await client.request('files.list', {})
  grant = result.entries.find(({ name }) => name === 'haslam.fits')?.grant ?? ''
})
afterAll(async () => {
  await engine.shutdown()
  await rm(folder, { recursive: true, force: true })
})

const small = (file: string) => ({
  title: 'Small',
  sky: { nside: 4 },
  data: [{ name: 'haslam', file, frequency_ghz: 0.408, unit: 'K' }],
  magnetic_field: { grid: { shape: [12, 12, 6] } },
})

describe('configurations', () => {
  it('are checked with an issue for every wrong key', async () => {
    const check = async (configuration: unknown) =>
      (await client.request('run.check', { configuration })).result
    const good = await check(small(grant))
    expect(good.issues).toEqual([])
    expect(good.rays).toBe(192)
    expect(good.unknowns).toBeGreaterThan(0)
    expect(good.unknowns).toBeLessThan(3 * 12 * 12 * 6)
    const issuesOf = async (configuration: unknown) =>
      (await check(configuration)).issues.map(({ path }) => path)
    expect(await issuesOf({ ...small(grant), optimizer: {} })).toEqual(['optimizer'])
    expect(await issuesOf({ ...small(grant), sky: { nside: 3 } })).toEqual(['sky.nside'])
    expect(await issuesOf(small('/etc/passwd'))).toEqual(['data[0].file'])
    expect(await issuesOf(small(`grant:${'1'.repeat(32)}`))).toEqual(['data[0].file'])
    expect(await issuesOf({ ...small(grant), data: [] })).toEqual(['data'])
    const lost = { ...small(grant), data: [{ name: 'haslam', file: grant, unit: 'K' }] }
    // The sample states its frequency or not; without any the key is named.
    for (const path of await issuesOf(lost)) expect(path).toBe('data[0].frequency_ghz')
    const model = { ...small(grant), cosmic_ray_electrons: { model: 'wmapp' } }
    expect(await issuesOf(model)).toEqual(['cosmic_ray_electrons.model'])
    const fit = (free: unknown) => ({
      ...small(grant),
      magnetic_field: { model: 'lsa', free, grid: { shape: [12, 12, 6] } },
    })
    const two = await check(fit(['b0_microgauss', 'psi0_deg']))
    expect([two.issues, two.unknowns]).toEqual([[], 2])
    expect(await issuesOf(fit([]))).toEqual(['magnetic_field.free'])
    expect(await issuesOf(fit({ b0_microgauss: { initial: 3, bounds: [4, 5] } }))).toEqual([
      'magnetic_field.free.b0_microgauss.initial',
    ])
  })

  it('with hostile keys change nothing but their own request', async () => {
    const hostile: unknown = JSON.parse('{"constructor":{"prototype":{"polluted":1}},"title":"x"}')
    const { result } = await client.request('run.check', { configuration: hostile })
    expect(result.issues[0].path).toBe('constructor')
    expect({}).not.toHaveProperty('polluted')
    await expect(
      client.request('session.create', { name: 'x', configuration: hostile }),
    ).rejects.toMatchObject({ code: 'configuration' })
  })
})
