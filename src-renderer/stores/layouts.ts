import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { NamedLayout } from '#shared/contract/preferences.ts'
import { usePreferences } from './preferences.ts'
import { useView } from './view.ts'

/** Settings of the view that arrange panels rather than what is in them. */
export const isLayoutKey = (key: string): boolean =>
  /(Tab|Share|Height|Bottom|Open)$/.test(key) || ['preset', 'skyCompare', 'skyPair'].includes(key)

/** Arrangements of panels by name, for every session. */
export const useLayouts = defineStore('layouts', () => {
  const preferences = usePreferences()
  const view = useView()
  const list = computed<readonly NamedLayout[]>(() => preferences.current.layouts)

  /** As the panels are now; one of that name is replaced. */
  function save(name: string) {
    const settings = Object.fromEntries(
      Object.entries(view.settings).filter(([key]) => isLayoutKey(key)),
    )
    const others = list.value.filter((one) => one.name !== name)
    const layouts = [...others, { name, settings }].sort((a, b) => a.name.localeCompare(b.name))
    preferences.change({ layouts })
  }
  function apply({ settings }: NamedLayout) {
    const known = Object.entries(settings).filter(([key]) => isLayoutKey(key))
    view.arrange(Object.fromEntries(known))
  }
  function rename(from: string, to: string) {
    const name = to.trim()
    if (name === '' || list.value.some((one) => one.name === name)) return
    const layouts = list.value.map((one) => (one.name === from ? { ...one, name } : one))
    preferences.change({ layouts })
  }
  function remove(name: string) {
    preferences.change({ layouts: list.value.filter((one) => one.name !== name) })
  }
  return { list, save, apply, rename, remove }
})
