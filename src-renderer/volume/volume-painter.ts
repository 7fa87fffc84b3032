import { drawColourBar, pictureHeight } from '../sky/colour-bar.ts'
import { printPalette, readPalette, rgbOf } from '../sky/palette.ts'
import { printCanvas, printTitle } from '../sky/sky-picture.ts'
import { logStart, printLook, sliceColours, volumeTexture, volumeTransfer } from './field-look.ts'
import { solids } from './geometry/use-geometry.ts'
import { homeOrbit } from './orbit.ts'
import { quantityInfo } from './scalar.ts'
import { drawVolumeOverlay } from './volume-overlay.ts'
import type { CanvasPalette } from '../sky/palette.ts'
import type { ColourScale } from '../sky/colour-scale.ts'
import type { Mesh } from './geometry/mesh.ts'
import type { Solid } from './geometry/use-geometry.ts'
import type { Orbit } from './orbit.ts'
import type { FieldVolumeProps } from './types.ts'
import type { VolumeScene } from './volume-scene.ts'

/** The volume as it is on the screen. */
export interface DrawnVolume extends FieldVolumeProps {
  readonly orbit: Orbit | null
  readonly meshes: Readonly<Record<Solid, Mesh | null>>
  /** Of arrows and field lines. */
  readonly strength: { readonly scale: ColourScale; readonly table: Uint8Array } | null
}

export interface PaintedSize {
  /** Of the volume alone, CSS pixels. */
  readonly width: number
  readonly height: number
  /** Pixels of the picture per CSS pixel. */
  readonly ratio: number
}

const titleHeight = 28
const margin = 12
/** Under the second colour bar. */
export const strengthWords = 'Arrows and field lines |B|'

export interface VolumePainter {
  readonly canvas: HTMLCanvasElement
  /** The view of the screen. */
  readonly orbit: Orbit
  /** Draws the picture from a place of the camera; the window goes on while the graphics device works. */
  paint(orbit: Orbit): Promise<void>
  toBlob(): Promise<Blob>
  dispose(): void
}

/**
 * Pictures of the volume with title and colour bars, drawn by a scene of their own, so that the screen does not flicker. On white
 * the colours are those of the light theme. Rejects while there is no field, and where there is no WebGL 2.
 */
export async function openVolumePainter(
  drawn: DrawnVolume,
  { width, height, ratio }: PaintedSize,
  background: 'white' | 'screen',
): Promise<VolumePainter> {
  const { settings, strength, halfSizeKpc, quantity } = drawn
  const { name, symbol, signed, unit } = quantityInfo[quantity]
  const theme = background === 'white' ? 'light' : drawn.theme
  const look = printLook(drawn, theme)
  const { palette, ground } = paperOf(background, theme)
  const scene = await openScene(drawn, look)
  scene.setSize(width * ratio, height * ratio)
  const [red, green, blue] = rgbOf(ground)
  scene.setBackground(red / 255, green / 255, blue / 255)

  const bars = [
    { scale: look.scale, colourMap: look.colourMap, quantity: look.words, unit, signed },
    ...(strength && quantity !== 'B'
      ? [
          {
            scale: strength.scale,
            colourMap: strength.table,
            quantity: strengthWords,
            unit: 'microgauss',
            signed: false,
          },
        ]
      : []),
  ]
  const whole = titleHeight + height + bars.length * (pictureHeight + 8) + 8
  const { context, toBlob } = printCanvas(width, whole, ratio)
  return {
    canvas: context.canvas,
    orbit: drawn.orbit ?? homeOrbit(halfSizeKpc, width, height),
    toBlob,
    dispose: () => scene.dispose(),
    async paint(orbit) {
      scene.draw(orbit, false)
      await scene.finished()
      context.fillStyle = ground
      context.fillRect(0, 0, width, whole)
      context.drawImage(scene.canvas, 0, titleHeight, width, height)
      printTitle(context, margin, `${name} ${symbol}`, drawn.title, palette)
      context.save()
      context.translate(0, titleHeight)
      const { overlays } = settings
      drawVolumeOverlay(context, {
        ...drawn,
        orbit,
        width,
        height,
        cursor: null,
        overlays,
        palette,
      })
      context.restore()
      bars.forEach((bar, i) => {
        const y = titleHeight + height + 8 + i * (pictureHeight + 8)
        drawColourBar(context, {
          ...bar,
          x: margin,
          y,
          width: width - 2 * margin,
          palette,
          mark: null,
        })
      })
    },
  }
}

/** White with dark lines, or as on the screen. */
function paperOf(
  background: 'white' | 'screen',
  theme: DrawnVolume['theme'],
): { readonly palette: CanvasPalette; readonly ground: string } {
  if (background === 'white') return { palette: printPalette(true), ground: '#ffffff' }
  const root = document.documentElement
  const ground = getComputedStyle(root).getPropertyValue('--canvas').trim()
  return { palette: { ...readPalette(root, theme === 'light'), surface: ground }, ground }
}

async function openScene(
  { settings, meshes, strength, quantity }: DrawnVolume,
  look: ReturnType<typeof printLook>,
): Promise<VolumeScene> {
  const { VolumeScene } = await import('./volume-scene.ts')
  const scene = new VolumeScene(document.createElement('div'), true)
  const { signed } = quantityInfo[quantity]
  scene.setTransfer(volumeTransfer(look.scale, look.colourMap, signed, settings.hiddenBelow))
  if (settings.volume) scene.setTexture(volumeTexture(look.grid, logStart(look.scale)))
  const colours = (solid: Solid) =>
    solid === 'surface'
      ? sliceColours(look.scale, look.colourMap)
      : strength && sliceColours(strength.scale, strength.table)
  for (const solid of solids) scene.setSolid(solid, meshes[solid], colours(solid))
  return scene
}
