import { defineStore } from 'pinia'
import { computed, markRaw, ref, shallowRef } from 'vue'
import type { EngineClient, Reply, RequestOptions } from '#shared/contract/client.ts'
import { contractCodes, EngineError } from '#shared/contract/errors.ts'
import type { EventBody, EventName } from '#shared/contract/events.ts'
import type { Payload } from '#shared/contract/messages.ts'
import type { MethodName, Params, Result } from '#shared/contract/methods.ts'
import { openEngine } from '../engine/connect.ts'
import { describeError, useMessages } from './messages.ts'

type Subscribe = (client: EngineClient) => void

/** The one way to the engine, and what it says about itself. */
export const useConnection = defineStore('connection', () => {
  const messages = useMessages()
  const state = ref<'connecting' | 'ready' | 'lost'>('connecting')
  const reason = ref('')
  /** What to do without an engine, in words. */
  const wayBack = computed(() =>
    window.larmorShell
      ? 'To connect again starts it anew.'
      : `Where larmor serve has ended, start it again on port ${location.port}, open the address that it says in another tab, and connect again in this one.`,
  )
  const client = shallowRef<EngineClient | null>(null)
  const info = shallowRef<Result<'app.info'> | null>(null)
  const subscriptions: Subscribe[] = []

  /** @param prepare what is to be asked of the engine before anything else is */
  async function connect(prepare?: () => Promise<void>) {
    state.value = 'connecting'
    reason.value = ''
    try {
      const opened = markRaw(
        await openEngine(window.larmorShell, (text) => messages.write('warning', text)),
      )
      for (const subscribe of subscriptions) subscribe(opened)
      client.value = opened
      info.value = (await opened.request('app.info', {})).result
      await prepare?.()
      state.value = 'ready'
      void opened.closed.then((why) => {
        if (client.value === opened) lose(why)
      })
    } catch (error) {
      lose(describeError(error))
    }
  }

  function lose(why: string) {
    client.value = null
    state.value = 'lost'
    reason.value = why
    messages.write('error', `The engine is gone: ${why}`)
  }

  /** @throws EngineError in words, also when there is no engine */
  function request<M extends MethodName>(
    method: M,
    params: Params<M>,
    options?: RequestOptions,
  ): Promise<Reply<Result<M>>> {
    if (client.value) return client.value.request(method, params, options)
    return Promise.reject(
      new EngineError({
        code: contractCodes.closed,
        message: 'The engine is not running.',
        advice: 'Choose "Connect again" in the bar above the panels.',
      }),
    )
  }

  /** Subscribes now and after every reconnection. */
  function on<E extends EventName>(
    event: E,
    listener: (body: EventBody<E>, payloads: Payload[]) => void,
  ) {
    const subscribe: Subscribe = (target) => void target.on(event, listener)
    subscriptions.push(subscribe)
    if (client.value) subscribe(client.value)
  }

  return { state, reason, wayBack, info, connect, request, on }
})
