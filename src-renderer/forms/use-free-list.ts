import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useProject } from '../stores/project.ts'
import { freeNamesOf, withFreeNames } from './free-names.ts'
import type { ModelPlace } from './model-choices.ts'

/** The free parameters of a section and how to change them. */
export function useFreeList(section: () => ModelPlace): {
  names: ComputedRef<string[]>
  set: (name: string, free: boolean) => void
} {
  const project = useProject()
  const names = computed(() => freeNamesOf(project.get([section(), 'free'])))
  // The spectral index is one number or a grid.
  const isIndex = (name: string) => name.startsWith('spectral_index')
  return {
    names,
    set: (name, free) => {
      const others = names.value.filter(
        (one) => one !== name && !(free && isIndex(one) && isIndex(name)),
      )
      const known = project.get([section(), 'free'])
      project.set([section(), 'free'], withFreeNames(known, free ? [...others, name] : others))
    },
  }
}
