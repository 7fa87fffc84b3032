import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  ContractClient,
  EngineError,
  memoryTransportPair,
  serveTransport,
  WithPayloads,
} from '#shared/contract/index.ts'
import type { CancelSignal, Handlers, Message, Payload } from '#shared/contract/index.ts'

const contract = {
  methods: {
    square: {
      params: z.strictObject({ x: z.number() }),
      result: z.strictObject({ y: z.number() }),
    },
    pixels: {
      params: z.strictObject({ nside: z.int() }),
      result: z.strictObject({ nside: z.int() }),
    },
    upload: { params: z.strictObject({}), result: z.strictObject({ bytes: z.int() }) },
    wait: { params: z.strictObject({}), result: z.strictObject({}) },
    fail: { params: z.strictObject({ how: z.string() }), result: z.strictObject({}) },
  },
  events: { tick: z.strictObject({ rows: z.int(), columns: z.array(z.string()) }) },
  requestPayloads: new Map([['upload', { type: 'uint8' as const }]]),
  replyPayloads: new Map([
    [
      'pixels',
      {
        type: 'float32' as const,
        elements: z.object({ nside: z.int() }).transform((b) => 12 * b.nside ** 2),
      },
    ],
  ]),
  eventPayloads: new Map([
    [
      'tick',
      {
        type: 'float64' as const,
        elements: z
          .object({ rows: z.int(), columns: z.array(z.string()) })
          .transform((b) => b.rows * b.columns.length),
      },
    ],
  ]),
}

function setUp(pixelsPayloads: Payload[] = [new Float32Array(12)]) {
  const [near, far] = memoryTransportPair()
  const serverLog: string[] = []
  const clientLog: string[] = []
  const signals: CancelSignal[] = []
  const handlers: Handlers<typeof contract> = {
    square: ({ x }) => ({ y: x * x }),
    pixels: ({ nside }) => new WithPayloads({ nside }, pixelsPayloads),
    upload: (_params, { payloads }) => ({ bytes: payloads[0].length }),
    wait: (_params, { signal }) => {
      signals.push(signal)
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve({})))
    },
    fail: ({ how }) => {
      if (how === 'known')
        throw new EngineError({ code: 'map-unreadable', message: 'No map.', field: 'ORDERING' })
      if (how === 'foreign') throw new RangeError('described')
      throw new Error('ENOENT: /home/someone/secret/map.fits')
    },
  }
  const connection = serveTransport(contract, far, handlers, {
    log: (text) => serverLog.push(text),
    describeError: (error) =>
      error instanceof RangeError ? { code: 'range', message: error.message } : undefined,
  })
  const client = new ContractClient(contract, near, (text) => clientLog.push(text))
  return { near, far, client, connection, serverLog, clientLog, signals }
}

/** Sends raw messages and collects what comes back. */
function rawPeer() {
  const pair = setUp()
  const received: Message[] = []
  pair.near.onMessage((message) => received.push(message))
  const send = (header: unknown, payloads: Payload[] = []) =>
    pair.near.send({ header: z.custom<Message['header']>().parse(header), payloads })
  return { ...pair, received, send }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('requests', () => {
  it('are answered with checked values and arrays', async () => {
    const { client } = setUp()
    expect((await client.request('square', { x: 3 })).result).toEqual({ y: 9 })
    const { payloads } = await client.request('pixels', { nside: 1 })
    expect(payloads).toEqual([new Float32Array(12)])
    const upload = await client.request('upload', {}, { payloads: [new Uint8Array(5)] })
    expect(upload.result).toEqual({ bytes: 5 })
  })

  it('name what is wrong with their parameters or arrays', async () => {
    const { client } = setUp()
    await expect(client.request('upload', {})).rejects.toMatchObject({ code: 'invalid-request' })
    await expect(client.request('upload', {}, { payloads: [new Float32Array(1)] })).rejects.toThrow(
      /must carry uint8 and carries float32/,
    )
    await expect(
      client.request('square', { x: 1 }, { payloads: [new Uint8Array(1)] }),
    ).rejects.toThrow(/carries data where none belongs/)
    await expect(client.request('square', { x: Number.NaN })).rejects.toThrow(/"x" is NaN/)
  })

  it('fail with the words meant for users and never with paths or stacks', async () => {
    const { client, serverLog } = setUp()
    await expect(client.request('fail', { how: 'known' })).rejects.toMatchObject({
      code: 'map-unreadable',
      field: 'ORDERING',
    })
    await expect(client.request('fail', { how: 'foreign' })).rejects.toMatchObject({
      code: 'range',
      message: 'described',
    })
    const hidden = await client.request('fail', { how: 'other' }).catch((e: unknown) => e)
    expect(hidden).toMatchObject({ code: 'internal' })
    expect(JSON.stringify(hidden) + String(hidden)).not.toMatch(/secret|home/)
    expect(serverLog.join()).toMatch(/secret/)
  })

  it('are not answered with arrays of a wrong length or type', async () => {
    for (const wrong of [[new Float32Array(13)], [new Float64Array(12)], []]) {
      const { client, serverLog } = setUp(wrong)
      await expect(client.request('pixels', { nside: 1 })).rejects.toMatchObject({
        code: 'internal',
      })
      expect(serverLog.join()).toMatch(/must carry/)
    }
  })

  it('can be cancelled', async () => {
    const { client, signals } = setUp()
    const controller = new AbortController()
    const waiting = client.request('wait', {}, { signal: controller.signal })
    await settled()
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await settled()
    expect(signals[0].aborted).toBe(true)
    await expect(client.request('wait', {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    })
  })

  it('fail when the connection ends, and handlers are told', async () => {
    const { client, near, signals, connection } = setUp()
    const waiting = client.request('wait', {})
    await settled()
    near.close()
    await expect(waiting).rejects.toMatchObject({ code: 'closed' })
    await expect(client.closed).resolves.toBe('closed')
    await expect(client.request('square', { x: 1 })).rejects.toMatchObject({ code: 'closed' })
    expect(signals[0].aborted).toBe(true)
    expect(connection.closed).toBe(true)
  })
})

describe('events', () => {
  it('reach their listeners until they unsubscribe', async () => {
    const { client, connection } = setUp()
    const seen: number[] = []
    const end = client.on('tick', (body, payloads) => seen.push(body.rows, payloads[0][0]))
    connection.send('tick', { rows: 1, columns: ['loss'] }, [new Float64Array([0.5])])
    await settled()
    end()
    connection.send('tick', { rows: 1, columns: ['loss'] }, [new Float64Array([0.25])])
    await settled()
    expect(seen).toEqual([1, 0.5])
  })

  it('are not sent, and not heard, when they break the contract', async () => {
    const { client, connection, far, serverLog, clientLog } = setUp()
    let heard = 0
    client.on('tick', () => heard++)
    connection.send('tick', { rows: 2, columns: ['loss'] }, [new Float64Array(1)])
    far.send({
      header: { kind: 'event', event: 'tick', body: { rows: 'x' }, payloads: [] },
      payloads: [],
    })
    await settled()
    expect(heard).toBe(0)
    expect(serverLog.join()).toMatch(/must carry 2 elements/)
    expect(clientLog.join()).toMatch(/dropped/)
  })
})

describe('a hostile peer', () => {
  it('gets an error for unknown methods, also names of Object.prototype', async () => {
    const { send, received } = rawPeer()
    for (const method of ['nothing', 'constructor', '__proto__', 'toString', 'hasOwnProperty'])
      send({ kind: 'request', id: 1, method, body: {}, payloads: [] })
    await settled()
    expect(received).toHaveLength(5)
    for (const { header } of received)
      expect(header).toMatchObject({ kind: 'error', error: { code: 'unknown-method' } })
  })

  it('cannot answer, or speak for, somebody else', async () => {
    const { send, received, serverLog } = rawPeer()
    send({ kind: 'reply', id: 1, body: {}, payloads: [] })
    send({ kind: 'event', event: 'tick', body: {}, payloads: [] })
    send({ kind: 'cancel', id: 99, payloads: [] })
    await settled()
    expect(received).toEqual([])
    expect(serverLog).toHaveLength(2)
  })

  it('cannot reuse the number of a request that is under way', async () => {
    const { send, received, serverLog } = rawPeer()
    send({ kind: 'request', id: 4, method: 'wait', body: {}, payloads: [] })
    send({ kind: 'request', id: 4, method: 'square', body: { x: 2 }, payloads: [] })
    await settled()
    expect(received).toEqual([])
    expect(serverLog.join()).toMatch(/second request with the number 4/)
    send({ kind: 'cancel', id: 4, payloads: [] })
    await settled()
    expect(received[0].header).toMatchObject({ kind: 'error', error: { code: 'cancelled' } })
  })

  it('cannot pile up requests without end', async () => {
    const { send, received } = rawPeer()
    for (let id = 0; id < 300; id++)
      send({ kind: 'request', id, method: 'wait', body: {}, payloads: [] })
    await settled()
    expect(received).toHaveLength(300 - 256)
    expect(received[0].header).toMatchObject({ kind: 'error', error: { code: 'busy' } })
  })

  it.each([
    [{ x: 'text' }],
    [{ x: 1, extra: true }],
    [{ x: 1, constructor: { prototype: { polluted: 1 } } }],
    [[]],
    [null],
    [42],
    ['__proto__'],
  ])('gets a sentence for the parameters %j', async (body) => {
    const { send, received } = rawPeer()
    send({ kind: 'request', id: 1, method: 'square', body, payloads: [] })
    await settled()
    expect(received[0].header).toMatchObject({ kind: 'error', error: { code: 'invalid-request' } })
    expect({}).not.toHaveProperty('polluted')
  })

  it('is not believed when it is the engine', async () => {
    const { client, far } = setUp()
    far.onMessage(({ header }) => {
      if (header.kind === 'request')
        far.send({
          header: { kind: 'reply', id: header.id, body: { y: 'nine' }, payloads: [] },
          payloads: [],
        })
    })
    await expect(client.request('square', { x: 3 })).rejects.toMatchObject({
      code: 'invalid-reply',
    })
  })
})
