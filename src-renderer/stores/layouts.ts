import { defineStore } from 'pinia'
import { computed } from 'vue'
import { namedLayout } from '#shared/contract/preferences.ts'
import type { NamedLayout } from '#shared/contract/preferences.ts'
import { olderLayoutKeys } from '../dock/arrangements.ts'
import { usePreferences } from './preferences.ts'
import { useView } from './view.ts'
import type { StoredView } from './view.ts'

/** Settings of the view that arrange panels rather than what is in them. */
const layoutKeys = ['preset', 'skyCompare', 'skyPair', 'leftOpen', 'rightOpen'] as const
const known = [...layoutKeys, 'docks', ...olderLayoutKeys]

/** What a named layout keeps: how the panels of the present preset are arranged, not what is in them. */
export function layoutOf(settings: StoredView): NamedLayout['settings'] {
  const kept = layoutKeys.map((key) => [key, settings[key]] as const)
  const docks = { [settings.preset]: settings.docks[settings.preset] }
  return namedLayout.shape.settings.parse({ ...Object.fromEntries(kept), docks })
}
/** What is taken from a named layout, whatever else its file says. */
export const arrangementIn = (settings: NamedLayout['settings']): NamedLayout['settings'] =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => known.includes(key)))

/** Arrangements of panels by name, for every session. */
export const useLayouts = defineStore('layouts', () => {
  const preferences = usePreferences()
  const view = useView()
  const list = computed<readonly NamedLayout[]>(() => preferences.current.layouts)

  /** As the panels are now; one of that name is replaced. */
  function save(name: string) {
    const settings = layoutOf(view.settings)
    const others = list.value.filter((one) => one.name !== name)
    const layouts = [...others, { name, settings }].sort((a, b) => a.name.localeCompare(b.name))
    preferences.change({ layouts })
  }
  function apply({ settings }: NamedLayout) {
    view.arrange(arrangementIn(settings))
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
