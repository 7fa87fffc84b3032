import type { z } from 'zod'
import { events } from './events.ts'
import { mainMethods } from './main-methods.ts'
import { methods } from './methods.ts'
import { eventPayloads, replyPayloads, requestPayloads } from './payload-rules.ts'
import type { PayloadRule } from './payload-rules.ts'

/** A set of methods and events with everything that is needed to check both sides of a connection. */
export interface AnyContract {
  readonly methods: Readonly<Record<string, { params: z.ZodType; result: z.ZodType }>>
  readonly events: Readonly<Record<string, z.ZodType>>
  readonly requestPayloads: ReadonlyMap<string, PayloadRule>
  readonly replyPayloads: ReadonlyMap<string, PayloadRule>
  readonly eventPayloads: ReadonlyMap<string, PayloadRule>
}

/** Between the interface (renderer) and the engine. */
export const engineContract = {
  methods,
  events,
  requestPayloads,
  replyPayloads,
  eventPayloads,
} satisfies AnyContract
export type EngineContract = typeof engineContract

const noRules: ReadonlyMap<string, PayloadRule> = new Map()

/** Between the Electron main process and the engine, on channel 0, which no page can write to. */
export const mainContract = {
  methods: mainMethods,
  events: {},
  requestPayloads: noRules,
  replyPayloads: noRules,
  eventPayloads: noRules,
} satisfies AnyContract
export type MainContract = typeof mainContract

export type MethodOf<C extends AnyContract> = keyof C['methods'] & string
export type EventOf<C extends AnyContract> = keyof C['events'] & string
export type ParamsOf<C extends AnyContract, M extends MethodOf<C>> = z.input<
  C['methods'][M]['params']
>
export type ParsedParamsOf<C extends AnyContract, M extends MethodOf<C>> = z.output<
  C['methods'][M]['params']
>
export type ResultOf<C extends AnyContract, M extends MethodOf<C>> = z.output<
  C['methods'][M]['result']
>
export type EventBodyOf<C extends AnyContract, E extends EventOf<C>> = z.output<C['events'][E]>
