import { engineContract } from './contract.ts'
import type {
  AnyContract,
  EngineContract,
  EventBodyOf,
  EventOf,
  MethodOf,
  ParamsOf,
  ResultOf,
} from './contract.ts'
import type { CancelSignal } from './cancellation.ts'
import { contractCodes, EngineError } from './errors.ts'
import { payloadProblem } from './payload-rules.ts'
import type { Message, Payload } from './messages.ts'
import type { Transport } from './transport.ts'

export interface Reply<R> {
  result: R
  payloads: Payload[]
}

export interface RequestOptions {
  readonly payloads?: Payload[]
  /** Aborting rejects at once with code `cancelled` and asks the other side to stop. */
  readonly signal?: CancelSignal
}

interface Pending {
  method: string
  settle(): void
  reply(body: unknown, payloads: Payload[]): void
  fail(error: EngineError): void
}

/**
 * The interface's end of a connection. Every reply and event is checked against the contract before anybody sees it;
 * a request that fails rejects with EngineError.
 */
export class ContractClient<C extends AnyContract> {
  /** Resolves with the reason when the connection has ended. Never rejects. */
  readonly closed: Promise<string>
  readonly #contract: C
  readonly #transport: Transport
  readonly #log: (text: string) => void
  readonly #pending = new Map<number, Pending>()
  readonly #listeners = new Map<string, Set<(body: unknown, payloads: Payload[]) => void>>()
  #nextId = 1
  #reason: string | undefined

  constructor(contract: C, transport: Transport, log: (text: string) => void = () => undefined) {
    this.#contract = contract
    this.#transport = transport
    this.#log = log
    this.closed = new Promise((resolve) => {
      transport.onClose((reason) => {
        this.#reason = reason
        const pending = [...this.#pending.values()]
        for (const one of pending) one.fail(closedError(reason))
        resolve(reason)
      })
    })
    transport.onMessage((message) => this.#receive(message))
  }

  /** Sends a request. Rejects with EngineError: the engine's own, `cancelled`, `closed` or `invalid-reply`. */
  request<M extends MethodOf<C>>(
    method: M,
    params: ParamsOf<C, M>,
    options: RequestOptions = {},
  ): Promise<Reply<ResultOf<C, M>>> {
    if (this.#reason !== undefined) return Promise.reject(closedError(this.#reason))
    const { signal } = options
    if (signal?.aborted === true) return Promise.reject(cancelledError())
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.#transport.send({ header: { kind: 'cancel', id, payloads: [] }, payloads: [] })
        pending.fail(cancelledError())
      }
      const pending: Pending = {
        method,
        settle: () => {
          this.#pending.delete(id)
          signal?.removeEventListener('abort', cancel)
        },
        reply: (body, payloads) => {
          pending.settle()
          const checked = this.#checkReply(method, body, payloads)
          if (checked instanceof EngineError) reject(checked)
          else resolve(checked)
        },
        fail: (error) => {
          pending.settle()
          reject(error)
        },
      }
      this.#pending.set(id, pending)
      signal?.addEventListener('abort', cancel)
      try {
        this.#transport.send({
          header: { kind: 'request', id, method, body: params, payloads: [] },
          payloads: options.payloads ?? [],
        })
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        pending.fail(new EngineError({ code: contractCodes.invalidRequest, message }))
      }
    })
  }

  /** Calls `listener` for every event of that name. Returns the function that ends the subscription. */
  on<E extends EventOf<C>>(
    event: E,
    listener: (body: EventBodyOf<C, E>, payloads: Payload[]) => void,
  ): () => void {
    const checked = (body: unknown, payloads: Payload[]) => {
      const parsed = this.#parseEvent(event, body, payloads)
      if (parsed !== undefined) listener(parsed.body, payloads)
    }
    const set = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, set.add(checked))
    return () => set.delete(checked)
  }

  close(): void {
    this.#transport.close()
  }

  #receive({ header, payloads }: Message): void {
    if (header.kind === 'event') {
      for (const listener of this.#listeners.get(header.event) ?? [])
        listener(header.body, payloads)
      return
    }
    const pending = 'id' in header ? this.#pending.get(header.id) : undefined
    // A reply to a cancelled request arrives late and is of no interest.
    if (pending === undefined) return
    if (header.kind === 'reply') pending.reply(header.body, payloads)
    else if (header.kind === 'error') pending.fail(new EngineError(header.error))
    else this.#log(`A message of kind ${header.kind} was dropped.`)
  }

  #checkReply<M extends MethodOf<C>>(
    method: M,
    body: unknown,
    payloads: Payload[],
  ): Reply<ResultOf<C, M>> | EngineError {
    const schema: C['methods'][M]['result'] = this.#contract.methods[method].result
    const parsed = schema.safeParse(body)
    const problem = parsed.success
      ? payloadProblem(this.#contract.replyPayloads.get(method), body, payloads)
      : `is wrong at "${parsed.error.issues[0].path.join('.')}": ${parsed.error.issues[0].message}`
    if (parsed.success && problem === undefined) return { result: parsed.data, payloads }
    const message = `The engine's answer to ${method} ${problem}.`
    this.#log(message)
    return new EngineError({
      code: contractCodes.invalidReply,
      message,
      advice: 'Close and start Larmor again; if it stays, the installation is mixed or damaged.',
    })
  }

  #parseEvent<E extends EventOf<C>>(
    event: E,
    body: unknown,
    payloads: Payload[],
  ): { body: EventBodyOf<C, E> } | undefined {
    const schemas: C['events'] = this.#contract.events
    const parsed = schemas[event].safeParse(body)
    const problem = parsed.success
      ? payloadProblem(this.#contract.eventPayloads.get(event), body, payloads)
      : `is wrong at "${parsed.error.issues[0].path.join('.')}"`
    if (parsed.success && problem === undefined) return { body: parsed.data }
    this.#log(`An event ${event} was dropped: it ${problem}.`)
    return undefined
  }
}

const closedError = (reason: string) =>
  new EngineError({
    code: contractCodes.closed,
    message: `The connection to the engine has ended: ${reason}`,
  })
const cancelledError = () =>
  new EngineError({ code: contractCodes.cancelled, message: 'The request was cancelled.' })

/** The client that the interface uses. */
export type EngineClient = ContractClient<EngineContract>

export function connectEngine(transport: Transport, log?: (text: string) => void): EngineClient {
  return new ContractClient(engineContract, transport, log)
}
