import { decodeFrame, encodeFrame } from './frames.ts'
import { TransportListeners } from './transport-base.ts'
import type { Transport } from './transport.ts'

/**
 * Two connected transports in one process. Every message goes through the real encoding, and arrives in a later
 * microtask as over a real pipe.
 */
export function memoryTransportPair(): [Transport, Transport] {
  const ends = [new TransportListeners(), new TransportListeners()]
  const close = (reason: string) => {
    for (const end of ends) end.closeWith(reason)
  }
  const transport = (own: TransportListeners, other: TransportListeners): Transport => ({
    send(message) {
      if (own.closed) return
      const frame = encodeFrame(message)
      void Promise.resolve().then(() => other.deliver(decodeFrame(frame)))
    },
    onMessage: (listener) => own.onMessage(listener),
    onClose: (listener) => own.onClose(listener),
    close: () => close('closed'),
  })
  return [transport(ends[0], ends[1]), transport(ends[1], ends[0])]
}
