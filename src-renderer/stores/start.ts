import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Result } from '#shared/contract/methods.ts'
import { useConnection } from './connection.ts'
import { useFiles } from './files.ts'
import { useMessages } from './messages.ts'
import { usePicker } from './picker.ts'

/** What the start screen lists. */
export const useStart = defineStore('start', () => {
  const connection = useConnection()
  const files = useFiles()
  const messages = useMessages()
  const picker = usePicker()
  const recent = shallowRef<Result<'sessions.recent'>>([])
  const samples = shallowRef<Result<'samples.list'>>([])

  async function refresh() {
    if (connection.state !== 'ready') return
    try {
      recent.value = (await connection.request('sessions.recent', {})).result
      samples.value = (await connection.request('samples.list', {})).result
    } catch (error) {
      messages.fail('Recent sessions not listed', error)
    }
  }
  async function forget(grant: string) {
    await connection.request('sessions.forget', { grant })
    await refresh()
  }
  /** A session that has moved: the user shows where it is now. */
  async function locate(old: string) {
    const file = await picker.pickFile('session', 'Where is the session now?')
    if (!file) return
    await connection.request('sessions.forget', { grant: old })
    await files.enterSession(file.grant)
  }
  return { recent, samples, refresh, forget, locate }
})
