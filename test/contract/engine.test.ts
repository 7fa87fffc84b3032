import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { connectEngine, memoryTransportPair } from '#shared/contract/index.ts'
import type { EngineClient, EventBody } from '#shared/contract/index.ts'

const sample = new URL('../../assets/samples/haslam408-nside64.fits', import.meta.url)
let folder: string
let data: string
const engines: Engine[] = []
const logs: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-engine-'))
  data = join(folder, 'data')
  await mkdir(join(data, 'maps'), { recursive: true })
  await copyFile(sample, join(data, 'maps', 'haslam.fits'))
  await writeFile(join(folder, 'secret.fits'), 'secret')
  await symlink(join(folder, 'secret.fits'), join(data, 'link.fits'))
  await symlink('/', join(data, 'everything'))
})
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.shutdown()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function startEngine(dataFolder: string | undefined = data): Promise<Engine> {
  const engine = await Engine.create({
    dataFolder,
    stateFolder: join(folder, 'state'),
    sessionsFolder: join(folder, 'sessions'),
    log: (text) => logs.push(text),
  })
  engines.push(engine)
  return engine
}

function page(engine: Engine): { client: EngineClient; leave: () => void } {
  const [near, far] = memoryTransportPair()
  connectPage(engine, far)
  return { client: connectEngine(near), leave: () => near.close() }
}

async function haslamGrant(client: EngineClient): Promise<string> {
  const { result: top } = await client.request('files.list', {})
  const maps = top.entries.find(({ name }) => name === 'maps')
  const { result } = await client.request('files.list', { directory: maps?.grant })
  return result.entries.find(({ name }) => name === 'haslam.fits')?.grant ?? ''
}

/** A reconstruction that takes a fraction of a second. */
const small = (file: string, iterations = 6) => ({
  title: 'Small',
  sky: { nside: 4 },
  data: [{ name: 'haslam', file, frequency_ghz: 0.408, unit: 'K' }],
  magnetic_field: { grid: { shape: [12, 12, 6] } },
  optimiser: { iterations },
  backend: 'reference',
})

async function until<T>(condition: () => T | undefined): Promise<T> {
  for (;;) {
    const value = condition()
    if (value !== undefined) return value
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('files', () => {
  it('are listed without what leads out of the data folder', async () => {
    const { client } = page(await startEngine())
    const { result } = await client.request('files.list', {})
    expect(result.entries.map(({ name }) => name)).toEqual(['maps'])
    expect(result.parent).toBeUndefined()
    // The data folder itself is one to save into.
    expect(result.here.kind).toBe('directory')
    const again = await client.request('files.list', { directory: result.here.grant })
    expect(again.result).toEqual(result)
    expect(JSON.stringify(result)).not.toContain(folder)
  })

  it.each([
    '/etc/passwd',
    'grant:../../etc/passwd',
    `grant:${'0'.repeat(32)}`,
    `grant:${'A'.repeat(32)}`,
    'grant:',
    '',
  ])('are not opened by anything but a grant: %s', async (grant) => {
    const { client } = page(await startEngine())
    for (const request of [
      client.request('maps.inspect', { grant }),
      client.request('maps.load', { grant }),
      client.request('session.open', { grant }),
      client.request('files.list', { directory: grant }),
      client.request('sessions.forget', { grant }),
    ]) {
      const error = await request.catch((e: unknown) => e)
      expect(error).toMatchObject({ code: expect.stringMatching(/invalid-request|unknown-grant/) })
      expect(String(error)).not.toContain('passwd')
    }
  })

  it('are refused when a link out of the folder has taken their place', async () => {
    const { client } = page(await startEngine())
    const path = join(data, 'swapped.fits')
    await copyFile(sample, path)
    const { result } = await client.request('files.list', {})
    const entry = result.entries.find(({ name }) => name === 'swapped.fits')
    await rm(path)
    await symlink(join(folder, 'secret.fits'), path)
    await expect(client.request('maps.load', { grant: entry?.grant ?? '' })).rejects.toMatchObject({
      code: 'file-outside',
    })
    await rm(path)
  })

  it('are stored under a harmless name when uploaded, never over another', async () => {
    const { client } = page(await startEngine())
    const bytes = new Uint8Array(await readFile(sample))
    const names: string[] = []
    for (const name of [
      '../../evil.fits',
      '../../evil.fits',
      'C:\\x\\..\\evil.fits',
      '.fits.gz.fits',
    ])
      names.push(
        (await client.request('files.upload', { name }, { payloads: [bytes] })).result.name,
      )
    expect(names).toEqual(['evil.fits', 'evil 2.fits', 'C x .. evil.fits', 'fits.gz.fits'])
    for (const name of names) await rm(join(data, name))
    // As long as file systems allow, in bytes: what a file is stands at its end.
    for (const letter of ['x', '🛰', 'م']) {
      const name = `${letter.repeat(Math.floor(240 / Buffer.byteLength(letter)))}.fits.gz`
      const { result } = await client.request('files.upload', { name }, { payloads: [bytes] })
      expect(result).toMatchObject({
        kind: 'map',
        name: expect.stringMatching(/^(.)\1+\.fits\.gz$/u),
      })
      await rm(join(data, result.name))
    }
    await expect(
      client.request('files.upload', { name: 'page.html' }, { payloads: [bytes] }),
    ).rejects.toMatchObject({ code: 'file-odd' })
  })

  it('cannot be listed on the desktop', async () => {
    const engine = await Engine.create({
      stateFolder: join(folder, 'state'),
      sessionsFolder: join(folder, 'sessions'),
      log: () => undefined,
    })
    engines.push(engine)
    const { client } = page(engine)
    await expect(client.request('files.list', {})).rejects.toMatchObject({ code: 'no-browsing' })
  })
})

describe('maps', () => {
  it('are described and loaded', async () => {
    const { client } = page(await startEngine())
    const grant = await haslamGrant(client)
    const { result: file } = await client.request('maps.inspect', { grant })
    expect(file.file).toBe('haslam.fits')
    expect(file.maps[0]).toMatchObject({ kind: 'healpix', nside: 64, ordering: 'RING' })
    const { result, payloads } = await client.request('maps.load', { grant })
    expect(result).toMatchObject({ nside: 64, unit: 'K', valid: 49_152, bad: 0 })
    // Extremes of the sample, as in its description.
    expect(result.minimum).toBeGreaterThan(8)
    expect(result.maximum).toBeLessThan(2500)
    expect(payloads[0]).toHaveLength(49_152)
  })

  it('come with the program', async () => {
    const { client } = page(await startEngine())
    const { result: samples } = await client.request('samples.list', {})
    const { result: sample } = await client.request('samples.open', { id: samples[0].id })
    expect(sample).toMatchObject({
      name: 'haslam',
      files: [{ name: 'haslam408-nside64.fits', grant: sample.configuration.data[0].file }],
    })
    await expect(client.request('samples.open', { id: '../x' })).rejects.toMatchObject({
      code: 'no-sample',
    })
  })

  it('that are none are refused in words, without paths', async () => {
    await writeFile(join(data, 'odd.fits'), '<html>not a map</html>')
    const { client } = page(await startEngine())
    const { result } = await client.request('files.list', {})
    const odd = result.entries.find(({ name }) => name === 'odd.fits')?.grant ?? ''
    const error = await client.request('maps.inspect', { grant: odd }).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'input', file: 'odd.fits' })
    expect(String(error)).toMatch(/odd\.fits/)
    expect(String(error)).not.toContain(folder)
    await rm(join(data, 'odd.fits'))
  })
})

describe('maps that cannot be read', () => {
  it('are refused before anything is asked about them', async () => {
    const { client } = page(await startEngine())
    const bytes = Buffer.from(await readFile(sample))
    // The header promises a quarter of the pixels that the table holds.
    bytes.write('NSIDE   =                   32', bytes.indexOf('NSIDE   ='), 'latin1')
    await writeFile(join(data, 'lies.fits'), bytes)
    const { result } = await client.request('files.list', {})
    const grant = result.entries.find(({ name }) => name === 'lies.fits')?.grant ?? ''
    const refusal = /lies\.fits: HDU 1: the map cannot be read: NSIDE 32 has 12288 pixels/
    await expect(client.request('maps.inspect', { grant })).rejects.toThrow(refusal)
    const { result: check } = await client.request('run.check', { configuration: small(grant) })
    expect(check.issues).toEqual([
      { path: 'data[0].file', message: expect.stringMatching(refusal) },
    ])
    await rm(join(data, 'lies.fits'))
  })
})

describe('sessions and runs', () => {
  it('tell the whole story: create, run, watch, look, save as, close, reopen, resume', async () => {
    const engine = await startEngine()
    const { client } = page(engine)
    const configuration = small(await haslamGrant(client))
    const rows: number[] = []
    const stages = new Set<string>()
    client.on('run.rows', (body) => rows.push(body.from, body.rows))
    let last: EventBody<'run.progress'> | undefined
    client.on('run.progress', (body) => {
      stages.add(body.stage)
      last = body
    })

    const { result: created } = await client.request('session.create', {
      name: 'Story / one',
      configuration,
    })
    const { session } = created
    expect(created).toMatchObject({ name: 'Story one', title: 'Small', readOnly: false })
    expect(created.configuration.data[0].file).toBe(configuration.data[0].file)
    expect(created.inputs[0]).toMatchObject({ fileName: 'haslam.fits', missing: false })

    await expect(
      client.request('run.map', { session, run: 1, data: 'haslam', which: 'data' }),
    ).rejects.toMatchObject({ code: 'unknown-run' })
    const { result: started } = await client.request('run.start', { session })
    expect(started).toMatchObject({ run: 1, iterations: 6 })
    await until(() => (last?.summary.state === 'done' ? true : undefined))
    expect(stages).toContain('finished')

    const { result: curves, payloads } = await client.request('run.curves', { session, run: 1 })
    expect(curves.rows).toBe(7)
    expect(payloads[0]).toHaveLength(7 * curves.columns.length)
    const loss = curves.columns.indexOf('loss')
    expect(payloads[0][6 * curves.columns.length + loss]).toBeLessThan(payloads[0][loss])
    expect(rows.filter((_, i) => i % 2 === 1).reduce((a, b) => a + b, 0)).toBe(7)
    const tail = await client.request('run.curves', { session, run: 1, from: 5 })
    expect(tail.payloads[0]).toEqual(payloads[0].slice(5 * curves.columns.length))

    const map = async (which: 'data' | 'model' | 'residual' | 'residual_over_sigma' | 'set') =>
      (await client.request('run.map', { session, run: 1, data: 'haslam', which })).payloads[0]
    const [d, m, r, set] = await Promise.all([
      map('data'),
      map('model'),
      map('residual'),
      map('set'),
    ])
    expect(d).toHaveLength(192)
    // Float32 of values of some ten kelvin.
    for (let i = 0; i < 192; i++) expect(d[i] - m[i]).toBeCloseTo(r[i], 4)
    expect(new Set(set)).toEqual(new Set([1, 2]))
    const { result: field, payloads: b } = await client.request('run.field', { session, run: 1 })
    expect(field).toMatchObject({ shape: [12, 12, 6], iteration: 6, unit: 'microgauss' })
    expect(b[0].some((value) => value !== 0)).toBe(true)

    const { result: exported } = await client.request('export.run', {
      session,
      run: 1,
      what: ['maps', 'curves'],
      formats: ['fits', 'csv'],
    })
    expect(exported).toMatchObject({ folder: 'Story one export' })
    expect(exported.files.map((name) => name.replace(/.*\./, ''))).toEqual(['fits', 'csv'])

    await client.request('session.view', { session, view: { panel: 'sky' } })
    const { result: top } = await client.request('files.list', {})
    const maps = top.entries.find(({ name }) => name === 'maps')?.grant ?? ''
    const { result: copy } = await client.request('session.saveAs', {
      session,
      destination: maps,
      name: '../copy',
    })
    expect(copy).toMatchObject({ name: 'copy.larmor', kind: 'session' })
    await client.request('session.close', { session })
    await expect(client.request('session.state', { session })).rejects.toMatchObject({
      code: 'unknown-session',
    })

    const { result: recent } = await client.request('sessions.recent', {})
    expect(recent[0]).toMatchObject({ name: 'Story one.larmor', missing: false })
    expect(recent[0].summary).toMatch(/^1 run, held-out/)
    const { result: again } = await client.request('session.open', { grant: recent[0].grant })
    expect(again.runs[0]).toMatchObject({ state: 'done', iteration: 6 })
    expect(again.view).toEqual({ panel: 'sky' })
    expect(again.inputs[0].sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(again.inputs[0].changed).toBe(false)
    const { payloads: stored } = await client.request('run.field', {
      session: again.session,
      run: 1,
    })
    expect(stored[0]).toEqual(b[0])
  })

  it('go on while their page is away, and are found again', async () => {
    const engine = await startEngine()
    const first = page(engine)
    const grant = await haslamGrant(first.client)
    const { result: created } = await first.client.request('session.create', {
      name: 'Away',
      configuration: small(grant, 100_000),
    })
    const { session } = created
    await first.client.request('run.start', { session })
    first.leave()

    const second = page(engine)
    const { result: recent } = await second.client.request('sessions.recent', {})
    const away = recent.find(({ name }) => name === 'Away.larmor')?.grant ?? ''
    await until(() => (engine.sessions.all[0]?.members.size === 0 ? true : undefined))
    const { result: found } = await second.client.request('session.open', { grant: away })
    expect(found.session).toBe(session)
    expect(['queued', 'preparing', 'running']).toContain(found.runs[0].state)

    // A third page may not use the session by its number alone.
    const third = page(engine)
    for (const request of [
      third.client.request('session.state', { session }),
      third.client.request('run.pause', { session, run: 1 }),
      third.client.request('session.close', { session }),
    ])
      await expect(request).rejects.toMatchObject({ code: 'unknown-session' })

    let state = ''
    second.client.on('run.progress', (body) => {
      state = body.summary.state
    })
    await until(() => (state === 'running' ? true : undefined))
    await second.client.request('run.pause', { session, run: 1 })
    await until(() => (state === 'paused' ? true : undefined))
    const { result: paused } = await second.client.request('session.state', { session })
    const { result: field } = await second.client.request('run.field', { session, run: 1 })
    expect(field.iteration).toBe(paused.runs[0].iteration)
    await second.client.request('run.resume', { session, run: 1 })
    await until(() => (state === 'running' ? true : undefined))
    await second.client.request('run.stop', { session, run: 1 })
    await until(() => (state === 'stopped' ? true : undefined))
    second.leave()
    await until(() => (engine.sessions.all.length === 0 ? true : undefined))
  })

  it('do not read files outside the data folder, whatever the session says', async () => {
    const desktop = await Engine.create({
      stateFolder: join(folder, 'other-state'),
      sessionsFolder: data,
      log: () => undefined,
    })
    engines.push(desktop)
    const { grant } = await desktop.grants.grant(join(folder, 'secret.fits'))
    const { client } = page(desktop)
    const { result: made } = await client.request('session.create', {
      name: 'Crossed',
      configuration: small(grant),
    })
    await client.request('session.close', { session: made.session })

    const served = page(await startEngine())
    const { result: list } = await served.client.request('files.list', {})
    const crossed = list.entries.find(({ name }) => name === 'Crossed.larmor')?.grant ?? ''
    const { result: state } = await served.client.request('session.open', { grant: crossed })
    expect(state.inputs[0].missing).toBe(true)
    const { session } = state
    await expect(served.client.request('run.start', { session })).rejects.toMatchObject({
      code: 'file-outside',
      field: 'data[0].file',
    })
    const secret = state.inputs[0].grant
    await expect(served.client.request('maps.inspect', { grant: secret })).rejects.toMatchObject({
      code: 'file-outside',
    })
    const { result: located } = await served.client.request('session.locate', {
      session,
      file: secret,
      grant: await haslamGrant(served.client),
    })
    expect(located.inputs[0]).toMatchObject({ fileName: 'haslam.fits', missing: false })
  })

  it('cannot be made where nothing can be written, and the message names no path', async () => {
    const blocked = join(folder, 'blocked')
    await writeFile(blocked, 'a file, not a folder')
    const engine = await Engine.create({
      stateFolder: join(folder, 'state'),
      sessionsFolder: join(blocked, 'sessions'),
      log: () => undefined,
    })
    engines.push(engine)
    const { client } = page(engine)
    const { result: sample } = await client.request('samples.open', { id: 'haslam408' })
    const [file] = sample.files
    const error = await client
      .request('session.create', { name: 'x', configuration: small(file.grant) })
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'input', file: 'blocked' })
    expect(String(error)).toMatch(/this is a file, not a folder/)
    expect(String(error)).not.toContain(folder)
  })

  it('say who has the session when it is open elsewhere, and what is no session', async () => {
    const engine = await startEngine()
    const { client } = page(engine)
    const grant = await haslamGrant(client)
    await expect(client.request('session.open', { grant })).rejects.toMatchObject({ code: 'input' })
    const { result } = await client.request('session.create', {
      name: 'Locked',
      configuration: small(grant),
    })
    const other = page(await startEngine())
    const { result: list } = await other.client.request('files.list', {})
    const locked = list.entries.find(({ name }) => name === 'Locked.larmor')?.grant ?? ''
    const error = await other.client
      .request('session.open', { grant: locked })
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'input', file: 'Locked.larmor' })
    expect(String(error)).not.toContain(folder)
    await client.request('session.close', { session: result.session })
  })
})

describe('information', () => {
  it('says what this engine is', async () => {
    const { client } = page(await startEngine())
    const { result } = await client.request('app.info', {})
    expect(result.browsing).toBe(true)
    expect(result.threads).toBeGreaterThan(0)
    expect(result.backends.filter(({ chosen }) => chosen)).toHaveLength(1)
  })
})
