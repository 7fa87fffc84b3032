import { defaultLimits, decodeFrame, encodeFrame } from './frames.ts'
import type { FrameLimits } from './frames.ts'
import { TransportListeners } from './transport-base.ts'
import type { Transport } from './transport.ts'

/** What is used of a WebSocket: the browser's own and that of the `ws` package both fit. */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  send(data: Uint8Array<ArrayBuffer> | string): void
  close(): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
  addEventListener(type: 'error', listener: () => void): void
}

const open = 1
/** In the address of a page that fetches large frames; any other client gets them as messages. */
export const fetchingQuery = 'large=fetched'
/** So large is a frame that is fetched. */
const largeBytes = 2 ** 22

export interface ByteTransportOptions {
  readonly limits?: FrameLimits
  /** Told of every message that was dropped because it does not follow the protocol. */
  readonly log?: (text: string) => void
}
interface WebSocketTransportOptions extends ByteTransportOptions {
  /** Puts a large frame where the other side fetches it; the text that says where is sent in its place. */
  readonly shelve?: (frame: Uint8Array) => string
}

/** A transport over an open WebSocket: one binary message per frame, or with `shelve` a text for a large one. Malformed messages are dropped and logged. */
export function webSocketTransport(
  socket: WebSocketLike,
  options: WebSocketTransportOptions = {},
): Transport {
  const limits = options.limits ?? defaultLimits
  const listeners = new TransportListeners()
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('message', ({ data }) => {
    if (!(data instanceof ArrayBuffer)) {
      options.log?.('A text message was dropped.')
      return
    }
    try {
      listeners.deliver(decodeFrame(new Uint8Array(data), limits))
    } catch (error) {
      options.log?.(`A message was dropped: ${String(error)}`)
    }
  })
  socket.addEventListener('close', ({ code, reason }) =>
    listeners.closeWith(
      reason === '' ? `The connection to the engine broke off (WebSocket code ${code}).` : reason,
    ),
  )
  socket.addEventListener('error', () => listeners.closeWith('The connection to the engine broke.'))
  return {
    send(message) {
      const frame = encodeFrame(message, 0, limits)
      if (listeners.closed || socket.readyState !== open) return
      socket.send(options.shelve && frame.length >= largeBytes ? options.shelve(frame) : frame)
    },
    onMessage: (listener) => listeners.onMessage(listener),
    onClose: (listener) => listeners.onClose(listener),
    close() {
      listeners.closeWith('closed')
      socket.close()
    },
  }
}
