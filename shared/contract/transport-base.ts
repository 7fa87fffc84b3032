import type { Message } from './messages.ts'

/** Listener bookkeeping that every transport shares: messages are kept until somebody listens; closing is said once. */
export class TransportListeners {
  #message: ((message: Message) => void) | undefined
  #close: ((reason: string) => void) | undefined
  #waiting: Message[] = []
  #reason: string | undefined

  get closed(): boolean {
    return this.#reason !== undefined
  }

  onMessage(listener: (message: Message) => void): void {
    this.#message = listener
    const waiting = this.#waiting
    this.#waiting = []
    for (const message of waiting) listener(message)
  }

  onClose(listener: (reason: string) => void): void {
    this.#close = listener
    if (this.#reason !== undefined) listener(this.#reason)
  }

  deliver(message: Message): void {
    if (this.closed) return
    if (this.#message === undefined) this.#waiting.push(message)
    else this.#message(message)
  }

  closeWith(reason: string): void {
    if (this.closed) return
    this.#reason = reason
    this.#close?.(reason)
  }
}
