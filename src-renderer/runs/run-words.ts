import { useDebounceFn } from '@vueuse/core'
import { computed, ref, watch } from 'vue'
import type { RunSummary } from '#shared/contract/methods.ts'
import { useProject } from '../stores/project.ts'
import { useRuns } from '../stores/runs.ts'
import { parseTags } from './find-runs.ts'

/** Name, tags and notes of a run as they are typed, and their way into the session that is open now. */
export function useRunWords(run: () => RunSummary) {
  const runs = useRuns()
  const fileId = useProject().session?.fileId

  const name = ref(run().name)
  const tags = ref(run().tags.join(', '))
  const notes = ref(run().notes)
  /** How often something was typed, and up to which time of these the session has it. */
  let edits = 0
  let noted = 0

  /** What is typed as the session keeps it; a run has to have some name. */
  const typed = computed(() => ({
    ...(name.value.trim() === '' ? {} : { name: name.value.trim().slice(0, 80) }),
    tags: parseTags(tags.value)
      .slice(0, 20)
      .map((tag) => tag.slice(0, 40)),
    notes: notes.value,
  }))
  /** What could not be noted is still to be, and stays in the fields. */
  async function save() {
    const asked = edits
    if (asked !== noted && (await runs.describe(run().run, typed.value, fileId))) noted = asked
  }
  // What is undone, or said in another window; what is being typed stays as it is, with its blanks and commas.
  watch(
    [() => run().name, () => run().tags.join(', '), () => run().notes],
    ([toName, toTags, toNotes]) => {
      if (edits !== noted) return
      if (typed.value.name !== toName) name.value = toName
      if (typed.value.tags.join(', ') !== toTags) tags.value = toTags
      if (notes.value !== toNotes) notes.value = toNotes
    },
  )
  const saveSoon = useDebounceFn(save, 500)
  function edited() {
    edits++
    void saveSoon()
  }
  return { name, tags, notes, edited, save }
}
