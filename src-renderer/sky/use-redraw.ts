import { onBeforeUnmount, onMounted } from 'vue'
import type { Ref } from 'vue'

/**
 * Redraws of a canvas: at most one per frame, and after everything that changes its place on the page: its size, the
 * density of the screen, the fonts.
 *
 * @returns asks for a redraw
 */
export function useRedraw(
  canvas: Readonly<Ref<HTMLCanvasElement | null>>,
  draw: () => void,
): () => void {
  let frame = 0
  let observer: ResizeObserver | null = null

  function schedule(): void {
    if (frame !== 0) return
    frame = requestAnimationFrame(() => {
      frame = 0
      draw()
    })
  }

  onMounted(() => {
    observer = new ResizeObserver(schedule)
    if (canvas.value) observer.observe(canvas.value)
    // Moving to a screen of another pixel density changes no size.
    window.addEventListener('resize', schedule)
    void document.fonts.ready.then(schedule)
  })
  onBeforeUnmount(() => {
    cancelAnimationFrame(frame)
    observer?.disconnect()
    window.removeEventListener('resize', schedule)
  })
  return schedule
}
