import { useStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { tourSteps } from '../help/tour-steps.ts'
import type { TourSight } from '../help/tour-steps.ts'
import { useProject } from './project.ts'
import { useRuns } from './runs.ts'
import { useSightline } from './sightline.ts'
import { useView } from './view.ts'

/** The tour of the first run: what it has come to, and whether it was taken or declined before. */
export const useTour = defineStore('tour', () => {
  const project = useProject()
  const runs = useRuns()
  const sightline = useSightline()
  const view = useView()
  /** Kept by the browser or the desktop program, not by a session. */
  const past = useStorage<'new' | 'declined' | 'taken'>('larmor.tour', 'new')
  const at = ref<number | null>(null)

  const step = computed(() => (at.value === null ? null : (tourSteps[at.value] ?? null)))
  const sight = computed<TourSight>(() => ({
    open: project.open,
    runs: runs.list.length,
    iteration: runs.shown?.iteration ?? 0,
    hasSightline: sightline.target !== null,
  }))
  const isDone = computed(() => step.value?.done?.(sight.value) ?? true)
  const isLast = computed(() => at.value === tourSteps.length - 1)

  function start() {
    at.value = 0
    view.dialog = null
  }
  function end() {
    past.value =
      at.value !== null && (isLast.value || past.value === 'taken') ? 'taken' : 'declined'
    at.value = null
  }
  function next() {
    if (at.value === null) return
    if (isLast.value) end()
    else at.value++
  }
  function back() {
    if (at.value !== null && at.value > 0) at.value--
  }
  const decline = () => void (past.value = 'declined')

  return { past, at, step, isDone, isLast, start, end, next, back, decline }
})
