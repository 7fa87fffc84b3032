import { computed, ref } from 'vue'

type Range = readonly [number, number]

/** A dragged slider keeps its ends: they would run away from the pointer. */
export function useHeldRange(range: () => Range) {
  const held = ref<Range | null>(null)
  const shown = computed(() => held.value ?? range())
  const release = () => (held.value = null)
  /** Of the slider. */
  const listeners = {
    pointerdown: () => (held.value = range()),
    pointerup: release,
    lostpointercapture: release,
  }
  return { shown, listeners }
}
