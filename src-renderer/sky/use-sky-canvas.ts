import { onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { sizeCanvas } from './canvas-size.ts'
import { FramePieces } from './frame-pieces.ts'
import { noWebGl } from './gl-program.ts'
import { drawOverlay } from './graticule.ts'
import type { LineQuality } from './line-texture.ts'
import { mapContext, MapRenderer } from './map-renderer.ts'
import { neutralColour, rgbOf } from './palette.ts'
import { drawPoints } from './points.ts'
import type { DrawnSources } from './points.ts'
import { SamplePace } from './sample-pace.ts'
import { useRedraw } from './use-redraw.ts'
import { skyGeometry } from './view.ts'
import type { Ref } from 'vue'
import type { CanvasPalette } from './palette.ts'
import type { ColourScale } from './colour-scale.ts'
import type {
  SkyDirection,
  SkyDrawing,
  SkyMarks,
  SkyMask,
  SkyPoints,
  SkyProjection,
  SkyTexture,
  SkyTheme,
  SkyVectors,
  SkyViewState,
} from './types.ts'
import type { SkyGeometry } from './view.ts'

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** What the picture depends on, as getters, so that each change redraws only what it touches. */
export interface SkyPicture {
  readonly pixels: () => Float32Array | null
  readonly nside: () => number
  readonly points: () => SkyPoints | null
  /** Sources over the map, with their colours. */
  readonly overlay: () => DrawnSources | null
  readonly scale: () => ColourScale
  readonly colourMap: () => Uint8Array
  readonly projection: () => SkyProjection
  readonly view: () => SkyViewState
  readonly cursor: () => SkyDirection | null
  readonly marks: () => SkyMarks | null
  readonly sightline: () => SkyDirection | null
  readonly vectors: () => SkyVectors | null
  readonly texture: () => SkyTexture | null
  readonly mask: () => SkyMask | null
  readonly drawing: () => SkyDrawing | null
  readonly theme: () => SkyTheme
  /** Tokens as they apply to the panel now. */
  readonly palette: () => CanvasPalette
}

/**
 * Owns the WebGL canvas of the map and the 2D canvases over it, of sources and of lines: sizes, redraws (once per frame and only after a
 * change), loss and return of the graphics device, and freeing. `problem` is a sentence for the user, or ''.
 */
export function useSkyCanvas(
  mapCanvas: Ref<HTMLCanvasElement | null>,
  pointsCanvas: Ref<HTMLCanvasElement | null>,
  overlayCanvas: Ref<HTMLCanvasElement | null>,
  picture: SkyPicture,
) {
  const problem = ref('')
  const renderer = shallowRef<MapRenderer | null>(null)
  const size = shallowRef({ width: 0, height: 0 })
  let mapChanged = false
  // While the view moves, lines are drawn with less care, and while anything does, the map with fewer samples where that takes
  // long; a moment after it has come to rest, well.
  let quality: LineQuality = 'fine'
  const pace = new SamplePace(() => {
    quality = 'fine'
    scheduleMap()
  })
  const uploads = new FramePieces()
  const schedule = useRedraw(overlayCanvas, draw)
  const scheduleMap = () => {
    mapChanged = true
    pace.changed()
    schedule()
  }

  const scheduleView = () => {
    if (renderer.value?.hasTexture) quality = 'quick'
    scheduleMap()
  }

  function drawMap(target: MapRenderer, geometry: SkyGeometry, pixelRatio: number): void {
    try {
      // Nothing takes no time, which says nothing of a map.
      if (picture.pixels() === null) target.draw(geometry, pixelRatio)
      else
        pace.draw((samples) => {
          target.draw(geometry, pixelRatio, { quality, samples })
          return target.finished()
        })
      if (quality === 'quick') pace.rest()
    } catch (error) {
      problem.value = textOf(error)
    }
  }

  const geometryFor = (width: number, height: number): SkyGeometry =>
    skyGeometry(picture.projection(), picture.view(), { width, height })

  function draw(): void {
    const overlay = overlayCanvas.value
    if (!overlay || !mapCanvas.value) return
    if (sizeCanvas(mapCanvas.value).changed) {
      mapChanged = true
      pace.changed()
    }
    const { width, height, pixelRatio } = sizeCanvas(overlay)
    if (size.value.width !== width || size.value.height !== height) size.value = { width, height }
    if (width < 4 || height < 4) return
    const geometry = geometryFor(width, height)
    // The old map would be drawn with parts of the new one.
    if (uploads.isBusy) return
    if (mapChanged) {
      if (renderer.value) drawMap(renderer.value, geometry, pixelRatio)
      drawSources(geometry)
    }
    mapChanged = false
    const context = overlay.getContext('2d')
    if (!context) return
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
    context.clearRect(0, 0, width, height)
    drawOverlay(context, {
      geometry,
      palette: picture.palette(),
      cursor: picture.cursor(),
      sightline: picture.sightline(),
      vectors: picture.vectors(),
      drawing: picture.drawing(),
      hasMap: picture.pixels() !== null || picture.points() !== null,
    })
  }

  function drawSources(geometry: SkyGeometry): void {
    const context = pointsCanvas.value?.getContext('2d')
    if (!context) return
    const { width, height, pixelRatio } = sizeCanvas(context.canvas)
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
    context.clearRect(0, 0, width, height)
    const [points, overlay] = [picture.points(), picture.overlay()]
    if (overlay && !points)
      drawPoints(context, geometry, overlay.points, { ...overlay, ground: null })
    if (!points) return
    drawPoints(context, geometry, points, {
      scale: picture.scale(),
      colourMap: picture.colourMap(),
      ground: neutralColour(picture.theme()),
      marks: picture.marks(),
      markColour: picture.palette().ray,
    })
  }

  function start(): void {
    const gl = mapCanvas.value && mapContext(mapCanvas.value)
    if (!gl) {
      problem.value = `The map ${noWebGl}`
      return
    }
    try {
      renderer.value = new MapRenderer(gl)
      problem.value = ''
    } catch (error) {
      problem.value = textOf(error)
      return
    }
    uploadColours()
    uploadScale()
    uploadMarks()
    uploadMask()
    uploadTexture()
    renderer.value.prepare(picture.projection())
    uploadPixels()
  }

  function uploadMarks(): void {
    renderer.value?.setMarks(picture.marks(), rgbOf(picture.palette().ray))
    scheduleMap()
  }

  function uploadMask(): void {
    renderer.value?.setMask(picture.mask(), rgbOf(picture.palette().mapText))
    scheduleMap()
  }

  function uploadTexture(): void {
    try {
      renderer.value?.setTexture(picture.texture())
    } catch (error) {
      problem.value = textOf(error)
    }
    scheduleMap()
  }

  function uploadPixels(): void {
    const pixels = picture.pixels()
    const target = renderer.value
    uploads.stop()
    if (!target) return
    if (!pixels) {
      target.clearPixels()
      problem.value = ''
      scheduleMap()
      return
    }
    // A large map goes up over several frames, and is drawn when all of it is there.
    uploads.start(target.setPixels(pixels, picture.nside()), (error) => {
      if (error !== undefined) target.clearPixels()
      problem.value = error === undefined ? '' : textOf(error)
      scheduleMap()
    })
  }

  function uploadColours(): void {
    renderer.value?.setColourMap(picture.colourMap())
    scheduleMap()
  }

  function uploadScale(): void {
    renderer.value?.setScale(picture.scale(), neutralColour(picture.theme()))
    scheduleMap()
  }

  function lost(event: Event): void {
    // Without this the browser never gives the device back.
    event.preventDefault()
    renderer.value = null
    problem.value = 'The graphics device was lost. The map returns as soon as it is back.'
  }

  onMounted(() => {
    const canvas = mapCanvas.value
    if (!canvas) return
    canvas.addEventListener('webglcontextlost', lost)
    canvas.addEventListener('webglcontextrestored', start)
    start()
  })

  onBeforeUnmount(() => {
    mapCanvas.value?.removeEventListener('webglcontextlost', lost)
    mapCanvas.value?.removeEventListener('webglcontextrestored', start)
    pace.stop()
    uploads.stop()
    renderer.value?.dispose()
    renderer.value = null
  })

  watch([picture.pixels, picture.nside], uploadPixels)
  watch(picture.colourMap, uploadColours)
  watch([picture.scale, picture.theme], uploadScale)
  watch([picture.projection, picture.view], scheduleView)
  watch([picture.points, picture.overlay], scheduleMap)
  watch(
    [picture.cursor, picture.sightline, picture.vectors, picture.drawing, picture.palette],
    schedule,
  )
  watch([picture.mask, picture.palette], uploadMask)
  watch(picture.texture, uploadTexture)
  watch([picture.marks, picture.palette], uploadMarks)

  /** Draws the pixels alone into a picture: at another size than the screen's, in colours for white paper. */
  function drawMapInto(
    context: CanvasRenderingContext2D,
    x: number,
    y: number,
    geometry: SkyGeometry,
    colourMap: Uint8Array,
  ): void {
    const canvas = mapCanvas.value
    if (!canvas || !renderer.value) return
    renderer.value.setColourMap(colourMap)
    renderer.value.setScale(picture.scale(), neutralColour('light'))
    const { width, height } = geometry.port
    const pixelRatio = context.getTransform().a
    canvas.width = Math.round(width * pixelRatio)
    canvas.height = Math.round(height * pixelRatio)
    renderer.value.draw(geometry, pixelRatio, { print: true })
    context.drawImage(canvas, x, y, width, height)
    renderer.value.setColourMap(picture.colourMap())
    renderer.value.setScale(picture.scale(), neutralColour(picture.theme()))
    // Back to the screen within the same task, so that nothing is seen of it.
    const screen = sizeCanvas(canvas)
    renderer.value.draw(geometryFor(screen.width, screen.height), screen.pixelRatio)
  }

  return { problem, size, geometryFor, drawMapInto }
}
