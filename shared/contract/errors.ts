import type { ErrorBody } from './messages.ts'

/** Bytes or messages that do not follow the protocol. Never shown to a user unless the program itself is broken. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/**
 * A failed request in words for people: thrown by handlers in the engine and, with the same content, by the client in
 * the interface. Holds no stack of the other side and no absolute path.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: string
  readonly advice: string | undefined
  readonly file: string | undefined
  readonly field: string | undefined

  constructor(body: ErrorBody) {
    super(body.message)
    this.code = body.code
    this.advice = body.advice
    this.file = body.file
    this.field = body.field
  }

  /** What is wrong, and what to do. */
  get text(): string {
    return this.advice === undefined ? this.message : `${this.message} ${this.advice}`
  }

  toBody(): ErrorBody {
    const body: ErrorBody = { code: this.code, message: this.message }
    if (this.advice !== undefined) body.advice = this.advice
    if (this.file !== undefined) body.file = this.file
    if (this.field !== undefined) body.field = this.field
    return body
  }
}

/** Codes that the contract itself uses; handlers add their own (for example `map-unreadable`). */
export const contractCodes = {
  invalidRequest: 'invalid-request',
  invalidReply: 'invalid-reply',
  unknownMethod: 'unknown-method',
  cancelled: 'cancelled',
  busy: 'busy',
  closed: 'closed',
  internal: 'internal',
} as const

/** Of a sound file in FITS that holds no sky map. */
export const noMapCode = 'no-map'

/** Whether a request failed because the engine is gone, or the line to it; it may have been done all the same. */
export const isClosed = (error: unknown): boolean =>
  error instanceof EngineError && error.code === contractCodes.closed

/** Whether a request failed because whoever asked does not want the answer any more. */
export const isCancelled = (error: unknown): boolean =>
  error instanceof EngineError && error.code === contractCodes.cancelled
