import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import type { Ref } from 'vue'
import { DrawPace } from './draw-pace.ts'
import { solids } from './geometry/use-geometry.ts'
import type { Mesh } from './geometry/mesh.ts'
import type { Solid } from './geometry/use-geometry.ts'
import type { Orbit } from './orbit.ts'
import type { VolumeTexture } from './field-look.ts'
import type { SolidColours } from './solid-actor.ts'
import type { FieldProps } from './types.ts'
import type { Transfer, VolumeScene } from './volume-scene.ts'

/** What the scene shows, as getters, so that each change redraws only what it touches. */
export interface VolumeContent {
  readonly texture: () => VolumeTexture | null
  readonly transfer: () => Transfer | null
  readonly theme: () => FieldProps['theme']
  readonly showVolume: () => boolean
  readonly meshes: Readonly<Record<Solid, Mesh | null>>
  readonly colours: (solid: Solid) => SolidColours | null
}

interface Picture {
  readonly orbit: Orbit
  /** Device pixels. */
  readonly width: number
  readonly height: number
  /** With fewer samples. */
  readonly moving: boolean
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
  const pace = new DrawPace()
  let scene: VolumeScene | null = null
  let disposed = false

  function updateTexture(): void {
    const texture = content.texture()
    if (texture) scene?.setTexture(texture)
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

  function updateSolid(solid: Solid): void {
    scene?.setSolid(solid, content.meshes[solid], content.colours(solid))
    changed()
  }

  function updateVolume(): void {
    scene?.showVolume(content.showVolume())
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
    updateTexture()
    updateVolume()
    for (const solid of solids) updateSolid(solid)
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
  watch(content.texture, updateTexture)
  watch(content.transfer, updateTransfer)
  watch(content.showVolume, updateVolume)
  for (const solid of solids) {
    watch([() => content.meshes[solid], () => content.colours(solid)], () => updateSolid(solid))
  }
  // The tokens of the new theme apply once the document has taken it over.
  watch(content.theme, updateBackground, { flush: 'post' })

  let drawing = false
  /** Asked for while another picture was being drawn: the last one counts. */
  let next: Picture | null = null

  /**
   * Draws, or notes what to draw when the graphics device is ready: with pictures waiting there, the calls of vtk.js that want an
   * answer from it would hold up the window.
   */
  function draw(picture: Picture): void {
    if (drawing) next = picture
    else void drawNow(picture)
  }

  async function drawNow({ orbit, width, height, moving }: Picture): Promise<void> {
    if (!scene) return
    drawing = true
    const kind = moving ? 'moving' : 'rest'
    const size = content.showVolume() ? pace.size(kind) : 1
    const started = performance.now()
    try {
      scene.setSize(Math.round(size * width), Math.round(size * height))
      scene.draw(orbit, moving)
      await scene.finished()
    } finally {
      drawing = false
    }
    if (content.showVolume()) pace.took(performance.now() - started, size, kind)
    const later = next
    next = null
    if (later) draw(later)
    // The first picture was drawn small, to see how long it takes.
    else if (!moving && content.showVolume() && pace.size('rest') > size) changed()
  }

  return { problem, draw }
}
