import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import type { Ref } from 'vue'
import type { Orbit } from './orbit.ts'
import type { ScalarGrid } from './scalar.ts'
import type { FieldProps } from './types.ts'
import type { Transfer, VolumeScene } from './volume-scene.ts'

/** What the scene shows, as getters, so that each change redraws only what it touches. */
export interface VolumeContent {
  readonly grid: () => ScalarGrid | null
  readonly transfer: () => Transfer | null
  readonly theme: () => FieldProps['theme']
}

/**
 * Owns the vtk.js scene in `box`: loading, uploads, the colour behind it, loss and return of the graphics device, and
 * freeing. `problem` is a sentence for the user, or ''. `changed` asks for a call of `draw`.
 */
export function useVolumeScene(
  box: Readonly<Ref<HTMLElement | null>>,
  content: VolumeContent,
  changed: () => void,
) {
  const problem = ref('')
  let scene: VolumeScene | null = null
  let disposed = false

  function updateGrid(): void {
    const grid = content.grid()
    if (grid) scene?.setGrid(grid)
    changed()
  }

  function updateTransfer(): void {
    const transfer = content.transfer()
    if (transfer) scene?.setTransfer(transfer)
    changed()
  }

  function updateBackground(): void {
    if (!box.value) return
    const colour = getComputedStyle(box.value).backgroundColor
    const [red, green, blue] = (colour.match(/[\d.]+/g) ?? []).map((part) => Number(part) / 255)
    scene?.setBackground(red ?? 0, green ?? 0, blue ?? 0)
    changed()
  }

  /** vtk.js is loaded with the first volume. */
  async function start(): Promise<void> {
    try {
      const { VolumeScene } = await import('./volume-scene.ts')
      if (disposed || !box.value) return
      scene = new VolumeScene(box.value)
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error)
      return
    }
    problem.value = ''
    scene.canvas.addEventListener('webglcontextlost', lost)
    scene.canvas.addEventListener('webglcontextrestored', restored)
    updateBackground()
    updateTransfer()
    updateGrid()
  }

  function stop(): void {
    scene?.canvas.removeEventListener('webglcontextlost', lost)
    scene?.canvas.removeEventListener('webglcontextrestored', restored)
    scene?.dispose()
    scene = null
  }

  function lost(event: Event): void {
    // Without this the browser never gives the device back.
    event.preventDefault()
    problem.value = 'The graphics device was lost. The volume returns as soon as it is back.'
  }

  function restored(): void {
    stop()
    void start()
  }

  onMounted(() => void start())
  onBeforeUnmount(() => {
    disposed = true
    stop()
  })
  watch(content.grid, updateGrid)
  watch(content.transfer, updateTransfer)
  // The tokens of the new theme apply once the document has taken it over.
  watch(content.theme, updateBackground, { flush: 'post' })

  /** `width` and `height` in device pixels; coarse is several times faster. */
  function draw(orbit: Orbit, width: number, height: number, coarse: boolean): void {
    scene?.setSize(width, height)
    scene?.draw(orbit, coarse)
  }

  return { problem, draw }
}
