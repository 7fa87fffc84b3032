import { usePreferredDark, useStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'
import { themes } from '#shared/contract/shell.ts'
import type { ShellTheme } from '#shared/contract/shell.ts'

/** Dark, light, or what the system says. The document element carries the result for the style sheets. */
export const useTheme = defineStore('theme', () => {
  const stored = useStorage<string>('larmor.theme', 'dark')
  const systemDark = usePreferredDark()
  const choice = computed<ShellTheme>({
    get: () => themes.find((name) => name === stored.value) ?? 'dark',
    set: (value) => (stored.value = value),
  })
  const current = computed<'dark' | 'light'>(() =>
    choice.value === 'system' ? (systemDark.value ? 'dark' : 'light') : choice.value,
  )
  watchEffect(() => {
    document.documentElement.dataset.theme = current.value
    void window.larmorShell?.setTheme(choice.value)
  })
  function toggle() {
    choice.value = current.value === 'dark' ? 'light' : 'dark'
  }
  return { choice, current, toggle }
})
