import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { LeftEntry, Result } from '#shared/contract/methods.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { useConnection } from './connection.ts'
import { useFiles } from './files.ts'
import { useMessages } from './messages.ts'
import { useProject } from './project.ts'

/** What an earlier start has left unfinished, and keeping the project of this one while it has no session. */
export const useRecovery = defineStore('recovery', () => {
  const connection = useConnection()
  const files = useFiles()
  const messages = useMessages()
  const project = useProject()
  const left = shallowRef<readonly LeftEntry[]>([])
  /** The user wants the start screen first. */
  const later = ref(false)
  const shown = computed(() => left.value.length > 0 && !later.value && !project.open)

  async function refresh() {
    if (connection.state !== 'ready') return
    try {
      left.value = (await connection.request('recovery.list', {})).result
    } catch (error) {
      messages.fail('Not known what was left open', error)
    }
  }
  watch([() => connection.state, () => project.open], () => {
    if (!project.open) void refresh()
  })

  async function act(title: string, work: () => Promise<unknown>) {
    try {
      await work()
    } catch (error) {
      messages.fail(title, error)
    }
    await refresh()
  }
  function recover(entry: LeftEntry) {
    return entry.kind === 'session'
      ? files.enterSession(entry.grant)
      : act('Project not recovered', () => files.openDraft(entry.id))
  }
  function openCopy(entry: LeftEntry) {
    return act('No copy made', async () => {
      const { result } = await connection.request('recovery.copy', { id: entry.id })
      await files.enterSession(result.grant)
    })
  }
  function discard(entry: LeftEntry) {
    return act('Not discarded', () => connection.request('recovery.discard', { id: entry.id }))
  }

  /** The project as the engine keeps it. */
  const draft = shallowRef<{ readonly name: string; readonly configuration: RunFile } | null>(null)
  const keep = useDebounceFn(async () => {
    if (connection.state !== 'ready') return
    const { open, session, settled, dataNames } = project
    try {
      if (open && !session && dataNames.length > 0) {
        const name = settled.title || dataNames.join(', ').slice(0, 120)
        await connection.request('draft.keep', { name, configuration: settled })
        draft.value = { name, configuration: settled }
      } else {
        await connection.request('draft.drop', {})
        draft.value = null
      }
    } catch (error) {
      // No reason to disturb: the project itself is as it was.
      messages.write('warning', `The project is not kept for another start: ${String(error)}`)
    }
  }, 500)
  watch(
    [
      () => project.settled,
      () => project.open,
      () => project.session === null,
      () => connection.state,
    ],
    () => {
      void keep()
    },
  )
  /** What the engine, perhaps another one, was given to keep of the open project. */
  async function findDraft(): Promise<Result<'recovery.open'> | null> {
    const known = draft.value
    if (!known) return null
    const { result } = await connection.request('recovery.list', {})
    const names = known.configuration.data.map((entry) => entry.name).join()
    const found = result.find(
      (one) => one.kind === 'draft' && one.name === known.name && one.data.join() === names,
    )
    return found ? (await connection.request('recovery.open', { id: found.id })).result : null
  }

  return { left, later, shown, draft, findDraft, refresh, recover, openCopy, discard }
})
