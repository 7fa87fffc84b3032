import { defaultLimits, decodeFrame, encodeFrame } from './frames.ts'
import { TransportListeners } from './transport-base.ts'
import type { Transport } from './transport.ts'
import type { ByteTransportOptions } from './web-socket-transport.ts'

/** What is used of a MessagePort. */
export interface PortLike {
  postMessage(message: unknown): void
  onmessage: ((event: { data: unknown }) => void) | null
  close(): void
}

/** Sent through the port by the shell when the engine has ended: a port itself does not tell. */
export interface EngineClosedNotice {
  larmor: 'engine-closed'
  reason: string
}

const isNotice = (data: unknown): data is EngineClosedNotice =>
  typeof data === 'object' && data !== null && 'larmor' in data && data.larmor === 'engine-closed'

/** A transport over a MessagePort: one Uint8Array per frame (cloned: transfer does not work with Electron's main). */
export function messagePortTransport(
  port: PortLike,
  options: ByteTransportOptions = {},
): Transport {
  const limits = options.limits ?? defaultLimits
  const listeners = new TransportListeners()
  port.onmessage = ({ data }) => {
    if (isNotice(data)) {
      listeners.closeWith(String(data.reason))
      return
    }
    if (!(data instanceof Uint8Array)) {
      options.log?.('A message that is not bytes was dropped.')
      return
    }
    try {
      listeners.deliver(decodeFrame(data, limits))
    } catch (error) {
      options.log?.(`A message was dropped: ${String(error)}`)
    }
  }
  return {
    send(message) {
      const frame = encodeFrame(message, 0, limits)
      if (!listeners.closed) port.postMessage(frame)
    },
    onMessage: (listener) => listeners.onMessage(listener),
    onClose: (listener) => listeners.onClose(listener),
    close() {
      listeners.closeWith('closed')
      port.close()
    },
  }
}
