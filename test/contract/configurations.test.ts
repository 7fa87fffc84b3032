import { beforeAll, describe, expect, it } from 'vitest'
import { useEnginePage } from '#test/tools/engine-page.ts'

const page = useEnginePage()
let grant: string

beforeAll(async () => {
  await page.addSample()
  grant = await page.grantOf('haslam.fits')
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
      (await page.client.request('run.check', { configuration })).result
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
    const data = (keys: object) => ({
      ...small(grant),
      data: [{ name: 'haslam', file: grant, frequency_ghz: 0.408, unit: 'K', ...keys }],
    })
    const unknown = await check(data({ unit: 'furlong' }))
    expect(unknown.issues).toEqual([
      { path: 'data[0].unit', message: expect.stringContaining('"furlong" is not known') },
    ])
    // Plain kelvin mean nothing certain at high frequencies, and nothing at all for Faraday depth.
    expect(await issuesOf(data({ frequency_ghz: 22.8 }))).toEqual(['data[0].unit'])
    expect(await issuesOf(data({ quantity: 'faraday_depth' }))).toEqual(['data[0].unit'])
    // A band says at which frequency.
    const band = { frequencies_ghz: [0.4, 0.41], weights: [1, 1] }
    expect(await issuesOf(data({ frequency_ghz: undefined, bandpass: band }))).toEqual([])
    const model = { ...small(grant), cosmic_ray_electrons: { model: 'wmapp' } }
    expect(await issuesOf(model)).toEqual(['cosmic_ray_electrons.model'])
    // Of a random field, waves that the whole grid can hold: two of its largest spacings, 40 kpc / 12.
    const random = (outer_scale_kpc: number) => ({
      ...small(grant),
      magnetic_field: {
        grid: {
          shape: [12, 12, 6],
          initial: { model: 'lsa', random: { rms_microgauss: 3, outer_scale_kpc } },
        },
      },
    })
    expect((await check(random(20))).issues).toEqual([])
    expect(await issuesOf(random(6))).toEqual([
      'magnetic_field.grid.initial.random.outer_scale_kpc',
    ])
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
    const { result } = await page.client.request('run.check', { configuration: hostile })
    expect(result.issues[0].path).toBe('constructor')
    expect({}).not.toHaveProperty('polluted')
    await expect(
      page.client.request('session.create', { name: 'x', configuration: hostile }),
    ).rejects.toMatchObject({ code: 'configuration' })
  })
})
