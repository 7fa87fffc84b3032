import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowRef, watch, watchEffect } from 'vue'
import { defaultPreferences } from '#shared/contract/preferences.ts'
import type { Preferences } from '#shared/contract/preferences.ts'
import { useConnection } from './connection.ts'
import { describeError, useMessages } from './messages.ts'
import { useTheme } from './theme.ts'

/** What the user prefers in every session: kept by the engine, since addresses of pages change with every start. */
export const usePreferences = defineStore('preferences', () => {
  const connection = useConnection()
  const messages = useMessages()
  const theme = useTheme()
  const current = shallowRef<Preferences>({ ...defaultPreferences(), theme: theme.choice })

  async function load() {
    if (connection.state !== 'ready') return
    try {
      const { result } = await connection.request('preferences.get', {})
      if (!result) return
      current.value = result
      theme.choice = result.theme
    } catch (error) {
      messages.write('warning', `Preferences not read: ${describeError(error)}`)
    }
  }
  watch(() => connection.state, load, { immediate: true })

  const save = useDebounceFn(async () => {
    if (connection.state !== 'ready') return
    try {
      await connection.request('preferences.set', current.value)
    } catch (error) {
      messages.fail('Preferences not saved', error)
    }
  }, 300)
  function change(part: Partial<Preferences>) {
    current.value = { ...current.value, ...part }
    if (part.theme) theme.choice = part.theme
    void save()
  }
  // The theme has a command of its own.
  watch(
    () => theme.choice,
    (choice) => {
      if (choice !== current.value.theme) change({ theme: choice })
    },
  )
  watchEffect(() => {
    document.documentElement.dataset.motion = current.value.motion
  })

  return { current, change }
})
