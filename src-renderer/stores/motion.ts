import { usePreferredReducedMotion } from '@vueuse/core'

/** Tells whether nothing may move by itself: by the system, or by the user's preference, which stands on the document element. */
export function useStillness(): () => boolean {
  const system = usePreferredReducedMotion()
  return () => system.value === 'reduce' || document.documentElement.dataset.motion === 'reduced'
}
