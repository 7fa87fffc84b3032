import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { EngineProcess } from '#main/engine/engine-process.ts'
import type { PortMain } from '#main/engine/engine-process.ts'
import { locateEngine } from '#main/engine/locate.ts'
import { connectEngine, encodeFrame, messagePortTransport } from '#shared/contract/index.ts'
import type { EngineClient } from '#shared/contract/index.ts'

// The desktop's engine as a real process, run from its sources, behind the code of Electron's main process.
const root = fileURLToPath(new URL('../..', import.meta.url))
const sample = join(root, 'assets/samples/haslam408-nside64.fits')
let folder: string
const processes: EngineProcess[] = []
const logs: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-process-'))
  await copyFile(sample, join(folder, 'haslam.fits'))
})
afterEach(async () => {
  for (const engine of processes.splice(0)) await engine.stop(false)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function startProcess(script = join(root, 'src-engine/server/stdio-main.ts')): EngineProcess {
  const { node } = locateEngine(
    { packaged: false, appPath: root, resourcesPath: '' },
    process.platform,
  )
  const engine = new EngineProcess({
    node,
    script,
    env: {
      ...process.env,
      LARMOR_STATE_DIR: join(folder, 'state'),
      LARMOR_SESSIONS_DIR: join(folder, 'sessions'),
      NODE_OPTIONS: '--this-must-not-reach-the-engine',
    },
    log: (text) => logs.push(text),
  })
  processes.push(engine)
  return engine
}

/** Electron's MessagePortMain is a Node-style emitter whose messages are events. */
function asPortMain(port: MessagePort): PortMain {
  return {
    postMessage: (message) => port.postMessage(message),
    on(event: 'message' | 'close', listener: (event: { data: unknown }) => void) {
      if (event === 'message') port.on('message', (data: unknown) => listener({ data }))
      else port.on('close', () => listener({ data: undefined }))
      return port
    },
    start: () => port.start(),
    close: () => port.close(),
  }
}

function page(engine: EngineProcess): { client: EngineClient; port: MessagePort } {
  const { port1, port2 } = new MessageChannel()
  engine.attach(asPortMain(port1))
  const like = {
    postMessage: (message: unknown) => port2.postMessage(message),
    onmessage: null as ((event: { data: unknown }) => void) | null,
    close: () => port2.close(),
  }
  port2.on('message', (data: unknown) => like.onmessage?.({ data }))
  return { client: connectEngine(messagePortTransport(like)), port: port2 }
}

describe('the engine process', () => {
  it('serves several pages and the shell over one pipe', async () => {
    const engine = startProcess()
    const shell = engine.shell()
    const { result: granted } = await shell.request('main.grantPath', {
      path: join(folder, 'haslam.fits'),
      purpose: 'read',
    })
    expect(granted).toMatchObject({ name: 'haslam.fits', kind: 'map' })
    await expect(
      shell.request('main.grantPath', { path: join(folder, 'none.fits'), purpose: 'read' }),
    ).rejects.toMatchObject({ code: 'file-missing' })
    await expect(
      shell.request('main.grantPath', { path: join(folder, 'haslam.fits'), purpose: 'directory' }),
    ).rejects.toMatchObject({ code: 'not-a-folder' })

    const [one, two] = [page(engine), page(engine)]
    const [info, map] = await Promise.all([
      one.client.request('app.info', {}),
      two.client.request('maps.load', { grant: granted.grant }),
    ])
    expect(info.result.node).toMatch(/^v24\./)
    expect(info.result.browsing).toBe(false)
    expect(map.payloads[0]).toHaveLength(49_152)
    const { result } = await shell.request('main.resolveGrant', { grant: granted.grant })
    expect(result.path).toBe(join(folder, 'haslam.fits'))
    expect((await shell.request('main.activity', {})).result.runs).toEqual([])
    await shell.request('main.suspend', {})
  })

  it('gives a page none of the requests of the shell, whatever channel it claims', async () => {
    const engine = startProcess()
    const { client, port } = page(engine)
    await client.request('samples.list', {})
    const answers: Uint8Array[] = []
    port.on('message', (data: unknown) => {
      if (data instanceof Uint8Array) answers.push(data)
    })
    const privileged = {
      header: {
        kind: 'request' as const,
        id: 900,
        method: 'main.grantPath',
        body: { path: '/etc/passwd', purpose: 'read' },
        payloads: [],
      },
      payloads: [],
    }
    // Channel 0 is stamped over by main; then the engine does not know the method.
    port.postMessage(encodeFrame(privileged, 0))
    await expect.poll(() => answers.length, { timeout: 30_000 }).toBe(1)
    expect(new TextDecoder().decode(answers[0])).toContain('unknown-method')
    expect(new TextDecoder().decode(answers[0])).not.toContain('grant:')
  })

  it('is not disturbed by what is no message', async () => {
    const engine = startProcess()
    const { client, port } = page(engine)
    const before = logs.length
    for (const odd of [null, 'text', 42, {}, new Uint8Array(3), new Uint8Array(64)])
      port.postMessage(odd)
    const truncated = encodeFrame({
      header: { kind: 'cancel', id: 1, payloads: [] },
      payloads: [],
    }).slice(0, -8)
    port.postMessage(truncated)
    expect((await client.request('samples.list', {})).result).not.toHaveLength(0)
    expect(logs.slice(before).filter((text) => text.includes('dropped'))).toHaveLength(7)
  })

  it('forgets a page that has been replaced', async () => {
    const engine = startProcess()
    const { port1, port2 } = new MessageChannel()
    const channel = engine.attach(asPortMain(port1))
    const gone = new Promise<void>((resolve) => port2.once('close', () => resolve()))
    engine.detach(channel)
    await gone
    const { client } = page(engine)
    expect((await client.request('samples.list', {})).result).not.toHaveLength(0)
  })

  it('is started again after it was killed, and the pages are told', async () => {
    const engine = startProcess()
    const { client } = page(engine)
    const { result } = await client.request('app.info', {})
    expect(result.version).not.toBe('')
    const waiting = client.closed
    engine.kill()
    await expect(waiting).resolves.toMatch(/stopped unexpectedly/)
    await expect(client.request('app.info', {})).rejects.toMatchObject({ code: 'closed' })
    const again = page(engine)
    expect((await again.client.request('samples.list', {})).result).not.toHaveLength(0)
  })

  it('is not started over and over when it cannot work', async () => {
    const engine = startProcess(join(root, 'src-engine/server/no-such-script.ts'))
    for (let i = 0; i < 3; i++)
      await expect(engine.shell().request('main.activity', {})).rejects.toMatchObject({
        code: 'closed',
      })
    expect(() => engine.shell()).toThrow(/ended several times/)
    expect(engine.lastLines.join()).toMatch(/no-such-script/)
  })

  it('saves its runs before it ends', async () => {
    const engine = startProcess()
    const { result: granted } = await engine.shell().request('main.grantPath', {
      path: join(folder, 'haslam.fits'),
      purpose: 'read',
    })
    const { client } = page(engine)
    const { result: created } = await client.request('session.create', {
      name: 'Ended',
      configuration: {
        sky: { nside: 4 },
        data: [{ name: 'haslam', file: granted.grant, frequency_ghz: 0.408, unit: 'K' }],
        magnetic_field: { grid: { shape: [12, 12, 6] } },
        optimiser: { iterations: 1_000_000 },
        backend: 'reference',
      },
    })
    const running = new Promise<void>((resolve) =>
      client.on('run.progress', ({ summary }) => {
        if (summary.iteration > 2) resolve()
      }),
    )
    await client.request('run.start', { session: created.session })
    await running
    const { result: activity } = await engine.shell().request('main.activity', {})
    expect(activity.runs).toMatchObject([{ run: 1, name: 'Run 1' }])
    await engine.stop(true)
    expect(engine.running).toBe(false)

    const second = page(engine)
    const { result: recent } = await second.client.request('sessions.recent', {})
    const { result: found } = await second.client.request('session.open', {
      grant: recent[0].grant,
    })
    expect(found.runs[0].state).toBe('paused')
    expect(found.runs[0].iteration).toBeGreaterThan(2)
  })
})
