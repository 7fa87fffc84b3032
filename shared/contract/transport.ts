import type { Message } from './messages.ts'

/** A two-way message pipe. Implementations: stdio frames, MessagePort, WebSocket, and an in-memory pair for tests. */
export interface Transport {
  send(message: Message): void
  /** One listener; messages that arrive before it is set are kept. */
  onMessage(listener: (message: Message) => void): void
  /** Called once, with the reason, when the other side is gone or the pipe is broken. */
  onClose(listener: (reason: string) => void): void
  close(): void
}
