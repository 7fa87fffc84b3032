import type { EngineClosedNotice } from '#shared/contract/message-port-transport.ts'

/** Where the engine is: a server's WebSocket, or a port that the desktop shell gave. */
export type EnginePlace = { readonly url: string } | { readonly port: MessagePort }
/** The first answer: why there is no pipe, or ''. */
export interface PipeOpened {
  readonly problem: string
}

/** Of those that RFC 6455 leaves to programs. */
const lostFrameCode = 4000

/**
 * The pipe to the engine, beside the window, which would stand still while a map of NSIDE 2048 (200 MB) comes in. Passes frames on as they are,
 * without copying them. First it is told where the engine is, and answers; after that all messages are frames.
 */
self.addEventListener(
  'message',
  ({ data }: MessageEvent<EnginePlace>) =>
    'url' in data ? openSocket(data.url) : openPort(data.port),
  { once: true },
)

function opened(problem = ''): void {
  const answer: PipeOpened = { problem }
  self.postMessage(answer)
}
function passOn(frame: Uint8Array<ArrayBuffer>): void {
  self.postMessage(frame, { transfer: [frame.buffer] })
}
function onFrame(send: (frame: Uint8Array<ArrayBuffer>) => void): void {
  self.addEventListener('message', ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => send(data))
}

function openSocket(url: string): void {
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  let isOpen = false
  socket.addEventListener('open', () => {
    isOpen = true
    onFrame((frame) => socket.send(frame))
    opened()
  })
  // In the order in which they were sent, the end too, also where one has still to be fetched.
  let passed: Promise<unknown> = Promise.resolve()
  const closing = new AbortController()
  const fetched = (path: string) =>
    fetchFrame(path, closing.signal).catch(() => {
      socket.close(lostFrameCode, 'A large answer of the engine did not arrive.')
      return null
    })
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) => {
    const frame = typeof data === 'string' ? fetched(data) : data
    passed = Promise.all([frame, passed]).then(([bytes]) => {
      if (bytes) passOn(new Uint8Array(bytes))
    })
  })
  socket.addEventListener('close', ({ code, reason }) => {
    if (!isOpen) return opened('The server does not answer, or the address lacks its token.')
    const notice: EngineClosedNotice = {
      larmor: 'engine-closed',
      reason:
        reason === '' ? `The connection to the engine broke off (WebSocket code ${code}).` : reason,
    }
    closing.abort()
    void passed.then(() => self.postMessage(notice))
  })
}

/** A large frame, of which the WebSocket says only where it is. */
async function fetchFrame(path: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(path, { signal })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response.arrayBuffer()
}

function openPort(port: MessagePort): void {
  onFrame((frame) => port.postMessage(frame))
  // What is no frame is the shell's notice that the engine has ended.
  port.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer> | EngineClosedNotice>) =>
    data instanceof Uint8Array ? passOn(data) : self.postMessage(data)
  opened()
}
