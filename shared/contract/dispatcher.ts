import type {
  AnyContract,
  EventBodyOf,
  EventOf,
  MethodOf,
  ParsedParamsOf,
  ResultOf,
} from './contract.ts'
import { Cancellation } from './cancellation.ts'
import type { CancelSignal } from './cancellation.ts'
import { contractCodes, EngineError, ProtocolError } from './errors.ts'
import { payloadProblem } from './payload-rules.ts'
import type { ErrorBody, Message, Payload } from './messages.ts'
import type { Transport } from './transport.ts'

export interface RequestContext {
  /** Aborted when the caller cancels or its connection ends. */
  readonly signal: CancelSignal
  readonly payloads: Payload[]
}

/** Answer of a handler that sends raw arrays along; others return the bare result. */
export class WithPayloads<R> {
  readonly result: R
  readonly payloads: Payload[]

  constructor(result: R, payloads: Payload[]) {
    this.result = result
    this.payloads = payloads
  }
}

type Answer<R> = R | WithPayloads<R>
export type Handlers<C extends AnyContract> = {
  readonly [M in MethodOf<C>]: (
    params: ParsedParamsOf<C, M>,
    context: RequestContext,
  ) => Answer<ResultOf<C, M>> | Promise<Answer<ResultOf<C, M>>>
}

export interface ServeOptions {
  readonly log: (text: string) => void
  /** What a user may know of an error that is not an EngineError; undefined: only that the engine failed. */
  readonly describeError?: (error: unknown) => ErrorBody | undefined
}

/** One served connection. */
export interface Connection<C extends AnyContract> {
  /** Sends an event if it follows the contract; otherwise logs. */
  send<E extends EventOf<C>>(event: E, body: EventBodyOf<C, E>, payloads?: Payload[]): void
  readonly closed: boolean
  /** Called once, when the connection has ended and its requests have been aborted. */
  onClose(listener: () => void): void
}

/** Requests of one connection that may be under way at once. */
const maximumPending = 256

/**
 * Answers the requests that arrive on `transport`. Nothing that arrives can throw out of here: malformed messages are
 * dropped and logged, wrong requests get an error that says what is wrong, and a failing handler is answered without
 * its stack or any path of this machine.
 */
export function serveTransport<C extends AnyContract>(
  contract: C,
  transport: Transport,
  handlers: Handlers<C>,
  options: ServeOptions,
): Connection<C> {
  const pending = new Map<number, Cancellation>()
  const closeListeners: (() => void)[] = []
  let closed = false

  const send = (message: Message) => {
    if (!closed) transport.send(message)
  }
  const fail = (id: number, error: ErrorBody) =>
    send({ header: { kind: 'error', id, error, payloads: [] }, payloads: [] })
  const isMethod = (name: string): name is MethodOf<C> =>
    Object.prototype.hasOwnProperty.call(contract.methods, name)

  async function answer<M extends MethodOf<C>>(
    id: number,
    method: M,
    body: unknown,
    payloads: Payload[],
  ): Promise<void> {
    const invalid = payloadProblem(contract.requestPayloads.get(method), body, payloads)
    const schema: C['methods'][M]['params'] = contract.methods[method].params
    const params = schema.safeParse(body)
    if (!params.success || invalid !== undefined) {
      const issue = params.error?.issues[0]
      const field = issue?.path.join('.') ?? ''
      const wrong = issue === undefined ? invalid : `is wrong: ${issue.message}`
      const message = `The request ${method} ${wrong}${field === '' ? '' : ` (at "${field}")`}.`
      fail(id, { code: contractCodes.invalidRequest, message, ...(field === '' ? {} : { field }) })
      return
    }
    const cancellation = new Cancellation()
    pending.set(id, cancellation)
    const started = Date.now()
    try {
      const answered = await handlers[method](params.data, { signal: cancellation, payloads })
      pending.delete(id)
      if (cancellation.aborted) fail(id, cancelled)
      else reply(id, method, answered, Math.max(0, Date.now() - started))
    } catch (error) {
      pending.delete(id)
      fail(id, cancellation.aborted ? cancelled : describe(method, error, options))
    }
  }

  function reply<M extends MethodOf<C>>(
    id: number,
    method: M,
    answered: Answer<ResultOf<C, M>>,
    engineMs: number,
  ): void {
    const withPayloads = answered instanceof WithPayloads
    const body: unknown = withPayloads ? answered.result : answered
    const payloads = withPayloads ? answered.payloads : []
    const schema: C['methods'][M]['result'] = contract.methods[method].result
    const parsed = schema.safeParse(body)
    const problem = parsed.success
      ? payloadProblem(contract.replyPayloads.get(method), body, payloads)
      : `is wrong at "${parsed.error.issues[0].path.join('.')}": ${parsed.error.issues[0].message}`
    if (problem !== undefined) throw new ProtocolError(`The answer to ${method} ${problem}.`)
    send({ header: { kind: 'reply', id, body, engine_ms: engineMs, payloads: [] }, payloads })
  }

  transport.onClose(() => {
    closed = true
    for (const cancellation of pending.values()) cancellation.abort()
    pending.clear()
    for (const listener of closeListeners) listener()
  })
  transport.onMessage(({ header, payloads }) => {
    if (header.kind === 'cancel') pending.get(header.id)?.abort()
    else if (header.kind !== 'request')
      options.log(`A message of kind ${header.kind} was dropped: only requests belong here.`)
    else if (pending.has(header.id))
      // An error would be taken for the answer of the first request with this number.
      options.log(`A second request with the number ${header.id} was dropped.`)
    else if (pending.size >= maximumPending)
      fail(header.id, { code: contractCodes.busy, message: 'Too many requests are under way.' })
    else if (!isMethod(header.method))
      fail(header.id, {
        code: contractCodes.unknownMethod,
        message: `The engine has no request "${header.method}".`,
      })
    else void answer(header.id, header.method, header.body, payloads)
  })

  return {
    get closed() {
      return closed
    },
    onClose(listener) {
      if (closed) listener()
      else closeListeners.push(listener)
    },
    send(event, body, payloads = []) {
      if (closed) return
      const parsed = contract.events[event].safeParse(body)
      const problem = parsed.success
        ? payloadProblem(contract.eventPayloads.get(event), body, payloads)
        : `is wrong at "${parsed.error.issues[0].path.join('.')}"`
      if (problem !== undefined) options.log(`An event ${event} was not sent: it ${problem}.`)
      else send({ header: { kind: 'event', event, body, payloads: [] }, payloads })
    },
  }
}

const cancelled: ErrorBody = {
  code: contractCodes.cancelled,
  message: 'The request was cancelled.',
}

function describe(method: string, error: unknown, options: ServeOptions): ErrorBody {
  if (error instanceof EngineError) return error.toBody()
  const known = options.describeError?.(error)
  if (known !== undefined) return known
  options.log(
    `${method} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
  )
  return {
    code: contractCodes.internal,
    message: `The engine could not carry out ${method}.`,
    advice: 'The log has the details.',
  }
}
