import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { nextTick, watch } from 'vue'
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
  /** Whether the view is another one than the session has: one that nobody touched goes before no newer one of another window. */
  let changed = false

  /** Notes what the session does not have yet; what it returns stores that, and tells whether the session has all settings then. */
  function note(unstored = project.unstored): () => Promise<boolean> {
    const { session: state, readOnly } = project
    const { info } = connection
    const settings = changed ? view.settings : null
    changed = false
    return async () => {
      if (!state || readOnly) return true
      const { session } = state
      const again = () => {
        if (settings && project.session?.session === session) changed = true
      }
      // An engine that was started anew does not know the session by this word.
      if (connection.state !== 'ready' || connection.info !== info || project.adrift) {
        again()
        return !unstored
      }
      // Both at once: a page that is closed does not live to see the first one answered.
      const fails = async (request: Promise<unknown> | null) => {
        try {
          await request
          return false
        } catch (error) {
          messages.write('warning', `${state.name}: last changes not kept: ${describeError(error)}`)
          return true
        }
      }
      const configuration = unstored
      const [viewFailed, settingsFailed] = await Promise.all([
        fails(settings && connection.request('session.view', { session, view: settings })),
        fails(configuration && project.configure(session, configuration)),
      ])
      if (viewFailed) again()
      return !settingsFailed
    }
  }
  const store = async () => void (await note()())
  const storeView = useDebounceFn(() => note(null)(), 1000)

  let entering = false
  watch(
    () => project.session?.session,
    () => {
      // One that has no view yet gets that of the screen; any other brings its own.
      changed = project.session?.view === null
      entering = true
      void nextTick(() => (entering = false))
    },
    { flush: 'sync' },
  )
  watch(
    () => view.settings,
    () => {
      if (entering || !project.session) return
      changed = true
      void storeView()
    },
    { deep: true },
  )
  watch(
    () => connection.state,
    () => {
      if (changed) void storeView()
    },
  )
  /** Around what opens the session once more: what it does not have yet of the view is still to be stored. */
  function rejoin(open: () => void) {
    const still = changed
    open()
    changed ||= still
  }
  return { note, store, rejoin }
})
