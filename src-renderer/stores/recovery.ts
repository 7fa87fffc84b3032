import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { LeftEntry } from '#shared/contract/methods.ts'
import type { RunFile } from '#shared/session/run-file.ts'
import { useConnection } from './connection.ts'
import { useFiles } from './files.ts'
import { describeError, useMessages } from './messages.ts'
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
  const draft = shallowRef<{ readonly id: string; readonly configuration: RunFile } | null>(null)
  async function keep() {
    if (connection.state !== 'ready') return
    const { open, session, settled, dataNames } = project
    try {
      if (open && !session && dataNames.length > 0) {
        const name = settled.title || dataNames.join(', ').slice(0, 120)
        const params = { name, configuration: settled }
        const { result } = await connection.request('draft.keep', params)
        draft.value = { id: result.id, configuration: settled }
      } else {
        await connection.request('draft.drop', {})
        draft.value = null
      }
    } catch (error) {
      // No reason to disturb: the project itself is as it was.
      messages.write('warning', `The project is not kept for another start: ${String(error)}`)
    }
  }
  const keepSoon = useDebounceFn(keep, 500)
  watch(
    [
      () => project.settled,
      () => project.open,
      () => project.session === null,
      () => connection.state,
    ],
    () => {
      void keepSoon()
    },
  )
  /** For a page that is left: what changed the moment before. */
  async function keepLast() {
    const { open, session, settled } = project
    if (open && !session && draft.value?.configuration !== settled) await keep()
  }
  /** After the engine was gone: what was kept there of the open project is this page's again, and no other's. */
  async function rejoin() {
    if (!draft.value) return
    try {
      await connection.request('recovery.open', { id: draft.value.id })
    } catch (error) {
      // Taken up elsewhere, or not kept: the project is kept anew.
      messages.write('info', `The project as it was kept is not taken up: ${describeError(error)}`)
    }
  }

  return { left, later, shown, draft, keepLast, rejoin, refresh, recover, openCopy, discard }
})
