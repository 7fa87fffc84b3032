import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { connectPage } from '#engine/server/connect.ts'
import { Engine } from '#engine/server/engine.ts'
import { serveWorkbench } from '#engine/server/serve/serve.ts'
import type { WorkbenchServer } from '#engine/server/serve/serve.ts'
import {
  connectEngine,
  decodeFrame,
  fetchingQuery,
  webSocketTransport,
} from '#shared/contract/index.ts'
import type { Transport } from '#shared/contract/index.ts'

let folder: string
let server: WorkbenchServer
let engine: Engine
let cookie: string
const logs: string[] = []
/** To the page that connected last, and what is called when that is gone. */
let transport: Transport
let onGone = () => {}
const watched = (opened: Transport): Transport => ({
  ...opened,
  onClose: (listener) =>
    opened.onClose((reason) => {
      listener(reason)
      onGone()
    }),
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Raw requests: fetch would tidy the path and set its own Host. */
function get(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port: server.port, path, method, headers },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => (body += text))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        )
      },
    )
    request.on('error', reject)
    request.end()
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'larmor-serve-'))
  const page = join(folder, 'page')
  await mkdir(join(page, 'assets'), { recursive: true })
  await writeFile(
    join(page, 'index.html'),
    '<meta property="csp-nonce" nonce="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style>',
  )
  await writeFile(join(page, 'assets', 'main-x1.js'), 'export {}')
  await writeFile(join(page, 'assets', 'font.woff2'), 'x')
  await writeFile(join(page, 'assets', 'map.xyz'), 'x')
  await writeFile(join(page, '.hidden.json'), '{}')
  await writeFile(join(folder, 'secret.json'), '{"secret":1}')
  await symlink(join(folder, 'secret.json'), join(page, 'assets', 'link.json'))
  await mkdir(join(folder, 'data'))
  engine = await Engine.create({
    dataFolder: join(folder, 'data'),
    stateFolder: join(folder, 'state'),
    log: (text) => logs.push(text),
  })
  server = await serveWorkbench({
    folder: page,
    port: 0,
    log: (text) => logs.push(text),
    onClient: (opened) => connectPage(engine, (transport = watched(opened))),
  })
  const welcome = await get(`/?token=${server.token}`)
  cookie = (welcome.headers['set-cookie']?.[0] ?? '').split(';')[0]
})
afterAll(async () => {
  await engine.shutdown()
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the token', () => {
  it('is 32 random bytes in the printed address', () => {
    expect(server.token).toMatch(/^[0-9a-f]{64}$/)
    expect(server.url({ session: 'grant:1' })).toBe(
      `http://127.0.0.1:${server.port}/?token=${server.token}&session=grant%3A1`,
    )
  })

  it('becomes a cookie that scripts cannot read, and leaves the address', async () => {
    const answer = await get(`/?token=${server.token}&session=grant%3Aabc`)
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/?session=grant%3Aabc')
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('is needed for everything', async () => {
    const wrong = 'f'.repeat(64)
    const name = cookie.split('=')[0]
    for (const [path, headers] of [
      ['/', {}],
      ['/assets/main-x1.js', {}],
      [`/?token=${wrong}`, {}],
      ['/?token=', {}],
      ['/', { cookie: `${name}=${wrong}` }],
      ['/', { cookie: `${name}=` }],
      ['/', { cookie: `other=${server.token}` }],
    ] as const) {
      const answer = await get(path, headers)
      expect(answer.status).toBe(401)
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(answer.body).not.toContain(server.token)
    }
  })
})

describe('the page', () => {
  it('comes with a strict policy and a new nonce each time', async () => {
    const nonces = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const { status, headers, body } = await get('/', { cookie })
      expect(status).toBe(200)
      const policy = headers['content-security-policy'] ?? ''
      const nonce = /'nonce-([^']+)'/.exec(String(policy))?.[1] ?? ''
      expect(policy).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      expect(body.split(nonce)).toHaveLength(3)
      expect(body).not.toContain('__CSP_NONCE__')
      nonces.add(nonce)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'content-type': 'text/html; charset=utf-8',
      })
    }
    expect(nonces.size).toBe(3)
  })

  it('has its files with their types', async () => {
    const script = await get('/assets/main-x1.js', { cookie })
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(script.headers['content-security-policy']).toContain("script-src 'self'")
    const font = await get('/assets/font.woff2', { cookie })
    expect(font.headers['content-type']).toBe('font/woff2')
    expect((await get('/', { cookie }, 'HEAD')).body).toBe('')
  })

  it.each([
    '/../secret.json',
    '/assets/../../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/assets/..%5c..%5csecret.json',
    '//etc/passwd',
    '/assets//main-x1.js',
    '/assets/link.json',
    '/.hidden.json',
    '/assets/map.xyz',
    '/assets',
    '/assets/',
    '/assets/main-x1.js%00.html',
    '/missing.js',
  ])('has nothing at %s', async (path) => {
    const answer = await get(path, { cookie })
    expect(answer.status).toBe(404)
    expect(answer.body).toBe('No such page.\n')
  })

  it('answers only GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await get('/', { cookie }, method)).status).toBe(405)
  })
})

describe('other sites', () => {
  it.each([
    'evil.example',
    `evil.example:80`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
  ])('cannot come in under their own name: Host %s', async (host) => {
    const answer = await get('/', { cookie, host })
    expect(answer.status).toBe(403)
    const token = await get(`/?token=${server.token}`, { host })
    expect(token.status).toBe(403)
  })

  it('may use a tunnel from another port, under the names of this machine', async () => {
    for (const host of ['127.0.0.1:8080', 'localhost:8080', '[::1]:9'])
      expect((await get('/', { cookie, host })).status).toBe(200)
  })

  it('cannot ask from their pages', async () => {
    const answer = await get('/', { cookie, origin: 'http://evil.example' })
    expect(answer.status).toBe(403)
  })

  it('get no more than an error for what is not HTTP', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write('LRMR\u0000\u0001\r\n\r\n'),
      )
      let all = ''
      socket.on('data', (chunk) => (all += chunk.toString()))
      socket.on('close', () => resolve(all))
    })
    expect(text).toMatch(/^HTTP\/1.1 400/)
  })
})

describe('the WebSocket', () => {
  const origin = () => `http://127.0.0.1:${server.port}`
  const open = (path: string, headers: Record<string, string>): Promise<WebSocket | number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
      socket.on('open', () => resolve(socket))
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      socket.on('error', () => undefined)
    })

  it('opens only with token, own origin and own path', async () => {
    expect(await open('/engine', { origin: origin() })).toBe(401)
    expect(await open('/engine', { cookie })).toBe(403)
    expect(await open('/engine', { cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await open('/engine', { cookie, origin: 'null' })).toBe(403)
    expect(await open('/engine', { cookie, origin: origin(), host: 'evil.example' })).toBe(403)
    expect(await open('/engine', { cookie, origin: 'http://127.0.0.1:1' })).toBe(403)
    expect(await open(`/engine?token=${server.token}`, { origin: origin() })).toBe(401)
    expect(await open('/', { cookie, origin: origin() })).toBe(404)
  })

  it('carries the contract, and drops what does not follow it', async () => {
    const socket = await open('/engine', { cookie, origin: origin() })
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
    const client = connectEngine(webSocketTransport(socket))
    const before = logs.length
    socket.send('text')
    socket.send(new Uint8Array([1, 2, 3]))
    socket.send(new Uint8Array(4096))
    const { result } = await client.request('app.info', {})
    expect(result.browsing).toBe(true)
    expect(logs.slice(before)).toHaveLength(3)
    client.close()
    await client.closed
  })
})

describe('a large frame', () => {
  const origin = () => `http://127.0.0.1:${server.port}`
  async function open(query = fetchingQuery) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/engine?${query}`, {
      headers: { cookie, origin: origin() },
    })
    await once(socket, 'open')
    return socket
  }
  /** What the page is told of a message with so many numbers. */
  async function told(socket: WebSocket, numbers: number): Promise<unknown> {
    const message = once(socket, 'message')
    transport.send({
      header: { kind: 'event', event: 'log', body: {}, payloads: [] },
      payloads: [Float32Array.from({ length: numbers }, (_, i) => i)],
    })
    const [data, isBinary] = await message
    return isBinary === true ? 'the frame itself' : String(data)
  }

  it('is fetched over HTTP, once, by whoever has the token', async () => {
    const socket = await open()
    const large = 2 ** 20
    expect(await told(socket, large - 1000)).toBe('the frame itself')
    const path = await told(socket, large)
    expect(path).toMatch(/^\/frames\/[0-9a-f-]{36}$/)
    const url = `${origin()}${String(path)}`
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { cookie }, method: 'HEAD' })).status).toBe(404)
    const answer = await fetch(url, { headers: { cookie } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { payloads } = decodeFrame(new Uint8Array(await answer.arrayBuffer()))
    expect(payloads[0]).toHaveLength(large)
    expect(payloads[0][large - 1]).toBe(large - 1)
    expect((await fetch(url, { headers: { cookie } })).status).toBe(404)
    socket.close()
  })

  it('is a message for a client that does not say that it fetches', async () => {
    const socket = await open('')
    expect(await told(socket, 2 ** 20)).toBe('the frame itself')
    socket.close()
  })

  it('is let go when its page is gone', async () => {
    const here = await open()
    const kept = await told(here, 2 ** 20)
    const gone = await open()
    const lost = await told(gone, 2 ** 20)
    const closed = new Promise<void>((resolve) => (onGone = resolve))
    gone.close()
    await closed
    const status = async (path: unknown) =>
      (await fetch(`${origin()}${String(path)}`, { headers: { cookie } })).status
    expect([await status(lost), await status(kept)]).toEqual([404, 200])
    here.close()
  })
})

describe('the port', () => {
  it('that is taken gives a clear error', async () => {
    await expect(
      serveWorkbench({
        folder,
        port: server.port,
        log: () => undefined,
        onClient: () => undefined,
      }),
    ).rejects.toThrow(/Port \d+ is in use.*--port/)
  })
})
