import {
  decodeFrame,
  encodeFrame,
  FrameSplitter,
  ProtocolError,
  readPrefix,
} from '#shared/contract/index.ts'
import type { Transport } from '#shared/contract/index.ts'
import { TransportListeners } from '#shared/contract/transport-base.ts'

export interface StdioChannelsOptions {
  readonly write: (frame: Uint8Array) => void
  readonly log: (text: string) => void
  /** A frame came on a channel that was not there before. */
  readonly onChannel: (channel: number, transport: Transport) => void
}

/**
 * The engine's end of the pipe to the shell: one byte stream that carries the shell itself (channel 0) and every
 * page. The shell stamps the channels, so a page cannot pass for another or for the shell.
 */
export class StdioChannels {
  readonly #options: StdioChannelsOptions
  readonly #splitter = new FrameSplitter()
  readonly #channels = new Map<number, TransportListeners>()

  constructor(options: StdioChannelsOptions) {
    this.#options = options
  }

  /** Bytes from the shell. @throws ProtocolError when they are not frames: the pipe is of no use any more */
  receive(bytes: Uint8Array): void {
    for (const frame of this.#splitter.push(bytes)) {
      const { channel } = readPrefix(frame)
      try {
        const message = decodeFrame(frame)
        const listeners = this.#channels.get(channel) ?? this.#open(channel)
        listeners.deliver(message)
      } catch (error) {
        // The frame was whole, so the stream is intact: only its content is wrong.
        if (!(error instanceof ProtocolError)) throw error
        this.#options.log(`A message on channel ${channel} was dropped: ${error.message}`)
      }
    }
  }

  disconnect(channel: number, reason = 'The page is gone.'): void {
    this.#channels.get(channel)?.closeWith(reason)
    this.#channels.delete(channel)
  }

  closeAll(reason: string): void {
    for (const channel of [...this.#channels.keys()]) this.disconnect(channel, reason)
  }

  #open(channel: number): TransportListeners {
    const listeners = new TransportListeners()
    this.#channels.set(channel, listeners)
    this.#options.onChannel(channel, {
      send: (message) => {
        if (!listeners.closed) this.#options.write(encodeFrame(message, channel))
      },
      onMessage: (listener) => listeners.onMessage(listener),
      onClose: (listener) => listeners.onClose(listener),
      close: () => this.disconnect(channel, 'closed'),
    })
    return listeners
  }
}
