import { afterEach, beforeEach, expect, it, vi } from 'vitest'

/** The worker's own side of its window. */
class WorkerSide extends EventTarget {
  readonly said: unknown[] = []
  postMessage(message: unknown) {
    this.said.push(message instanceof Uint8Array ? [...message] : message)
  }
}
class Socket extends EventTarget {
  binaryType = ''
  closed: unknown[] = []
  close(...how: unknown[]) {
    this.closed.push(how)
  }
}
let side: WorkerSide
let socket: Socket
/** Of every frame that is being fetched: how it ends. */
const fetches: { path: string; arrive: (bytes: number[]) => void; fail: () => void }[] = []
const sent = (data: unknown) => socket.dispatchEvent(new MessageEvent('message', { data }))
const small = (...bytes: number[]) => sent(Uint8Array.from(bytes).buffer)
const settle = () => new Promise((resolve) => setTimeout(resolve))

beforeEach(async () => {
  side = new WorkerSide()
  socket = new Socket()
  fetches.length = 0
  vi.stubGlobal('self', side)
  vi.stubGlobal(
    'WebSocket',
    class {
      constructor() {
        return socket
      }
    },
  )
  vi.stubGlobal(
    'fetch',
    (path: string, { signal }: { signal: AbortSignal }) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error('It did not come.'))
        signal.addEventListener('abort', fail)
        const arrive = (bytes: number[]) =>
          resolve({ ok: true, arrayBuffer: () => Promise.resolve(Uint8Array.from(bytes).buffer) })
        fetches.push({ path, arrive, fail })
      }),
  )
  vi.resetModules()
  await import('#renderer/engine/pipe-worker.ts')
  side.dispatchEvent(new MessageEvent('message', { data: { url: 'ws://here/engine' } }))
  socket.dispatchEvent(new Event('open'))
  side.said.length = 0
})
afterEach(() => vi.unstubAllGlobals())

it('passes frames on in their order, also where some are fetched', async () => {
  small(1)
  sent('/frames/a')
  small(2)
  sent('/frames/b')
  small(3)
  expect(fetches.map(({ path }) => path)).toEqual(['/frames/a', '/frames/b'])
  fetches[1].arrive([20])
  await settle()
  expect(side.said).toEqual([[1]])
  fetches[0].arrive([10])
  await settle()
  expect(side.said).toEqual([[1], [10], [2], [20], [3]])
})

it('ends the connection where one cannot be fetched, and says why', async () => {
  sent('/frames/a')
  small(2)
  fetches[0].fail()
  await settle()
  expect(socket.closed).toEqual([[4000, 'A large answer of the engine did not arrive.']])
  expect(side.said).toEqual([[2]])
})

it('says behind all that has arrived that the connection is gone, and waits for nothing more', async () => {
  sent('/frames/a')
  small(2)
  socket.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' }))
  await settle()
  expect(side.said).toEqual([
    [2],
    {
      larmor: 'engine-closed',
      reason: 'The connection to the engine broke off (WebSocket code 1006).',
    },
  ])
})
