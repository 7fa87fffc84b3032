import { useDebounceFn, useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import { watch } from 'vue'
import { useConnection } from './connection.ts'
import { describeError, useMessages } from './messages.ts'
import { useProject } from './project.ts'
import { useView } from './view.ts'

/** What the open session keeps of the page: the view, a moment after it changes, and all of it when it is left. */
export const useKept = defineStore('kept', () => {
  const connection = useConnection()
  const messages = useMessages()
  const project = useProject()
  const view = useView()

  /** Notes the view, and settings that are not stored yet, as they are now; what it returns stores them. */
  function note(): () => Promise<void> {
    const { session: state, parsed: configuration, readOnly } = project
    const { settings } = view
    return async () => {
      if (!state || readOnly || connection.state !== 'ready') return
      const { session } = state
      // Both at once: a page that is closed does not live to see the first one answered.
      const requests: Promise<unknown>[] = [
        connection.request('session.view', { session, view: settings }),
      ]
      if (configuration && JSON.stringify(configuration) !== JSON.stringify(state.configuration))
        requests.push(connection.request('session.configure', { session, configuration }))
      try {
        await Promise.all(requests)
      } catch (error) {
        messages.write('warning', `${state.name}: last changes not kept: ${describeError(error)}`)
      }
    }
  }

  const keepView = useDebounceFn(() => {
    const session = project.session?.session
    if (session && !project.readOnly && connection.state === 'ready')
      connection
        .request('session.view', { session, view: view.settings })
        .catch((error: unknown) => messages.write('warning', describeError(error)))
  }, 1000)
  watch(() => view.settings, keepView, { deep: true })
  window.larmorShell?.onLeave(() => note()())
  // A browser closes its tab without waiting; what is sent now still arrives.
  useEventListener(window, 'pagehide', () => void note()())

  return { note }
})
